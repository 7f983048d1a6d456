"""One environment of a code directory at one moment: its tasks, their files and the id of its code."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

import msgspec

from taskyard.app.code_commit import Checkout, CheckoutUnreadable, read_checkout
from taskyard.app.code_files import Boundary, Digest, Digests, Observations, Unreadable, read_bounded
from taskyard.app.code_modules import CodeLimits, ModuleDirectories, module_roots
from taskyard.notations.puppet.environment import EnvironmentConf, module_path, read_environment_conf
from taskyard.notations.puppet.metadata import (
    INVALID_FILE,
    UNREADABLE,
    TaskFault,
    TaskMetadata,
    read_metadata,
)
from taskyard.notations.puppet.names import is_metadata_file_name, is_task_file_name, qualified
from taskyard.notations.puppet.task import TaskFile, TaskSources, files_of, group_sources

CONF_BYTES = 1 << 16


class CodeFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a task on disk.

    `root` is the directory of the module path that holds the module, relative to the environment ("" is the
    environment itself); None outside of it. `committed` says that the file is, byte for byte, part of the
    commit that the code id names.
    """

    filename: str
    module: str
    mount: str
    path: str
    root: str | None
    real: str
    digest: Digest
    committed: bool = False


class CodeTask(msgspec.Struct, frozen=True, kw_only=True):
    """A valid task: its full name, its metadata and its files in the order clients rely on."""

    name: str
    module: str
    task: str
    metadata: TaskMetadata
    files: tuple[CodeFile, ...]


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All tasks of an environment. `tasks` and `faults` are by full name, in name order; a name is in one of
    them.

    `files` finds a file by `(mount, module, path)`; `libraries` by its path below `lib` of the first module
    that has it.
    """

    environment: str
    code_id: str
    commit: str | None
    tasks: dict[str, CodeTask]
    faults: dict[str, TaskFault]
    module_faults: dict[str, TaskFault]
    files: dict[tuple[str, str, str], CodeFile]
    libraries: dict[str, CodeFile]
    warnings: tuple[str, ...]
    observations: Observations
    digests: dict[str, Digest]


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where code is and how far it may be read. `code_dir` has no links; `base_module_path` may use
    `$codedir`."""

    code_dir: str
    base_module_path: str
    boundary: Boundary
    limits: CodeLimits


def take_snapshot(
    site: Site, name: str, environment_dir: str, known: dict[str, Digest], now: Callable[[], int]
) -> Snapshot:
    """Read an environment. `known` are digests of an earlier snapshot, used for files that did not change
    since."""
    return _Reading(site, name, environment_dir, known, now).snapshot()


class _Reading:
    """The state of one reading of an environment."""

    def __init__(
        self, site: Site, name: str, environment_dir: str, known: dict[str, Digest], now: Callable[[], int]
    ) -> None:
        self._site = site
        self._name = name
        self._dir = environment_dir
        self._observations = Observations(now)
        self._modules = ModuleDirectories(self._observations, site.limits)
        self._digests = Digests(known)
        self._warnings: list[str] = []
        self._faults: dict[str, TaskFault] = {}
        self._module_faults: dict[str, TaskFault] = {}
        self._tasks: dict[str, CodeTask] = {}
        self._files: dict[tuple[str, str, str], CodeFile] = {}
        self._looked_at: dict[str, Digest] = {}
        self._real_dir = os.path.realpath(environment_dir)
        self._linked = False

    def snapshot(self) -> Snapshot:
        self._observations.look(self._dir)
        roots = self._open_modules()
        for module in self._modules.modules:
            self._read_module(module)
        checkout = self._checkout(roots)
        commit = checkout.commit if checkout and checkout.clean and not self._linked else None
        if commit and checkout:
            self._mark_committed(checkout)
        libraries: dict[str, CodeFile] = {}
        for module in self._modules.modules:
            for (mount, owner, path), file in self._files.items():
                if mount == "lib" and owner == module:
                    libraries.setdefault(path, file)
        return Snapshot(
            environment=self._name,
            code_id=f"urn:puppet:code-id:1:{commit or self._content_digest()};{self._name}",
            commit=commit,
            tasks=dict(sorted(self._tasks.items())),
            faults=dict(sorted(self._faults.items())),
            module_faults=self._module_faults,
            files=self._files,
            libraries=libraries,
            warnings=(*self._warnings, *self._modules.warnings),
            observations=self._observations,
            digests=self._digests.taken,
        )

    def _open_modules(self) -> list[str]:
        """Find the modules; returns the directories within the environment that hold modules, relative to
        it."""
        directories, warnings = module_path(
            self._conf(),
            environment_dir=self._dir,
            base=self._site.base_module_path.replace("$codedir", self._site.code_dir),
            variables={
                "codedir": self._site.code_dir,
                "environmentpath": os.path.join(self._site.code_dir, "environments"),
                "environment": self._name,
            },
        )
        self._warnings += warnings
        accepted, refused = module_roots(directories, self._dir, self._site.code_dir, self._site.boundary)
        self._warnings += refused
        for directory, root, follow in accepted:
            self._modules.add(directory, root, self._site.boundary, follow)
        return [root for _, root, _ in accepted if root is not None]

    def _conf(self) -> EnvironmentConf:
        path = os.path.join(self._dir, "environment.conf")
        if self._observations.look(path) is None:
            return EnvironmentConf()
        real = self._site.boundary.real(path)
        try:
            if real is None:
                raise Unreadable(f"{path} is a link out of the code directory")
            text = read_bounded(real, CONF_BYTES).decode("utf-8", "replace")
            self._keep(real, CONF_BYTES, path)
        except Unreadable as error:
            self._warnings.append(f"{error}; the defaults hold")
            return EnvironmentConf()
        conf = read_environment_conf(text)
        self._warnings += (f"environment.conf: {warning}" for warning in conf.warnings)
        return conf

    def _read_module(self, module: str) -> None:
        try:
            names = self._modules.task_file_names(module)
        except TaskFault as fault:
            self._module_faults[module] = fault
            return
        executables = [name for name in names if is_task_file_name(name) and not is_metadata_file_name(name)]
        for task, sources in group_sources(names).items():
            name = qualified(module, task)
            try:
                self._tasks[name] = self._read_task(module, task, sources, executables)
            except TaskFault as fault:
                self._faults[name] = fault

    def _read_task(self, module: str, task: str, sources: TaskSources, executables: list[str]) -> CodeTask:
        name = qualified(module, task)
        metadata = read_metadata(self._metadata(module, sources.metadata))
        files = files_of(name, module, sources, metadata, executables, self._modules)
        return CodeTask(
            name=name,
            module=module,
            task=task,
            metadata=metadata,
            files=tuple(self._file(file) for file in files),
        )

    def _metadata(self, module: str, file_name: str | None) -> bytes | None:
        if file_name is None:
            return None
        real = self._modules.real(module, "tasks", file_name)
        try:
            if real is None:
                raise Unreadable(f"{file_name} is gone")
            content = read_bounded(real, self._site.limits.metadata_bytes)
            self._keep(
                real, self._site.limits.metadata_bytes, f"{self._modules.directory(module)}/tasks/{file_name}"
            )
        except Unreadable as error:
            raise TaskFault(UNREADABLE, f"Error reading metadata: {error}") from None
        return content

    def _file(self, file: TaskFile) -> CodeFile:
        key = (file.mount, file.module, file.path)
        known = self._files.get(key)
        if known is None:
            module = self._modules.modules[file.module]
            path = f"{module.path}/{file.mount}/{file.path}"
            real = self._modules.real(file.module, file.mount, file.path)
            if real is None:
                raise TaskFault(INVALID_FILE, f"Could not find {path} on disk")
            try:
                digest = self._keep(real, self._site.limits.file_bytes, path)
            except Unreadable as error:
                raise TaskFault(INVALID_FILE, str(error)) from None
            known = CodeFile(
                filename=file.filename,
                module=file.module,
                mount=file.mount,
                path=file.path,
                root=module.root,
                real=real,
                digest=digest,
            )
            self._files[key] = known
        return msgspec.structs.replace(known, filename=file.filename)

    def _keep(self, real: str, limit: int, path: str) -> Digest:
        """The digest of a file, remembered as part of what the code id stands for."""
        digest = self._digests.of(real, self._observations.seen.get(path), limit)
        if path.startswith(self._dir + "/"):
            self._looked_at[path[len(self._dir) + 1 :]] = digest
            self._linked = self._linked or self._real_dir + path[len(self._dir) :] != real
        else:
            self._looked_at[path] = digest
        return digest

    def _checkout(self, roots: list[str]) -> Checkout | None:
        blobs: dict[str, str | None] = {
            path[len(self._dir) + 1 :]: None
            for path, seen in self._observations.seen.items()
            if seen is None and path.startswith(self._dir + "/")
        }
        blobs |= {path: digest.blob for path, digest in self._looked_at.items() if not path.startswith("/")}
        try:
            return read_checkout(self._dir, blobs, roots, self._observations)
        except CheckoutUnreadable as error:
            self._warnings.append(f"{error}; the code id is a digest of the content")
            return None

    def _mark_committed(self, checkout: Checkout) -> None:
        for key, file in self._files.items():
            if file.root is not None:
                tracked = _relative(file) in checkout.tracked
                self._files[key] = msgspec.structs.replace(file, committed=tracked)
        for name, task in self._tasks.items():
            files = tuple(
                msgspec.structs.replace(
                    file, committed=self._files[(file.mount, file.module, file.path)].committed
                )
                for file in task.files
            )
            self._tasks[name] = msgspec.structs.replace(task, files=files)

    def _content_digest(self) -> str:
        """40 hexadecimal digits that stand for every path and content that the tasks depend on."""
        digest = hashlib.sha256()
        for path, found in sorted(self._looked_at.items()):
            digest.update(f"{path}\0{found.size}\0{found.sha256}\n".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()[:40]


def _relative(file: CodeFile) -> str:
    return "/".join(part for part in (file.root, file.module, file.mount, file.path) if part)
