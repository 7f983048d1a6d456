"""Handlers of secrets and environment variables. A secret's value is shown only to who may replace it, by its own name,
never in a list."""

from __future__ import annotations

import msgspec

from taskyard.app import secrets
from taskyard.app.secrets import DeleteSecret, PutSecret
from taskyard.dialects.conductor.wire import Wire
from taskyard.http.message import Request, Response, empty_response, json_response, text_response
from taskyard.model.problem import rejected


class Variable(Wire):
    """An environment variable."""

    name: str
    value: str


async def list_names(request: Request, params: None, body: object) -> Response:
    """The names of the secrets that the caller may see, sorted."""
    return json_response(await secrets.names(request.app, request.caller, "secret"))


async def list_grantable(request: Request, params: None, body: None) -> Response:
    """The names of the secrets that the caller may replace, sorted."""
    return json_response(await secrets.names(request.app, request.caller, "secret", "update"))


async def get(request: Request, params: None, body: None) -> Response:
    """The value of a secret, as text."""
    return text_response(await secrets.read_secret(request.app, request.caller, request.path_params["key"]))


async def exists(request: Request, params: None, body: None) -> Response:
    """Whether there is such a secret that the caller may see."""
    known = await secrets.names(request.app, request.caller, "secret")
    return json_response(request.path_params["key"] in known)


async def put(request: Request, params: None, body: bytes) -> Response:
    """Keep a secret."""
    await secrets.put_secret(request.app, request.caller, request.path_params["key"], _text(body))
    return empty_response(200)


async def delete(request: Request, params: None, body: None) -> Response:
    """Remove a secret."""
    await request.app.run(DeleteSecret(actor=request.caller, kind="secret", name=request.path_params["key"]))
    return empty_response(200)


async def list_variables(request: Request, params: None, body: None) -> Response:
    """The environment variables that the caller may read."""
    found = await secrets.environment(request.app, request.caller)
    return json_response([Variable(name=name, value=found[name]) for name in sorted(found)])


async def get_variable(request: Request, params: None, body: None) -> Response:
    """The value of an environment variable, as text."""
    key = request.path_params["key"]
    found = await secrets.environment(request.app, request.caller)
    if key not in found:
        raise rejected("not_found", f"No such environment variable found: {key}", reason="unknown_secret")
    return text_response(found[key])


async def put_variable(request: Request, params: None, body: bytes) -> Response:
    """Keep an environment variable."""
    key = request.path_params["key"]
    await request.app.run(PutSecret(actor=request.caller, kind="environment", name=key, value=_text(body)))
    return empty_response(200)


async def delete_variable(request: Request, params: None, body: None) -> Response:
    """Remove an environment variable."""
    key = request.path_params["key"]
    await request.app.run(DeleteSecret(actor=request.caller, kind="environment", name=key))
    return empty_response(200)


def _text(body: bytes) -> str:
    """The value in a body: a JSON string is what it says, anything else is the value as it stands."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise rejected("invalid", "The value is not UTF-8 text", reason="unreadable") from None
    if len(text) > 1 and text[0] == text[-1] == '"':
        try:
            return msgspec.json.decode(text, type=str)
        except msgspec.DecodeError:
            return text
    if not text:
        raise rejected("invalid", "The value must not be empty", reason="missing_value")
    return text
