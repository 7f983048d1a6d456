"""`${…}` in definitions: which names a value refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_REFERENCE = re.compile(r"(?<!\$)\$\{([^${}]+)\}")
_ENVIRONMENT = re.compile(r"[A-Z][A-Z0-9_]*")


def references(value: Any) -> Iterator[tuple[str, str]]:
    """`(first path segment, the string it stands in)` for every `${…}` at any depth of a JSON value."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            for path in _REFERENCE.findall(each):
                yield re.split(r"[.\[]", path.strip(), maxsplit=1)[0], each
        elif isinstance(each, dict):
            waiting.extend(reversed(each.values()))
        elif isinstance(each, list):
            waiting.extend(reversed(each))


def is_environment_name(name: str) -> bool:
    """A bare name in capitals reads the environment, not a task's output: `CPEWF_TASK_ID`."""
    return _ENVIRONMENT.fullmatch(name) is not None
