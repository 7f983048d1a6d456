"""A Puppet code directory: its environments, each as the snapshot that holds at the moment of asking."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from io import FileIO
from pathlib import Path

from taskyard.app.code_files import CHUNK, Boundary, Unreadable, open_regular, signature_of
from taskyard.app.code_modules import CodeLimits
from taskyard.app.code_snapshot import CodeFile, Site, Snapshot, take_snapshot
from taskyard.config import Settings, SettingsError
from taskyard.model.time import Clock
from taskyard.notations.puppet.names import is_environment_name

KEPT_SNAPSHOTS = 128


class CodeDirectory:
    """Reads `<root>/environments/<name>/…`. Its methods block on the disk; call them off the event loop.

    `base_module_path` stands for `$basemodulepath`; `trusted` are further directories that links may lead to.
    A snapshot is kept until one of the files it came from changes; then only what changed is hashed again.
    """

    def __init__(
        self,
        root: Path,
        now: Callable[[], int],
        *,
        base_module_path: str = "$codedir/modules",
        trusted: Sequence[Path] = (),
        limits: CodeLimits | None = None,
    ) -> None:
        code_dir = os.path.realpath(root)
        self._now = now
        self._site = Site(
            code_dir=code_dir,
            base_module_path=base_module_path,
            boundary=Boundary((code_dir, *(str(path) for path in trusted))),
            limits=limits or CodeLimits(),
        )
        self.listeners: list[Callable[[Snapshot], None]] = []
        """Called with each fresh snapshot, on the thread that took it."""
        self._lock = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._snapshots: dict[str, Snapshot] = {}

    def environments(self) -> list[str]:
        """Names of the environments there are, sorted; at most as many as the limits allow."""
        try:
            names = sorted(os.listdir(os.path.join(self._site.code_dir, "environments")))
        except OSError:
            return []
        return [name for name in names if self._directory(name)][: self._site.limits.environments]

    def snapshot(self, name: str) -> Snapshot | None:
        """The environment as it is on disk now; None when there is none of that name."""
        directory = self._directory(name)
        if directory is None:
            with self._lock:
                self._snapshots.pop(name, None)
                self._locks.pop(name, None)
            return None
        with self._lock:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            kept = self._snapshots.get(name)
            if kept is not None and kept.observations.still_hold():
                return kept
            fresh = take_snapshot(self._site, name, directory, kept.digests if kept else {}, self._now)
            with self._lock:
                self._snapshots.pop(name, None)
                self._snapshots[name] = fresh
                while len(self._snapshots) > KEPT_SNAPSHOTS:
                    self._snapshots.pop(next(iter(self._snapshots)))
        for listener in self.listeners:
            listener(fresh)
        return fresh

    def read(self, file: CodeFile) -> Iterator[bytes]:
        """The content of a file of a snapshot, in pieces. Raises `Unreadable` at once when it changed
        meanwhile."""
        opened = FileIO(open_regular(file.real))
        if signature_of(os.fstat(opened.fileno())) != file.digest.signature:
            opened.close()
            raise Unreadable(f"{file.real} changed while it was asked for")
        return _pieces(opened)

    def _directory(self, name: str) -> str | None:
        if not is_environment_name(name):
            return None
        directory = os.path.join(self._site.code_dir, "environments", name)
        if not os.path.isdir(directory) or self._site.boundary.real(directory) is None:
            return None
        return directory


def open_code_directory(settings: Settings, clock: Clock) -> CodeDirectory:
    """The code directory of the settings; without one there are simply no environments. Raises `SettingsError`
    when what is named is no directory."""
    if settings.puppet_code and not os.path.isdir(settings.puppet_code):
        raise SettingsError(f"puppet_code: {settings.puppet_code} is not a directory.")
    limits = CodeLimits(
        modules=settings.puppet_max_modules,
        files_per_module=settings.puppet_max_module_files,
        file_bytes=settings.puppet_max_file,
    )
    return CodeDirectory(
        Path(settings.puppet_code or os.devnull),
        clock.now,
        base_module_path=settings.puppet_basemodulepath,
        trusted=[Path(path) for path in settings.puppet_trusted.split(":") if path],
        limits=limits,
    )


def _pieces(file: FileIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk
