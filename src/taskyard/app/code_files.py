"""Files of a code directory: what was seen on disk, what may be read, and their digests."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable

import msgspec

Signature = tuple[int, int, int, int, int]
"""Modification and change time in nanoseconds, size, inode and device: what tells an edited file from an
unchanged one."""

UNSETTLED: Signature = (-1, -1, -1, -1, -1)
"""The signature of something that changed so recently that a further change could leave its signature as it
is."""

SETTLING_MS = 20
"""Clocks of file systems tick in steps of up to 10 ms; a change within that time of a reading may go
unnoticed."""

CHUNK = 1 << 18


class Unreadable(Exception):
    """A file that is not served: missing, not regular, too large, outside the code directory or not
    permitted."""


class Digest(msgspec.Struct, frozen=True):
    """What a file holds: SHA-256 in lowercase hexadecimal, bytes, and the object id that git gives to such
    content.

    `settled` tells whether `signature` may be trusted to change when the content does.
    """

    sha256: str
    size: int
    blob: str
    signature: Signature
    settled: bool


class Boundary:
    """The directories that may be read. A path whose links lead out of all of them does not exist for the
    caller."""

    def __init__(self, roots: Iterable[str]) -> None:
        self.roots = tuple(os.path.realpath(root) for root in roots)

    def real(self, path: str) -> str | None:
        """The path without links, or None when it does not exist or lies outside."""
        try:
            real = os.path.realpath(path, strict=True)
        except (OSError, ValueError):
            return None
        return real if self.holds(real) else None

    def holds(self, real: str) -> bool:
        """Whether a path without links lies inside."""
        return any(real == root or real.startswith(root.rstrip("/") + "/") for root in self.roots)

    def widened(self, root: str) -> Boundary:
        """This boundary with one more directory."""
        return Boundary((*self.roots, root))


class Observations:
    """Every path that a reading depended on, with the signature it had; `None` stands for "was not there"."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self.seen: dict[str, Signature | None] = {}

    def look(self, path: str) -> os.stat_result | None:
        """`os.stat` of a path, remembered before anything of it is read."""
        found = _stat(path)
        self.seen.setdefault(path, None if found is None else self._settled(found))
        return found

    def _settled(self, found: os.stat_result) -> Signature:
        # Every change of content sets the change time, which unlike the modification time nobody can choose.
        changed = found.st_ctime_ns // 1_000_000
        return signature_of(found) if changed < self._now() - SETTLING_MS else UNSETTLED

    def still_hold(self) -> bool:
        """Whether every path is as it was seen. One `stat` per path, nothing is read."""
        for path, seen in self.seen.items():
            found = _stat(path)
            if (None if found is None else signature_of(found)) != seen:
                return False
        return True


def signature_of(found: os.stat_result) -> Signature:
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):
        return None


def open_regular(real: str) -> int:
    """A descriptor of a regular file whose path has no links; raises `Unreadable`. The caller closes it."""
    try:
        # Not blocking: a named pipe that takes the place of a file must not hang the server.
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise Unreadable(f"{real} cannot be read: {getattr(error, 'strerror', error)}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable(f"{real} is not a regular file")
    return descriptor


def read_bounded(real: str, limit: int) -> bytes:
    """The content of a regular file of at most `limit` bytes; raises `Unreadable`."""
    with open(open_regular(real), "rb") as file:
        try:
            content = file.read(limit + 1)
        except OSError as error:
            raise Unreadable(f"{real} cannot be read: {error.strerror}") from None
    if len(content) > limit:
        raise Unreadable(f"{real} is larger than {limit} bytes")
    return content


class Digests:
    """Digests by real path. A file is hashed once for as long as its signature stays the same."""

    def __init__(self, known: dict[str, Digest] | None = None) -> None:
        self._known = known or {}
        self.taken: dict[str, Digest] = {}

    def of(self, real: str, seen: Signature | None, limit: int) -> Digest:
        """The digest of a file that was observed with the signature `seen`; raises `Unreadable`."""
        if real in self.taken:
            return self.taken[real]
        known = self._known.get(real)
        if known is None or not known.settled or known.signature != seen:
            known = hash_file(real, limit, seen)
        self.taken[real] = known
        return known


def hash_file(real: str, limit: int, seen: Signature | None = None) -> Digest:
    """Read a file of at most `limit` bytes through once; raises `Unreadable`."""
    with open(open_regular(real), "rb", buffering=0) as file:
        found = os.fstat(file.fileno())
        if found.st_size > limit:
            raise Unreadable(f"{real} is larger than {limit} bytes")
        sha256 = hashlib.sha256()
        blob = hashlib.sha1(b"blob %d\0" % found.st_size, usedforsecurity=False)
        size = 0
        try:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                sha256.update(chunk)
                blob.update(chunk)
        except OSError as error:
            raise Unreadable(f"{real} cannot be read: {error.strerror}") from None
    signature = signature_of(found)
    return Digest(
        sha256=sha256.hexdigest(),
        size=size,
        blob=blob.hexdigest(),
        signature=signature,
        settled=signature == seen,
    )
