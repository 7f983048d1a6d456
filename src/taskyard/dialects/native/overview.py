"""What this server is: `GET /v1/server`."""

from __future__ import annotations

import msgspec

import taskyard
from taskyard.http.message import Request, Response, json_response
from taskyard.http.operation import Dialect


class Command(msgspec.Struct, kw_only=True):
    """A command to copy. `{url}`, `{token}` and `{password}` stand for the caller's own."""

    title: str
    command: str


class ConnectInfo(msgspec.Struct, kw_only=True):
    """How to point a client at this server; `summary` says what the API is for."""

    summary: str
    commands: list[Command]


class DialectInfo(msgspec.Struct, kw_only=True):
    """One wire API and how much of it is served (counts of operations)."""

    name: str
    title: str
    version: str
    mounts: list[str]
    enabled: bool
    served: int
    partial: int
    refused: int
    openapi: str
    connect: ConnectInfo


class ServerInfo(msgspec.Struct, kw_only=True):
    """The server and what is mounted on it."""

    name: str
    version: str
    dialects: list[DialectInfo]


def dialect_info(dialect: Dialect, base_url: str) -> DialectInfo:
    """A dialect for the overview; `{url}` in its commands is filled in."""
    verdicts = [operation.verdict for operation in dialect.operations]
    commands = [
        Command(title=connect.title, command=connect.command.replace("{url}", base_url))
        for connect in dialect.connect
    ]
    return DialectInfo(
        name=dialect.name,
        title=dialect.title,
        version=dialect.version,
        mounts=list(dialect.mounts),
        enabled=True,
        served=verdicts.count("served"),
        partial=verdicts.count("partial"),
        refused=verdicts.count("refused"),
        openapi=f"{base_url}/openapi/{dialect.name}.json",
        connect=ConnectInfo(summary=dialect.description, commands=commands),
    )


async def get_server(request: Request, params: None, body: None) -> Response:
    return json_response(
        ServerInfo(
            name="Taskyard",
            version=taskyard.__version__,
            dialects=[dialect_info(dialect, request.base_url) for dialect in request.app.dialects],
        )
    )
