"""Handler of the agent card. It declares only what is served: no streaming, no push, no extended card, no
skill."""

from __future__ import annotations

import hashlib

import msgspec

from taskyard import __version__
from taskyard.dialects.a2a.access import SCHEMES
from taskyard.dialects.a2a.errors import RPC_PATH, asked_version, is_version
from taskyard.dialects.a2a.wire import AgentCard, CardParams, Interface, LegacyInterface, Provider
from taskyard.http.message import JSON, Request, Response

REST_PATH = RPC_PATH + "/rest"
MAX_AGE_SECONDS = 300
MODES = ["text/plain", "application/json"]
DESCRIPTION = (
    "Hands work to people, workers and processes. Agents can find it here; they cannot give it work yet."
)


async def agent_card(request: Request, params: CardParams, body: None) -> Response:
    """The card for everybody, in the form of the version asked for; a union of both forms by default."""
    text = msgspec.json.encode(card(request.base_url, _form(request, params.version)))
    tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
    headers = [
        ("Cache-Control", f"public, max-age={MAX_AGE_SECONDS}"),
        ("ETag", tag),
        ("Vary", "A2A-Version"),
        ("Access-Control-Allow-Origin", "*"),
    ]
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status=304, headers=headers)
    return Response(body=text, media_type=JSON, headers=headers)


def card(base_url: str, form: str) -> AgentCard:
    """The card in the form `1.0`, `0.3` or `union`."""
    rpc = base_url + RPC_PATH
    capabilities = {"streaming": False, "pushNotifications": False}
    present: dict[str, object] = {}
    if form != "0.3":
        capabilities["extendedAgentCard"] = False
        present["supported_interfaces"] = [
            Interface(url=rpc, protocol_binding="JSONRPC", protocol_version="1.0"),
            Interface(url=base_url + REST_PATH, protocol_binding="HTTP+JSON", protocol_version="1.0"),
        ]
        present["security_requirements"] = [{"schemes": {name: {"list": []}}} for name in SCHEMES]
    if form != "1.0":
        capabilities["stateTransitionHistory"] = False
        present["url"] = rpc
        present["preferred_transport"] = "JSONRPC"
        present["additional_interfaces"] = [LegacyInterface(url=rpc, transport="JSONRPC")]
        present["protocol_version"] = "0.3.0"
        present["security"] = [{name: []} for name in SCHEMES]
        present["supports_authenticated_extended_card"] = False
    if form == "union":
        interfaces = present["supported_interfaces"]
        assert isinstance(interfaces, list)
        interfaces.append(Interface(url=rpc, protocol_binding="JSONRPC", protocol_version="0.3"))
    return AgentCard(
        name="Taskyard",
        description=DESCRIPTION,
        version=__version__,
        provider=Provider(organization="Taskyard", url=base_url),
        capabilities=capabilities,
        default_input_modes=MODES,
        default_output_modes=MODES,
        skills=[],
        security_schemes={name: _scheme(scheme, form) for name, scheme in SCHEMES.items()},
        **present,  # type: ignore[arg-type]
    )


def _form(request: Request, version: str | None) -> str:
    wanted = version or asked_version(request)
    for known in ("1.0", "0.3"):
        if is_version(wanted, known):
            return known
    return request.app.settings.a2a_card_style


def _scheme(scheme: str, form: str) -> dict[str, object]:
    """A security scheme: by wrapper member in 1.0, by `type` in 0.3."""
    legacy = {"type": "http", "scheme": scheme.lower()} if form != "1.0" else {}
    wrapped = {"httpAuthSecurityScheme": {"scheme": scheme}} if form != "0.3" else {}
    return {**legacy, **wrapped}
