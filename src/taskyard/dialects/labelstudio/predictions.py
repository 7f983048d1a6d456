"""Predictions: what models answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.app.label_answers import CreatePrediction, DeletePrediction, UpdatePrediction
from taskyard.app.label_imports import settings_of
from taskyard.dialects.labelstudio import answers
from taskyard.dialects.labelstudio.access import project_by_id, role_in
from taskyard.dialects.labelstudio.errors import field_fault, not_found
from taskyard.dialects.labelstudio.queries import in_project, row_number
from taskyard.dialects.labelstudio.task_access import (
    documents,
    finished,
    hides_predictions,
    open_submission,
    open_task_of,
    reader,
    shown,
    shown_to,
)
from taskyard.dialects.labelstudio.wire import PredictionBody, PredictionListParams, given
from taskyard.http.message import JSON, Request, Response, empty_response
from taskyard.model.definition import Definition
from taskyard.model.labeling import PROJECT
from taskyard.model.problem import Rejected
from taskyard.model.query import FALSE, Filter, Order, Query, both, either, eq, one_of
from taskyard.model.task import Submission
from taskyard.notations.labelconfig.read import read
from taskyard.notations.labelimport.task import prediction as read_prediction
from taskyard.notations.labelimport.task import prediction_result

_encode = msgspec.json.Encoder().encode
CHUNK = 200
PROJECTS = 1_000
MOST_TASKS = 100_000


class PredictionRenderer:
    """Renders predictions; the bytes hold marks as those of tasks do."""

    name = "labelstudio.prediction"
    variant = None
    load = ("document",)

    def render(self, bundle: Bundle) -> bytes:
        return _encode(answers.prediction(bundle.row, bundle.document))


async def list_(request: Request, params: PredictionListParams, body: None) -> Response:
    """`GET predictions/`: a bare array of all that `task` and `project` leave, oldest first."""
    where: list[Filter] = [eq("kind", "prediction")]
    if params.task:
        opened = await open_task_of(request, row_number("task", params.task))
        hidden = await hides_predictions(request, opened.project, opened.role)
        where.append(FALSE if hidden else eq("task_id", opened.task.id))
    if params.project:
        project = await project_by_id(request, row_number("project", params.project))
        where.append(await _of_project(request, project))
    if len(where) == 1 and not request.caller.admin:
        where.append(either(*[await _of_project(request, found) for found in await _projects(request)]))
    query = Query(entity="submission", where=both(*where), order=(Order("id"),), limit=None)
    return Response(body=_streamed(request, query), media_type=JSON)


async def _of_project(request: Request, project: Definition) -> Filter:
    """The predictions of a project that the caller may see; for an annotator, those of the tasks shown to them."""
    role = role_in(request.caller, project)
    if not role or await hides_predictions(request, project, role):
        return FALSE
    bound = await shown_to(request, project, role)
    if bound is None:
        return eq("definition_id", project.id)
    query = Query(entity="task", where=both(in_project(project.id), bound), limit=MOST_TASKS)
    page = await request.app.list(query, reader(request.caller))
    return one_of("task_id", [task_id for task_id, _ in page.ids])


async def create(request: Request, params: None, body: PredictionBody) -> Response:
    """`POST predictions/`: `result` may be a list of regions, or one value for a config with one control."""
    task_id = given(body.task)
    if task_id is None:
        raise field_fault("task", "This field is required.")
    try:
        opened = await open_task_of(request, task_id)
    except Rejected:
        raise field_fault("task", f'Invalid pk "{task_id}" - object does not exist.') from None
    entry = {
        name: value
        for name, value in msgspec.structs.asdict(body).items()
        if name != "task" and given(value) is not None
    }
    config = await _config(request, opened.project)
    try:
        answer = read_prediction(entry, config)
    except Rejected as refusal:
        raise field_fault("result", refusal.problem.detail) from None
    number = await request.app.run(
        CreatePrediction(actor=request.caller, task_id=opened.task.id, answer=answer)
    )
    return await _shown(request, number, 201)


async def get(request: Request, params: None, body: None) -> Response:
    """`GET predictions/{id}/`"""
    row, _ = await open_submission(request, "prediction")
    return await _shown(request, row.id)


async def update(request: Request, params: None, body: PredictionBody) -> Response:
    """`PATCH` and `PUT predictions/{id}/`: what is left out stays."""
    row, opened = await open_submission(request, "prediction")
    if given(body.task) not in (None, row.task_id):
        raise field_fault("task", "A prediction stays with its task.")
    result: Any = given(body.result)
    if result is not None:
        try:
            result = prediction_result(result, await _config(request, opened.project))
        except Rejected as refusal:
            raise field_fault("result", refusal.problem.detail) from None
    await request.app.run(
        UpdatePrediction(
            actor=request.caller,
            prediction_id=row.id,
            result=None if result is None else msgspec.Raw(_encode(result)),
            model_version=given(body.model_version),
            score=given(body.score),
        )
    )
    return await _shown(request, row.id)


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE predictions/{id}/`"""
    row, _ = await open_submission(request, "prediction")
    await request.app.run(DeletePrediction(actor=request.caller, prediction_id=row.id))
    return empty_response()


async def _shown(request: Request, number: int, status: int = 200) -> Response:
    row = await request.app.row(Submission, id=number)
    if row is None:
        raise not_found("Prediction")
    said = await documents(request, [row])
    return await shown(request, answers.prediction(row, said.get(number)), status)


async def _config(request: Request, project: Definition) -> Any:
    settings = await settings_of(request.app, project)
    return await asyncio.to_thread(read, settings.label_config)


async def _projects(request: Request) -> list[Definition]:
    """The projects that the caller may see."""
    query = Query(entity="definition", where=eq("kind", PROJECT), limit=PROJECTS)
    page = await request.app.list(query, request.caller)
    return await request.app.rows(Definition, "id", [row_id for row_id, _ in page.ids])


async def _streamed(request: Request, query: Query) -> AsyncIterator[bytes]:
    lead, chunk = b"[", []
    async for item in request.app.render_stream(query, reader(request.caller), PredictionRenderer()):
        chunk.append(item)
        if len(chunk) == CHUNK:
            yield lead + b",".join(await finished(request.app, chunk))
            lead, chunk = b",", []
    if chunk:
        yield lead + b",".join(await finished(request.app, chunk)) + b"]"
    else:
        yield b"[]" if lead == b"[" else b"]"
