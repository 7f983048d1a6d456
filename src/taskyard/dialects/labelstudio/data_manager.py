"""What the data manager asks about a project: its columns, its state, and the actions on a selection of tasks."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from taskyard.app.label_answers import ClearSubmissions, CreateAnnotation, RemoveLabelTasks
from taskyard.app.label_imports import settings_of
from taskyard.app.labeling import members
from taskyard.dialects.labelstudio.access import project_by_id
from taskyard.dialects.labelstudio.columns import BY_NAME, COLUMNS, OPEN_EDITION, Column
from taskyard.dialects.labelstudio.errors import field_fault
from taskyard.dialects.labelstudio.filters import number, refusal
from taskyard.dialects.labelstudio.projects import model_version_counts
from taskyard.dialects.labelstudio.queries import from_document, in_project, is_nothing, row_number
from taskyard.dialects.labelstudio.task_access import reader
from taskyard.dialects.labelstudio.wire import ActionBody, ActionDone, ActionParams, ProjectParams
from taskyard.http.message import Request, Response, json_response
from taskyard.model.definition import Definition
from taskyard.model.labeling import AnswerDocument
from taskyard.model.query import Order, Query, both
from taskyard.model.task import Submission, SubmissionDocument
from taskyard.notations.labelconfig.read import read

PORTION = 200
LARGEST_SELECTION = 100_000
_result = msgspec.json.Decoder(AnswerDocument)

ACTIONS: tuple[dict[str, Any], ...] = (
    {
        "id": "predictions_to_annotations",
        "title": "Create Annotations From Predictions",
        "order": 91,
        "permission": "tasks.change",
        "dialog": {
            "title": "Create Annotations From Predictions",
            "text": "Turn the predictions of the selected tasks into annotations of yours.",
            "type": "confirm",
            "form": None,
        },
    },
    {
        "id": "delete_tasks",
        "title": "Delete Tasks",
        "order": 100,
        "permission": "tasks.delete",
        "reload": True,
        "dialog": {"text": "Delete the selected tasks?", "type": "confirm"},
    },
    {
        "id": "delete_tasks_annotations",
        "title": "Delete Annotations",
        "order": 101,
        "permission": ["tasks.change", "annotations.delete"],
        "dialog": {
            "text": "Delete the annotations of the selected tasks, or those of one annotator?",
            "type": "confirm",
            "form": None,
        },
    },
    {
        "id": "delete_tasks_predictions",
        "title": "Delete Predictions",
        "order": 102,
        "permission": "predictions.any",
        "dialog": {"text": "Delete all predictions of the selected tasks?", "type": "confirm"},
    },
)


async def project_of(request: Request, text: str | None, action: str = "read") -> Definition:
    """The project that the `project` parameter names."""
    if not text:
        raise field_fault("project", "This field is required.")
    return await project_by_id(request, row_number("project", text), action)


async def columns(request: Request, params: ProjectParams, body: None) -> Response:
    """`GET dm/columns/`: the keys of the label config first, then the columns of tasks."""
    project = await project_of(request, params.project)
    settings = await settings_of(request.app, project)
    config = await asyncio.to_thread(read, settings.label_config)
    people = [member.user.id for member in await members(request.app, project)]
    found = [_data_column(key, kind) for key, kind in config.data_types.items()]
    ordered = [BY_NAME[name] for name in OPEN_EDITION]
    ordered += [column for column in COLUMNS if column.name not in OPEN_EDITION]
    versions = list(await model_version_counts(request.app, project.id))
    found += [_column(column, people, versions) for column in ordered]
    found.append(
        {
            "id": "data",
            "title": "data",
            "type": "List",
            "target": "tasks",
            "children": list(config.data_types),
            "project_defined": False,
        }
    )
    return json_response({"columns": found})


async def state(request: Request, params: ProjectParams, body: None) -> Response:
    """`GET dm/project/`: how many tasks and answers there are."""
    project = await project_of(request, params.project)
    query = Query(
        entity="task",
        where=in_project(project.id),
        limit=0,
        want_total=True,
        sums=("progress.annotations", "progress.predictions"),
    )
    page = await request.app.list(query, reader(request.caller))
    sums = page.sums or {}
    return json_response(
        {
            "id": project.id,
            "title": project.name or "",
            "task_count": page.total or 0,
            "annotation_count": int(sums.get("progress.annotations", 0)),
            "prediction_count": int(sums.get("progress.predictions", 0)),
            "can_delete_tasks": True,
            "can_manage_annotations": True,
            "can_manage_tasks": True,
        }
    )


async def actions(request: Request, params: ActionParams, body: None) -> Response:
    """`GET dm/actions/`: what can be done with a selection."""
    await project_of(request, params.project)
    return json_response(ACTIONS)


async def act(request: Request, params: ActionParams, body: ActionBody) -> Response:
    """`POST dm/actions/?id=&project=`: does one action on the selected tasks.

    A selection that names nothing is refused: in lists it means everything, which is not what somebody who
    deletes can want.
    """
    project = await project_of(request, params.project, "update")
    handler = _ACTIONS.get(params.id or "")
    if handler is None:
        raise refusal(f"Can't find '{params.id}' in registered actions")
    if is_nothing(body.selected_items):
        raise field_fault(
            "selectedItems", 'No tasks selected: name them in "included", or set "all" to true.'
        )
    chosen = await selected_tasks(request, project, body)
    return json_response(await handler(request, project, chosen, body))


async def selected_tasks(request: Request, project: Definition, body: ActionBody) -> list[int]:
    """The ids of the tasks that a body's filters and selection leave, within a bound."""
    asked = from_document(
        {"filters": body.filters, "selectedItems": body.selected_items, "ordering": body.ordering}
    )
    where = both(in_project(project.id), asked.where)
    query = Query(entity="task", where=where, order=asked.order or (Order("id"),), limit=LARGEST_SELECTION)
    page = await request.app.list(query, reader(request.caller))
    if page.has_more:
        raise field_fault("selectedItems", f"An action takes at most {LARGEST_SELECTION} tasks.")
    return [task_id for task_id, _ in page.ids]


async def _delete_tasks(
    request: Request, project: Definition, ids: list[int], body: ActionBody
) -> ActionDone:
    removed = 0
    if ids:
        removed = await request.app.run(
            RemoveLabelTasks(actor=request.caller, project_id=project.id, task_ids=tuple(ids))
        )
    return ActionDone(processed_items=removed, reload=True, detail=f"Deleted {removed} tasks")


async def _clear(
    request: Request, project: Definition, ids: list[int], kind: str, author_id: int | None = None
) -> int:
    removed = 0
    for start in range(0, len(ids), PORTION):
        removed += await request.app.run(
            ClearSubmissions(
                actor=request.caller,
                project_id=project.id,
                task_ids=tuple(ids[start : start + PORTION]),
                kind=kind,
                author_id=author_id,
            )
        )
    return removed


async def _delete_annotations(
    request: Request, project: Definition, ids: list[int], body: ActionBody
) -> ActionDone:
    author = int(number(body.annotator)) if body.annotator not in (None, "") else None
    removed = await _clear(request, project, ids, "annotation", author)
    return ActionDone(processed_items=removed, detail=f"Deleted {removed} annotations")


async def _delete_predictions(
    request: Request, project: Definition, ids: list[int], body: ActionBody
) -> ActionDone:
    removed = await _clear(request, project, ids, "prediction")
    return ActionDone(processed_items=removed, detail=f"Deleted {removed} predictions")


async def _adopt_predictions(
    request: Request, project: Definition, ids: list[int], body: ActionBody
) -> ActionDone:
    """Make the caller's annotations from predictions, of one model version or of all."""
    versions = body.model_version
    wanted = {versions} if isinstance(versions, str) and versions else set(versions or ())
    made = 0
    for start in range(0, len(ids), PORTION):
        rows = await request.app.rows(Submission, "task_id", ids[start : start + PORTION])
        rows = [
            row for row in rows if row.kind == "prediction" and (not wanted or row.model_version in wanted)
        ]
        said = await request.app.rows(SubmissionDocument, "submission_id", [row.id for row in rows])
        results = {row.submission_id: _result.decode(row.document).result for row in said}
        commands = [
            CreateAnnotation(
                actor=request.caller,
                task_id=row.task_id,
                document=AnswerDocument(result=results[row.id]),
                parent_prediction=row.id,
            )
            for row in rows
            if row.id in results
        ]
        await asyncio.gather(*[request.app.run(command) for command in commands])
        made += len(commands)
    return ActionDone(detail=f"Created {made} annotations", response_code=200)


_ACTIONS: dict[str, Any] = {
    "delete_tasks": _delete_tasks,
    "delete_tasks_annotations": _delete_annotations,
    "delete_tasks_predictions": _delete_predictions,
    "predictions_to_annotations": _adopt_predictions,
}


def _data_column(key: str, kind: str) -> dict[str, Any]:
    return {
        "id": key,
        "title": key,
        "type": {"Text": "String", "HyperText": "String"}.get(kind, kind),
        "target": "tasks",
        "parent": "data",
        "visibility_defaults": {"explore": True, "labeling": True},
        "project_defined": True,
    }


def _column(column: Column, people: list[int], versions: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": column.name,
        "title": column.title,
        "type": column.type,
        "target": "tasks",
        "help": column.help,
        "visibility_defaults": {"explore": column.explore, "labeling": column.labeling},
        "project_defined": False,
    }
    if column.kind in ("people", "user"):
        found["schema"] = {"items": people}
    if column.kind == "versions":
        found["schema"] = {"items": versions, "multiple": True}
    return found
