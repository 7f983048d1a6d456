"""Comments on tasks, annotations and drafts."""

from __future__ import annotations

from taskyard.app.label_answers import CreateComment, DeleteComment, UpdateComment
from taskyard.dialects.labelstudio import answers
from taskyard.dialects.labelstudio.access import int_of, project_by_id, role_in
from taskyard.dialects.labelstudio.errors import field_fault, not_found, there
from taskyard.dialects.labelstudio.pages import comma_list, flag
from taskyard.dialects.labelstudio.queries import row_number
from taskyard.dialects.labelstudio.task_access import Opened, open_task_of, reader, shown
from taskyard.dialects.labelstudio.wire import CommentBody, CommentListParams, given
from taskyard.http.message import Request, Response, empty_response
from taskyard.model.definition import Definition
from taskyard.model.query import Filter, Order, Query, both, eq, one_of
from taskyard.model.task import Comment, Submission, Task

LONGEST_LIST = 10_000


async def list_(request: Request, params: CommentListParams, body: None) -> Response:
    """`GET comments/`: those of an annotation, a draft, a task, or of whole projects."""
    where = await _where(request, params)
    if params.is_resolved:
        where = both(where, eq("resolved", flag(params.is_resolved, False)))
    name = (params.ordering or "id").removeprefix("-")
    if name not in ("id", "created_at", "updated_at", "resolved_at"):
        raise field_fault("ordering", f'"{name}" is not a field to order by.')
    order = Order(name, desc=(params.ordering or "").startswith("-"))
    query = Query(entity="comment", where=where, order=(order,), limit=LONGEST_LIST)
    page = await request.app.list(query, reader(request.caller))
    rows = {row.id: row for row in await request.app.rows(Comment, "id", [number for number, _ in page.ids])}
    projects = await _projects(request, list(rows.values()))
    found = await _readable(request, [rows[number] for number, _ in page.ids if number in rows])
    return await shown(request, [answers.comment(row, projects.get(row.task_id)) for row in found])


async def create(request: Request, params: CommentListParams, body: CommentBody) -> Response:
    """`POST comments/`"""
    text = given(body.text)
    if text is None:
        raise field_fault("text", "This field is required.")
    if not text.strip():
        raise field_fault("text", "This field may not be blank.")
    about = given(body.annotation) or given(body.draft)
    task_id, row = given(body.task), None
    if about is not None:
        row = await request.app.row(Submission, id=about)
        if row is None or row.kind not in ("annotation", "draft"):
            raise field_fault("annotation", f'Invalid pk "{about}" - object does not exist.')
        task_id = row.task_id
    if task_id is None:
        raise field_fault("", "Name the annotation, the draft or the task.")
    opened = await open_task_of(request, task_id)
    if row is not None and opened.role == "AN" and row.author_id != request.caller.id:
        raise field_fault("annotation", f'Invalid pk "{about}" - object does not exist.')
    number = await request.app.run(
        CreateComment(
            actor=request.caller,
            task_id=task_id,
            submission_id=about,
            text=text,
            resolved=bool(given(body.is_resolved)),
        )
    )
    return await _shown(request, number, 201)


async def get(request: Request, params: CommentListParams, body: None) -> Response:
    """`GET comments/{id}/`"""
    row, _ = await _opened(request)
    return await _shown(request, row.id)


async def update(request: Request, params: CommentListParams, body: CommentBody) -> Response:
    """`PATCH` and `PUT comments/{id}/`: text and resolution can change."""
    row, _ = await _opened(request)
    text = given(body.text)
    if text is not None and not text.strip():
        raise field_fault("text", "This field may not be blank.")
    await request.app.run(
        UpdateComment(actor=request.caller, comment_id=row.id, text=text, resolved=given(body.is_resolved))
    )
    return await _shown(request, row.id)


async def delete(request: Request, params: CommentListParams, body: None) -> Response:
    """`DELETE comments/{id}/`"""
    row, _ = await _opened(request)
    await request.app.run(DeleteComment(actor=request.caller, comment_id=row.id))
    return empty_response()


async def _readable(request: Request, rows: list[Comment]) -> list[Comment]:
    """An annotator reads comments on tasks, on their own answers, and their own."""
    caller = request.caller
    if caller.admin or not rows:
        return rows
    tasks = await request.app.rows(Task, "id", sorted({row.task_id for row in rows}))
    projects = {p.id: p for p in await request.app.rows(Definition, "id", [t.definition_id for t in tasks])}
    roles = {task.id: role_in(caller, projects[task.definition_id]) for task in tasks}
    about = [row.submission_id for row in rows if row.submission_id is not None]
    own = {s.id for s in await request.app.rows(Submission, "id", about) if s.author_id == caller.id} | {None}
    return [
        row
        for row in rows
        if roles.get(row.task_id, "AN") != "AN" or row.submission_id in own or row.author_id == caller.id
    ]


async def _opened(request: Request) -> tuple[Comment, Opened]:
    row = await request.app.row(Comment, id=int_of(request, "id", "Comment"))
    if row is None:
        raise not_found("Comment")
    opened = await open_task_of(request, row.task_id)
    if not await _readable(request, [row]):
        raise not_found("Comment")
    return row, opened


async def _where(request: Request, params: CommentListParams) -> Filter:
    about = params.annotation or params.draft
    if about:
        row = await request.app.row(Submission, id=row_number("annotation", about))
        if row is None:
            raise not_found("Annotation")
        await open_task_of(request, row.task_id)
        return eq("submission_id", row.id)
    if params.task:
        opened = await open_task_of(request, row_number("task", params.task))
        return eq("task_id", opened.task.id)
    projects = comma_list(params.projects)
    if not projects and not request.caller.admin:
        raise field_fault("annotation", "Name the annotation, the draft, the task or the projects.")
    if not projects:
        return eq("task.kind", "label")
    found = [await project_by_id(request, row_number("projects", text), "review") for text in projects[:100]]
    return one_of("task.definition_id", [project.id for project in found])


async def _projects(request: Request, rows: list[Comment]) -> dict[int, int | None]:
    """The projects of the comments' tasks, by task."""
    tasks = await request.app.rows(Task, "id", sorted({row.task_id for row in rows}))
    return {task.id: task.definition_id for task in tasks}


async def _shown(request: Request, number: int, status: int = 200) -> Response:
    row = there(await request.app.row(Comment, id=number), "Comment")
    projects = await _projects(request, [row])
    return await shown(request, answers.comment(row, projects.get(row.task_id)), status)
