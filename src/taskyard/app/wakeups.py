"""Who waits for what: requests that are parked in memory until a commit makes work ready or changes an execution.

No wake-up is lost: who waits registers first, looks then, and sleeps only if nothing was told meanwhile. Commits are told
from the threads of the write lanes; everything else happens on the event loop. Between processes a message is a hint, and
a slow look is the net.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

FOREVER = 3600.0


class Waiter:
    """One who waits. `wants` is how many pieces of work it can take; None for who wants to hear of everything."""

    __slots__ = ("_future", "_wakeups", "told", "topics", "wants")

    def __init__(self, wakeups: Wakeups, wants: int | None) -> None:
        self._wakeups = wakeups
        self.wants = wants
        self.topics: list[str] = []
        self.told = 0
        self._future: asyncio.Future[None] | None = None

    def take(self) -> int:
        """How often it was told since the last time. Call it before each look."""
        told, self.told = self.told, 0
        return told

    async def wait(self, timeout: float) -> bool:
        """Sleep until something is told that was not taken, at most `timeout` seconds; whether it was. Once the server is
        about to stop nobody sleeps."""
        if self.told == 0 and timeout > 0 and not self._wakeups.closed:
            loop = asyncio.get_running_loop()
            self._future = loop.create_future()
            timer = loop.call_later(timeout, self.rouse)
            try:
                await self._future
            finally:
                timer.cancel()
                self._future = None
        return self.told > 0

    def tell(self, number: int) -> int:
        """Tell of `number` pieces of work; how many of them it can take."""
        accepted = number if self.wants is None else min(number, self.wants - self.told)
        if accepted > 0:
            self.told += accepted
            self.rouse()
        return max(0, accepted)

    def rouse(self) -> None:
        """End the sleep, if there is one."""
        if self._future is not None and not self._future.done():
            self._future.set_result(None)


class Wakeups:
    """All who wait in this process, by topic, in the order in which they came."""

    def __init__(self) -> None:
        self.slow = FOREVER
        """Seconds after which `until` looks again though nothing was told."""
        self.elsewhere: Callable[[dict[str, int]], None] = lambda topics: None
        """Takes what nobody here was waiting for, for other processes; called from any thread."""
        self.closed = False
        """The server is about to stop: nobody should wait any more."""
        self._takers: dict[str, dict[Waiter, None]] = {}
        self._hearers: dict[str, dict[Waiter, None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    @contextmanager
    def listen(self, topics: Iterable[str], wants: int | None = None) -> Iterator[Waiter]:
        """Be told of these topics from now on; in the end what was told and not taken is told to the next."""
        waiter = Waiter(self, wants)
        self._loop = self._loop or asyncio.get_running_loop()
        for topic in topics:
            self.join(waiter, topic)
        try:
            yield waiter
        finally:
            places = self._places(waiter)
            for topic in waiter.topics:
                waiters = places[topic]
                del waiters[waiter]
                if not waiters:
                    del places[topic]
            if waiter.wants is not None and waiter.told > 0:
                self.tell(dict.fromkeys(waiter.topics, waiter.told))

    def join(self, waiter: Waiter, topic: str) -> bool:
        """Have a waiter told of one more topic; False if it was already. Look again before you wait."""
        if topic in waiter.topics:
            return False
        waiter.topics.append(topic)
        self._places(waiter).setdefault(topic, {})[waiter] = None
        return True

    async def wait(self, topics: Iterable[str], timeout: float) -> bool:
        """Wait for one of the topics. What was told before this call counts for nothing: where that matters use
        `until`."""
        with self.listen(topics) as waiter:
            return await waiter.wait(timeout)

    async def until(
        self, topics: Iterable[str], look: Callable[[], Awaitable[T | None]], timeout: float
    ) -> T | None:
        """What `look` gives, as soon as it gives something; None after `timeout` seconds."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        with self.listen(topics) as waiter:
            while True:
                waiter.take()
                found = await look()
                left = end - loop.time()
                if found is not None or left <= 0 or self.closed:
                    return found
                await waiter.wait(min(left, self.slow))

    def close(self) -> None:
        """Let everyone who waits go on with what they have. On the event loop only."""
        self.closed = True
        for places in (self._hearers, self._takers):
            for waiters in places.values():
                for waiter in waiters:
                    waiter.rouse()

    def waiting(self, prefix: str) -> dict[str, int]:
        """How many wait for work of the topics that begin with `prefix`."""
        return {topic: len(waiters) for topic, waiters in self._takers.items() if topic.startswith(prefix)}

    def committed(self, topics: Mapping[str, int]) -> None:
        """A commit told these topics, each so many times. Called from the thread that committed: whoever registers after
        this looks at a database that has the commit."""
        here: dict[str, int] = {}
        away: dict[str, int] = {}
        for topic, number in topics.items():
            waits = topic in self._takers or topic in self._hearers
            (here if waits else away)[topic] = number
        if away:
            self.elsewhere(away)
        if here and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.tell, here)

    def heard(self, topics: Mapping[str, int]) -> None:
        """Another process told these topics. Called from any thread."""
        here = {
            topic: number
            for topic, number in topics.items()
            if topic in self._takers or topic in self._hearers
        }
        if here and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.tell_here, here)

    def tell(self, topics: Mapping[str, int]) -> None:
        """Tell those who wait here, then other processes of what is left. On the event loop only."""
        left = self.tell_here(topics)
        if left:
            self.elsewhere(left)

    def tell_here(self, topics: Mapping[str, int]) -> dict[str, int]:
        """Tell everyone who wants to hear of everything, and of those who take work as many as there is work, the
        first that came first. What nobody could take."""
        left: dict[str, int] = {}
        for topic, number in topics.items():
            for waiter in self._hearers.get(topic, ()):
                waiter.tell(1)
            rest = number
            for waiter in self._takers.get(topic, ()):
                rest -= waiter.tell(rest)
                if rest <= 0:
                    break
            if rest > 0:
                left[topic] = rest
        return left

    def _places(self, waiter: Waiter) -> dict[str, dict[Waiter, None]]:
        return self._hearers if waiter.wants is None else self._takers
