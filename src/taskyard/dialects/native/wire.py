"""The native API as it is on the wire: parameters, bodies and answers. Times are ISO-8601 UTC with
milliseconds."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

MOST = 1000
"""The largest `limit` of a page."""

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Text = Annotated[str, Meta(max_length=4000)]
DefinitionKind = Literal[
    "worker", "workflow", "process", "project", "human", "node", "agent", "schema", "event_handler", "webhook"
]
TaskKind = Literal["worker", "human", "label", "node", "agent", "system"]


class ListParams(msgspec.Struct, kw_only=True):
    """The parameters of both lists. `filter` is in the language of docs/filter-language.md; `q`, `state` and
    `kind` are shorthands that are joined to it by `and`; `order` holds names with `-` for descending; `after`
    is the `next` of the page before; `total=true` also counts."""

    filter: str = ""
    kind: list[str] = []
    q: str = ""
    state: list[str] = []
    order: str = ""
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 50
    after: str | None = None
    total: bool = False


class TaskListParams(ListParams, kw_only=True):
    """`attributes=true` adds the attributes of each task."""

    attributes: bool = False


class Tag(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One tag of a definition."""

    key: Name
    value: Text = ""


class DefinitionItem(msgspec.Struct, kw_only=True):
    """A definition in a list; `version` is its newest."""

    id: int
    uid: str
    kind: str
    key: str
    name: str | None
    description: str | None
    version: int
    tags: list[Tag]
    suspended: bool
    owner: str | None
    created_at: str
    updated_at: str


class DefinitionDetail(DefinitionItem, kw_only=True):
    """A definition with the document of its newest version, in the form the server keeps it."""

    document: Any


class DefinitionPage(msgspec.Struct, kw_only=True):
    """A page of definitions; `next` goes into `after`; `total` only when asked for."""

    items: list[DefinitionItem]
    next: str | None
    total: int | UnsetType = UNSET


class DefinitionRef(msgspec.Struct, kw_only=True):
    """The definition of a task."""

    id: int
    kind: str
    key: str


class CandidateItem(msgspec.Struct, kw_only=True):
    """Who may take a task (`role` candidate) or read and comment (`role` reviewer)."""

    type: str
    name: str
    role: str


class TaskItem(msgspec.Struct, kw_only=True):
    """A task in a list. `state` is one word: the outcome of a closed task, `suspended`, or the phase."""

    id: int
    uid: str
    kind: str
    title: str
    phase: str
    outcome: str | None
    state: str
    definition: DefinitionRef | None
    assignee: str | None
    candidates: list[CandidateItem]
    priority: int
    owner: str | None
    creator: str | None
    created_at: str
    updated_at: str
    assigned_at: str | None
    due_at: str | None
    closed_at: str | None
    attributes: dict[str, str | float | None] | UnsetType = UNSET


class TaskDetail(TaskItem, kw_only=True):
    """A task with its payload, and with the payload of the completion as its `result`. `execution_id` names the
    execution that waits for it."""

    execution_id: int | None
    payload: Any
    result: Any


class TaskPage(msgspec.Struct, kw_only=True):
    """A page of tasks; `next` goes into `after`; `total` only when asked for."""

    items: list[TaskItem]
    next: str | None
    total: int | UnsetType = UNSET


class Strict(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The base of bodies: members that are not named here are refused."""


class NewDefinition(Strict, kw_only=True):
    """A human-task definition: tasks can name it by its key. With `outcomes` they end with one of these words."""

    kind: Literal["human"] = "human"
    key: Name
    name: Text | None = None
    description: Text | None = None
    category: Text | None = None
    outcomes: Annotated[list[Name], Meta(min_length=1, max_length=20)] | None = None
    owner: Name | None = None
    tags: Annotated[list[Tag], Meta(max_length=100)] = []


class NewTaskBody(Strict, kw_only=True):
    """A task to open. `priority` is 1 (highest) to 5; `due_at` is ISO-8601; `definition` is the key of a
    definition of the same kind; without `assignee` the task waits for one of its candidates to claim it. `queue` is where
    workers ask for a task of kind worker; other kinds have none."""

    title: Annotated[str, Meta(min_length=1, max_length=2000)]
    kind: Literal["human", "agent", "worker"] = "human"
    queue: Name | None = None
    definition: Name | None = None
    priority: Annotated[int, Meta(ge=1, le=5)] = 3
    assignee: Name | None = None
    candidate_users: Annotated[list[Name], Meta(max_length=100)] = []
    candidate_groups: Annotated[list[Name], Meta(max_length=100)] = []
    owner: Name | None = None
    reviewers: Annotated[list[Name], Meta(max_length=100)] = []
    reviewer_groups: Annotated[list[Name], Meta(max_length=100)] = []
    due_at: Text | None = None
    category: Text | None = None
    identification_key: Text | None = None
    attributes: Annotated[dict[Name, str | float], Meta(max_length=50)] = {}
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


class TaskBatch(Strict, kw_only=True):
    """Tasks to open, all or none."""

    tasks: Annotated[list[msgspec.Raw], Meta(min_length=1)]


class CreatedTask(msgspec.Struct, kw_only=True):
    """The ids of a task that was opened."""

    id: int
    uid: str


class CreatedTasks(msgspec.Struct, kw_only=True):
    """The tasks of a batch, in its order."""

    items: list[CreatedTask]


class Completion(Strict, kw_only=True):
    """How a task ends: the outcome's word (one of those that the task's definition declares, if it does) and the payload
    to keep as the task's result."""

    outcome: Name = "OK"
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


class SessionBody(Strict, kw_only=True):
    """A sign-in."""

    username: Name
    password: Annotated[str, Meta(max_length=1000)]


class Session(msgspec.Struct, kw_only=True):
    """A bearer token of the signed-in user."""

    token: str
    user: str
    expires_at: str | None = None
