"""A world of workers and callers around the engine, moved step by step from a seed.

Workers die, answer late and answer twice; callers pause, resume, terminate, retry and restart; the clock runs and jumps.
"""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
from tests.engine.flow.workshop import Workshop
from tests.simulation.fate import Attempt, Fate, foretell
from tests.simulation.plans import TASKS, draft

from taskyard.engine.flow.commands import (
    DecideExecution,
    PauseExecution,
    ReportTask,
    RerunExecution,
    RestartExecution,
    ResumeExecution,
    RetryExecution,
    TerminateExecution,
)
from taskyard.engine.leases import ExpireLease, LeaseTasks
from taskyard.engine.timers import FireTimer
from taskyard.model.execution import ElementInstance, Execution, Timer
from taskyard.model.problem import Rejected
from taskyard.store.due import due
from taskyard.store.execution_checkup import ROWS, told
from taskyard.store.link import Link

BUDGETS = {name: int(str(members["retry_count"])) for name, members in TASKS.items()}
MOST = 15
"""Executions that callers start in one world."""


class Held(msgspec.Struct):
    """A task in a worker's hands."""

    task: str
    execution: int
    name: str
    queue: str
    attempt: int


class World:
    """Moves one world; `step` at random, `settle` to its end."""

    def __init__(self, shop: Workshop, seed: int) -> None:
        self.shop = shop
        self.random = Random(seed)
        self.plans = draft(shop, self.random, f"w{seed}")
        self.started: list[str] = []
        self.hands: list[Held] = []
        self.answered: list[Held] = []
        self.owners: dict[str, Held] = {}
        self.ledger: dict[tuple[int, str], list[Attempt]] = {}
        self.overtaken: set[int] = set()
        """Executions with a child that ran again on its own: they may have gone on behind it before."""
        self.story: list[str] = []

    def say(self, text: str) -> None:
        self.story.append(f"{self.shop.time.now() - self.beginning} {text}" if self.started else text)

    @property
    def beginning(self) -> int:
        return 1_700_000_000_000

    # What may happen

    def step(self) -> None:
        """A few things happen."""
        for _ in range(self.random.randint(1, 5)):
            self.move()

    def move(self) -> None:
        """One thing happens."""
        moves = [
            (8, self.start),
            (26, self.poll),
            (40, self.answer),
            (3, self.die),
            (4, self.answer_again),
            (6, self.run_clock),
            (1, self.jump_clock),
            (2, self.pause),
            (4, self.resume),
            (1, self.terminate),
            (3, self.retry),
            (0.5, self.restart),
            (1, self.rerun),
            (1.5, self.decide),
        ]
        self.random.choices([move for _, move in moves], [weight for weight, _ in moves])[0]()

    def start(self) -> None:
        if len(self.started) < MOST:
            name = self.random.choice(sorted(self.plans))
            self.started.append(self.shop.start(name))
            self.say(f"start {name} as {len(self.started) - 1}")

    def poll(self) -> None:
        """Several workers ask the same queue at once; where it is empty, another one."""
        for queue in self.random.sample(sorted(TASKS), len(TASKS)):
            asks = [
                LeaseTasks(queue=queue, holder=f"worker{number}", count=self.random.randint(1, 3))
                for number in range(self.random.randint(1, 3))
            ]
            taken = [leased for answer in self.shop.run_all(asks) for leased in answer.tasks]
            for leased in taken:
                self._take(leased, queue)
            if taken:
                return

    def _take(self, leased: Any, queue: str) -> None:
        record: ElementInstance = leased.element
        assert leased.task.uid not in {held.task for held in self.hands}, "a task is in two hands"
        held = Held(
            leased.task.uid, record.execution_id, record.element + record.suffix, queue, record.attempt
        )
        if record.execution_id not in self.overtaken:
            on_the_way = self.foretold(self._owner(record)).tasks
            assert held.name in on_the_way, f"{held.name} was offered before its time"
        self.hands.append(held)
        self.owners[held.task] = held
        self.say(f"take {held.name} attempt {held.attempt}")

    def _owner(self, record: ElementInstance) -> Execution:
        row = self.shop.row(Execution, id=record.execution_id)
        assert row is not None
        return row

    def answer(self) -> None:
        """One worker answers, or several at once."""
        chosen: list[tuple[Held, str]] = []
        for _ in range(min(len(self.hands), self.random.choice([1, 1, 2, 3]))):
            held = self.hands.pop(self.random.randrange(len(self.hands)))
            chosen.append((held, self._status()))
        self._report(chosen)

    def _status(self) -> str:
        draw = self.random.random()
        if draw > 0.97:
            return "IN_PROGRESS"
        return "COMPLETED" if draw < 0.86 else "FAILED" if draw < 0.94 else "FAILED_WITH_TERMINAL_ERROR"

    def _report(self, chosen: list[tuple[Held, str]]) -> None:
        words = [
            ReportTask(task=held.task, status=status, callback_after=5 if status == "IN_PROGRESS" else 0)
            for held, status in chosen
        ]
        for (held, status), answer in zip(chosen, self.shop.run_all(words), strict=True):
            self._heard(held, status, answer)

    def _heard(self, held: Held, status: str, answer: Any) -> None:
        """What the engine said to a worker's word."""
        if isinstance(answer, Rejected):
            assert answer.problem.code == "not_found"
            assert self._row(held) is None
            self.say(f"report {held.name} {status} is gone")
            return
        if isinstance(answer, Exception):
            raise answer
        self.say(f"report {held.name} {status}{' ignored' if answer.ignored else ''}")
        if status == "IN_PROGRESS":
            return
        self.answered.append(held)
        if not answer.ignored:
            self._write(held, status)

    def _row(self, held: Held) -> ElementInstance | None:
        return self.shop.row(ElementInstance, uid=held.task)

    def _write(self, held: Held, status: str) -> None:
        """An attempt has ended, and counts."""
        attempts = self.ledger.setdefault((held.execution, held.name), [])
        assert not any(each.status == "COMPLETED" for each in attempts), f"{held.name} was done already"
        assert not attempts or attempts[-1].number < held.attempt, (
            f"attempt {held.attempt} of {held.name} again"
        )
        attempts.append(Attempt(status, held.attempt))

    def die(self) -> None:
        """A worker is gone with what it had."""
        if self.hands:
            held = self.hands.pop(self.random.randrange(len(self.hands)))
            self.answered.append(held)
            self.say(f"die with {held.name}")

    def answer_again(self) -> None:
        """A worker repeats itself, or comes back from the dead."""
        if self.answered:
            held = self.random.choice(self.answered)
            self._report_late(held, self.random.choice(["COMPLETED", "FAILED"]))

    def _report_late(self, held: Held, status: str) -> None:
        row = self._row(held)
        known = row is not None and row.phase != "closed"
        try:
            taken = self.shop.report(held.task, status)
        except Rejected as refused:
            if refused.problem.code != "not_found" or row is not None:
                raise
            return
        assert taken.ignored is not known, f"a late word about {held.name}"
        self.say(f"late {held.name} {status}{' ignored' if taken.ignored else ''}")
        if not taken.ignored:
            self.hands = [each for each in self.hands if each.task != held.task]
            self._write(held, status)

    # Time

    def run_clock(self) -> None:
        """Time goes by, and what is due is done at its moment."""
        end = self.shop.time.now() + self.random.randint(1, 15_000)
        while self.fire():
            pass
        while (following := self._next()) is not None and following <= end:
            self.shop.time.value = following
            while self.fire():
                pass
        self.shop.time.value = end

    def jump_clock(self) -> None:
        """Time goes by while nobody looks."""
        self.shop.time.advance(self.random.randint(10_000, 120_000))
        self.say("jump")
        while self.fire():
            pass

    def _next(self) -> int | None:
        now = self.shop.time.now()
        return self.shop.call(self.shop.store.read(lambda link: due(link, now, 1))).next_at

    def fire(self) -> int:
        """Do what is due now, in the order of its moments; how much that was."""
        now = self.shop.time.now()
        found = self.shop.call(self.shop.store.read(lambda link: due(link, now, 500)))
        for timer in found.timers:
            row = self.shop.row(Timer, id=timer.id)
            if row is not None and self.shop.run(
                FireTimer(timer_id=timer.id, execution_id=timer.execution_id)
            ):
                self._too_late(row)
        for lease in found.leases:
            if self.shop.run(ExpireLease(task_id=lease.task_id, execution_id=lease.execution_id)) is not None:
                self._lost(lease.task_id, "TIMED_OUT")
        return len(found.timers) + len(found.leases)

    def _too_late(self, timer: Timer) -> None:
        if timer.kind == "task_timeout" and timer.task_id is not None:
            held = self._lost(timer.task_id, None)
            if held is not None:
                self._write(held, "TIME_OUT_WF" if held.queue == "fatal" else "TIMED_OUT")

    def _lost(self, row_id: int, status: str | None) -> Held | None:
        """A worker lost its task, or nobody had it; it knows nothing of that and may answer still."""
        row = self.shop.row(ElementInstance, id=row_id)
        held = self.owners.get(row.uid) if row is not None else None
        if held is not None and status is not None:
            self.say(f"lost {held.name} attempt {held.attempt}")
            self._write(held, status)
        if held is not None and held in self.hands:
            self.hands.remove(held)
            self.answered.append(held)
        return held

    # What callers do

    def _some(self, *statuses: str) -> str | None:
        """An execution, now and then one that another one started."""
        known = self.started
        if self.random.random() < 0.3:
            known = [row.uid for row in self._executions()]
        fitting = [each for each in known if self.shop.status(each) in statuses]
        return self.random.choice(fitting) if fitting else None

    def _name(self, one: str) -> str:
        return str(self.started.index(one)) if one in self.started else self.shop.execution(one).key

    def pause(self) -> None:
        if (one := self._some("RUNNING")) is not None:
            self.shop.do(PauseExecution, one)
            self.say(f"pause {self._name(one)}")

    def resume(self) -> None:
        if (one := self._some("PAUSED")) is not None:
            self.shop.do(ResumeExecution, one)
            self.say(f"resume {self._name(one)}")

    def terminate(self) -> None:
        if (one := self._some("RUNNING", "PAUSED", "FAILED", "TIMED_OUT")) is not None:
            self.shop.do(TerminateExecution, one, reason="the caller says so")
            self.say(f"terminate {self._name(one)}")

    def retry(self) -> None:
        if (one := self._some("FAILED", "TIMED_OUT", "TERMINATED")) is not None:
            self._run_again(one)

    def _overtake(self, one: str) -> None:
        row = self.shop.execution(one)
        while row.parent_id is not None:
            self.overtaken.add(row.parent_id)
            above = self.shop.row(Execution, id=row.parent_id)
            if above is None:
                return
            row = above

    def _run_again(self, one: str) -> None:
        self._overtake(one)
        deep = self.random.random() < 0.5
        try:
            self.shop.do(RetryExecution, one, resume_children=deep)
            self.say(f"retry {self._name(one)} {'deep' if deep else ''}")
        except Rejected as refused:
            if refused.problem.reason != "nothing_to_retry":
                raise
            self._restart(one)

    def restart(self) -> None:
        if (one := self._some("COMPLETED", "FAILED", "TIMED_OUT", "TERMINATED")) is not None:
            self._restart(one)

    def _restart(self, one: str) -> None:
        self._overtake(one)
        row_id = self.shop.execution(one).id
        self.shop.do(RestartExecution, one)
        self.say(f"restart {self._name(one)}")
        self.ledger = {key: value for key, value in self.ledger.items() if key[0] != row_id}

    def rerun(self) -> None:
        """From any of its own tasks. What came after is forgotten."""
        one = self._some("COMPLETED", "FAILED", "TIMED_OUT", "TERMINATED")
        records = self.shop.records(one) if one is not None else []
        if one is None or not records:
            return
        self._overtake(one)
        target = self.random.choice(records)
        self.shop.do(RerunExecution, one, from_task=target.uid)
        self.say(f"rerun {self._name(one)} from {target.element}{target.suffix}")
        before = {each.id for each in records} - {target.id}
        left = {
            (each.element + each.suffix, each.attempt) for each in self.shop.records(one) if each.id in before
        }
        for key in [key for key in self.ledger if key[0] == target.execution_id]:
            self.ledger[key] = [each for each in self.ledger[key] if (key[1], each.number) in left]

    def decide(self) -> None:
        """Nothing that runs as it should lacks anything."""
        if (one := self._some("RUNNING", "PAUSED")) is not None:
            assert self.shop.do(DecideExecution, one) == 0, "an execution lacked something"

    # What must hold

    def check(self) -> None:
        """The facts between the tables of executions, queues and leases, and the history."""
        assert self.shop.call(self.shop.store.read(_offences)) == []

    def check_all(self) -> None:
        """Everything that `taskyard doctor` asks for."""
        assert self.shop.offences() == []

    def check_outcomes(self) -> None:
        """Every execution, children too, stands as what its workers did says."""
        for row in self._executions():
            self._check_outcome(row)

    def _executions(self) -> list[Execution]:
        """Those that were started, and those that they started."""
        found = [self.shop.execution(uid) for uid in self.started]
        for row in found:
            found += self.shop.matching(Execution, parent_id=row.id)
        return found

    def _check_outcome(self, row: Execution) -> Fate:
        status = self.shop.status(row.uid)
        fate = self.foretold(row)
        ends = set(fate.ends)
        if status == "TERMINATED":
            return fate
        if status in ("RUNNING", "PAUSED"):
            assert status == "PAUSED" or "OPEN" in {end.upper() for end in ends} or self._waits(row), (
                f"{row.key} {row.id} runs, but {ends}"
            )
            return fate
        assert status in ends, f"{row.key} {row.id} is {status}, not {ends}"
        return fate

    def _waits(self, row: Execution) -> bool:
        """Something else than workers is waited for."""
        records = self.shop.matching(ElementInstance, execution_id=row.id)
        return any(each.phase != "closed" for each in records)

    def foretold(self, row: Execution) -> Fate:
        """What the model says of an execution."""

        def last(name: str) -> Attempt | None:
            attempts = self.ledger.get((row.id, name))
            return attempts[-1] if attempts else None

        def child(name: str) -> str | None:
            records = self.shop.matching(ElementInstance, execution_id=row.id)
            mine = [each for each in records if each.element + each.suffix == name and each.child_id]
            if not mine:
                return None
            newest = max(mine, key=lambda each: each.seq)
            found = self.shop.row(Execution, id=newest.child_id)
            if newest.native_state == "COMPLETED_WITH_ERRORS":
                return "FAILED"  # The parent went on; what became of the child since is not its business.
            return self.shop.status(found.uid) if found is not None else None

        return foretell(self.plans[row.key], BUDGETS, last, child)

    # The end

    def settle(self) -> None:
        """Workers do what they should until nothing runs."""
        for _ in range(400):
            for row in self._executions():
                if row.suspended:
                    self.shop.do(ResumeExecution, row.uid)
            for queue in sorted(TASKS):
                for leased in self.shop.take(queue, count=50):
                    self._take(leased, queue)
            while self.hands:
                self._report([(self.hands.pop(), "COMPLETED")])
            while self.fire():
                pass
            if all(row.closed_at is not None for row in self._executions()):
                return
            following = self._next()
            self.shop.time.value = max(self.shop.time.now() + 1, following or 0)
        raise AssertionError("something runs for ever")

    def finish(self) -> None:
        """Retry what did not complete until everything has; nothing is done twice on the way."""
        for _ in range(20):
            self.settle()
            self.check_outcomes()
            left = [one for one in self.started if self.shop.status(one) != "COMPLETED"]
            if not left:
                return
            for one in left:
                self._run_again(one)
        raise AssertionError("something never completes")


def _offences(link: Link) -> list[str]:
    return [name for name, sql in {**ROWS, **told(link.postgres)}.items() if link.rows(sql)[0][0]]
