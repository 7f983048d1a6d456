"""Drafts: answers not handed in yet, seen by their author only."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.app.label_answers import CreateDraft, DeleteDraft, UpdateDraft
from taskyard.dialects.labelstudio import answers
from taskyard.dialects.labelstudio.access import int_of
from taskyard.dialects.labelstudio.errors import field_fault, there
from taskyard.dialects.labelstudio.task_access import (
    Opened,
    documents,
    open_submission,
    open_task,
    shown,
)
from taskyard.dialects.labelstudio.wire import DraftBody, given
from taskyard.http.message import Request, Response, empty_response
from taskyard.model.labeling import AnswerDocument
from taskyard.model.task import Submission

_encode = msgspec.json.Encoder().encode


async def list_of_task(request: Request, params: None, body: None) -> Response:
    """`GET tasks/{id}/drafts`: the caller's drafts of the task itself and of its annotations."""
    opened = await open_task(request)
    return await _listed(request, opened, None)


async def list_of_annotation(request: Request, params: None, body: None) -> Response:
    """`GET tasks/{id}/annotations/{annotation_id}/drafts`"""
    opened = await open_task(request)
    return await _listed(request, opened, int_of(request, "annotation_id", "Annotation"))


async def create(request: Request, params: None, body: DraftBody) -> Response:
    """`POST tasks/{id}/drafts`"""
    return await _created(request, body, None)


async def create_of_annotation(request: Request, params: None, body: DraftBody) -> Response:
    """`POST tasks/{id}/annotations/{annotation_id}/drafts`"""
    return await _created(request, body, int_of(request, "annotation_id", "Annotation"))


async def get(request: Request, params: None, body: None) -> Response:
    """`GET drafts/{id}/`"""
    row, _ = await open_submission(request, "draft")
    return await _shown(request, row.id)


async def update(request: Request, params: None, body: DraftBody) -> Response:
    """`PATCH` and `PUT drafts/{id}/`: what is left out stays."""
    row, _ = await open_submission(request, "draft")
    result: Any = given(body.result)
    await request.app.run(
        UpdateDraft(
            actor=request.caller,
            draft_id=row.id,
            result=None if result is None else msgspec.Raw(_encode(result)),
            lead_time=given(body.lead_time),
            was_postponed=given(body.was_postponed),
        )
    )
    return await _shown(request, row.id)


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE drafts/{id}/`"""
    row, _ = await open_submission(request, "draft")
    await request.app.run(DeleteDraft(actor=request.caller, draft_id=row.id))
    return empty_response()


async def _created(request: Request, body: DraftBody, annotation_id: int | None) -> Response:
    opened = await open_task(request)
    if given(body.result) is None:
        raise field_fault("result", "This field is required.")
    document = AnswerDocument(
        result=msgspec.Raw(_encode(body.result)), was_postponed=bool(given(body.was_postponed))
    )
    number = await request.app.run(
        CreateDraft(
            actor=request.caller,
            task_id=opened.task.id,
            annotation_id=annotation_id,
            document=document,
            lead_time=given(body.lead_time),
        )
    )
    return await _shown(request, number, 201)


async def _listed(request: Request, opened: Opened, annotation_id: int | None) -> Response:
    rows = [
        row
        for row in await request.app.rows(Submission, "task_id", [opened.task.id])
        if row.kind == "draft"
        and row.author_id == request.caller.id
        and annotation_id in (None, row.parent_id)
    ]
    said = await documents(request, rows)
    email = request.caller.email or request.caller.name
    return await shown(request, [answers.draft(row, said.get(row.id), email) for row in rows])


async def _shown(request: Request, number: int, status: int = 200) -> Response:
    row = there(await request.app.row(Submission, id=number), "AnnotationDraft")
    said = await documents(request, [row])
    email = request.caller.email or request.caller.name
    return await shown(request, answers.draft(row, said.get(number), email), status)
