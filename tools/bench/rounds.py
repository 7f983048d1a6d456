"""Processes that work in rounds: each waits, works for the seconds that it is told, and says how much it did.

The protocol is lines of text: the process says `ready`, takes a number of seconds, answers `COUNT SECONDS SPENT`
(SPENT being its processor seconds), until its input ends. `work` is the side of the process, `Worker` that of the benchmark.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from tools.bench.figure import ratio

START_SECONDS = 90


class Rate(NamedTuple):
    """Pieces of work per second, and processor seconds of the process for each."""

    rate: float
    cost: float


class Worker:
    """A process that works in rounds."""

    def __init__(self, command: list[str], where: Path) -> None:
        self.process = subprocess.Popen(
            command, cwd=where, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        if self._line() != "ready":
            raise RuntimeError(f"{command} did not get ready")

    def begin(self, seconds: float) -> None:
        """Let it work; `rate` tells how it went."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()

    def rate(self) -> Rate:
        """What became of the round that was begun."""
        count, seconds, spent = self._line().split()
        if int(count) == 0:
            raise RuntimeError(f"{self.process.args} got nothing done")
        return Rate(int(count) / float(seconds), float(spent) / int(count))

    def round(self, seconds: float) -> Rate:
        self.begin(seconds)
        return self.rate()

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.process.stdout.close()

    def _line(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{self.process.args} ended with {self.process.wait(30)}")
        return line


def interleaved(workers: dict[str, Worker], rounds: int, seconds: float) -> dict[str, list[Rate]]:
    """The rates of every worker, one after the other in each round, after a short one to warm them up."""
    for worker in workers.values():
        worker.round(min(1.0, seconds))
    found: dict[str, list[Rate]] = {name: [] for name in workers}
    for _ in range(rounds):
        for name, worker in workers.items():
            found[name].append(worker.round(seconds))
    return found


def rates(rounds: list[Rate]) -> list[float]:
    return [each.rate for each in rounds]


def compared(ours: list[Rate], theirs: list[Rate]) -> str:
    """Both rates, and what a processor does of ours for one of theirs: what a busy machine disturbs least."""
    by_cost = ratio([each.cost for each in theirs], [each.cost for each in ours])
    mine, other = statistics.median(rates(ours)), statistics.median(rates(theirs))
    return f"{mine:.0f} / {other:.0f} per s, {by_cost:.2f}x by processor time"


async def work(clients: int, once: Callable[[int], Awaitable[None]]) -> None:
    """Work as told on standard input: `clients` at a time, each doing `once(number)` again and again."""
    loop = asyncio.get_running_loop()
    print("ready", flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        begun, spent = time.perf_counter(), time.process_time()
        end = begun + float(line)
        done = 0

        async def client(number: int, end: float = end) -> None:
            nonlocal done
            while time.perf_counter() < end:
                await once(number)
                done += 1

        await asyncio.gather(*[client(number) for number in range(clients)])
        print(done, time.perf_counter() - begun, time.process_time() - spent, flush=True)
