"""What the engine keeps beside an execution: a struct of its own, stored as JSON text."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.model.principal import Principal

Work = tuple[Any, ...]
"""A piece of work of a run as data: `("proceed", element id)` or `("schedule", reference, parent id, fragment id, suffix,
iteration)` or `("more", element id, place)`; `("again", element id)` where joins know already, `("retry", element id)`,
`("failed", element id, final)`."""


class Later(Exception):
    """This command has asked enough: the piece of work is done by a later one."""


class Skip(msgspec.Struct):
    """A task to pass by when the flow reaches it."""

    input: dict[str, Any] = {}
    output: dict[str, Any] = {}


class Notes(msgspec.Struct, kw_only=True, tag_field="document", tag="flow.notes/1", omit_defaults=True):
    """`depth` counts the executions above this one; `ended` says that the outermost sequence is through; `held` is work
    put off while paused; `failures` are the reasons of permissive tasks that failed; `forks` counts dynamic forks;
    `failure_id` is the public id of the failure workflow; `origin` is the execution that this one was rerun from;
    `on_behalf` is who started it, with the rights of that moment, None for the server and admins."""

    task_to_domain: dict[str, str] = {}
    event: str | None = None
    depth: int = 0
    ended: bool = False
    held: list[Work] = []
    skips: dict[str, Skip] = {}
    failures: list[str] = []
    failed_references: list[str] = []
    failed_tasks: list[str] = []
    failure_id: str | None = None
    on_behalf: Principal | None = None
    forks: int = 0
    origin: str | None = None
    retried_at: int = 0
    updated_by: str | None = None
    test: bool = False
    last_id: int | None = None


decode = msgspec.json.Decoder(Notes).decode
encode = msgspec.json.Encoder().encode
