"""The commit that a git checkout stands at, and whether what lies on disk is what that commit holds.

The repository is read as files; no `git` program runs, so nothing that a repository configures can run
either.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from taskyard.app.code_files import Observations, read_bounded
from taskyard.notations.puppet.names import is_task_file_name

if TYPE_CHECKING:
    from dulwich.objects import ObjectID
    from dulwich.repo import Repo

_REFERENCE_BYTES = 4096


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """A git checkout. `commit` is its HEAD as 40 hexadecimal digits; `clean` says that every file looked at
    is either ignored or exactly as committed; `tracked` holds those as committed, relative to the
    checkout."""

    commit: str
    clean: bool
    tracked: frozenset[str]


class CheckoutUnreadable(Exception):
    """There is a `.git`, but no commit could be read from it."""


def read_checkout(
    root: str, blobs: Mapping[str, str | None], module_roots: Iterable[str], observations: Observations
) -> Checkout | None:
    """The checkout at `root`, None when it is none; raises `CheckoutUnreadable`.

    `blobs` gives the git object id of each file looked at, by path relative to `root`; None for one that was
    looked for in vain. `module_roots` are the directories that hold modules, relative to `root`: a task file
    that the commit has in one of them and the disk has not makes the checkout unclean.
    """
    if observations.look(os.path.join(root, ".git")) is None:
        return None
    _observe(root, observations)
    # Imported here: most code directories are no checkouts, and the library is paid for at start otherwise.
    from dulwich.repo import Repo

    try:
        with Repo(root) as repository:
            return _compare(repository, blobs, module_roots)
    except Exception as error:
        raise CheckoutUnreadable(f"{root}/.git: {type(error).__name__}: {error}") from error


def _observe(root: str, observations: Observations) -> None:
    """Look at every file that decides which commit HEAD is, and which files are ignored."""
    directory = os.path.join(root, ".git")
    if os.path.isfile(directory):
        directory = os.path.join(root, _text(directory).removeprefix("gitdir:").strip())
    shared = directory
    if observations.look(os.path.join(directory, "commondir")) is not None:
        shared = os.path.join(directory, _text(os.path.join(directory, "commondir")))
    observations.look(os.path.join(directory, "HEAD"))
    head = _text(os.path.join(directory, "HEAD"))
    if head.startswith("ref:"):
        observations.look(os.path.join(shared, head.removeprefix("ref:").strip()))
    for name in ("packed-refs", "reftable/tables.list", "info/exclude"):
        observations.look(os.path.join(shared, name))
    observations.look(os.path.join(root, ".gitignore"))


def _text(path: str) -> str:
    try:
        return read_bounded(os.path.realpath(path), _REFERENCE_BYTES).decode("utf-8", "replace").strip()
    except Exception:
        return ""


class _Committed:
    """The directories of one commit's tree, each read once."""

    def __init__(self, repository: Repo, root: ObjectID) -> None:
        self._repository = repository
        self._root = root
        self._directories: dict[str, dict[str, tuple[int, ObjectID]]] = {}

    def object_id(self, path: str) -> str | None:
        """The object id of a file or directory; None when the commit has nothing there."""
        directory, _, name = path.rpartition("/")
        entry = self.directory(directory).get(name)
        return entry[1].decode() if entry else None

    def directory(self, path: str) -> dict[str, tuple[int, ObjectID]]:
        """Name to mode and object id of a directory; empty when there is none, as within a submodule."""
        known = self._directories.get(path)
        if known is None:
            known = self._directories[path] = self._read(path)
        return known

    def _read(self, path: str) -> dict[str, tuple[int, ObjectID]]:
        from dulwich.objects import Tree

        object_id = self._root
        if path:
            parent, _, name = path.rpartition("/")
            mode, object_id = self.directory(parent).get(name, (0, self._root))
            if not stat.S_ISDIR(mode):
                return {}
        tree = self._repository[object_id]
        if not isinstance(tree, Tree):
            return {}
        return {os.fsdecode(entry.path): (entry.mode, entry.sha) for entry in tree.iteritems()}


def _compare(repository: Repo, blobs: Mapping[str, str | None], module_roots: Iterable[str]) -> Checkout:
    from dulwich.ignore import IgnoreFilterManager
    from dulwich.objects import Commit

    head = repository.head()
    commit = repository[head]
    if not isinstance(commit, Commit):
        raise ValueError("HEAD names no commit")
    committed = _Committed(repository, commit.tree)
    ignored = IgnoreFilterManager.from_repo(repository)
    tracked: set[str] = set()
    clean = True
    for path, blob in blobs.items():
        object_id = committed.object_id(path)
        if object_id is None:
            clean = clean and (blob is None or bool(ignored.is_ignored(path)))
        elif object_id == blob:
            tracked.add(path)
        else:
            clean = False
    if clean:
        clean = all(blobs.get(path) is not None for path in _task_files(committed, module_roots))
    return Checkout(commit=head.decode(), clean=clean, tracked=frozenset(tracked))


def _task_files(committed: _Committed, module_roots: Iterable[str]) -> Iterable[str]:
    """Paths of every task file that a commit holds in its modules."""
    for root in module_roots:
        for module in committed.directory(root):
            tasks = f"{root}/{module}/tasks".lstrip("/")
            for name, (mode, _) in committed.directory(tasks).items():
                if is_task_file_name(name) and stat.S_ISREG(mode):
                    yield f"{tasks}/{name}"
