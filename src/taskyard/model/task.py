"""Tasks and what hangs on them: document, attributes, candidates, progress, leases, submissions, comments."""

from __future__ import annotations

from typing import ClassVar

from taskyard.model.row import Row

KINDS = ("worker", "human", "label", "node", "agent", "system")


class Task(Row, kw_only=True):
    """One unit of work that somebody or something else does.

    `number` counts tasks within their definition (0 when unused); `priority` is 1 (highest) to 5 for human tasks;
    `assignee` is who has taken it; `assigned_at` is when it
    reached its present assignees. `rev` changes with every change of the task *or of anything that hangs on it*.
    """

    TABLE: ClassVar[str] = "tasks"
    id: int
    uid: str
    tenant: str = ""
    kind: str
    definition_id: int | None = None
    execution_id: int | None = None
    queue: str | None = None
    number: int = 0
    title: str = ""
    phase: str = "ready"
    outcome: str | None = None
    suspended: bool = False
    cancel_requested: bool = False
    waiting_for: str | None = None
    native_state: str | None = None
    priority: int = 3
    assignee: str | None = None
    owner: str | None = None
    creator: str | None = None
    created_at: int
    assigned_at: int = 0
    updated_at: int
    due_at: int | None = None
    closed_at: int | None = None
    rev: int = 0


class TaskDocument(Row, kw_only=True):
    """The payload of a task: JSON text. Loaded only by operations that return it."""

    TABLE: ClassVar[str] = "task_documents"
    KEY: ClassVar[tuple[str, ...]] = ("task_id",)
    task_id: int
    document: str


class TaskAttribute(Row, kw_only=True):
    """A typed, named value to search by. `text` or `number` is set; `indexed` ones are found without a scan."""

    TABLE: ClassVar[str] = "task_attributes"
    KEY: ClassVar[tuple[str, ...]] = ("task_id", "name")
    task_id: int
    name: str
    text: str | None = None
    number: float | None = None
    indexed: bool = False


class Candidate(Row, kw_only=True):
    """Who may take (`role` candidate) or read and comment (`role` reviewer); `type` is user or group.

    `open` says that the task is not closed; the store keeps it, so that an inbox walks past no finished work."""

    TABLE: ClassVar[str] = "task_candidates"
    KEY: ClassVar[tuple[str, ...]] = ("task_id", "role", "type", "name")
    task_id: int
    role: str = "candidate"
    type: str
    name: str
    position: int = 0
    open: bool = True


class Progress(Row, kw_only=True):
    """Counts kept beside a label task, so that lists filter and sort by them without counting.

    `lead_time` is the average over the `timed` annotations in seconds; `score` the average over predictions;
    `annotators`, `reviewers` and `commenters` count different people; `review_time` is the sum over reviews in seconds.
    """

    TABLE: ClassVar[str] = "task_progress"
    KEY: ClassVar[tuple[str, ...]] = ("task_id",)
    task_id: int
    definition_id: int
    overlap: int = 1
    labeled: bool = False
    annotations: int = 0
    cancelled: int = 0
    predictions: int = 0
    drafts: int = 0
    ground_truths: int = 0
    comments: int = 0
    unresolved_comments: int = 0
    reviews: int = 0
    accepted: int = 0
    rejected: int = 0
    annotators: int = 0
    reviewers: int = 0
    commenters: int = 0
    review_time: float = 0.0
    lead_time: float | None = None
    timed: int = 0
    score: float | None = None
    agreement: float | None = None
    completed_at: int | None = None
    last_comment_at: int | None = None
    updated_by: int | None = None
    file_upload: str | None = None
    storage_name: str | None = None


class QueueItem(Row, kw_only=True):
    """A task that can be leased right now; the row goes when it is leased, withdrawn or closed.

    Items of one `queue` and `domain` are handed out by `rank` (lower first), then by `ready_at`. `lease_ms` is how long a
    lease lasts unless its taker says otherwise. `throttle` names the limits that a hand-out must respect.
    """

    TABLE: ClassVar[str] = "queue_items"
    KEY: ClassVar[tuple[str, ...]] = ("task_id",)
    task_id: int
    queue: str
    domain: str = ""
    rank: int = 0
    ready_at: int
    lease_ms: int
    throttle: str | None = None


class Lease(Row, kw_only=True):
    """The time-bounded right to execute a task slot. What the queue said of the task comes along, so that it can be
    offered again."""

    TABLE: ClassVar[str] = "leases"
    KEY: ClassVar[tuple[str, ...]] = ("task_id", "slot")
    task_id: int
    slot: int = 0
    holder: str
    token: str
    queue: str = ""
    domain: str = ""
    rank: int = 0
    lease_ms: int = 0
    throttle: str | None = None
    expires_at: int
    created_at: int


class Throttle(Row, kw_only=True):
    """How many tasks of one name may be leased at once (`most`, 0: any number) and per `period_ms` (`per_period`, 0: any
    number). `running` counts the leases; `recent` is JSON text of the moments of the last hand-outs."""

    TABLE: ClassVar[str] = "throttles"
    KEY: ClassVar[tuple[str, ...]] = ("name",)
    name: str
    most: int = 0
    per_period: int = 0
    period_ms: int = 0
    running: int = 0
    recent: str | None = None


class Poll(Row, kw_only=True):
    """When a worker last asked a queue for work."""

    TABLE: ClassVar[str] = "polls"
    KEY: ClassVar[tuple[str, ...]] = ("queue", "domain", "holder")
    queue: str
    domain: str = ""
    holder: str
    at: int


class TaskLog(Row, kw_only=True):
    """A line that a worker wrote about a task."""

    TABLE: ClassVar[str] = "task_logs"
    id: int
    task_id: int
    at: int
    text: str


class Submission(Row, kw_only=True):
    """A result offered for a task. `kind`: annotation, draft, prediction, review, result.

    `parent_id` is the annotation that a draft edits or a review judges; `action` is the native last action;
    `author_id` is a principal's row id.
    """

    TABLE: ClassVar[str] = "submissions"
    id: int
    uid: str
    tenant: str = ""
    task_id: int
    definition_id: int | None = None
    kind: str
    author_id: int | None = None
    updated_by_id: int | None = None
    parent_id: int | None = None
    origin_id: int | None = None
    cancelled: bool = False
    ground_truth: bool = False
    accepted: bool | None = None
    action: str | None = None
    model_version: str | None = None
    score: float | None = None
    lead_time: float | None = None
    created_at: int
    updated_at: int
    rev: int = 0


class SubmissionDocument(Row, kw_only=True):
    """What was submitted: JSON text."""

    TABLE: ClassVar[str] = "submission_documents"
    KEY: ClassVar[tuple[str, ...]] = ("submission_id",)
    submission_id: int
    document: str


class Comment(Row, kw_only=True):
    """A remark on a task or on one submission of it."""

    TABLE: ClassVar[str] = "comments"
    id: int
    uid: str
    tenant: str = ""
    task_id: int
    submission_id: int | None = None
    author_id: int | None = None
    author: str | None = None
    text: str
    resolved: bool = False
    resolved_at: int | None = None
    created_at: int
    updated_at: int


class Attachment(Row, kw_only=True):
    """A file or link on a task; bytes live in a resource."""

    TABLE: ClassVar[str] = "attachments"
    id: int
    uid: str
    tenant: str = ""
    task_id: int
    name: str
    media_type: str | None = None
    resource_id: int | None = None
    url: str | None = None
    author: str | None = None
    created_at: int
