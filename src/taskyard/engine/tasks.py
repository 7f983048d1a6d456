"""Deciders for tasks that people do: create, claim, complete, delete."""

from __future__ import annotations

import msgspec

from taskyard.engine import work
from taskyard.engine.access import can, require
from taskyard.engine.definitions import PutDefinition, definition_of, put
from taskyard.engine.leases import MIDDLE
from taskyard.engine.outcomes import chosen_outcome
from taskyard.engine.protocol import Command, decides, foresees
from taskyard.engine.results import conclude, output_in, submit_result
from taskyard.model.definition import Definition
from taskyard.model.principal import Principal
from taskyard.model.problem import FieldError, Problem, Rejected, rejected
from taskyard.model.row import Row
from taskyard.model.task import (
    Candidate,
    Comment,
    Task,
    TaskAttribute,
    TaskDocument,
)
from taskyard.model.view import View

TITLE_LIMIT = 2_000
TEXT_LIMIT = 2_000
PRIORITIES = range(1, 6)


class NewTask(msgspec.Struct, kw_only=True, frozen=True):
    """A task to create. `attributes` are values to search by (text or number); `payload` is JSON text.

    `definition` is the key of a definition of the task's kind; one that does not exist is made, if the caller may.
    """

    kind: str = "human"
    title: str
    definition: str | None = None
    priority: int = 3
    assignee: str | None = None
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    reviewer_users: tuple[str, ...] = ()
    reviewer_groups: tuple[str, ...] = ()
    owner: str | None = None
    due_at: int | None = None
    queue: str | None = None
    native_state: str | None = None
    attributes: dict[str, str | float] = {}
    payload: str | None = None


class CreateTasks(Command, kw_only=True, frozen=True):
    """Create tasks, all or none. Answers the task rows in order."""

    tasks: tuple[NewTask, ...]


class ClaimTask(Command, kw_only=True, frozen=True):
    """Take a task for the caller. Claiming what one has already changes nothing. Answers the task.

    With `rev` the task must not have changed since; `comment` is a remark to add.
    """

    task_id: int
    rev: int | None = None
    comment: str | None = None


class CompleteTask(Command, kw_only=True, frozen=True):
    """Close a task. `word` is the outcome as its people call it (`APPROVE`), one of those that the task declares if it
    does; `payload` is JSON text. Answers the task.

    With `rev` the task must not have changed since; `comment` is a remark to add.
    """

    task_id: int
    rev: int | None = None
    comment: str | None = None
    outcome: str = "succeeded"
    word: str | None = None
    payload: str | None = None


class DeleteTasks(Command, kw_only=True, frozen=True):
    """Delete tasks with all that hangs on them; unknown ids are passed over. Answers how many there were.

    Conflict (task_of_execution) for an open task that an execution waits for."""

    task_ids: tuple[int, ...]


@decides(CreateTasks)
def create_tasks(command: CreateTasks, view: View) -> list[Task]:
    errors = tuple(error for index, new in enumerate(command.tasks) for error in _faults(new, index))
    if errors:
        detail = f"{len(errors)} fault(s) in {len(command.tasks)} task(s); nothing was created. First: {errors[0].detail}"
        raise Rejected(Problem(code="invalid", reason="bad_task", detail=detail, errors=errors[:100]))
    definitions: dict[tuple[str, str], Definition] = {}
    for new in command.tasks:
        if new.definition is not None and (new.kind, new.definition) not in definitions:
            definitions[new.kind, new.definition] = _definition(command, view, new.kind, new.definition)
        elif new.definition is None and not _own_todo(command.actor, new):
            _require_creator(command.actor, new.kind)
    rows: list[Task] = []
    documents: list[TaskDocument] = []
    attributes: list[TaskAttribute] = []
    candidates: list[Candidate] = []
    for new in command.tasks:
        definition = definitions[new.kind, new.definition] if new.definition is not None else None
        task = _task(command, view, new, definition)
        rows.append(task)
        if new.kind == "worker" and new.queue:
            work.open_task(view, task, queue=new.queue, rank=new.priority - MIDDLE)
        if new.payload is not None:
            documents.append(TaskDocument(task_id=task.id, document=new.payload))
        attributes += [_attribute(task.id, name, value) for name, value in new.attributes.items()]
        candidates += _candidates(task.id, new)
        view.emit("task.created", actor=task.creator, task_id=task.id, definition_id=task.definition_id)
    view.insert_many([task for task in rows if task.kind != "worker"])
    view.insert_many(documents)
    view.insert_many(attributes)
    view.insert_many(candidates)
    return rows


def _task(command: CreateTasks, view: View, new: NewTask, definition: Definition | None) -> Task:
    task_id = view.row_id()
    return Task(
        id=task_id,
        uid=view.uid(task_id) if new.kind == "worker" else view.uid(),
        kind=new.kind,
        definition_id=definition.id if definition else None,
        queue=new.queue,
        title=new.title,
        native_state=new.native_state,
        priority=new.priority,
        assignee=new.assignee,
        owner=new.owner,
        creator=command.by,
        created_at=view.now,
        assigned_at=view.now,
        updated_at=view.now,
        due_at=new.due_at,
    )


def _require_creator(actor: Principal | None, kind: str) -> None:
    if not can(actor, "create", kind=kind):
        raise rejected(
            "forbidden",
            f"User {actor.name if actor else None!r} may not create {kind} tasks for others; "
            f"that takes a grant to create the kind {kind!r}.",
            reason="no_grant",
        )


def _own_todo(actor: Principal | None, new: NewTask) -> bool:
    """Anybody may write down work for themselves."""
    alone = not (new.candidate_users or new.candidate_groups)
    return actor is not None and new.kind == "human" and new.assignee == actor.name and alone


def _definition(command: CreateTasks, view: View, kind: str, key: str) -> Definition:
    found = view.find(Definition, locked=False, tenant="", kind=kind, key=key)
    if found:
        require(command.actor, "execute", kind=kind, key=key, owner=(found[0].owner, found[0].created_by))
        return found[0]
    require(command.actor, "create", kind=kind, key=key)
    put(PutDefinition(actor=command.actor, kind=kind, key=key, name=key, document="{}"), view, None)
    made = definition_of(view, kind, key)
    assert made is not None
    return made


def _attribute(task_id: int, name: str, value: str | float) -> TaskAttribute:
    if isinstance(value, str):
        return TaskAttribute(task_id=task_id, name=name, text=value[:TEXT_LIMIT], indexed=True)
    return TaskAttribute(task_id=task_id, name=name, number=float(value), indexed=True)


def _candidates(task_id: int, new: NewTask) -> list[Candidate]:
    named = [
        *(("candidate", "user", name) for name in new.candidate_users),
        *(("candidate", "group", name) for name in new.candidate_groups),
        *(("reviewer", "user", name) for name in new.reviewer_users),
        *(("reviewer", "group", name) for name in new.reviewer_groups),
    ]
    unique = dict.fromkeys(named)
    return [
        Candidate(task_id=task_id, role=role, type=kind, name=name, position=position)
        for position, (role, kind, name) in enumerate(unique)
    ]


def _faults(new: NewTask, index: int) -> list[FieldError]:
    """What is wrong with a task to create."""
    faults = []
    if not new.title.strip() or len(new.title) > TITLE_LIMIT:
        faults.append(
            FieldError(pointer=f"/{index}/title", detail=f"title must have 1 to {TITLE_LIMIT} characters")
        )
    if new.priority not in PRIORITIES:
        faults.append(
            FieldError(
                pointer=f"/{index}/priority", detail="priority must be 1 (highest) to 5", value=new.priority
            )
        )
    if new.kind not in ("human", "agent", "worker"):
        detail = "kind must be human, agent or worker"
        faults.append(FieldError(pointer=f"/{index}/kind", detail=detail, value=new.kind))
    if new.kind == "worker" and (not new.queue or new.queue.startswith("system:")):
        detail = "a task for workers needs a queue, and not one of the server's own"
        faults.append(FieldError(pointer=f"/{index}/queue", detail=detail, value=new.queue))
    texts = [new.title, *(value for value in new.attributes.values() if isinstance(value, str))]
    if any("\0" in text for text in texts):
        faults.append(FieldError(pointer=f"/{index}", detail="text must not hold NUL characters"))
    return faults


@foresees(ClaimTask)
def _claim_foresight(command: ClaimTask) -> list[tuple[type[Row], tuple[int, ...]]]:
    return [(Task, (command.task_id,))]


@decides(ClaimTask)
def claim_task(command: ClaimTask, view: View) -> Task:
    task = open_task(view, command.task_id, command.rev)
    actor = command.actor
    if actor is None:
        raise rejected("invalid", "The server itself cannot claim a task.", reason="no_actor")
    if task.assignee == actor.name and task.phase == "active":
        if command.comment:
            task.updated_at = view.now
            view.update(task)
            add_comment(view, task, actor, command.comment)
        return task
    if task.assignee is not None and task.assignee != actor.name:
        raise rejected(
            "conflict",
            f"Task {task.id} was claimed by {task.assignee!r}.",
            reason="claimed_by_other",
            task=task.id,
        )
    require_worker(view, task, actor)
    task.assignee = actor.name
    task.phase = "active"
    task.assigned_at = task.updated_at = view.now
    view.update(task)
    add_comment(view, task, actor, command.comment)
    view.emit("task.claimed", actor=actor.name, task_id=task.id, definition_id=task.definition_id)
    return task


@foresees(CompleteTask)
def _complete_foresight(command: CompleteTask) -> list[tuple[type[Row], tuple[int | str, ...]]]:
    declared = (TaskAttribute, (command.task_id, "outcomes"))
    return [(Task, (command.task_id,)), declared, (TaskAttribute, (command.task_id, "outcome"))]


@decides(CompleteTask)
def complete_task(command: CompleteTask, view: View) -> Task:
    task = open_task(view, command.task_id, command.rev)
    actor = command.actor
    if actor is not None:
        if task.assignee is not None and task.assignee != actor.name and not actor.admin:
            raise rejected(
                "forbidden",
                f"Task {task.id} belongs to {task.assignee!r}.",
                reason="claimed_by_other",
                task=task.id,
            )
        require_worker(view, task, actor)
        task.assignee = task.assignee or actor.name
    word = chosen_outcome(view, task, command.word)
    task.updated_at = view.now
    view.update(task)
    output = output_in(command.payload, word) if task.execution_id else None
    task = conclude(view, task, command.outcome, output)
    if word is not None:
        set_attribute(view, task.id, "outcome", word)
    if command.payload is not None:
        submit_result(view, task, actor.id if actor else None, command.payload)
    add_comment(view, task, actor, command.comment)
    view.emit(
        "task.completed",
        actor=actor.name if actor else None,
        task_id=task.id,
        definition_id=task.definition_id,
        data={"outcome": command.outcome, "word": word},
    )
    return task


def set_attribute(view: View, task_id: int, name: str, value: str | float) -> None:
    """Write one attribute of a task; the caller updates the task row."""
    fresh = _attribute(task_id, name, value)
    if view.get(TaskAttribute, task_id, name) is None:
        view.insert(fresh)
    else:
        view.update(fresh)


def existing_task(view: View, task_id: int) -> Task:
    """The task; raises `Rejected` (not_found, unknown_task)."""
    task = view.get(Task, task_id)
    if task is None:
        raise rejected("not_found", f"There is no task {task_id}.", reason="unknown_task", task=task_id)
    return task


def add_comment(view: View, task: Task, actor: Principal | None, text: str | None) -> None:
    """Add a remark, if there is one; the caller updates the task row."""
    if not text:
        return
    comment = Comment(
        id=view.row_id(),
        uid=view.uid(),
        task_id=task.id,
        author_id=actor.id if actor else None,
        author=actor.name if actor else None,
        text=text,
        created_at=view.now,
        updated_at=view.now,
    )
    view.insert(comment)
    view.emit(
        "task.commented",
        actor=actor.name if actor else None,
        task_id=task.id,
        definition_id=task.definition_id,
    )


def open_task(view: View, task_id: int, rev: int | None = None) -> Task:
    """The task, if it can be worked on; raises `Rejected` (conflict) when it is closed or suspended, or when `rev` is
    given and the task has changed since."""
    task = existing_task(view, task_id)
    if rev is not None and task.rev != rev:
        raise rejected(
            "conflict", f"Task {task_id} has changed since it was read.", reason="task_changed", task=task_id
        )
    if task.phase == "closed":
        raise rejected(
            "conflict", f"Task {task_id} is closed ({task.outcome}).", reason="task_closed", task=task_id
        )
    if task.suspended:
        raise rejected("conflict", f"Task {task_id} is suspended.", reason="task_suspended", task=task_id)
    return task


def require_worker(view: View, task: Task, actor: Principal) -> None:
    """Raise `Rejected` (forbidden) unless the caller is admin, assignee, candidate, or may execute the definition."""
    if actor.admin or task.assignee == actor.name:
        return
    for candidate in view.find(Candidate, locked=False, task_id=task.id):
        if candidate.role != "candidate":
            continue
        if candidate.name == actor.name if candidate.type == "user" else candidate.name in actor.groups:
            return
    definition = view.peek(Definition, task.definition_id) if task.definition_id is not None else None
    if definition is not None and can(actor, "manage", kind=definition.kind, key=definition.key):
        return
    raise rejected(
        "forbidden",
        f"User {actor.name!r} is neither assignee nor candidate of task {task.id}.",
        reason="not_candidate",
    )


@decides(DeleteTasks)
def delete_tasks(command: DeleteTasks, view: View) -> int:
    view.load(Task, command.task_ids)
    doomed = [task for task_id in command.task_ids if (task := view.get(Task, task_id)) is not None]
    for task in doomed:
        definition = view.peek(Definition, task.definition_id) if task.definition_id is not None else None
        key = definition.key if definition else None
        owners = (definition.owner, definition.created_by) if definition else (task.creator,)
        require(
            command.actor, "delete", kind=definition.kind if definition else task.kind, key=key, owner=owners
        )
        if task.execution_id is not None and task.phase != "closed":
            detail = f"An execution waits for task {task.id}; end that instead."
            raise rejected("conflict", detail, reason="task_of_execution", task=task.id)
    work.load_places(view, doomed)
    for task in doomed:
        work.withdraw(view, task)
        view.delete(task)
    view.emit(
        "tasks.deleted",
        actor=command.by,
        data={"count": len(doomed), "first": [task.id for task in doomed[:100]]},
    )
    return len(doomed)
