"""Hints between the processes that share a PostgreSQL: what a commit made ready, for those who wait elsewhere.

One thread with a connection of its own listens and tells. A hint may be lost, with the process or the connection; whoever
waits looks by itself every second. Nothing is told while no other process listens.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

import msgspec
import psycopg

CHANNEL = "taskyard_wakeups"
NAME = "taskyard-listen"
PAYLOAD = 7_900
"""Most bytes of one message; PostgreSQL takes less than 8,000."""
COUNT_SECONDS = 5.0
RETRY_SECONDS = 1.0

_decode = msgspec.json.Decoder(dict[str, int]).decode
_encode = msgspec.json.Encoder().encode


class Notifier(threading.Thread):
    """Tells other processes of topics, and `heard(topics)` of theirs, on its own thread."""

    def __init__(self, url: str, heard: Callable[[Mapping[str, int]], None]) -> None:
        super().__init__(name="taskyard-notify", daemon=True)
        self.url = url
        self.heard = heard
        self.others = False
        """Another process listens, as far as is known."""
        self._pending: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._inner, self._outer = socket.socketpair()
        self._outer.setblocking(False)
        self._inner.setblocking(False)
        self._closed = False
        self._me = 0

    def tell(self, topics: Mapping[str, int]) -> None:
        """Tell the others soon, if there are any. From any thread."""
        if not self.others:
            return
        with self._guard:
            first = not self._pending
            self._pending.update(topics)
        if first:
            self._nudge()

    def close(self) -> None:
        self._closed = True
        self._nudge()
        self.join(timeout=10)

    def run(self) -> None:
        while not self._closed:
            try:
                with psycopg.connect(self.url, autocommit=True, application_name=NAME) as connection:
                    self._serve(connection)
            except psycopg.Error:
                time.sleep(RETRY_SECONDS)
        self._inner.close()
        self._outer.close()

    def _serve(self, connection: psycopg.Connection) -> None:
        self._me = connection.info.backend_pid
        connection.add_notify_handler(lambda message: self._hear(message.pid, message.payload.encode()))
        connection.execute(f"LISTEN {CHANNEL}")
        self._send(connection, [b"{}"])
        counted = 0.0
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            selector.register(self._inner, selectors.EVENT_READ)
            while not self._closed:
                if time.monotonic() - counted > COUNT_SECONDS:
                    self.others = self._listeners(connection) > 1
                    counted = time.monotonic()
                selector.select(COUNT_SECONDS)
                self._drain()
                self._send(connection, self._messages())
                self._receive(connection)

    def _receive(self, connection: psycopg.Connection) -> None:
        """Take the messages that came while nothing was sent; the driver hands over those that came meanwhile."""
        connection.pgconn.consume_input()
        while (message := connection.pgconn.notifies()) is not None:
            self._hear(message.be_pid, message.extra)

    def _hear(self, sender: int, payload: bytes) -> None:
        if sender == self._me:
            return
        self.others = True
        topics = _decode(payload)
        if topics:
            self.heard(topics)

    def _send(self, connection: psycopg.Connection, messages: list[bytes]) -> None:
        for message in messages:
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, message.decode()))

    def _messages(self) -> list[bytes]:
        """What is to be told, in pieces that fit."""
        with self._guard:
            pending, self._pending = self._pending, Counter()
        messages: list[bytes] = []
        piece: dict[str, int] = {}
        size = 2
        for topic, number in pending.items():
            length = len(_encode(topic)) + 24
            if length > PAYLOAD:
                continue
            if piece and size + length > PAYLOAD:
                messages.append(_encode(piece))
                piece, size = {}, 2
            piece[topic] = number
            size += length
        return [*messages, _encode(piece)] if piece else messages

    def _listeners(self, connection: psycopg.Connection) -> int:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = %s",
            (NAME,),
        ).fetchone()
        return int(row[0]) if row else 0

    def _nudge(self) -> None:
        try:
            self._outer.send(b".")
        except OSError:
            return  # the buffer is full: the thread has been told

    def _drain(self) -> None:
        try:
            while self._inner.recv(4096):
                pass
        except BlockingIOError:
            return
