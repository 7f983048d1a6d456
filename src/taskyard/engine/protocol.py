"""How engine modules register their deciders: `@decides(Command)` beside each pure function."""

from taskyard.model.command import Command, decides, foresees

__all__ = ["Command", "decides", "foresees"]
