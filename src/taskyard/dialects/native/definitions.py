"""Handlers of definitions."""

from __future__ import annotations

from taskyard.app.human_tasks import HumanDefinition, put_human_definition
from taskyard.dialects.native import wire
from taskyard.dialects.native.queries import by_reference, definition_query
from taskyard.dialects.native.render import DefinitionRenderer, page_body
from taskyard.http.message import JSON, Request, Response
from taskyard.model.definition import Definition
from taskyard.model.problem import FieldError, Problem, Rejected, rejected

_plain = DefinitionRenderer()
_detail = DefinitionRenderer(detail=True)


async def list_definitions(request: Request, params: wire.ListParams, body: None) -> Response:
    query = definition_query(params, request.app.clock.now())
    found = await request.app.render_page(query, request.caller, _plain)
    return Response(body=page_body(found.items, found.page.next, found.page.total), media_type=JSON)


async def get_definition(request: Request, params: None, body: None) -> Response:
    reference = request.path_params["uid"]
    page = await request.app.list(by_reference("definition", reference), request.caller)
    if not page.ids:
        raise rejected(
            "not_found", f"There is no definition {reference!r}.", reason="unknown_definition", id=reference
        )
    return await _show(request, page.ids[0])


async def _show(request: Request, pair: tuple[int, int], status: int = 200) -> Response:
    items = await request.app.render_ids("definition", [pair], _detail)
    if not items:
        raise rejected("not_found", f"There is no definition {pair[0]}.", reason="unknown_definition")
    return Response(status=status, body=items[0], media_type=JSON)


async def create_definition(request: Request, params: None, body: wire.NewDefinition) -> Response:
    outcomes = body.outcomes or []
    if len(set(outcomes)) < len(outcomes) or any("," in outcome for outcome in outcomes):
        detail = "must name outcomes, each once and without commas"
        error = FieldError(pointer="/outcomes", detail=detail, value=body.outcomes)
        raise Rejected(
            Problem(code="invalid", reason="bad_outcomes", detail=f"/outcomes {detail}.", errors=(error,))
        )
    version = await put_human_definition(
        request.app,
        request.caller,
        body.key,
        HumanDefinition(outcomes=tuple(outcomes), category=body.category),
        name=body.name,
        description=body.description,
        owner=body.owner or request.caller.name,
        tags=tuple((tag.key, tag.value) for tag in body.tags),
    )
    row = await request.app.row(Definition, id=version.definition_id)
    return await _show(request, (row.id, row.rev), 201)
