"""The error form of each API, told by the path that was asked."""

from __future__ import annotations

from typing import Any

import httpx

FORMS: dict[str, set[str]] = {
    "/engine-rest": {"type", "message", "code"},
    "/orchestrator": {"kind", "msg", "details"},
    "/bpm": {"type", "title", "status", "detail", "errorCode", "Type", "Message"},
    "/v1": {"type", "title", "status", "detail", "instance", "code", "reason", "retryable"},
    "/api/metadata": {"status", "message", "instance", "retryable"},
    "/api/": {"id", "status_code", "version", "detail", "exc_info"},
}
"""The members that an error of each API always has, by the start of its paths."""

MORE: dict[str, set[str]] = {
    "/v1": {"errors", "hint"},
    "/api/metadata": {"validationErrors", "error"},
    "/api/": {"validation_errors"},
    "/engine-rest": {"details"},
}
"""Members that some errors have."""

STATUS_MEMBERS = {"/bpm": "status", "/v1": "status", "/api/metadata": "status", "/api/": "status_code"}


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The body of an error that has this status and the form of its API."""
    path = answer.request.url.path
    start = next(start for start in FORMS if path.startswith(start))
    shown = f"{answer.request.method} {path}: {answer.status_code} {answer.text[:500]}"
    assert answer.status_code == status, shown
    assert answer.headers["x-taskyard-problem"], shown
    media = "application/problem+json" if start == "/v1" else "application/json"
    assert answer.headers["content-type"].startswith(media), shown
    body = answer.json()
    assert FORMS[start] <= set(body) <= FORMS[start] | MORE.get(start, set()), shown
    if start in STATUS_MEMBERS:
        assert body[STATUS_MEMBERS[start]] == status, shown
    return body
