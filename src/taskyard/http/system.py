"""What the server says about itself: health, metrics, the OpenAPI documents and pages to browse them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import msgspec

from taskyard.http.coverage import coverage_of, coverage_rows
from taskyard.http.message import Request, Response, json_response, text_response
from taskyard.http.openapi import openapi_document
from taskyard.http.operation import Dialect, served
from taskyard.http.problem import TITLES, problem_response
from taskyard.model.principal import Principal
from taskyard.model.problem import STATUS, rejected
from taskyard.telemetry import EXPOSITION_TYPE, exposition

HTML = "text/html; charset=utf-8"
_POLICY = ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
_STYLE = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}code{font:14px ui-monospace,monospace}"
    "td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}"
    ".refused{opacity:.6}small{opacity:.75}"
)


class Readiness(msgspec.Struct):
    """Whether the server can do its work, and what that depends on."""

    ready: bool
    checks: dict[str, bool]


def system_dialect(dialects: Sequence[Dialect], app: Any) -> Dialect:
    """The operations that belong to no API. `app.ready()` tells readiness."""
    by_name = {dialect.name: dialect for dialect in dialects}
    documents: dict[tuple[str, str], bytes] = {}

    def known(request: Request) -> Dialect:
        name = request.path_params["dialect"]
        if name not in by_name:
            raise rejected(
                "not_found", f"There is no dialect {name}.", reason="unknown_dialect", dialect=name
            )
        return by_name[name]

    async def healthz(request: Request, params: None, body: None) -> Response:
        return text_response("ok\n")

    async def readyz(request: Request, params: None, body: None) -> Response:
        checks = await app.ready()
        ready = all(checks.values())
        return json_response(Readiness(ready, checks), 200 if ready else 503)

    async def metrics(request: Request, params: None, body: None) -> Response:
        return Response(body=exposition(), media_type=EXPOSITION_TYPE)

    async def openapi(request: Request, params: None, body: None) -> Response:
        dialect = known(request)
        key = (dialect.name, request.base_url)
        if key not in documents:
            if len(documents) > 4 * len(by_name):
                documents.clear()
            documents[key] = msgspec.json.encode(openapi_document(dialect, request.base_url))
        return Response(body=documents[key], media_type="application/json")

    async def browse(request: Request, params: None, body: None) -> Response:
        return _page(known(request).title, _operations_table(known(request)))

    async def index(request: Request, params: None, body: None) -> Response:
        return _page("APIs", _dialects_table(dialects))

    async def problems(request: Request, params: None, body: None) -> Response:
        return _page("Problems", _problems_table())

    return Dialect(
        name="system",
        title="Taskyard",
        version="1",
        mounts=(),
        root_mount=True,
        authenticate=_anybody,
        render_problem=problem_response,
        operations=(
            served("GET", "/healthz", "healthz", healthz, auth=False, returns={200: str}),
            served("GET", "/readyz", "readyz", readyz, auth=False, returns={200: Readiness, 503: Readiness}),
            served("GET", "/metrics", "metrics", metrics, auth=False, returns={200: str}),
            served("GET", "/openapi/{dialect}.json", "openapi", openapi, auth=False, returns={200: Any}),
            served("GET", "/docs", "docs", index, auth=False, returns={200: str}),
            served("GET", "/docs/problems", "docs_problems", problems, auth=False, returns={200: str}),
            served("GET", "/docs/{dialect}", "docs_dialect", browse, auth=False, returns={200: str}),
        ),
    )


async def _anybody(request: Request) -> Principal | None:
    return None


def _page(title: str, content: str) -> Response:
    text = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style>'
        f"<h1>{escape(title)}</h1>{content}</html>"
    )
    return Response(body=text.encode(), media_type=HTML, headers=[_POLICY])


def _dialects_table(dialects: Sequence[Dialect]) -> str:
    rows = []
    for dialect in dialects:
        count = coverage_of(dialect)
        rows.append(
            f'<tr><td><a href="docs/{escape(dialect.name)}">{escape(dialect.title)}</a>'
            f"<td><code>{escape(', '.join(dialect.mounts))}</code>"
            f"<td>{count.served}<td>{count.partial}<td>{count.refused}"
            f'<td><a href="openapi/{escape(dialect.name)}.json">OpenAPI</a>'
        )
    head = "<tr><th>API<th>Mounted at<th>Served<th>Partial<th>Refused<th>Document"
    return f"<table>{head}{''.join(rows)}</table>"


def _operations_table(dialect: Dialect) -> str:
    summaries = {operation.name: operation.summary for operation in dialect.operations}
    rows = [
        f'<tr class="{row.verdict}"><td><code>{escape(row.method)}</code><td><code>{escape(row.path)}</code>'
        f"<td>{escape(row.verdict)}<td>{escape(summaries[row.operation])}"
        f"{f' <small>{escape(row.why)}</small>' if row.why else ''}"
        for row in coverage_rows([dialect])
    ]
    head = "<tr><th>Method<th>Path<th>Verdict<th>Operation"
    lead = f"<p>{escape(dialect.description)}</p>" if dialect.description else ""
    link = f'<p><a href="../openapi/{escape(dialect.name)}.json">OpenAPI document</a></p>'
    return f"{lead}{link}<table>{head}{''.join(rows)}</table>"


def _problems_table() -> str:
    rows = [
        f'<tr id="{code}"><td><code>{code}</code><td>{status}<td>{escape(TITLES[code])}'
        for code, status in STATUS.items()
    ]
    return f"<table><tr><th>Code<th>Status<th>Meaning{''.join(rows)}</table>"
