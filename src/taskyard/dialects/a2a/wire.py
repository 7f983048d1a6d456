"""Structs as they stand on the wire. Source: A2A protocol 1.0 (`a2a.proto`, JSON form) and 0.3."""

from __future__ import annotations

from typing import Any

import msgspec


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Why an error happened, in the form of `google.rpc.ErrorInfo`."""

    type: str = msgspec.field(name="@type", default="type.googleapis.com/google.rpc.ErrorInfo")
    reason: str
    domain: str = "a2a-protocol.org"
    metadata: dict[str, str] = {}


class RpcError(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error object of JSON-RPC; `data` is absent in 0.3."""

    code: int
    message: str
    data: list[ErrorInfo] = []


class RpcFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON-RPC response that carries an error."""

    jsonrpc: str = "2.0"
    id: str | int | None = None
    error: RpcError


class RestError(msgspec.Struct, frozen=True, kw_only=True):
    code: int
    status: str
    message: str
    details: list[ErrorInfo]


class RestFailure(msgspec.Struct, frozen=True, kw_only=True):
    """An error of the HTTP+JSON binding."""

    error: RestError


class CardParams(msgspec.Struct, frozen=True, kw_only=True):
    """`version`: the protocol version that the card is wanted for, `1.0` or `0.3`."""

    version: str | None = None


class Interface(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the agent speaks which version of which binding."""

    url: str
    protocol_binding: str
    protocol_version: str


class LegacyInterface(msgspec.Struct, frozen=True, kw_only=True):
    """An interface as 0.3 lists it."""

    url: str
    transport: str


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    organization: str
    url: str


class AgentCard(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Who the agent is and what it can do. Members of 1.0, then those that only 0.3 has."""

    name: str
    description: str
    version: str
    provider: Provider
    capabilities: dict[str, bool]
    default_input_modes: list[str]
    default_output_modes: list[str]
    skills: list[dict[str, Any]]
    security_schemes: dict[str, dict[str, Any]]
    supported_interfaces: list[Interface] | msgspec.UnsetType = msgspec.UNSET
    security_requirements: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET
    preferred_transport: str | msgspec.UnsetType = msgspec.UNSET
    additional_interfaces: list[LegacyInterface] | msgspec.UnsetType = msgspec.UNSET
    protocol_version: str | msgspec.UnsetType = msgspec.UNSET
    security: list[dict[str, list[str]]] | msgspec.UnsetType = msgspec.UNSET
    supports_authenticated_extended_card: bool | msgspec.UnsetType = msgspec.UNSET
