"""Label Studio's operations: what is served, then all the rest of its surface, refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from taskyard.dialects.labelstudio import operations_account, operations_project, operations_task
from taskyard.dialects.labelstudio.enterprise_surface import ENTERPRISE
from taskyard.dialects.labelstudio.surface import STORAGE, STORAGE_ROWS, STORAGE_TYPES, SURFACE
from taskyard.http.operation import Operation, refused

_HOLE = re.compile(r"\{[^{}]+\}")

SERVED: tuple[Operation, ...] = (
    *operations_task.OPERATIONS,
    *operations_project.OPERATIONS,
    *operations_account.OPERATIONS,
)


def _shape(method: str, path: str) -> tuple[str, str]:
    """What makes two rows the same operation: the method and the path without slash and names."""
    return method, _HOLE.sub("{}", path).rstrip("/")


def _listed() -> Iterator[Operation]:
    """Every row of the surface, as refused."""
    for tag, why, rows in (*SURFACE, *ENTERPRISE):
        for line in rows.split("\n"):
            if line.strip():
                method, path, name = line.split()
                yield refused(method, path, name, why, tag=tag)
    for kind in STORAGE_TYPES:
        for line in STORAGE_ROWS.strip().split("\n"):
            method, path, verb = line.split()
            for noun, base in (("import_storage", "/storages"), ("export_storage", "/storages/export")):
                full = path.replace("/storages", base, 1).replace("{type}", kind)
                yield refused(method, full, f"{noun}.{kind}.{verb}", STORAGE, tag="storages")
    yield refused("GET", "/storages/export/types", "export_storage.list_types", STORAGE, tag="storages")


def _rest(served: Iterable[Operation]) -> Iterator[Operation]:
    """The rows of the surface that are not served."""
    seen = {_shape(operation.method, operation.path) for operation in served}
    for operation in _listed():
        shape = _shape(operation.method, operation.path)
        if shape not in seen:
            seen.add(shape)
            yield operation


OPERATIONS: tuple[Operation, ...] = (*SERVED, *_rest(SERVED))
