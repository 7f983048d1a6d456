"""The task list API as it is on the wire: parameters, bodies and answers.

Parameters are text here, because an empty one counts as not given and because the API has its own error for a
bad one; `parameters.py` reads them. The answers are declared for the API's document; `render.py` writes them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

FIELDS = (
    "createdDate",
    "creator",
    "updatedDate",
    "fromUser",
    "tasknumber",
    "priority",
    "ownerUser",
    "state",
    "approvalDuration",
    "taskDefinitionName",
    "taskNameSpace",
    "taskId",
    "category",
    "assignedDate",
    "dueDate",
    "outcome",
    "ecid",
    "identificationKey",
)
"""The attributes that `fields` and `orderBy` can name."""

ASSIGNMENTS = (
    "MY",
    "GROUP",
    "MY_AND_GROUP",
    "MY_AND_GROUP_ALL",
    "REPORTEES",
    "OWNER",
    "REVIEWER",
    "PREVIOUS",
    "ALL",
    "ADMIN",
    "CREATOR",
)


_DATE = "ISO-8601, e.g. 2026-11-14T12:10:28.000Z"

Text = Annotated[str, Meta()] | UnsetType
Flag = Annotated[str, Meta(description="true or false", extra_json_schema={"type": "boolean"})] | UnsetType
Whole = Annotated[str, Meta(extra_json_schema={"type": "integer", "format": "int32"})] | UnsetType
Moment = Annotated[str, Meta(description=_DATE)] | UnsetType
Assignment = Annotated[str, Meta(extra_json_schema={"enum": list(ASSIGNMENTS)})] | UnsetType


class TaskListParams(msgspec.Struct, kw_only=True):
    """The query parameters of the task list. List-typed ones may be repeated or hold commas.

    `status` is ASSIGNED unless given; COMPLETED needs assignment ADMIN, ALL or PREVIOUS. `limit` is 25 unless
    given, zero or less is everything. `updatedSince` is ours: tasks changed later than that.
    """

    assignment: Assignment = UNSET
    status: list[str] = []
    keyword: Text = UNSET
    pattern: Text = UNSET
    priority: list[str] = []
    createdBy: Text = UNSET
    fromuser: list[str] = []
    identificationKey: Text = UNSET
    outcome: Text = UNSET
    since: Moment = UNSET
    until: Moment = UNSET
    dueDateFrom: Moment = UNSET
    dueDateTo: Moment = UNSET
    orderBy: Text = UNSET
    fields: list[str] = []
    limit: Whole = UNSET
    offset: Whole = UNSET
    totalResults: Flag = UNSET
    metadataFlag: Flag = UNSET
    showActionFlag: Flag = UNSET
    showPermissionFlag: Flag = UNSET
    applicationContext: Text = UNSET
    updatedSince: Moment = UNSET


Rel = Literal[
    "self", "cancel", "forceCancel", "hold", "release", "subscribe", "permissions", "executionStatus"
]
A2AState = Literal["submitted", "working", "input-required", "completed", "canceled", "failed", "unknown"]


class Link(msgspec.Struct, kw_only=True):
    rel: Rel
    href: str


class TextPart(msgspec.Struct, kw_only=True):
    """`type` repeats `kind` for older readers."""

    kind: str = "text"
    type: str = "text"
    text: str
    metadata: dict[str, Any] | UnsetType = UNSET


class Message(msgspec.Struct, kw_only=True):
    kind: str = "message"
    messageId: str
    role: Literal["user", "agent"]
    contextId: str
    taskId: str
    parts: list[TextPart]


class TaskStatus(msgspec.Struct, kw_only=True):
    state: A2AState
    timestamp: str
    message: Message


class Artifact(msgspec.Struct, kw_only=True):
    """A result. The first part is text; a data part with the payload may follow."""

    artifactId: str
    name: str
    parts: list[Any]


class TaskItem(msgspec.Struct, kw_only=True):
    """Three things at once: the documented task (`kind` to `metadata`), the attributes that `fields` names in
    `metadata`, and the flat members that deployed clients read."""

    kind: str
    id: str
    contextId: str
    final: bool
    status: TaskStatus
    artifacts: list[Artifact]
    history: list[Message]
    metadata: dict[str, Any] = {}
    links: list[Link] | UnsetType = UNSET
    number: int | UnsetType = UNSET
    title: str | UnsetType = UNSET
    state: str | UnsetType = UNSET


class Collection(msgspec.Struct, kw_only=True):
    """A page of tasks. `totalResults` is there exactly when `totalResult` is true."""

    count: int
    hasMore: bool
    items: list[TaskItem]
    limit: int
    links: list[Link]
    offset: int
    totalResult: bool
    totalResults: int | UnsetType = UNSET


class Permissions(msgspec.Struct, kw_only=True):
    """What the caller may do with a task: READ, COMMENT, and the ids of actions."""

    items: list[str]


class BulkItem(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What became of one task of a bulk action."""

    number: int | str
    status: Literal["Success", "Failed"]
    type: str | None = None
    rel: str | None = None
    title: str | None = None
    href: str | None = None
    errorMessage: str | None = None


class UserLink(msgspec.Struct, kw_only=True):
    rel: str
    href: str


class BulkAnswer(msgspec.Struct, kw_only=True):
    items: list[BulkItem]
    user: UserLink
    totalResult: bool = False
    hasMore: bool = False


class ErrorBody(msgspec.Struct, kw_only=True):
    """An error, readable by the three families of clients."""

    type: str
    title: str
    status: int
    detail: str
    errorCode: str
    Type: str
    Message: str


class Strict(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The base of bodies: what would be ignored is refused."""


class Participant(Strict, kw_only=True):
    """A user, or a group or role."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    type: Literal["user", "group", "role"] = "user"


class ActionRef(Strict, kw_only=True):
    id: Annotated[str, Meta(min_length=1, max_length=200)]
    type: str | None = None


class CommentBody(Strict, kw_only=True):
    commentStr: Annotated[str, Meta(max_length=10_000)]
    commentScope: str | None = None


class ActionBody(Strict, kw_only=True):
    """One action on one task."""

    action: ActionRef
    comment: CommentBody | None = None
    identities: list[Participant] = []
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


class BulkActionBody(Strict, kw_only=True):
    """One action on many tasks, by number or id."""

    tasks: Annotated[list[int | str], Meta(min_length=1, max_length=1000)]
    action: ActionRef
    comment: CommentBody | None = None
    identities: list[Participant] = []


class NewTaskBody(Strict, kw_only=True):
    """A task to create. Dates are ISO-8601 or `YYYY-MM-DD HH:MM:SS` (UTC)."""

    title: Annotated[str, Meta(min_length=1, max_length=2000)]
    assignees: Annotated[list[Participant], Meta(min_length=1, max_length=100)]
    taskDefId: str | None = None
    taskDefinitionName: str | None = None
    priority: int | str | None = None
    startDate: str | None = None
    dueDate: str | None = None
    category: str | None = None
    identificationKey: str | None = None
    ownerUser: str | None = None
    ownerRole: str | None = None
    reviewers: list[Participant] = []
    taskNameSpace: str | None = None
    applicationContext: str | None = None
    ecid: str | None = None
    pattern: str | None = None
    payload: msgspec.Raw = msgspec.field(default_factory=lambda: msgspec.Raw(b"null"))


class ToDoBody(Strict, kw_only=True):
    """A to-do to create."""

    title: Annotated[str, Meta(min_length=1, max_length=2000)]
    assignees: Annotated[list[Participant], Meta(min_length=1, max_length=100)]
    priority: int | str | None = None
    startDate: str | None = None
    dueDate: str | None = None
