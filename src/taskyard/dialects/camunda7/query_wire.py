"""Query parameters as the OpenAPI document shows them. Their values are read by `parameters.Arguments`, which has
Camunda's own words for faults."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from taskyard.dialects.camunda7.parameters import LARGEST

Whole = Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 0, "maximum": LARGEST})]
Number = Annotated[int, msgspec.Meta(extra_json_schema={"minimum": 1, "maximum": LARGEST})]
Date = Annotated[str, msgspec.Meta(description="A date such as `2026-01-31T13:45:10.123+0000`.")]
SortOrder = Literal["asc", "desc"]
"""Types of parameters as they are documented; their values are read by `parameters.Arguments`."""


class DefinitionCountParams(msgspec.Struct, kw_only=True, frozen=True):
    """Filters of `GET /process-definition/count`."""

    processDefinitionId: str | None = None
    processDefinitionIdIn: str | None = None
    name: str | None = None
    nameLike: str | None = None
    deploymentId: str | None = None
    deployedAfter: Date | None = None
    deployedAt: Date | None = None
    key: str | None = None
    keysIn: str | None = None
    keyLike: str | None = None
    category: str | None = None
    categoryLike: str | None = None
    version: Number | None = None
    latestVersion: bool | None = None
    resourceName: str | None = None
    resourceNameLike: str | None = None
    startableBy: str | None = None
    active: bool | None = None
    suspended: bool | None = None
    incidentId: str | None = None
    incidentType: str | None = None
    incidentMessage: str | None = None
    incidentMessageLike: str | None = None
    tenantIdIn: str | None = None
    withoutTenantId: bool | None = None
    includeProcessDefinitionsWithoutTenantId: bool | None = None
    versionTag: str | None = None
    versionTagLike: str | None = None
    withoutVersionTag: bool | None = None
    startableInTasklist: bool | None = None
    notStartableInTasklist: bool | None = None
    startablePermissionCheck: bool | None = None


class DefinitionListParams(DefinitionCountParams, kw_only=True, frozen=True):
    """Filters, sorting and paging of `GET /process-definition`."""

    sortBy: (
        Literal[
            "category", "key", "id", "name", "version", "deploymentId", "deployTime", "tenantId", "versionTag"
        ]
        | None
    ) = None
    sortOrder: SortOrder | None = None
    firstResult: Whole | None = None
    maxResults: Whole | None = None


class DeploymentCountParams(msgspec.Struct, kw_only=True, frozen=True):
    """Filters of `GET /deployment/count`."""

    id: str | None = None
    name: str | None = None
    nameLike: str | None = None
    source: str | None = None
    withoutSource: bool | None = None
    before: Date | None = None
    after: Date | None = None
    tenantIdIn: str | None = None
    withoutTenantId: bool | None = None
    includeDeploymentsWithoutTenantId: bool | None = None


class DeploymentListParams(DeploymentCountParams, kw_only=True, frozen=True):
    """Filters, sorting and paging of `GET /deployment`."""

    sortBy: Literal["id", "name", "deploymentTime", "tenantId"] | None = None
    sortOrder: SortOrder | None = None
    firstResult: Whole | None = None
    maxResults: Whole | None = None


class IncidentCountParams(msgspec.Struct, kw_only=True, frozen=True):
    """Filters of `GET /incident/count`."""

    incidentId: str | None = None
    incidentType: str | None = None
    incidentMessage: str | None = None
    incidentMessageLike: str | None = None
    processDefinitionId: str | None = None
    processDefinitionKeyIn: str | None = None
    processInstanceId: str | None = None
    executionId: str | None = None
    activityId: str | None = None
    failedActivityId: str | None = None
    causeIncidentId: str | None = None
    rootCauseIncidentId: str | None = None
    configuration: str | None = None
    incidentTimestampBefore: Date | None = None
    incidentTimestampAfter: Date | None = None
    tenantIdIn: str | None = None
    jobDefinitionIdIn: str | None = None


class IncidentListParams(IncidentCountParams, kw_only=True, frozen=True):
    """Filters, sorting and paging of `GET /incident`."""

    sortBy: (
        Literal[
            "incidentId",
            "incidentMessage",
            "incidentTimestamp",
            "incidentType",
            "activityId",
            "processDefinitionId",
            "tenantId",
            "causeIncidentId",
            "rootCauseIncidentId",
            "executionId",
            "processInstanceId",
            "configuration",
        ]
        | None
    ) = None
    sortOrder: SortOrder | None = None
    firstResult: Whole | None = None
    maxResults: Whole | None = None
