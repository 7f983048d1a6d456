"""Shapes as they are on the wire (Camunda 7 REST API). Absent values are sent as null."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec

from taskyard.model.definition import Deployment, Resource
from taskyard.model.execution import Incident
from taskyard.model.time import from_datetime, to_datetime


class ProcessDefinition(msgspec.Struct, kw_only=True, frozen=True):
    """A version of a process. `category` is the target namespace, `resource` the file, `diagram` its
    picture's file."""

    id: str
    key: str
    category: str | None
    description: str | None
    name: str | None
    version: int
    resource: str | None
    deploymentId: str | None
    diagram: str | None
    suspended: bool
    tenantId: str | None
    versionTag: str | None
    historyTimeToLive: int | None
    startableInTasklist: bool


class Link(msgspec.Struct, kw_only=True, frozen=True):
    """An atom link."""

    method: str
    href: str
    rel: str


class DeploymentItem(msgspec.Struct, kw_only=True, frozen=True):
    """A deployment as lists show it."""

    links: list[Link]
    id: str
    name: str | None
    source: str | None
    deploymentTime: str
    tenantId: str | None


class DeploymentWithDefinitions(msgspec.Struct, kw_only=True, frozen=True):
    """A new deployment with what it made; null where it made nothing of a kind."""

    links: list[Link]
    id: str
    name: str | None
    source: str | None
    deploymentTime: str
    tenantId: str | None
    deployedProcessDefinitions: dict[str, ProcessDefinition] | None
    deployedCaseDefinitions: dict[str, Any] | None = None
    deployedDecisionDefinitions: dict[str, Any] | None = None
    deployedDecisionRequirementsDefinitions: dict[str, Any] | None = None


class DeploymentResource(msgspec.Struct, kw_only=True, frozen=True):
    """A file of a deployment."""

    id: str
    name: str
    deploymentId: str


class Diagram(msgspec.Struct, kw_only=True, frozen=True):
    """The XML of a process definition."""

    id: str
    bpmn20Xml: str


class Count(msgspec.Struct, frozen=True):
    """How many."""

    count: int


class Engine(msgspec.Struct, frozen=True):
    """A process engine."""

    name: str


class EngineVersion(msgspec.Struct, frozen=True):
    """The version of the API that is spoken."""

    version: str


class IncidentItem(msgspec.Struct, kw_only=True, frozen=True):
    """An open incident."""

    id: str
    processDefinitionId: str | None
    processInstanceId: str | None
    executionId: str | None
    incidentTimestamp: str
    incidentType: str
    activityId: str | None
    failedActivityId: str | None
    causeIncidentId: str | None
    rootCauseIncidentId: str | None
    configuration: str | None
    incidentMessage: str | None
    tenantId: str | None
    jobDefinitionId: str | None
    annotation: str | None


class ParseFault(msgspec.Struct, kw_only=True, frozen=True):
    """One thing that is wrong in a file; line and column are 0 where there is no place."""

    message: str
    line: int
    column: int
    mainElementId: str | None
    elementIds: list[str]


class ParseReport(msgspec.Struct, kw_only=True, frozen=True):
    """All that is wrong in one file."""

    errors: list[ParseFault]
    warnings: list[ParseFault]


class Failure(msgspec.Struct, kw_only=True, frozen=True):
    """The error body. `type` is the short name of the exception class."""

    type: str
    message: str
    code: int | None = None


class ParseFailure(msgspec.Struct, kw_only=True, frozen=True):
    """The error body when files of a deployment cannot be read."""

    type: str
    message: str
    details: dict[str, ParseReport]
    code: int | None = None


class Suspension(msgspec.Struct, kw_only=True, frozen=True):
    """Body of the calls that suspend and activate."""

    suspended: bool = False
    includeProcessInstances: bool = False
    executionDate: str | None = None
    processDefinitionId: str | None = None
    processDefinitionKey: str | None = None


class HistoryTimeToLive(msgspec.Struct, kw_only=True, frozen=True):
    """Body of the call that sets for how many days history is kept."""

    historyTimeToLive: int | None = None


class Redeployment(msgspec.Struct, kw_only=True, frozen=True):
    """Body of the call that deploys resources of a deployment again."""

    resourceIds: list[str] | None = None
    resourceNames: list[str] | None = None
    source: str | None = None


_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})([+ -])(\d{4})")


def to_wire_date(milliseconds: int) -> str:
    """`2026-01-31T13:45:10.123+0000`."""
    return to_datetime(milliseconds).strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}+0000"


def from_wire_date(text: str) -> int | None:
    """Epoch milliseconds of a wire date; None when it is not one. A blank stands for a plus that was not
    escaped."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    sign = "-" if match[2] == "-" else "+"
    try:
        return from_datetime(datetime.strptime(f"{match[1]}{sign}{match[3]}", "%Y-%m-%dT%H:%M:%S.%f%z"))
    except ValueError:
        return None


def deployment_item(row: Deployment, links: list[Link] | None = None) -> DeploymentItem:
    """A deployment as the wire shows it."""
    return DeploymentItem(
        links=links or [],
        id=row.uid,
        name=row.name,
        source=row.source,
        deploymentTime=to_wire_date(row.created_at),
        tenantId=row.tenant or None,
    )


def resource_item(row: Resource, deployment: Deployment) -> DeploymentResource:
    """A resource as the wire shows it."""
    return DeploymentResource(id=row.uid, name=row.name, deploymentId=deployment.uid)


def incident_item(row: Incident, definition: str | None) -> IncidentItem:
    """An incident as the wire shows it; `definition` is the native id of the process definition it stands
    on."""
    return IncidentItem(
        id=row.uid,
        processDefinitionId=definition,
        processInstanceId=None,
        executionId=None,
        incidentTimestamp=to_wire_date(row.created_at),
        incidentType=row.type,
        activityId=row.element,
        failedActivityId=row.element,
        causeIncidentId=row.uid,
        rootCauseIncidentId=row.uid,
        configuration=None,
        incidentMessage=row.message,
        tenantId=row.tenant or None,
        jobDefinitionId=None,
        annotation=None,
    )
