"""Names of environments, modules and tasks, and how a task's name is put together.

Source: the Puppet reference on reserved words and acceptable names; Puppet Task specification v1, "Task
naming".
"""

from __future__ import annotations

import re

INIT = "init"
"""The task that carries its module's bare name."""

_ENVIRONMENT = re.compile(r"\w+", re.ASCII)
_SEGMENT = re.compile(r"[a-z][a-z0-9_]*")
_IGNORED_ENDINGS = (".conf", ".md")


def is_environment_name(text: str) -> bool:
    """Whether `text` is a legal environment name: one or more ASCII letters, digits and underscores."""
    return _ENVIRONMENT.fullmatch(text) is not None


def is_segment(text: str) -> bool:
    """Whether `text` can be a module name, or a task's name within its module."""
    return _SEGMENT.fullmatch(text) is not None


def stem(file_name: str) -> str:
    """`file_name` without its last extension (`foo.tar.gz` gives `foo.tar`); a leading dot starts no
    extension."""
    head, dot, _ = file_name.rpartition(".")
    return head if dot and head.strip(".") else file_name


def is_task_file_name(file_name: str) -> bool:
    """Whether a file of that name, directly in `tasks/`, belongs to a task."""
    return is_segment(stem(file_name)) and not file_name.endswith(_IGNORED_ENDINGS)


def is_metadata_file_name(file_name: str) -> bool:
    """Whether a file of that name holds a task's metadata; every other task file is an executable."""
    return is_task_file_name(file_name) and file_name.endswith(".json")


def qualified(module: str, task: str) -> str:
    """The full name of a task: `package::linux`, or the bare module name for its `init` task."""
    return module if task == INIT else f"{module}::{task}"


def unqualified(name: str) -> tuple[str, str]:
    """`(module, task)` of a full task name; the inverse of `qualified`."""
    module, separator, task = name.partition("::")
    return module, task if separator else INIT
