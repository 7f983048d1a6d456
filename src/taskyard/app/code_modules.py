"""The modules that an environment sees on disk, as listings that notations read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from typing import Literal

import msgspec

from taskyard.app.code_files import Boundary, Observations
from taskyard.notations.puppet.metadata import INVALID_FILE, TaskFault
from taskyard.notations.puppet.names import is_segment


class CodeLimits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of what is read from a code directory; counts and bytes."""

    environments: int = 1_000
    modules: int = 2_000
    files_per_module: int = 20_000
    file_bytes: int = 256 << 20
    metadata_bytes: int = 1 << 20
    depth: int = 32


class Module(msgspec.Struct, frozen=True, kw_only=True):
    """One visible module: its `path` as found on the module path, the directory it was found in relative to
    the environment (None: outside of it), and what may be read for it."""

    name: str
    path: str
    root: str | None
    boundary: Boundary


class ModuleDirectories:
    """Modules of a module path, first match first. Implements `taskyard.notations.puppet.task.Modules`."""

    def __init__(self, observations: Observations, limits: CodeLimits) -> None:
        self._observations = observations
        self._limits = limits
        self._real_directories: dict[str, str | None] = {}
        self.modules: dict[str, Module] = {}
        self.warnings: list[str] = []

    def add(self, directory: str, root: str | None, boundary: Boundary, follow: bool) -> None:
        """Add the modules of one entry of the module path.

        `follow` lets modules be links that lead anywhere, which holds for directories outside the code
        directory that the configuration names (the way distributions install modules); each is then its own
        boundary.
        """
        for name in self._names(directory):
            if not is_segment(name) or name in self.modules:
                continue
            path = os.path.join(directory, name)
            found = self._observations.look(path)
            if found is None or not stat.S_ISDIR(found.st_mode):
                continue
            own = boundary.widened(path) if follow else boundary
            if own.real(path) is None:
                self.warnings.append(f"module {path} is a link out of the code directory and is ignored")
            elif len(self.modules) >= self._limits.modules:
                self.warnings.append(f"more than {self._limits.modules} modules: {path} is ignored")
            else:
                self.modules[name] = Module(name=name, path=path, root=root, boundary=own)

    def directory(self, module: str) -> str | None:
        found = self.modules.get(module)
        return found.path if found else None

    def entry(self, module: str, mount: str, path: str) -> Literal["file", "directory"] | None:
        place = _joined(self.modules[module].path, mount, path)
        found = self._observations.look(place)
        if found is None or self._real(self.modules[module], place) is None:
            return None
        if stat.S_ISDIR(found.st_mode):
            return "directory"
        return "file" if stat.S_ISREG(found.st_mode) else None

    def below(self, module: str, mount: str, path: str) -> list[str]:
        """Regular files below a directory; links to directories are not followed, as Puppet does not."""
        start = _joined(self.modules[module].path, mount, path)
        mount_directory = _joined(self.modules[module].path, mount)
        files: list[str] = []
        pending = [(start, 0)]
        while pending:
            directory, depth = pending.pop()
            for name in self._names(directory):
                place = os.path.join(directory, name)
                if name.startswith("."):
                    continue
                if os.path.isdir(place):
                    if not os.path.islink(place):
                        pending.append((place, depth + 1))
                elif self.entry(module, mount, os.path.relpath(place, mount_directory)) == "file":
                    files.append(os.path.relpath(place, mount_directory))
            if len(files) > self._limits.files_per_module or depth > self._limits.depth:
                raise TaskFault(
                    INVALID_FILE, f"{start} holds too many files or directories to be part of a task"
                )
        return files

    def task_file_names(self, module: str) -> list[str]:
        """Names of the regular files at the top of a module's `tasks/`; raises `TaskFault` when there are too
        many."""
        directory = _joined(self.modules[module].path, "tasks")
        names = self._names(directory)
        if len(names) > self._limits.files_per_module:
            raise TaskFault(
                INVALID_FILE, f"{directory} holds more than {self._limits.files_per_module} files"
            )
        return [name for name in names if self.entry(module, "tasks", name) == "file"]

    def real(self, module: str, mount: str, path: str) -> str | None:
        """The path of a file without links, None when it does not exist or leads out of its boundary."""
        return self._real(self.modules[module], _joined(self.modules[module].path, mount, path))

    def _real(self, module: Module, place: str) -> str | None:
        """As `Boundary.real`, with the directory's share of the work done once."""
        directory, _, name = place.rpartition("/")
        if os.path.islink(place):
            return module.boundary.real(place)
        if directory not in self._real_directories:
            self._real_directories[directory] = module.boundary.real(directory)
        real = self._real_directories[directory]
        return None if real is None else f"{real}/{name}"

    def _names(self, directory: str) -> list[str]:
        if self._observations.look(directory) is None:
            return []
        try:
            return sorted(os.listdir(directory))
        except OSError as error:
            self.warnings.append(f"{directory} cannot be listed: {error.strerror}")
            return []


def module_roots(
    directories: Iterable[str], environment_dir: str, code_dir: str, boundary: Boundary
) -> tuple[list[tuple[str, str | None, bool]], list[str]]:
    """What each entry of a module path is, as `((directory, root, follow), ...), warnings`.

    `root` is the directory's path relative to the environment when it lies in it. A directory within the code
    directory must not lead out of it by links; one outside counts as the administrator's own, since only
    configuration names it.
    """
    accepted: list[tuple[str, str | None, bool]] = []
    warnings: list[str] = []
    for directory in directories:
        if _within(directory, environment_dir):
            accepted.append((directory, directory[len(environment_dir) + 1 :], False))
        elif _within(directory, code_dir):
            accepted.append((directory, None, False))
        else:
            accepted.append((directory, None, True))
            continue
        if os.path.exists(directory) and boundary.real(directory) is None:
            accepted.pop()
            warnings.append(f"{directory} is a link out of the code directory and is ignored")
    return accepted, warnings


def _within(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def _joined(*parts: str) -> str:
    return "/".join(part for part in parts if part)
