"""Records to wire bytes. Renderers never query; list items of definitions are kept by (id, rev)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.dialects.camunda7.wire import ProcessDefinition
from taskyard.http.message import JSON, Response
from taskyard.model.definition import Version

CHUNK = 64 * 1024

_encoder = msgspec.json.Encoder()

MEDIA_TYPES = {
    "bpmn": "text/xml",
    "xml": "text/xml",
    "dmn": "text/xml",
    "cmmn": "text/xml",
    "form": "application/json",
    "json": "application/json",
    "html": "text/html",
    "txt": "text/plain",
    "js": "text/javascript",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}
"""Media types of resources by the end of their name; others are sent as bytes without one."""


def definition_item(row: Version, deployment: str | None) -> ProcessDefinition:
    """A version as the wire shows it; `deployment` is the public id of its deployment."""
    return ProcessDefinition(
        id=row.uid,
        key=row.key,
        category=row.category,
        description=row.description,
        name=row.name,
        version=row.version,
        resource=row.resource_name,
        deploymentId=deployment,
        diagram=row.diagram_name,
        suspended=row.suspended,
        tenantId=row.tenant or None,
        versionTag=row.version_tag,
        historyTimeToLive=row.history_days,
        startableInTasklist=row.startable,
    )


class DefinitionRenderer:
    """List items of process definitions."""

    name = "camunda7.process-definition"
    variant: Hashable = None
    load: tuple[str, ...] = ("deployment",)

    def render(self, bundle: Bundle) -> bytes:
        deployment = bundle.deployment.uid if bundle.deployment else None
        return _encoder.encode(definition_item(bundle.row, deployment))


DEFINITIONS = DefinitionRenderer()


def array(items: list[bytes]) -> Response:
    """A JSON array of items that are JSON already."""
    return Response(body=b"[" + b",".join(items) + b"]", media_type=JSON)


def streamed(items: AsyncIterator[bytes], most: int | None = None) -> Response:
    """A JSON array that is sent while it is read, of at most `most` items."""
    return Response(body=_pieces(items, most), media_type=JSON)


async def _pieces(items: AsyncIterator[bytes], most: int | None) -> AsyncIterator[bytes]:
    pending = bytearray(b"[")
    count = 0
    try:
        async for item in items:
            if count == most:
                break
            if count:
                pending += b","
            pending += item
            count += 1
            if len(pending) >= CHUNK:
                yield bytes(pending)
                pending.clear()
    finally:
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()
    yield bytes(pending) + b"]"


def file_response(name: str, content: bytes) -> Response:
    """A resource as a download; never shown inside a page of this server."""
    suffix = name.rsplit(".", 1)[-1].lower()
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\/' else "_" for c in name)
    headers = [("Content-Disposition", f'attachment; filename="{plain}"')]
    media_type = MEDIA_TYPES.get(suffix, "application/octet-stream")
    return Response(body=content, media_type=media_type, headers=headers)
