"""Every operation of the Camunda 7 REST API as a row: those that are served here, the others from
`surface.py`."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.dialects.camunda7 import commands, definitions, deployments, incidents, query_wire, wire
from taskyard.dialects.camunda7.surface import NOT_RUN, operation_name, refused_operations
from taskyard.http.operation import Operation, partial, refused, served

DEFINITION = "/process-definition"
FORMS = (
    "/process-definition/{id}",
    "/process-definition/key/{key}",
    "/process-definition/key/{key}/tenant-id/{tenant-id}",
)
"""The three ways to name a process definition."""

NO_APPLICATIONS = "there are no process applications to register deployments"
LATER = "a date in the future is refused: changes take effect at once"

_FAILS = {400: wire.Failure, 404: wire.Failure}


def _row(make: Any, method: str, path: str, handler: Any, *why: str, **rest: Any) -> Operation:
    return make(method, path, operation_name(method, path), handler, *why, **rest)


def _definitions() -> list[Operation]:
    many = {200: list[wire.ProcessDefinition], 400: wire.Failure}
    rows = [
        _row(
            served,
            "GET",
            DEFINITION,
            definitions.list_definitions,
            params=query_wire.DefinitionListParams,
            returns=many,
        ),
        _row(
            served,
            "GET",
            f"{DEFINITION}/count",
            definitions.count_definitions,
            params=query_wire.DefinitionCountParams,
            returns={200: wire.Count, 400: wire.Failure},
        ),
        _row(
            partial,
            "PUT",
            f"{DEFINITION}/suspended",
            commands.suspend_key,
            LATER,
            body=wire.Suspension,
            returns={204: None, 400: wire.Failure, 501: wire.Failure},
        ),
        refused("GET", f"{DEFINITION}/statistics", "getProcessDefinitionStatistics", NOT_RUN),
    ]
    for form in FORMS:
        rows += _one_definition(form)
    return rows


def _one_definition(form: str) -> list[Operation]:
    delete = commands.delete_version if form == FORMS[0] else commands.delete_key
    gone = {204: None, **_FAILS}
    rows = [
        _row(
            served, "GET", form, definitions.get_definition, returns={200: wire.ProcessDefinition, **_FAILS}
        ),
        _row(served, "GET", f"{form}/xml", definitions.get_xml, returns={200: wire.Diagram, **_FAILS}),
        _row(served, "GET", f"{form}/diagram", definitions.get_diagram, returns={200: bytes, **gone}),
        _row(served, "DELETE", form, delete, params=commands.DeleteParams, returns=gone),
        _row(
            partial,
            "PUT",
            f"{form}/suspended",
            commands.suspend,
            LATER,
            body=wire.Suspension,
            returns={**gone, 501: wire.Failure},
        ),
        _row(
            served,
            "PUT",
            f"{form}/history-time-to-live",
            commands.keep_history,
            body=wire.HistoryTimeToLive,
            returns=gone,
        ),
    ]
    unserved = {
        "GET": ("startForm", "deployed-start-form", "rendered-form", "form-variables", "statistics"),
        "POST": ("start", "submit-form"),
    }
    if form == FORMS[0]:
        unserved["GET"] += ("static-called-process-definitions",)
        unserved["POST"] += ("restart", "restart-async")
    for method, tails in unserved.items():
        paths = [f"{form}/{tail}" for tail in tails]
        rows += [refused(method, path, operation_name(method, path), NOT_RUN) for path in paths]
    return rows


def _deployments() -> list[Operation]:
    tag = "Deployments"
    form = {"body": bytes, "body_media": ("multipart/form-data",)}
    made = {200: wire.DeploymentWithDefinitions, 400: wire.ParseFailure | wire.Failure}
    listing = {
        "params": query_wire.DeploymentListParams,
        "returns": {200: list[wire.DeploymentItem], 400: wire.Failure},
    }
    counting = {"params": query_wire.DeploymentCountParams, "returns": {200: wire.Count, 400: wire.Failure}}
    making = {**form, "returns": {**made, 501: wire.Failure}}
    return [
        _row(partial, "POST", "/deployment/create", deployments.create, LATER, tag=tag, **making),
        _row(served, "GET", "/deployment", deployments.list_deployments, tag=tag, **listing),
        _row(served, "GET", "/deployment/count", deployments.count, tag=tag, **counting),
        refused("GET", "/deployment/registered", "getRegisteredDeployments", NO_APPLICATIONS, tag=tag),
        *_one_deployment(made, tag),
    ]


def _one_deployment(made: dict[int, Any], tag: str) -> list[Operation]:
    one = "/deployment/{id}"
    held, resource = f"{one}/resources", f"{one}/resources/{{resourceId}}"
    again = {"body": wire.Redeployment | None, "returns": {**made, 404: wire.Failure}}
    gone = {"params": commands.DeleteParams, "returns": {204: None, **_FAILS}}
    found = {200: wire.DeploymentItem, **_FAILS}
    files, file = {200: list[wire.DeploymentResource], **_FAILS}, {200: wire.DeploymentResource, **_FAILS}
    return [
        _row(served, "GET", one, deployments.get, tag=tag, returns=found),
        _row(served, "DELETE", one, deployments.delete, tag=tag, **gone),
        _row(served, "POST", f"{one}/redeploy", deployments.redeploy, tag=tag, **again),
        _row(served, "GET", held, deployments.resources, tag=tag, returns=files),
        _row(served, "GET", resource, deployments.get_resource, tag=tag, returns=file),
        _row(
            served, "GET", f"{resource}/data", deployments.get_data, tag=tag, returns={200: bytes, **_FAILS}
        ),
    ]


def _incidents() -> list[Operation]:
    one, tag = "/incident/{id}", "Incidents"
    note = "incidents carry no annotations"
    listing = {
        "params": query_wire.IncidentListParams,
        "returns": {200: list[wire.IncidentItem], 400: wire.Failure},
    }
    counting = {"params": query_wire.IncidentCountParams, "returns": {200: wire.Count, 400: wire.Failure}}
    return [
        _row(served, "GET", "/incident", incidents.list_incidents, tag=tag, **listing),
        _row(served, "GET", "/incident/count", incidents.count, tag=tag, **counting),
        _row(served, "GET", one, incidents.get, tag=tag, returns={200: wire.IncidentItem, **_FAILS}),
        _row(served, "DELETE", one, incidents.resolve, tag=tag, returns={204: None, **_FAILS}),
        refused("PUT", f"{one}/annotation", "setIncidentAnnotation", note, tag=tag),
        refused("DELETE", f"{one}/annotation", "clearIncidentAnnotation", note, tag=tag),
    ]


def _engine() -> list[Operation]:
    return [
        _row(
            served, "GET", "/engine", definitions.list_engines, auth=False, returns={200: list[wire.Engine]}
        ),
        _row(served, "GET", "/version", definitions.get_version, returns={200: wire.EngineVersion}),
    ]


def _tagged(tag: str, rows: list[Operation]) -> list[Operation]:
    return [msgspec.structs.replace(row, tag=tag) for row in rows]


OPERATIONS: tuple[Operation, ...] = (
    *_tagged("Process definitions", _definitions()),
    *_deployments(),
    *_incidents(),
    *_tagged("Engine", _engine()),
    *refused_operations(),
)
