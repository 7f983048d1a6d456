"""Looks slowly for open executions that wait for nothing, and has them decided anew. There should be none. Removes what
is kept of workers that have not asked for long."""

from __future__ import annotations

import asyncio
from itertools import count

from taskyard.app.application import Application
from taskyard.engine.polls import FORGOTTEN_MS, ForgetPolls
from taskyard.engine.reconcile import Reconcile
from taskyard.model.problem import Rejected
from taskyard.store.ready import old_polls
from taskyard.store.stuck import stuck
from taskyard.telemetry import RESCUED, log

PAGE = 500
PAUSE_SECONDS = 0.2
EVERY_SECONDS = 30.0
FORGET_TURNS = 120
"""Old polls are looked for each time after so many looks at executions."""
SETTLED_MS = 5_000
"""An execution that changed within this time is looked at the next time."""


class Reconciler:
    """At its start it goes over all executions, afterwards over those that changed since."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.since = 0
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def close(self) -> None:
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def look(self) -> int:
        """Go once over the executions that changed since the last time; how many were stuck."""
        before = self.app.clock.now() - SETTLED_MS
        after: tuple[int, int] | None = (self.since, 0)
        rescued = 0
        while after is not None:
            start = after
            page = await self.app.store.read(lambda link, start=start: stuck(link, start, before, PAGE))
            for execution_id in page.ids:
                if await self.app.run(Reconcile(execution_id=execution_id)):
                    rescued += 1
                    RESCUED.inc()
                    log.warning("execution_rescued", execution=execution_id)
            after = page.after
            if after is not None:
                await asyncio.sleep(PAUSE_SECONDS)
        self.since = before
        return rescued

    async def forget(self) -> int:
        """Remove polls from long ago; how many were."""
        before = self.app.clock.now() - FORGOTTEN_MS
        keys = await self.app.store.read(lambda link: old_polls(link, before, PAGE))
        return await self.app.run(ForgetPolls(keys=tuple(keys))) if keys else 0

    async def _run(self) -> None:
        for turn in count():
            try:
                await self.look()
                if turn % FORGET_TURNS == 0:
                    await self.forget()
            except Rejected as refusal:
                log.warning("reconcile_waits", error=refusal.problem.detail)
            except Exception as fault:
                log.error("reconcile_failed", exc_info=fault)
            await asyncio.sleep(EVERY_SECONDS)
