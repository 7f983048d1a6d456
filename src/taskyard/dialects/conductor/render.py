"""Stored definitions as native JSON. Rendering never queries: everything comes in the bundle."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Iterable
from typing import Any, TypeVar

import msgspec

from taskyard.dialects.conductor.wire import Tag
from taskyard.model.automation import EventHandlerDef
from taskyard.model.definition import Version
from taskyard.model.flow import SchemaDef, TaskDef, WorkflowDef
from taskyard.notations.flowjson.member import encode_document, write_document

CHUNK = 65_536
"""Bytes gathered before a piece of a streamed list goes out."""

SHORT = ("ownerApp", "createTime", "updateTime", "createdBy", "updatedBy", "name", "description", "version")
"""What a definition is cut down to when only a short form is wanted."""

Document = TypeVar("Document", bound=TaskDef | WorkflowDef | SchemaDef | EventHandlerDef)

_encode = msgspec.json.Encoder().encode


class DefinitionRenderer:
    """Renders definitions of one document class; `with_tags` adds tags, `short` keeps only the head."""

    def __init__(
        self,
        form: type[TaskDef] | type[WorkflowDef] | type[SchemaDef],
        *,
        with_tags: bool = False,
        short: bool = False,
    ) -> None:
        self.name = f"conductor.{form.__name__}"
        self.variant: Hashable = (with_tags, short)
        self.load: tuple[str, ...] = ("document", "tags") if with_tags else ("document",)
        self._decoder = msgspec.json.Decoder(form)
        self._with_tags = with_tags
        self._short = short

    def render(self, bundle: Any) -> bytes:
        document = self._decoder.decode(bundle.document)
        if not self._short and not self._with_tags:
            return encode_document(stamped(document, bundle.row))
        members = native_definition(document, bundle.row)
        if self._short:
            members = {name: members[name] for name in SHORT if name in members}
        if self._with_tags:
            members["overwriteTags"] = True
            members["tags"] = [{"key": key, "value": value} for key, value in sorted(pairs(bundle.tags))]
        return _encode(members)


def task_renderer(with_tags: bool = False) -> DefinitionRenderer:
    return DefinitionRenderer(TaskDef, with_tags=with_tags)


def workflow_renderer(with_tags: bool = False, short: bool = False) -> DefinitionRenderer:
    return DefinitionRenderer(WorkflowDef, with_tags=with_tags, short=short)


def schema_renderer(short: bool = False) -> DefinitionRenderer:
    return DefinitionRenderer(SchemaDef, short=short)


def native_definition(document: TaskDef | WorkflowDef | SchemaDef, row: Any) -> dict[str, Any]:
    """The members of a definition, stamped."""
    return write_document(stamped(document, row))


def stamped(document: Document, row: Any) -> Document:
    """The document with when and by whom its row was made and changed."""
    if isinstance(row, Version) and isinstance(document, WorkflowDef | SchemaDef):
        document.version = row.version
    document.name = row.key
    document.create_time = row.created_at
    document.created_by = row.created_by
    changed = row.updated_at != row.created_at
    document.update_time = row.updated_at if changed else 0
    document.updated_by = row.updated_by if changed else None
    return document


def pairs(tags: Iterable[Any]) -> list[tuple[str, str]]:
    """Key and value of tag rows."""
    return [(tag.key, tag.value) for tag in tags]


def native_tags(tags: Iterable[tuple[str, str]], workflow: str | None = None) -> list[Tag]:
    """Tags in order. One named like its workflow limits that workflow's rate: clients look for its type."""
    return [
        Tag(key=key, value=value, type="RATE_LIMIT" if key == workflow else None)
        for key, value in sorted(tags)
    ]


async def json_array(items: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A JSON array of ready-made elements, in pieces of about `CHUNK` bytes."""
    piece = bytearray(b"[")
    empty = True
    async for item in items:
        if not empty:
            piece += b","
        empty = False
        piece += item
        if len(piece) >= CHUNK:
            yield bytes(piece)
            piece.clear()
    piece += b"]"
    yield bytes(piece)
