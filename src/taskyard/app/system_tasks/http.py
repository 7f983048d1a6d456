"""Requests of HTTP and HTTP_POLL tasks.

Only public addresses are asked unless the setting `http_task_allow_private` says otherwise, at every redirect anew. Times
and sizes are bounded; secrets are put in by the caller and go nowhere but into the request.
"""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import msgspec

from taskyard.app.application import Application
from taskyard.app.system_tasks.address import Forbidden, address_of
from taskyard.app.system_work import Performed, SystemJob, performs
from taskyard.config import Settings
from taskyard.engine.flow.behaviors.http import ASYNC
from taskyard.engine.flow.extra import extra_of

REDIRECTS = 5
USUAL_MS = 3_000
LONGEST_MS = 300_000
TOTAL_SECONDS = 600.0
REASON_LIMIT = 500
PRIVATE_HEADERS = ("authorization", "cookie", "proxy-authorization")
"""Left out when a redirect leads to another host."""


class Request(msgspec.Struct, kw_only=True):
    """What to ask. Times are milliseconds."""

    url: httpx.URL
    method: str
    headers: dict[str, str]
    content: bytes
    connect_ms: int
    read_ms: int


class Unusable(Exception):
    """The input does not describe a request; the text says why."""


class TooLarge(Exception):
    """The answer is larger than it may be."""


@performs("HTTP")
async def request(app: Application, job: SystemJob) -> Performed:
    """Make the request: 2xx is a success, everything else a failure that may be tried again."""
    done = await ask(app.settings, job.input)
    if done.status == "COMPLETED" and job.element is not None and extra_of(job.element).sub.get(ASYNC):
        return Performed("IN_PROGRESS", done.output)
    return done


@performs("HTTP_POLL")
async def poll_request(app: Application, job: SystemJob) -> Performed:
    """Make the request; the flow decides whether that was the last one."""
    done = await ask(app.settings, job.input)
    return Performed("IN_PROGRESS", done.output) if done.status == "COMPLETED" else done


async def ask(settings: Settings, input: dict[str, Any]) -> Performed:
    """What came of the request that the input of a task describes."""
    try:
        wanted = request_in(input)
        async with asyncio.timeout(TOTAL_SECONDS):
            answer = await _answer(settings, wanted)
    except Unusable as fault:
        return Performed("FAILED_WITH_TERMINAL_ERROR", reason=str(fault))
    except Forbidden as fault:
        return Performed("FAILED_WITH_TERMINAL_ERROR", reason=f"The request is not allowed: {fault}")
    except TooLarge:
        return Performed(
            "FAILED_WITH_TERMINAL_ERROR",
            reason=f"The answer is larger than {settings.max_payload} bytes, the most there may be.",
        )
    except TimeoutError:
        return Performed("FAILED", reason="The request took too long.")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as fault:
        text = str(fault) or type(fault).__name__
        return Performed("FAILED", reason=f"Failed to invoke HTTP task due to: {text}")
    output = {"response": answer}
    if 200 <= answer["statusCode"] < 300:
        return Performed("COMPLETED", output)
    body = answer["body"]
    words = body if isinstance(body, str) else msgspec.json.encode(body).decode()
    return Performed(
        "FAILED",
        output,
        (words if body is not None else "No response from the remote service")[:REASON_LIMIT],
    )


def request_in(input: dict[str, Any]) -> Request:
    """The request in `http_request` or at the top of the input. Raises `Unusable`."""
    nested = input.get("http_request")
    given: dict[str, Any] = nested if isinstance(nested, dict) else input
    uri = given.get("uri")
    if not isinstance(uri, str) or not uri:
        raise Unusable("Missing HTTP URI. See documentation for HttpTask for required input parameters")
    try:
        url = httpx.URL(uri)
    except httpx.InvalidURL as fault:
        raise Unusable(f"The uri is none: {fault}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise Unusable(f"The uri is none of http or https: {uri!r:.200}")
    body = given.get("body")
    headers = {"accept": _words(given.get("accept"), "application/json"), "accept-encoding": "identity"}
    if body is not None:
        headers["content-type"] = _words(given.get("contentType"), "application/json")
    for name, value in (given.get("headers") or {}).items():
        headers[str(name).lower()] = _words(value, "")
    try:
        return Request(
            url=url,
            method=str(given.get("method") or "GET").upper(),
            headers=headers,
            content=_content(body),
            connect_ms=_milliseconds(given.get("connectionTimeOut")),
            read_ms=_milliseconds(given.get("readTimeOut")),
        )
    except (TypeError, ValueError) as fault:
        raise Unusable(f"The request cannot be made: {fault}") from None


def _words(value: Any, usual: str) -> str:
    if value is None:
        return usual
    return ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)


def _content(body: Any) -> bytes:
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else msgspec.json.encode(body)


def _milliseconds(value: Any) -> int:
    return min(int(value), LONGEST_MS) if value and int(value) > 0 else USUAL_MS


async def _answer(settings: Settings, wanted: Request) -> dict[str, Any]:
    """The answer in the shape of the task's output, behind at most so many redirects."""
    timeout = httpx.Timeout(
        wanted.read_ms / 1000, connect=wanted.connect_ms / 1000, read=wanted.read_ms / 1000
    )
    limits = httpx.Limits(max_keepalive_connections=0)
    async with httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False) as client:
        for _ in range(REDIRECTS + 1):
            answer, following = await _once(settings, client, wanted)
            if following is None:
                return answer
            wanted = following
    raise httpx.TooManyRedirects(f"more than {REDIRECTS} redirects")


async def _once(
    settings: Settings, client: httpx.AsyncClient, wanted: Request
) -> tuple[dict[str, Any], Request | None]:
    """One request, and the one that its redirect asks for. It goes to the address that was looked at."""
    url = wanted.url
    port = url.port or (443 if url.scheme == "https" else 80)
    address = await address_of(url.host, port, allow_private=settings.http_task_allow_private)
    headers = {**wanted.headers, "host": url.netloc.decode()}
    asked = client.build_request(
        wanted.method,
        url.copy_with(host=address),
        headers=headers,
        content=wanted.content,
        extensions={"sni_hostname": url.host},
    )
    answer = await client.send(asked, stream=True)
    try:
        if answer.has_redirect_location:
            return {}, _redirected(wanted, answer)
        body = await _body(answer, settings.max_payload)
    finally:
        await answer.aclose()
    shown: dict[str, list[str]] = {}
    for name, value in answer.headers.multi_items():
        shown.setdefault(name, []).append(value)
    output = {
        "statusCode": answer.status_code,
        "reasonPhrase": answer.reason_phrase,
        "headers": shown,
        "body": _parsed(answer, body),
    }
    return output, None


async def _body(answer: httpx.Response, most: int) -> bytes:
    received = bytearray()
    async for chunk in answer.aiter_bytes():
        received += chunk
        if len(received) > most:
            raise TooLarge
    return bytes(received)


def _parsed(answer: httpx.Response, body: bytes) -> Any:
    """JSON as what it says, everything else as text; None when there is nothing."""
    if not body:
        return None
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        pass
    try:
        text = body.decode(answer.charset_encoding or "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    return text.replace("\0", "")


def _redirected(wanted: Request, answer: httpx.Response) -> Request:
    url = wanted.url.join(answer.headers["location"])
    if url.scheme not in ("http", "https") or not url.host:
        raise Unusable(f"The answer leads to what is none of http or https: {str(url)!r:.200}")
    headers, method, content = dict(wanted.headers), wanted.method, wanted.content
    if url.netloc != wanted.url.netloc or url.scheme != wanted.url.scheme:
        headers = {name: value for name, value in headers.items() if name not in PRIVATE_HEADERS}
    if (answer.status_code == 303 and method != "HEAD") or (
        answer.status_code in (301, 302) and method == "POST"
    ):
        method, content = "GET", b""
        headers.pop("content-type", None)
    return msgspec.structs.replace(wanted, url=url, headers=headers, method=method, content=content)
