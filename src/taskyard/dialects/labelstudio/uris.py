"""Addresses of files in task data, and the paths of this server that stand for them (`resolve_uri`)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any

import msgspec

from taskyard.app.object_storage import prefix_of
from taskyard.model.labeling import ProjectDocument


class Proxies(msgspec.Struct, frozen=True):
    """The storages of a project, as prefixes of the addresses that they can open, e.g. `s3://bucket/`."""

    prefixes: tuple[str, ...] = ()

    def applied(self, data: msgspec.Raw, task_id: int) -> Any:
        """Task data with every such address replaced by the path that opens it."""
        if not self.prefixes or b"://" not in bytes(data):
            return data
        return self._replaced(msgspec.json.decode(data), task_id)

    def _replaced(self, value: Any, task_id: int) -> Any:
        if isinstance(value, str):
            return path_of(task_id, value) if value.startswith(self.prefixes) else value
        if isinstance(value, dict):
            return {key: self._replaced(part, task_id) for key, part in value.items()}
        if isinstance(value, list):
            return [self._replaced(part, task_id) for part in value]
        return value


NOTHING = Proxies()


def proxies_of(settings: ProjectDocument) -> Proxies:
    """What the storages of a project open."""
    return (
        Proxies(tuple(prefix_of(storage) for storage in settings.storages)) if settings.storages else NOTHING
    )


def path_of(task_id: int, uri: str) -> str:
    """The path that opens an address of a task's data."""
    return f"/tasks/{task_id}/resolve/?fileuri={urlsafe_b64encode(uri.encode()).decode()}"
