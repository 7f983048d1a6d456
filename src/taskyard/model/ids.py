"""Identifiers: time-ordered integers for rows, UUIDv7 text for the outside."""

from __future__ import annotations

import os
from typing import Protocol


class Ids(Protocol):
    """Hands out identifiers that were never handed out before."""

    def row_id(self) -> int:
        """A row id greater than every one this process handed out before; below 2**53."""
        ...

    def uid(self) -> str:
        """A UUIDv7 in its canonical 36-character form."""
        ...


def uuid7(milliseconds: int, entropy: bytes | None = None) -> str:
    """A UUIDv7 (RFC 9562 §5.7) for a moment in epoch milliseconds.

    `entropy` is 10 bytes; it is drawn from the operating system when absent.
    """
    tail = bytearray(entropy if entropy is not None else os.urandom(10))
    tail[0] = 0x70 | (tail[0] & 0x0F)
    tail[2] = 0x80 | (tail[2] & 0x3F)
    text = milliseconds.to_bytes(6, "big").hex() + tail.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def uid_of(row_id: int, milliseconds: int, entropy: bytes | None = None) -> str:
    """A UUIDv7 that tells its row id (below 2**53) to `row_id_in`, so that a row is found by its key. The other bits are
    random: 9 of them."""
    tail = bytearray(entropy if entropy is not None else os.urandom(10))
    tail[3:10] = (row_id & (2**53 - 1) | (tail[3] & 0xE0) << 48).to_bytes(7, "big")
    return uuid7(milliseconds, bytes(tail))


def row_id_in(uid: str) -> int:
    """The row id that `uid_of` put into a public id; a number that means nothing for any other text. Who uses it must
    compare the uid of the row that it finds."""
    try:
        return int(uid.replace("-", "")[18:], 16) & (2**53 - 1)
    except ValueError:
        return 0
