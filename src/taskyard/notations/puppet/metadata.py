"""A task's metadata file: JSON to a document, or the fault that makes the task invalid.

Source: Puppet Task specification v1, "Task metadata". The kinds of fault are those of Puppet's own task
information service, as its HTTP answers show them.
"""

from __future__ import annotations

from typing import Any

import msgspec

UNPARSEABLE = "puppet.tasks/unparseable-metadata"
UNREADABLE = "puppet.tasks/unreadable-metadata"
INVALID_METADATA = "puppet.tasks/invalid-metadata"
INVALID_FILE = "puppet.tasks/invalid-file"
MISSING_IMPLEMENTATION = "puppet.tasks/missing-implementation"
NO_IMPLEMENTATION = "puppet.tasks/no-implementation"
MULTIPLE_IMPLEMENTATIONS = "puppet.tasks/multiple-implementations"


class TaskFault(Exception):
    """Why a task is invalid: one of the kinds above, a message, and details as its JSON shows them."""

    def __init__(self, kind: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.details: dict[str, Any] = details or {}


class TaskMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """A task's metadata as it stands in its file.

    `document` is the decoded object ({} when the file is absent, empty or `null`); of a key that appears
    twice the last value counts. `json` is the same as compact JSON text, ready to be sent.
    """

    document: dict[str, Any]
    json: bytes

    @property
    def description(self) -> str | None:
        value = self.document.get("description")
        return value if isinstance(value, str) else None

    @property
    def is_private(self) -> bool:
        return self.document.get("private") is True


NO_METADATA = TaskMetadata(document={}, json=b"{}")


def read_metadata(content: bytes | None) -> TaskMetadata:
    """The metadata in a file's `content` (None: there is no file). Raises `TaskFault`."""
    if not content:
        return NO_METADATA
    try:
        document = msgspec.json.decode(content)
        text = msgspec.json.encode(document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise TaskFault(UNPARSEABLE, f"The metadata is not JSON: {error}") from None
    except (RecursionError, OverflowError, ValueError) as error:
        raise TaskFault(UNPARSEABLE, f"The metadata is JSON that cannot be carried: {error}") from None
    if document is None:
        return NO_METADATA
    if not isinstance(document, dict):
        raise TaskFault(INVALID_METADATA, f"The metadata must be an object, not {_shown(document)}")
    return TaskMetadata(document=document, json=text)


def implementation_names(name: str, metadata: TaskMetadata) -> tuple[str, ...] | None:
    """The executables that `implementations` names, in its order; None without that key. Raises
    `TaskFault`."""
    if "implementations" not in metadata.document:
        return None
    entries = metadata.document["implementations"]
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise TaskFault(INVALID_METADATA, f"Task {name}: 'implementations' must be an array of objects")
    for entry in entries:
        requirements = entry.get("requirements")
        if requirements is not None and not isinstance(requirements, list):
            raise TaskFault(
                INVALID_METADATA, f"Task {name}: 'requirements' of an implementation must be an array"
            )
        if not isinstance(entry.get("name"), str):
            raise TaskFault(INVALID_METADATA, f"Task {name}: an implementation needs a 'name'")
    return tuple(entry["name"] for entry in entries)


def extra_file_names(metadata: TaskMetadata) -> tuple[str, ...]:
    """What `files` and each implementation's `files` name, in that order, each once. Raises `TaskFault`."""
    implementations = metadata.document.get("implementations") or []
    named: dict[str, None] = {}
    for holder in (metadata.document, *implementations):
        files = holder.get("files", [])
        if not isinstance(files, list) or not all(isinstance(file, str) for file in files):
            raise TaskFault(INVALID_METADATA, f"'files' must be an array of strings, not {_shown(files)}")
        named.update(dict.fromkeys(files))
    return tuple(named)


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= 80 else text[:77] + "..."
