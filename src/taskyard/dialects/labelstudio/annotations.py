"""Annotations: what people answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET

from taskyard.app.label_answers import CreateAnnotation, DeleteAnnotation, ReturnToDraft, UpdateAnnotation
from taskyard.dialects.labelstudio import answers
from taskyard.dialects.labelstudio.errors import field_fault, there
from taskyard.dialects.labelstudio.pages import flag
from taskyard.dialects.labelstudio.task_access import documents, open_submission, open_task, shown
from taskyard.dialects.labelstudio.wire import AnnotationBody, AnnotationParams, given
from taskyard.http.message import Request, Response, empty_response
from taskyard.model.identity import User
from taskyard.model.labeling import AnswerDocument
from taskyard.model.task import Submission

_encode = msgspec.json.Encoder().encode


async def list_of_task(request: Request, params: AnnotationParams, body: None) -> Response:
    """`GET tasks/{id}/annotations/`: those that were not skipped; an annotator's own only."""
    opened = await open_task(request)
    rows = [
        row
        for row in await request.app.rows(Submission, "task_id", [opened.task.id])
        if row.kind == "annotation"
        and not row.cancelled
        and (opened.role != "AN" or row.author_id == request.caller.id)
    ]
    said = await documents(request, rows)
    return await shown(request, [answers.annotation(row, said.get(row.id)) for row in rows])


async def create(request: Request, params: AnnotationParams, body: AnnotationBody) -> Response:
    """`POST tasks/{id}/annotations/`"""
    opened = await open_task(request)
    if given(body.result) is None:
        raise field_fault("result", "This field is required.")
    number = await request.app.run(
        CreateAnnotation(
            actor=request.caller,
            task_id=opened.task.id,
            document=AnswerDocument(result=msgspec.Raw(_encode(body.result))),
            author_id=await _author(request, given(body.completed_by)),
            cancelled=flag(params.was_cancelled, False) or bool(given(body.was_cancelled)),
            ground_truth=bool(given(body.ground_truth)),
            lead_time=given(body.lead_time),
            uid=_unique_id(given(body.unique_id)),
            draft_id=given(body.draft_id),
            parent_prediction=given(body.parent_prediction),
            parent_annotation=given(body.parent_annotation),
        )
    )
    return await _shown(request, number, 201)


async def get(request: Request, params: None, body: None) -> Response:
    """`GET annotations/{id}/`"""
    row, _ = await open_submission(request, "annotation")
    return await _shown(request, row.id)


async def update(request: Request, params: AnnotationParams, body: AnnotationBody) -> Response:
    """`PATCH` and `PUT annotations/{id}/`: what is left out stays."""
    row, _ = await open_submission(request, "annotation")
    cancelled = given(body.was_cancelled)
    if cancelled is None and params.was_cancelled is not None:
        cancelled = flag(params.was_cancelled, False)
    result: Any = given(body.result)
    await request.app.run(
        UpdateAnnotation(
            actor=request.caller,
            annotation_id=row.id,
            result=None if result is None else msgspec.Raw(_encode(result)),
            cancelled=cancelled,
            ground_truth=given(body.ground_truth),
            lead_time=given(body.lead_time),
        )
    )
    return await _shown(request, row.id)


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE annotations/{id}/`"""
    row, _ = await open_submission(request, "annotation")
    await request.app.run(DeleteAnnotation(actor=request.caller, annotation_id=row.id))
    return empty_response()


async def convert_to_draft(request: Request, params: None, body: None) -> Response:
    """`POST annotations/{id}/convert-to-draft`: the annotation is gone, its answer is a draft."""
    row, _ = await open_submission(request, "annotation")
    number = await request.app.run(ReturnToDraft(actor=request.caller, annotation_id=row.id))
    made = there(await request.app.row(Submission, id=number), "AnnotationDraft")
    said = await documents(request, [made])
    return await shown(request, answers.draft(made, said.get(number)))


async def _shown(request: Request, number: int, status: int = 200) -> Response:
    row = there(await request.app.row(Submission, id=number), "Annotation")
    said = await documents(request, [row])
    return await shown(request, answers.annotation(row, said.get(number)), status)


async def _author(request: Request, value: Any) -> int | None:
    """The person that `completed_by` names: a number, or an object with `id` or `email`."""
    if value is None or value is UNSET:
        return None
    if isinstance(value, dict):
        value = value.get("id", value.get("email"))
    found = None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62:
        found = await request.app.row(User, id=value)
    elif isinstance(value, str):
        found = await request.app.row(User, email=value) or await request.app.row(User, name=value)
    if found is None:
        raise field_fault("completed_by", f'Invalid pk "{value}" - object does not exist.')
    return found.id


def _unique_id(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return str(UUID(text))
    except ValueError:
        raise field_fault("unique_id", "Must be a valid UUID.") from None
