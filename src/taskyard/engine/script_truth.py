"""What counts as true in the results of scripts: true itself and numbers above zero; nothing else."""

from __future__ import annotations

from typing import Any


def is_true(value: Any) -> bool:
    """Conductor's truth of a script's result."""
    if isinstance(value, bool):
        return value
    return isinstance(value, int | float) and value > 0
