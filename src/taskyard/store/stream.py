"""Long reads: each on a thread and a connection of its own, a piece at a time, as fast as they are taken.

What keeps them from disturbing others: only so many run at once, the rest wait for their turn; of those that run one
makes a piece while the others wait; and little is made ahead, so that a slow client holds little memory.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from taskyard.model.problem import Problem, Rejected
from taskyard.store.link import Broken, Link, Transient

AHEAD = 2
"""Pieces made before they are taken."""

PATIENCE = 120.0
"""Seconds that a stream waits for its client to take a piece; then the client has gone to sleep, and loses it."""

_END = object()


class Stalled(Exception):
    """Nobody took a piece in time."""


class Streams:
    """Runs long reads. `connect` and `release` give and take back a connection; `most` run at once."""

    def __init__(
        self, connect: Callable[[], Link], release: Callable[[Link], None], most: int, unreadable: Problem
    ) -> None:
        self.connect = connect
        self.release = release
        self.unreadable = unreadable
        self.turn = threading.Lock()
        self._threads = ThreadPoolExecutor(most, "taskyard-stream")

    async def iterate(self, produce: Callable[[Link], Iterator[Any]]) -> AsyncGenerator[Any, None]:
        """The items of `produce(link)`, which runs on a thread."""
        run = _Run(asyncio.get_running_loop())
        work = run.loop.run_in_executor(self._threads, self._produce, produce, run)
        try:
            while True:
                item, failure = await run.items.get()
                if failure is not None:
                    raise failure
                if item is _END:
                    return
                yield item
                run.room.release()
        finally:
            run.stopped.set()
            run.room.release()
            if not work.cancel():
                await asyncio.wait((work,))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _produce(self, produce: Callable[[Link], Iterator[Any]], run: _Run) -> None:
        link = None
        try:
            if run.stopped.is_set():
                return
            link = self.connect()
            items = iter(produce(link))
            while True:
                with self.turn:
                    item = next(items, _END)
                if item is not _END and not run.room.acquire(timeout=PATIENCE):
                    raise Stalled(f"nothing was taken for {PATIENCE:.0f} s")
                if run.stopped.is_set():
                    return
                run.put(item, None)
                if item is _END:
                    return
        except (Broken, Transient):
            run.put(None, Rejected(self.unreadable))
        except Exception as error:
            run.put(None, error)
        finally:
            if link is not None:
                self.release(link)


class _Run:
    """One stream between its thread and its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.items: asyncio.Queue[Any] = asyncio.Queue()
        self.room = threading.Semaphore(AHEAD)
        self.stopped = threading.Event()

    def put(self, item: Any, failure: Exception | None) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.items.put_nowait, (item, failure))
