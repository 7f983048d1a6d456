"""Expressions in javascript and jq, evaluated by warm child processes under limits of time and memory.

A child answers one question at a time; up to `CHILDREN` are started as they are needed. One that takes too long or
too much is killed, its question answered with an error, and a new one started for the next question.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Sequence
from typing import Final

import msgspec

from taskyard.app.script_child import too_big, too_slow
from taskyard.config import Settings
from taskyard.model.evaluation import Answer, Question
from taskyard.model.problem import Problem, Rejected

CHILDREN: Final = 2
"""Processes at most: while one computes, the other answers."""

START_SECONDS: Final = 30.0
"""How long a child may take to come up."""

GRACE_SECONDS: Final = 0.5
"""What a child gets beyond the limit, to say itself that it was too slow."""

MODULE: Final = "taskyard.app.script_child"

_decode = msgspec.json.Decoder(Answer).decode
_encode = msgspec.json.Encoder().encode


class Scripts:
    """The children. Bound to the event loop that first asks."""

    def __init__(self, settings: Settings) -> None:
        self.seconds = float(settings.script_seconds)
        self.memory = settings.script_memory
        self.output = settings.max_payload
        self._places = asyncio.Semaphore(CHILDREN)
        self._idle: list[asyncio.subprocess.Process] = []
        self._closed = False
        self._running: set[asyncio.subprocess.Process] = set()

    async def evaluate(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """The answer to every question; one that cannot be evaluated has an answer that says why.

        Raises `Rejected` (unavailable) when nothing can be evaluated now."""
        distinct = list(dict.fromkeys(questions))
        answers = await asyncio.gather(*[self._answer(question) for question in distinct])
        return dict(zip(distinct, answers, strict=True))

    async def close(self) -> None:
        """End the children. Who still waits for an answer is told that the server goes away."""
        self._closed = True
        for child in [*self._running]:
            await self._end(child)

    async def _answer(self, question: Question) -> Answer:
        """Asked of one child; once more of another if that one died, for it may have died of something else."""
        async with self._places:
            answer = await self._tried(question)
            return answer or await self._tried(question) or Answer(error=too_big(self.memory))

    async def _tried(self, question: Question) -> Answer | None:
        """The answer, or None when the child died."""
        if self._closed:
            raise _unavailable("the server is going away")
        try:
            child = self._idle.pop() if self._idle else await self._start()
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as fault:
            raise _unavailable(f"the process for it does not start ({fault!r})") from None
        try:
            async with asyncio.timeout(self.seconds + GRACE_SECONDS):
                answer = _decode(await self._ask(child, question))
        except TimeoutError:
            await self._end(child)
            return Answer(error=too_slow(self.seconds))
        except (OSError, ValueError, asyncio.IncompleteReadError):
            await self._end(child)
            return None
        except BaseException:
            await self._end(child)
            raise
        self._idle.append(child)
        return answer

    async def _ask(self, child: asyncio.subprocess.Process, question: Question) -> bytes:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(_encode(question) + b"\n")
        await child.stdin.drain()
        return await child.stdout.readuntil(b"\n")

    async def _start(self) -> asyncio.subprocess.Process:
        limits = (str(self.seconds), str(self.memory), str(self.output))
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-X", "utf8", "-m", MODULE, *limits),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            limit=self.output * 2 + 64 * 1024,
        )
        self._running.add(child)
        assert child.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                await child.stdout.readuntil(b"\n")
        except BaseException:
            await self._end(child)
            raise
        return child

    async def _end(self, child: asyncio.subprocess.Process) -> None:
        self._running.discard(child)
        if child in self._idle:
            self._idle.remove(child)
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await asyncio.shield(child.wait())


def _unavailable(why: str) -> Rejected:
    text = f"An expression cannot be evaluated now: {why}."
    problem = Problem(code="unavailable", detail=text, reason="scripts_unavailable", retryable=True)
    return Rejected(problem)
