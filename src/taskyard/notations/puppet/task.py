"""The tasks of a module and the files each consists of, from listings of its directories.

Source: Puppet Task specification v1, "Task packaging and file"; order of files as Puppet's task information
service gives it: implementations first, then the extra files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

import msgspec

from taskyard.notations.puppet.metadata import (
    INVALID_FILE,
    INVALID_METADATA,
    MISSING_IMPLEMENTATION,
    MULTIPLE_IMPLEMENTATIONS,
    NO_IMPLEMENTATION,
    TaskFault,
    TaskMetadata,
    extra_file_names,
    implementation_names,
)
from taskyard.notations.puppet.names import is_metadata_file_name, is_task_file_name, stem

MOUNTS = ("files", "lib", "scripts", "tasks")
"""Directories of a module whose files a task may ask for."""


class TaskSources(msgspec.Struct, frozen=True):
    """The files in `tasks/` that share one base name: at most one metadata file, any number of
    executables."""

    metadata: str | None
    executables: tuple[str, ...]


class TaskFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a task. `filename` is what a client calls it; `path` is relative to the module's
    `mount`."""

    filename: str
    module: str
    mount: str
    path: str


class Modules(Protocol):
    """The modules an environment sees, as listings."""

    def directory(self, module: str) -> str | None:
        """The module's directory, or None when no module of that name is visible."""
        ...

    def entry(self, module: str, mount: str, path: str) -> Literal["file", "directory"] | None:
        """What lies at `path` below a mount (`""`: the mount itself); None when nothing does."""
        ...

    def below(self, module: str, mount: str, path: str) -> list[str]:
        """Every regular file below a directory, relative to the mount; no hidden ones."""
        ...


def group_sources(file_names: Iterable[str]) -> dict[str, TaskSources]:
    """The tasks that the file names of a `tasks/` directory make, by their name within the module, sorted."""
    metadata: dict[str, str] = {}
    executables: dict[str, list[str]] = {}
    for file_name in sorted(file_names):
        if not is_task_file_name(file_name):
            continue
        if is_metadata_file_name(file_name):
            metadata[stem(file_name)] = file_name
        else:
            executables.setdefault(stem(file_name), []).append(file_name)
    return {
        task: TaskSources(metadata.get(task), tuple(executables.get(task, ())))
        for task in sorted(metadata.keys() | executables.keys())
    }


def files_of(
    name: str,
    module: str,
    sources: TaskSources,
    metadata: TaskMetadata,
    executables: Iterable[str],
    modules: Modules,
) -> tuple[TaskFile, ...]:
    """Every file of a task in the order clients rely on. Raises `TaskFault` when the task is invalid.

    `name` is the full task name, `executables` are all those of the module's `tasks/`.
    """
    implementations = _implementations(name, module, sources, metadata, set(executables), modules)
    first = tuple(
        TaskFile(filename=file, module=module, mount="tasks", path=file) for file in implementations
    )
    extra: dict[str, TaskFile] = {}
    for reference in extra_file_names(metadata):
        for file in _referenced(reference, modules):
            extra.setdefault(file.filename, file)
    return first + tuple(extra.values())


def _implementations(
    name: str,
    module: str,
    sources: TaskSources,
    metadata: TaskMetadata,
    executables: set[str],
    modules: Modules,
) -> tuple[str, ...]:
    named = implementation_names(name, metadata)
    if named is not None:
        for file in named:
            if file not in executables:
                message = f"Metadata of task {name} names the implementation {file}, which is missing"
                raise TaskFault(MISSING_IMPLEMENTATION, message, {"missing": [file]})
        return named
    directory = f"{modules.directory(module)}/tasks"
    if not sources.executables:
        message = f"No source besides task metadata was found in directory {directory} for task {name}"
        raise TaskFault(NO_IMPLEMENTATION, message)
    if len(sources.executables) > 1:
        # Puppet names the first executable where one expects the directory; clients have seen it so since
        # 2017.
        message = (
            f"Multiple executables were found in directory {directory}/{sources.executables[0]} "
            f"for task {name}; "
            "define 'implementations' in metadata to differentiate between them"
        )
        raise TaskFault(MULTIPLE_IMPLEMENTATIONS, message)
    return sources.executables


def _referenced(reference: str, modules: Modules) -> list[TaskFile]:
    """The files that one entry of `files` stands for: `module/mount/path`, a directory with a trailing
    slash."""
    module, _, rest = reference.partition("/")
    mount, _, path = rest.partition("/")
    directory = modules.directory(module)
    if directory is None:
        message = f"Could not find module {module} containing task file {path}"
        raise TaskFault(INVALID_METADATA, message)
    if mount not in MOUNTS:
        raise TaskFault(
            INVALID_METADATA, f"{reference}: task files live in one of {', '.join(MOUNTS)} of a module"
        )
    segments = [segment for segment in path.split("/") if segment]
    if any(segment in (".", "..") or "\0" in segment for segment in segments):
        raise TaskFault(INVALID_METADATA, f"{reference}: paths of task files must not be relative")
    clean = "/".join(segments)
    entry = modules.entry(module, mount, clean)
    if entry is None or (entry == "file" and reference.endswith("/")):
        raise TaskFault(INVALID_FILE, f"Could not find {directory}/{mount}/{path} on disk")
    if entry == "file":
        return [_extra(module, mount, clean)]
    if not reference.endswith("/"):
        message = f"Directories specified in task metadata must include a trailing slash: {reference}"
        raise TaskFault(INVALID_METADATA, message)
    below = sorted(modules.below(module, mount, clean), key=lambda file: file.split("/"))
    return [_extra(module, mount, file) for file in below]


def _extra(module: str, mount: str, path: str) -> TaskFile:
    return TaskFile(filename=f"{module}/{mount}/{path}", module=module, mount=mount, path=path)
