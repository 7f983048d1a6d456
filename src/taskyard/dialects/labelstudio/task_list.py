"""`GET /api/tasks/`: the list of a project's tasks, in the shape of the caller's role (seed: List tasks)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from msgspec import Meta

from taskyard.app.label_imports import settings_of
from taskyard.dialects.labelstudio.access import role_in
from taskyard.dialects.labelstudio.errors import not_found
from taskyard.dialects.labelstudio.pages import comma_list, invalid_page
from taskyard.dialects.labelstudio.queries import (
    ANNOTATED,
    FOR_REVIEW,
    Prepared,
    assigned_or_free,
    boolean,
    from_document,
    in_project,
    one_word,
    page_length,
    page_number,
    prepared,
    row_number,
    selected,
)
from taskyard.dialects.labelstudio.render import LAZY, Look, TaskRenderer, look_of
from taskyard.dialects.labelstudio.task_access import finished, reader, shown_to
from taskyard.dialects.labelstudio.uris import NOTHING, proxies_of
from taskyard.http.message import JSON, Request, Response
from taskyard.model.definition import Definition
from taskyard.model.identity import SavedView
from taskyard.model.labeling import LABEL, PROJECT, ProjectDocument
from taskyard.model.problem import rejected
from taskyard.model.query import All, Filter, Order, Query, both, eq, one_of

SUMS = ("progress.annotations", "progress.predictions")
STREAM_FROM = 1_000
"""Pages longer than this are streamed."""

STREAM_CHUNK = 200
FIELD_SETS = ("task_only", "all")
LARGEST = 2**53
MOST_PROJECTS = 10_000
RANKS = ("OW", "AD", "MA", "RE", "AN")
UNKNOWN = ProjectDocument(show_collab_predictions=False)
"""Stands for the settings of several projects: nothing that one of them may hide is shown."""


Text = str | None
Flag = Annotated[str, Meta(extra_json_schema={"enum": ["true", "false", "1", "0", "yes", "no"]})] | None
Number = Annotated[str, Meta(extra_json_schema={"pattern": "^[0-9]+$"})] | None
FieldSet = Annotated[str, Meta(extra_json_schema={"enum": ["all", "task_only"]})] | None


class TaskListParams(msgspec.Struct, kw_only=True):
    """Query parameters, read as text: the original takes odd values in its own way (label-studio.md §2.1)."""

    fields: Annotated[
        FieldSet, Meta(description="`all` adds annotations and predictions; else `task_only`.")
    ] = None
    include: Annotated[Text, Meta(description="Comma list of the fields to show.")] = None
    only_annotated: Annotated[Flag, Meta(description="true: only tasks with annotations.")] = None
    page: Annotated[Text, Meta(description="Page number from 1, or `last`.")] = None
    page_size: Annotated[Text, Meta(description="Tasks per page; 100 unless a positive integer.")] = None
    project: Annotated[Number, Meta(description="Project id; without it and `view`, all projects.")] = None
    query: Annotated[
        Text, Meta(description='JSON: {"filters": .., "selectedItems": .., "ordering": ..}.')
    ] = None
    resolve_uri: Annotated[Flag, Meta(description="false: leave storage addresses in data as they are.")] = (
        None
    )
    review: Annotated[Flag, Meta(description="true: tasks with annotations that wait for review.")] = None
    selected_items: Annotated[Text, Meta(description="JSON: a selection of tasks, for review.")] = (
        msgspec.field(default=None, name="selectedItems")
    )
    view: Annotated[Number, Meta(description="View id; its filters and order apply, `query` is ignored.")] = (
        None
    )


class Asked(msgspec.Struct, frozen=True):
    """What the list is about: one project, or (None) all in which the caller has a role. Of several roles the
    least decides, so that nothing is shown that one of them hides. `bound` leaves what an annotator is shown."""

    project: Definition | None
    role: str
    prepared: Prepared
    scope: Filter
    bound: Filter | None


async def list_(request: Request, params: TaskListParams, body: None) -> Response:
    """`GET tasks/`"""
    asked = await _asked(request, params)
    size, number = page_length(params.page_size), page_number(params.page)
    query = Query(
        entity="task",
        where=_where(params, asked),
        order=asked.prepared.order or (Order("id"),),
        want_total=True,
        sums=SUMS,
    )
    renderer = TaskRenderer(await _look(request, params, asked))
    if number == "last":
        total = await request.app.count(query, reader(request.caller))
        number = max(1, -(-total // size))
    offset = (int(number) - 1) * size
    if offset > LARGEST:
        raise invalid_page()
    query = msgspec.structs.replace(query, limit=size, offset=offset)
    return await answer(request, query, renderer)


async def answer(request: Request, query: Query, renderer: TaskRenderer) -> Response:
    """The page of a query, with totals. A page beyond the end is not found; clients stop there."""
    app, caller = request.app, reader(request.caller)
    size = query.limit or 0
    if size <= STREAM_FROM:
        rendered = await app.render_page(query, caller, renderer)
        page, items = rendered.page, rendered.items
    else:
        page, items = await app.list(msgspec.structs.replace(query, limit=0), caller), None
    total = page.total or 0
    if query.offset and query.offset >= total:
        raise invalid_page()
    sums = page.sums or {}
    head = b'{"total_annotations":%d,"total_predictions":%d,"total":%d,"tasks":[' % (
        *[int(sums.get(name) or 0) for name in SUMS],
        total,
    )
    if items is None:
        return Response(body=_streamed(request, query, renderer, head), media_type=JSON)
    return Response(body=head + b",".join(await finished(app, items)) + b"]}", media_type=JSON)


async def _streamed(
    request: Request, query: Query, renderer: TaskRenderer, head: bytes
) -> AsyncIterator[bytes]:
    """The answer in pieces, holding no more than a chunk of tasks."""
    left = query.limit or 0
    whole = msgspec.structs.replace(query, limit=None, want_total=False, sums=())
    lead, chunk = head, []
    source = request.app.render_stream(whole, reader(request.caller), renderer)
    try:
        async for item in source:
            chunk.append(item)
            left -= 1
            if len(chunk) == STREAM_CHUNK or not left:
                yield lead + b",".join(await finished(request.app, chunk))
                lead, chunk = b",", []
            if not left:
                break
    finally:
        await source.aclose()
    if chunk:
        yield lead + b",".join(await finished(request.app, chunk)) + b"]}"
    else:
        yield (head if lead is head else b"") + b"]}"


async def _asked(request: Request, params: TaskListParams) -> Asked:
    app, view = request.app, None
    project_id = row_number("project", params.project) if params.project else None
    if params.view:
        view = await app.row(SavedView, id=row_number("view", params.view))
        if view is None:
            raise not_found("View")
        if project_id is not None and project_id != view.definition_id:
            raise rejected("invalid", "Project and View mismatch", reason="bad_query")
        project_id = view.definition_id
    found = from_document(msgspec.json.decode(view.document)) if view else prepared(params.query)
    if project_id is None:
        role, scope = await _everywhere(request)
        caller = request.caller
        bound = assigned_or_free(caller.name, caller.id) if role == "AN" else None
        return Asked(None, role, found, scope, bound)
    project = await app.row(Definition, id=project_id)
    if project is None or project.kind != PROJECT:
        raise not_found("Project", project=project_id)
    role = role_in(request.caller, project)
    if not role:
        raise rejected("forbidden", "The caller has no role in this project.", reason="no_role")
    return Asked(project, role, found, in_project(project.id), await shown_to(request, project, role))


async def _everywhere(request: Request) -> tuple[str, Filter]:
    """The caller's least role, and the label tasks of every project in which they have one."""
    app, caller = request.app, request.caller
    if caller.admin:
        return "OW", eq("kind", LABEL)
    query = Query(entity="definition", where=eq("kind", PROJECT), limit=MOST_PROJECTS)
    page = await app.list(query, caller)
    found = await app.rows(Definition, "id", [row_id for row_id, _ in page.ids])
    roles = {project.id: role for project in found if (role := role_in(caller, project))}
    if not roles:
        raise rejected("forbidden", "The caller has no role in any project.", reason="no_role")
    least = max(roles.values(), key=RANKS.index)
    return least, both(eq("kind", LABEL), one_of("definition_id", sorted(roles)))


def _where(params: TaskListParams, asked: Asked) -> Filter:
    return both(
        *(asked.scope.of if isinstance(asked.scope, All) else (asked.scope,)),
        asked.prepared.where,
        ANNOTATED if boolean("only_annotated", params.only_annotated, False) else None,
        FOR_REVIEW if boolean("review", params.review, False) else None,
        selected(params.selected_items),
        asked.bound,
    )


async def _look(request: Request, params: TaskListParams, asked: Asked) -> Look:
    review = boolean("review", params.review, False)
    include = frozenset(comma_list(params.include)) or None
    hidden = asked.prepared.hidden
    also = asked.prepared.columns | (LAZY - hidden if hidden is not None else frozenset())
    settings = await settings_of(request.app, asked.project) if asked.project else UNKNOWN
    return look_of(
        asked.role,
        request.caller.id,
        everything=one_word("fields", params.fields, FIELD_SETS) == "all" and not review,
        include=include,
        also=also | ({"annotators"} if review else frozenset()),
        collaborative=settings.show_collab_predictions,
        proxies=proxies_of(settings) if boolean("resolve_uri", params.resolve_uri, True) else NOTHING,
    )
