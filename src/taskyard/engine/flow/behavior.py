"""What a type of task does when the flow reaches it. One subclass per type, in `behaviors/`, without state of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from taskyard.model.execution import ElementInstance, Timer
from taskyard.model.flow import WorkflowTask

if TYPE_CHECKING:
    from taskyard.engine.flow.plan import Position
    from taskyard.engine.flow.records import Records
    from taskyard.engine.flow.run import Run


class Behavior:
    """The base of all. `record` is the element instance, `node` its place in the definition.

    `tasked`: a row of `tasks` with the same id exists while it is open. `offers`: it delays itself by offering its task
    later; others begin later. `waits`: it may leave a row of `waits` with its id. `retries`: another attempt may follow
    a failure (operators never do). `default_attempts`: how often an unregistered name is tried again. `resumes`: a record
    that failed or was cancelled is set running again in place when its execution is, instead of being tried anew.
    `forks`: begins several sequences at once, whose ends a join knows.
    """

    tasked = False
    offers = False
    waits = False
    retries = True
    default_attempts = 0
    resumes = False
    forks = False
    label: str | None = None
    """The type that records show, where it differs from the definition's (`FORK` for `FORK_JOIN`)."""

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        """The flow reached the node; `input` is resolved. Ends with `run.finish`, `run.set`, or a task, timer or child
        that will come back."""
        raise NotImplementedError

    def child_done(
        self, run: Run, record: ElementInstance, node: WorkflowTask, child: ElementInstance
    ) -> None:
        """The sequence inside this container that `child` ended is through."""
        raise NotImplementedError

    def more(self, run: Run, record: ElementInstance, node: WorkflowTask, place: int) -> None:
        """Go on with a long piece of work, `("more", record id, place)`, that was cut so that it fits."""

    def joined(self, run: Run, record: ElementInstance, node: WorkflowTask, arrived: ElementInstance) -> None:
        """Something that this open join waits for is done for good."""

    def reported(
        self,
        run: Run,
        record: ElementInstance,
        node: WorkflowTask,
        status: str,
        output: dict[str, Any],
        reason: str | None,
    ) -> None:
        """Somebody outside says that the open record has this status; `output` is what it has from now on."""
        if status == "IN_PROGRESS":
            run.set(record, "IN_PROGRESS", output)
        else:
            run.finish(record, status, output, reason)

    def cancelled(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        """The record is about to be cancelled: let go of what it started."""

    def resumed(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        """Records of the execution were set running again or removed: recount what this open record waits for."""

    def heads(self, run: Run, record: ElementInstance, node: WorkflowTask) -> list[Position]:
        """Where the sequences begin that this closed record started inside it; those of a loop do not count."""
        return []

    def begin(self, run: Run, record: ElementInstance, node: WorkflowTask, head: Position) -> None:
        """Begin one of the `heads`, which is missing."""
        run.schedule(run.inside(record, head.node))

    def messaged(self, run: Run, record: ElementInstance, node: WorkflowTask) -> None:
        """A message was put into the box of the execution while the record is open."""

    def child_closed(
        self,
        run: Run,
        record: ElementInstance,
        node: WorkflowTask,
        outcome: str,
        output: dict[str, Any],
        reason: str | None,
    ) -> None:
        """The execution that this record started has ended."""

    def fired(self, run: Run, record: ElementInstance, node: WorkflowTask, timer: Timer) -> None:
        """A timer of the record is due, of a kind that all tasks do not share."""

    def current_output(self, run: Records, record: ElementInstance) -> dict[str, Any] | None:
        """The output of an open record where it is not stored as it grows; None: what is stored."""
        return None


_behaviors: dict[str, Behavior] = {}


def behaves(*types: str) -> Callable[[type[Behavior]], type[Behavior]]:
    """Register a behavior for these types of tasks."""

    def register(behavior: type[Behavior]) -> type[Behavior]:
        for name in types:
            if name in _behaviors:
                raise ValueError(f"{name} has a behavior already")
            _behaviors[name] = behavior()
        return behavior

    return register


def behavior_of(kind: str) -> Behavior:
    """The behavior of a type; of a type that nobody knows, the one of work for workers."""
    return _behaviors.get(kind) or _behaviors["SIMPLE"]


def is_known(kind: str) -> bool:
    """The engine has a behavior for this type."""
    return kind in _behaviors
