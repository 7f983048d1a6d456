"""What the server says about itself: health, metrics, the OpenAPI documents and pages to browse them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import msgspec

from taskyard.app.gauges import gauge
from taskyard.http.coverage import coverage_of, coverage_rows
from taskyard.http.message import Request, Response, json_response, text_response
from taskyard.http.openapi import openapi_document
from taskyard.http.operation import Dialect, Handler, Operation, served
from taskyard.http.problem import TITLES, problem_response
from taskyard.model.principal import Principal
from taskyard.model.problem import STATUS, rejected
from taskyard.telemetry import EXPOSITION_TYPE, exposition

HTML = "text/html; charset=utf-8"
_POLICY = ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
HERE = "http://taskyard.invalid"
"""Stands in kept documents for the URL of whoever asks."""

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


class System:
    """Handlers of the operations that belong to no API."""

    def __init__(self, dialects: Sequence[Dialect], app: Any) -> None:
        self.dialects = dialects
        self.app = app
        self._by_name = {dialect.name: dialect for dialect in dialects}
        self._documents: dict[str, bytes] = {}

    def operations(self) -> tuple[Operation, ...]:
        return (
            _page_of("/healthz", "healthz", self.healthz, {200: str}),
            _page_of("/readyz", "readyz", self.readyz, {200: Readiness, 503: Readiness}),
            _page_of("/metrics", "metrics", self.metrics, {200: str}),
            _page_of("/openapi/{dialect}.json", "openapi", self.openapi, {200: Any}),
            _page_of("/docs", "docs", self.index, {200: str}),
            _page_of("/docs/problems", "docs_problems", self.problems, {200: str}),
            _page_of("/docs/{dialect}", "docs_dialect", self.browse, {200: str}),
        )

    async def healthz(self, request: Request, params: None, body: None) -> Response:
        return text_response("ok\n")

    async def readyz(self, request: Request, params: None, body: None) -> Response:
        checks = await self.app.ready()
        ready = all(checks.values())
        return json_response(Readiness(ready, checks), 200 if ready else 503)

    async def metrics(self, request: Request, params: None, body: None) -> Response:
        await gauge(self.app)
        return Response(body=exposition(), media_type=EXPOSITION_TYPE)

    async def openapi(self, request: Request, params: None, body: None) -> Response:
        dialect = self._known(request)
        document = self._documents.get(dialect.name)
        if document is None:
            document = self._documents[dialect.name] = msgspec.json.encode(openapi_document(dialect, HERE))
        written = document.replace(HERE.encode(), request.base_url.encode(), 1)
        return Response(body=written, media_type="application/json")

    async def index(self, request: Request, params: None, body: None) -> Response:
        return _page("APIs", _dialects_table(self.dialects))

    async def browse(self, request: Request, params: None, body: None) -> Response:
        dialect = self._known(request)
        return _page(dialect.title, _operations_table(dialect))

    async def problems(self, request: Request, params: None, body: None) -> Response:
        return _page("Problems", _problems_table())

    def _known(self, request: Request) -> Dialect:
        name = request.path_params["dialect"]
        if name not in self._by_name:
            raise rejected(
                "not_found", f"There is no dialect {name}.", reason="unknown_dialect", dialect=name
            )
        return self._by_name[name]


def system_dialect(dialects: Sequence[Dialect], app: Any) -> Dialect:
    """The dialect of the server's own paths; `app.ready()` tells readiness."""
    return Dialect(
        name="system",
        title="Taskyard",
        version="1",
        mounts=(),
        root_mount=True,
        authenticate=_anybody,
        render_problem=problem_response,
        operations=System(dialects, app).operations(),
    )


def _page_of(path: str, name: str, handler: Handler, returns: dict[int, Any]) -> Operation:
    return served("GET", path, name, handler, auth=False, returns=returns)


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
