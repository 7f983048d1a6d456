"""All executions that one command drives: a child that ends moves its parent on in the same transaction."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine import timers
from taskyard.engine.flow import deadlock, ending, lookahead, notes, save, starting
from taskyard.engine.flow.launch import Launch
from taskyard.engine.flow.notes import Later
from taskyard.engine.flow.plan import NamedTask
from taskyard.engine.flow.run import Run
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.evaluation import Question, Unanswered
from taskyard.model.execution import Execution, ExecutionNotes
from taskyard.model.flow import TaskDef
from taskyard.model.ids import row_id_in
from taskyard.model.problem import rejected
from taskyard.model.view import View

_decode_task = msgspec.json.Decoder(TaskDef).decode


class Session:
    """The runs of one command. `settle` does all work and writes everything."""

    def __init__(self, view: View, actor: Any = None) -> None:
        self.view = view
        self.actor = actor
        self.runs: dict[int, Run] = {}
        self.asked = 0
        self.unanswered: list[Question] = []
        self.put_off = False
        self._registered: dict[str, NamedTask | None] = {}

    def open(self, execution_id: int) -> Run:
        """The run of an execution, locked; raises `Rejected` (not_found, unknown_execution)."""
        run = self.runs.get(execution_id)
        if run is None:
            self.view.load_all(((Execution, (execution_id,)), (ExecutionNotes, (execution_id,))))
            execution = self.view.get(Execution, execution_id)
            kept = self.view.get(ExecutionNotes, execution_id)
            if execution is None or kept is None or execution.kind != "workflow":
                raise unknown(str(execution_id))
            run = self.runs[execution_id] = Run(self, execution, notes.decode(kept.document))
        return run

    def find(self, uid: str) -> Run:
        """The run of an execution by its public id."""
        run = self.open_or_none(row_id_in(uid))
        if run is None or run.execution.uid != uid:
            raise unknown(uid)
        return run

    def open_or_none(self, execution_id: int) -> Run | None:
        known = self.runs.get(execution_id)
        if known is not None:
            return known
        execution = self.view.get(Execution, execution_id)
        if execution is None or execution.kind != "workflow":
            return None
        return self.open(execution_id)

    def add(self, run: Run) -> None:
        """Drive a run that was just made."""
        self.runs[run.execution.id] = run

    def launch(self, wanted: Launch, parent: Run | None = None) -> tuple[Execution, bool]:
        """Start an execution within this command (see `starting.launch`)."""
        return starting.launch(self, wanted, parent)

    def begin(self, run: Run) -> None:
        """Let an execution that waited run from its first task."""
        starting.begin(run)

    def registered(self, name: str, tenant: str, others: tuple[str, ...] = ()) -> NamedTask | None:
        """The task definition of that name as it is registered now. `others` will be asked for likewise."""
        if name not in self._registered:
            if len(others) > 1:
                names = ("tenant", "kind", "key")
                wanted = [(tenant, "worker", each) for each in others]
                self.view.expect(Definition, names, wanted, locked=False)
            rows = self.view.find(Definition, locked=False, tenant=tenant, kind="worker", key=name)
            document = self.view.peek(VersionDocument, rows[0].latest_id) if rows else None
            self._registered[name] = (
                NamedTask(id=rows[0].id, definition=_decode_task(document.document)) if document else None
            )
        return self._registered[name]

    def ask(self) -> None:
        """Count an expression in another language; raises `Later` beyond the limit of one command."""
        self.asked += 1
        if self.asked > self.view.limits.questions:
            raise Later

    def settle(self) -> None:
        """Do what is to do in every run, then write all of them. Beyond the budget of steps the rest goes on later."""
        budget = self.view.limits.steps
        for run in list(self.runs.values()):
            lookahead.work(run)
        while (busy := next((run for run in self.runs.values() if run.work), None)) is not None:
            while busy.work:
                if self.asked > self.view.limits.questions:
                    break
                if sum(run.scheduled for run in self.runs.values()) >= budget:
                    break
                self._step(busy)
            if busy.work:
                self._go_on_later()
                break
            if not self.unanswered:
                ending.complete_if_done(busy)
        if self.unanswered:
            raise Unanswered(self.unanswered)
        if not self.put_off:
            for run in list(self.runs.values()):
                ending.complete_if_done(run)
                deadlock.end_if_stuck(run)
            if any(run.work for run in self.runs.values()):
                self.settle()
                return
        for run in self.runs.values():
            save.save(run)

    def _step(self, run: Run) -> None:
        """Do a piece of work. What it asks and nobody has answered yet is gathered, so that the questions of many pieces
        are answered together; everything is decided anew then."""
        try:
            run.step()
        except Unanswered as asked:
            self.unanswered += asked.questions
        except Exception:
            if self.unanswered:  # It may be for what is missing.
                raise Unanswered(self.unanswered) from None
            raise

    def _go_on_later(self) -> None:
        """What is left is done by a transaction of its own, at once."""
        self.put_off = True
        for run in self.runs.values():
            if run.work and run.open:
                data = {"work": [list(piece) for piece in run.work]}
                timers.start(self.view, "continue", self.view.now, execution_id=run.execution.id, data=data)
            run.work.clear()


def unknown(uid: str) -> Exception:
    return rejected(
        "not_found", f"No such workflow found by id: {uid}", reason="unknown_execution", execution=uid
    )
