"""The command line as a client of the native API: `TASKYARD_URL` and `TASKYARD_TOKEN` say where and who."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import click

EXIT_CODES = {401: 4, 403: 4, 404: 3, 409: 5, 408: 6, 504: 6, 400: 2, 422: 2}
TIMEOUT = 30.0
PAGE = 500


def call(method: str, path: str, body: Any = None, **query: Any) -> Any:
    """One call; the decoded answer. A refusal prints its sentence and ends the program with its exit code."""
    import httpx

    url = os.environ.get("TASKYARD_URL", "http://127.0.0.1:8000")
    token = os.environ.get("TASKYARD_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    parameters = {name: value for name, value in query.items() if value is not None}
    try:
        answer = httpx.request(
            method, f"{url}{path}", json=body, params=parameters, headers=headers, timeout=TIMEOUT
        )
    except httpx.TimeoutException:
        fail(f"{url} did not answer within {TIMEOUT:.0f} s.", 6)
    except httpx.HTTPError as error:
        fail(f"Cannot reach {url}: {error}. Is the server running? TASKYARD_URL says where it is.", 1)
    if answer.is_success:
        return answer.json() if answer.content else None
    _refused(answer)


def _refused(answer: Any) -> NoReturn:
    try:
        problem = answer.json()
    except ValueError:
        problem = {"detail": answer.text[:500]}
    words = problem.get("detail") or problem.get("title") or f"HTTP {answer.status_code}"
    for error in problem.get("errors", []):
        words += f"\n  {error.get('pointer')}: {error.get('detail')}"
    if problem.get("hint"):
        words += f"\n{problem['hint']}"
    if answer.status_code == 401:
        words += "\nSet TASKYARD_TOKEN to a token of yours."
    fail(words, EXIT_CODES.get(answer.status_code, 1))


def fail(words: str, code: int) -> NoReturn:
    click.echo(words, err=True)
    sys.exit(code)


def every(path: str, limit: int | None, **query: Any) -> Iterator[dict[str, Any]]:
    """The items of a list, page after page, at most `limit`."""
    after, taken = None, 0
    while True:
        size = PAGE if limit is None else min(PAGE, limit - taken)
        if size <= 0:
            return
        page = call("GET", path, limit=size, after=after, **query)
        yield from page["items"]
        taken += len(page["items"])
        after = page.get("next")
        if after is None:
            return
