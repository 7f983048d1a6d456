"""Annotation reviews: records of what reviewers decided."""

from __future__ import annotations

from taskyard.app.label_answers import CreateReview, DeleteReview, UpdateReview
from taskyard.dialects.labelstudio import answers
from taskyard.dialects.labelstudio.access import project_by_id
from taskyard.dialects.labelstudio.errors import field_fault, not_found, there
from taskyard.dialects.labelstudio.filters import moment
from taskyard.dialects.labelstudio.queries import row_number
from taskyard.dialects.labelstudio.task_access import open_submission, open_task_of, reader, shown
from taskyard.dialects.labelstudio.wire import ReviewBody, ReviewListParams, given
from taskyard.http.message import Request, Response, empty_response
from taskyard.model.query import Order, Query, both, eq
from taskyard.model.task import Submission

LONGEST_LIST = 10_000
LONGEST_REVIEW = 30 * 86_400
"""Seconds; a review that is said to have begun before that began then."""


async def list_(request: Request, params: ReviewListParams, body: None) -> Response:
    """`GET annotation-reviews/`: the reviews of one annotation, or of a project."""
    where = eq("kind", "review")
    if params.annotation:
        annotation = await request.app.row(Submission, id=row_number("annotation", params.annotation))
        if annotation is None or annotation.kind != "annotation":
            raise not_found("Annotation")
        opened = await open_task_of(request, annotation.task_id)
        if opened.role == "AN" and annotation.author_id != request.caller.id:
            raise not_found("Annotation")
        where = both(where, eq("parent_id", annotation.id))
    elif params.annotation__task__project:
        number = row_number("annotation__task__project", params.annotation__task__project)
        project = await project_by_id(request, number, "review")
        where = both(where, eq("definition_id", project.id))
    elif not request.caller.admin:
        raise field_fault("annotation", "Name the annotation or the project.")
    query = Query(entity="submission", where=where, order=(Order("id"),), limit=LONGEST_LIST)
    page = await request.app.list(query, reader(request.caller))
    rows = await request.app.rows(Submission, "id", [row_id for row_id, _ in page.ids])
    return await shown(request, [answers.review(row) for row in rows])


async def create(request: Request, params: None, body: ReviewBody) -> Response:
    """`POST annotation-reviews/`"""
    for name in ("annotation", "accepted"):
        if given(getattr(body, name)) is None:
            raise field_fault(name, "This field is required.")
    row = await request.app.row(Submission, id=body.annotation)
    if row is None or row.kind != "annotation":
        raise field_fault("annotation", f'Invalid pk "{body.annotation}" - object does not exist.')
    await open_task_of(request, row.task_id)
    number = await request.app.run(
        CreateReview(
            actor=request.caller,
            annotation_id=row.id,
            accepted=bool(body.accepted),
            seconds=_seconds(request, given(body.started_at)),
            text=given(body.comment) or "",
        )
    )
    return await _shown(request, number, 201, given(body.comment))


async def get(request: Request, params: None, body: None) -> Response:
    """`GET annotation-reviews/{id}/`"""
    row, _ = await open_submission(request, "review")
    return await _shown(request, row.id)


async def update(request: Request, params: None, body: ReviewBody) -> Response:
    """`PATCH` and `PUT annotation-reviews/{id}/`: the verdict can change."""
    row, _ = await open_submission(request, "review")
    if given(body.annotation) not in (None, row.parent_id):
        raise field_fault("annotation", "A review stays with its annotation.")
    if given(body.accepted) is not None:
        await request.app.run(
            UpdateReview(actor=request.caller, review_id=row.id, accepted=bool(body.accepted))
        )
    return await _shown(request, row.id)


async def delete(request: Request, params: None, body: None) -> Response:
    """`DELETE annotation-reviews/{id}/`"""
    row, _ = await open_submission(request, "review")
    await request.app.run(DeleteReview(actor=request.caller, review_id=row.id))
    return empty_response()


def _seconds(request: Request, started_at: str | None) -> float | None:
    """How long the review took, when the client says when it began."""
    if not started_at:
        return None
    return min(max(0, request.app.clock.now() - moment(started_at)) / 1000, LONGEST_REVIEW)


async def _shown(request: Request, number: int, status: int = 200, remark: str | None = None) -> Response:
    row = there(await request.app.row(Submission, id=number), "AnnotationReview")
    return await shown(request, answers.review(row, remark), status)
