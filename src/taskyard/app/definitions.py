"""Use-cases around definitions: the commands that register, tag and remove them."""

from __future__ import annotations

from taskyard.engine.definitions import (
    DeleteDefinition,
    PutDefinition,
    PutDefinitions,
    SuspendDefinition,
    TagDefinition,
)

__all__ = ["DeleteDefinition", "PutDefinition", "PutDefinitions", "SuspendDefinition", "TagDefinition"]
