"""Handlers that search executions and tasks."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from taskyard.app import search
from taskyard.dialects.conductor import execution_wire as wire
from taskyard.dialects.conductor.execution_render import (
    task_record,
    task_summary,
    workflow_record,
    workflow_summary,
)
from taskyard.dialects.conductor.queries import Params
from taskyard.dialects.conductor.search_fields import (
    EXECUTION_TEXTS,
    EXECUTION_WORDS,
    TASK_TEXTS,
    TASK_WORDS,
    Word,
    conditions_filter,
    document_filter,
    malformed,
    orders,
    text_filter,
)
from taskyard.dialects.conductor.search_query import read_conditions
from taskyard.http.message import Request, Response, json_response
from taskyard.model.query import Cmp, Filter, both

LARGEST = 5_000
"""Results of one page."""

TEXT_LENGTH = 255
"""Characters of a free text."""


class SearchParams(Params):
    """What to search for, and which part of the result is wanted. `queryId` and `classifier` have no effect."""

    start: Annotated[int, Meta(ge=0)] = 0
    size: Annotated[int, Meta(ge=0)] = 100
    sort: list[str] = []
    free_text: str = "*"
    query: str | None = None
    query_id: str | None = None
    classifier: str | None = None


class WorkflowSearchParams(SearchParams):
    """`topLevelOnly` leaves sub-workflows out."""

    top_level_only: bool = False


async def search_workflows(request: Request, params: WorkflowSearchParams, body: None) -> Response:
    """Executions in short."""
    return await _summaries(request, params, executions_filter(params))


async def search_workflows_whole(request: Request, params: WorkflowSearchParams, body: None) -> Response:
    """Executions whole, without their tasks."""
    return await _wholes(request, params, executions_filter(params))


async def search_workflows_by_tasks(request: Request, params: WorkflowSearchParams, body: None) -> Response:
    """Executions in short that have a task for which the query holds."""
    return await _summaries(request, params, _having_tasks(params))


async def search_workflows_by_tasks_whole(
    request: Request, params: WorkflowSearchParams, body: None
) -> Response:
    """Executions whole, without their tasks, that have a task for which the query holds."""
    return await _wholes(request, params, _having_tasks(params))


async def search_tasks(request: Request, params: SearchParams, body: None) -> Response:
    """Tasks in short."""
    found = await _tasks(request, params)
    now = request.app.clock.now()
    results = [task_summary(record, now) for record in found.records]
    return json_response(wire.TaskSummaryResult(total_hits=found.total, results=results))


async def search_tasks_whole(request: Request, params: SearchParams, body: None) -> Response:
    """Tasks whole."""
    found = await _tasks(request, params)
    now = request.app.clock.now()
    results = [task_record(record, now) for record in found.records]
    return json_response(wire.TaskSearchResult(total_hits=found.total, results=results))


def executions_filter(params: WorkflowSearchParams) -> Filter:
    """What a search for executions asks for."""
    top = Cmp("parent_id", "is_null") if params.top_level_only else None
    return both(_wanted(params, EXECUTION_WORDS, EXECUTION_TEXTS), top)


def _having_tasks(params: WorkflowSearchParams) -> Filter:
    top = Cmp("parent_id", "is_null") if params.top_level_only else None
    return both(search.by_tasks(_wanted(params, TASK_WORDS, TASK_TEXTS)), top)


def _wanted(params: SearchParams, words: dict[str, Word], columns: tuple[str, ...]) -> Filter | None:
    """The query and the free text of a search together."""
    parts: list[Filter | None] = [conditions_filter(words, read_conditions(params.query))]
    text = params.free_text.strip()
    if len(text) > TEXT_LENGTH:
        raise malformed(f"The free text is longer than {TEXT_LENGTH} characters", None, "?freeText")
    if text.startswith("{"):
        parts.append(document_filter(words, _object(text)))
    elif plain := text.strip("*").strip():
        parts.append(text_filter(columns, plain))
    kept = [part for part in parts if part is not None]
    return both(*kept) if kept else None


def _object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as fault:
        raise malformed(f"The free text is not a JSON object: {fault}", text, "?freeText") from None


async def _found(request: Request, params: WorkflowSearchParams, where: Filter) -> search.FoundExecutions:
    check_size(params)
    order = orders(EXECUTION_WORDS, "|".join(params.sort))
    return await search.search_executions(
        request.app, request.caller, where, order, params.start, params.size
    )


async def _summaries(request: Request, params: WorkflowSearchParams, where: Filter) -> Response:
    found = await _found(request, params, where)
    now = request.app.clock.now()
    results = [workflow_summary(view, now) for view in found.views]
    return json_response(wire.WorkflowSummaryResult(total_hits=found.total, results=results))


async def _wholes(request: Request, params: WorkflowSearchParams, where: Filter) -> Response:
    found = await _found(request, params, where)
    results = [workflow_record(view, []) for view in found.views]
    return json_response(wire.WorkflowSearchResult(total_hits=found.total, results=results))


async def _tasks(request: Request, params: SearchParams) -> search.FoundTasks:
    check_size(params)
    where = _wanted(params, TASK_WORDS, TASK_TEXTS)
    order = orders(TASK_WORDS, "|".join(params.sort))
    return await search.search_tasks(request.app, request.caller, where, order, params.start, params.size)


def check_size(params: SearchParams) -> None:
    """Refuse pages that are too large."""
    if params.size > LARGEST:
        raise malformed(
            f"Cannot return more than {LARGEST} workflows. Please use pagination.", str(params.size), "?size"
        )
