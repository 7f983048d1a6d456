"""Structs as they stand on the wire. Source: orchestrator API, tasks endpoint; Puppet HTTP API v3; RBAC API
v1."""

from __future__ import annotations

from typing import Any

import msgspec


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Where tasks were read: `code_id` names the version of the code."""

    name: str
    code_id: str | None


class TaskItem(msgspec.Struct, frozen=True, kw_only=True):
    """One task in the list. `id` is the absolute URL of its details."""

    id: str
    name: str
    permitted: bool


class TaskList(msgspec.Struct, frozen=True, kw_only=True):
    environment: Environment
    items: list[TaskItem]


class Uri(msgspec.Struct, frozen=True, kw_only=True):
    """Where a file is downloaded; the client chooses the host."""

    path: str
    params: dict[str, str]


class TaskFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a task. `sha256` is lowercase hexadecimal."""

    filename: str
    uri: Uri
    sha256: str
    size_bytes: int


class TaskDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A task with its metadata as written and its files, implementations first."""

    id: str
    name: str
    permitted: bool
    environment: Environment
    metadata: dict[str, Any]
    files: list[TaskFile]


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """The error form of the orchestrator and of RBAC."""

    kind: str
    msg: str
    details: dict[str, Any] = {}


class FileServerError(msgspec.Struct, frozen=True, kw_only=True):
    """The error form of Puppet's own API under `/puppet/v3`."""

    message: str
    issue_kind: str


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A thing of the root document: its name and URL."""

    name: str
    id: str


class Info(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    description: str
    warning: str
    version: str
    license: str


class Root(msgspec.Struct, frozen=True, kw_only=True):
    """What the orchestrator offers."""

    info: Info
    status: Named
    collections: list[Named]
    commands: list[Named]


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the orchestrator service, in the form of Puppet's status API."""

    service_version: str
    service_status_version: int
    detail_level: str
    state: str
    status: dict[str, Any]
    active_alerts: list[Any]


class LoginBody(msgspec.Struct, frozen=True, kw_only=True):
    """A request for a token. `lifetime` is a number with unit y, d, h, m or s; "0" stands for ten years."""

    login: str
    password: str
    lifetime: str | None = None
    description: str | None = None
    client: str | None = None
    label: str | None = None


class Token(msgspec.Struct, frozen=True, kw_only=True):
    token: str
