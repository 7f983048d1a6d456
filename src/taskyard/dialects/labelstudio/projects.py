"""Projects: list, create, read, change, remove, and the checks of their label config."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET

from taskyard.app.label_imports import settings_of
from taskyard.app.labeling import change_project, create_project, predictions_by_version, remove_project
from taskyard.dialects.labelstudio.access import project_for
from taskyard.dialects.labelstudio.errors import field_fault, invalid
from taskyard.dialects.labelstudio.pages import comma_list, invalid_page, links, page_of
from taskyard.dialects.labelstudio.project_render import configured, projects, tallies
from taskyard.dialects.labelstudio.project_wire import (
    ConfigChange,
    LabelConfigBody,
    Project,
    ProjectBody,
    ProjectListParams,
    ProjectPage,
)
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.labeling import PROJECT, SAMPLINGS, SKIP_QUEUES, ProjectDocument
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.model.query import Cmp as Compare
from taskyard.model.query import Filter, Order, Query, both, either, eq, one_of
from taskyard.notations.labelconfig.read import LabelConfig, read
from taskyard.notations.labelconfig.schema import essential_change
from taskyard.notations.labelconfig.validate import validate

DEFAULT_SIZE = 30
LARGEST_SIZE = 100
LARGEST_COUNT = 2**31 - 1

_ORDERS = {"id": "id", "title": "name", "created_at": "created_at", "updated_at": "updated_at"}


async def list_(request: Request, params: ProjectListParams, body: None) -> Response:
    """`GET projects/`: newest first unless `ordering` says else. `include` keeps only the named fields."""
    return await _page(request, params, comma_list(params.include))


async def _page(request: Request, params: ProjectListParams, names: list[str]) -> Response:
    ask = page_of(params.page, params.page_size, default=DEFAULT_SIZE, largest=LARGEST_SIZE)
    query = Query(
        entity="definition",
        where=_where(params),
        order=_order(params.ordering),
        limit=ask.size,
        offset=ask.offset,
        want_total=True,
    )
    page = await request.app.list(query, request.caller)
    if not page.ids and ask.number > 1:
        raise invalid_page()
    found = await projects(request.app, [row_id for row_id, _ in page.ids])
    total = page.total or 0
    following, previous = links(request, ask, total)
    results = [_included(project, names) for project in found]
    return json_response(ProjectPage(count=total, next=following, previous=previous, results=results))


async def create(request: Request, params: None, body: ProjectBody) -> Response:
    """`POST projects/`"""
    settings = msgspec.structs.replace(ProjectDocument(), **_changes(body))
    title = _title(body.title) if isinstance(body.title, str) else ""
    description = body.description if isinstance(body.description, str) else ""
    project_id = await create_project(request.app, request.caller, title, description, settings)
    made = await projects(request.app, [project_id], counts=False)
    return json_response(made[0], 201)


async def get(request: Request, params: None, body: None) -> Response:
    """`GET projects/{id}/`"""
    project = await project_for(request)
    return json_response((await projects(request.app, [project.id]))[0])


async def update(request: Request, params: None, body: ProjectBody) -> Response:
    """`PATCH` and `PUT projects/{id}/`: what is left out stays, as the original does for both."""
    project = await project_for(request, "update")
    before = await settings_of(request.app, project)
    changes = _changes(body)
    label_config = changes.get("label_config", before.label_config)
    title = _title(body.title) if isinstance(body.title, str) else None
    description = body.description if isinstance(body.description, str) else None
    configs = None
    if label_config != before.label_config:
        configs = (read(before.label_config), read(label_config))
    try:
        await change_project(request.app, request.caller, project, title, description, changes, configs)
    except Rejected as refusal:
        raise _on_label_config(refusal) from None
    return json_response((await projects(request.app, [project.id]))[0])


replace = update


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE projects/{id}/`: with everything in it."""
    project = await project_for(request, "delete")
    await remove_project(request.app, request.caller, project)
    return empty_response()


async def counts(request: Request, params: ProjectListParams, body: None) -> Response:
    """`GET projects/counts/`: the list with identities and counts only."""
    return await _page(request, params, list(COUNTED))


COUNTED = ("id", "title", *(name for name in Project.__struct_fields__ if name.endswith("_number")))
COUNTED = (*COUNTED, "num_tasks_with_annotations", "queue_total", "queue_done")


async def validate_config(request: Request, params: None, body: LabelConfigBody) -> Response:
    """`POST projects/validate/`: 204 when the configuration is good. Asks for no credential."""
    checked_config(body.label_config)
    return empty_response()


async def validate_change(request: Request, params: None, body: LabelConfigBody) -> Response:
    """`POST projects/{id}/validate/`: whether the configuration could replace the project's."""
    project = await project_for(request)
    settings = await settings_of(request.app, project)
    new = checked_config(body.label_config)
    return json_response(
        ConfigChange(config_essential_data_has_changed=essential_change(read(settings.label_config), new))
    )


async def model_versions(request: Request, params: None, body: None) -> Response:
    """`GET projects/{id}/model-versions/`: predictions by model version."""
    project = await project_for(request)
    return json_response(await model_version_counts(request.app, project.id))


async def model_version_counts(app: Any, project_id: int) -> dict[str, int]:
    """How many predictions each model version gave."""
    if not (await tallies(app, [project_id])).get(project_id, {}).get("predictions"):
        return {}
    return await predictions_by_version(app, project_id)


def checked_config(text: str) -> LabelConfig:
    """A configuration that holds, or the refusal of the field `label_config`."""
    try:
        config = validate(text)
        configured(text)
    except Rejected as refusal:
        raise _on_label_config(refusal) from None
    return config


def _on_label_config(refusal: Rejected) -> Rejected:
    if refusal.problem.reason != "label_config":
        return refusal
    detail = refusal.problem.detail
    return Rejected(
        Problem(
            code="invalid",
            reason="label_config",
            detail=detail,
            errors=(FieldError(pointer="/label_config", detail=detail),),
        )
    )


def _title(title: str) -> str:
    if not title.strip():
        raise field_fault("title", "This field may not be blank.")
    if len(title) < 3:
        raise field_fault("title", "Ensure this field has at least 3 characters.")
    if len(title) > 50:
        raise field_fault("title", "Ensure this field has no more than 50 characters.")
    return title


def _changes(body: ProjectBody) -> dict[str, Any]:
    """The settings that the body names, checked; null counts as not named, but for what may be null."""
    values: dict[str, Any] = {}
    for name in ProjectBody.__struct_fields__:
        value = getattr(body, name)
        if value is UNSET or name in ("title", "description"):
            continue
        if value is None and name not in (
            "task_data_login",
            "task_data_password",
            "control_weights",
            "pinned_at",
        ):
            continue
        values[name] = value
    _check(values)
    return values


def _check(values: dict[str, Any]) -> None:
    errors: list[FieldError] = []
    for name, allowed in (("sampling", SAMPLINGS), ("skip_queue", SKIP_QUEUES)):
        if name in values and values[name] not in allowed:
            errors.append(FieldError(pointer=f"/{name}", detail=f'"{values[name]}" is not a valid choice.'))
    for name, least, most in (
        ("maximum_annotations", 1, LARGEST_COUNT),
        ("overlap_cohort_percentage", 0, 100),
        ("min_annotations_to_start_training", 0, LARGEST_COUNT),
    ):
        value = values.get(name)
        if value is not None and value < least:
            errors.append(
                FieldError(
                    pointer=f"/{name}", detail=f"Ensure this value is greater than or equal to {least}."
                )
            )
        elif value is not None and value > most:
            errors.append(
                FieldError(pointer=f"/{name}", detail=f"Ensure this value is less than or equal to {most}.")
            )
    for name, longest in (("color", 16), ("model_version", 500), ("task_data_login", 256)):
        if isinstance(values.get(name), str) and len(values[name]) > longest:
            errors.append(
                FieldError(
                    pointer=f"/{name}", detail=f"Ensure this field has no more than {longest} characters."
                )
            )
    if errors:
        raise invalid(tuple(errors))
    if "label_config" in values:
        checked_config(values["label_config"])


def _where(params: ProjectListParams) -> Filter:
    parts: list[Filter] = [eq("kind", PROJECT)]
    if params.ids:
        wanted = comma_list(params.ids)
        if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in wanted):
            raise invalid((FieldError(pointer="?ids", detail="ids must be a comma list of numbers."),))
        parts.append(one_of("id", [int(part) for part in wanted]))
    if params.title:
        parts.append(Compare("name", "icontains", params.title))
    if params.search:
        parts.append(
            either(
                Compare("name", "icontains", params.search),
                Compare("description", "icontains", params.search),
            )
        )
    pinned = Compare("document", "contains", '"pinned_at":"')
    if params.filter == "pinned_only":
        parts.append(pinned)
    elif params.filter == "exclude_pinned":
        parts.append(Compare("document", "contains", '"pinned_at":null'))
    elif params.filter not in (None, "", "all"):
        raise invalid((FieldError(pointer="?filter", detail=f'"{params.filter}" is not a valid choice.'),))
    return both(*parts)


def _order(text: str | None) -> tuple[Order, ...]:
    if not text:
        return (Order("created_at", desc=True),)
    name = text.lstrip("-")
    if name not in _ORDERS:
        raise invalid((FieldError(pointer="?ordering", detail=f'"{name}" is not a field to order by.'),))
    return (Order(_ORDERS[name], desc=text.startswith("-")),)


def _included(project: Project, names: list[str]) -> dict[str, Any]:
    whole = msgspec.to_builtins(project)
    return {name: value for name, value in whole.items() if name in names} if names else whole
