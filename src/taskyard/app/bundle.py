"""What a renderer gets: a row and the related rows it asked for, loaded set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from taskyard.model.definition import (
    Definition,
    DefinitionTag,
    Deployment,
    Resource,
    Starter,
    Version,
    VersionDocument,
)
from taskyard.model.execution import ElementInstance, Event, Execution, Incident, Job, Schedule, ScheduleRun
from taskyard.model.identity import Credential, Grant, Group, SavedView, User
from taskyard.model.row import Row
from taskyard.model.task import (
    Candidate,
    Comment,
    Progress,
    Submission,
    SubmissionDocument,
    Task,
    TaskAttribute,
    TaskDocument,
)

MAIN: dict[str, type[Row]] = {
    "task": Task,
    "version": Version,
    "definition": Definition,
    "deployment": Deployment,
    "resource": Resource,
    "submission": Submission,
    "comment": Comment,
    "user": User,
    "group": Group,
    "grant": Grant,
    "credential": Credential,
    "incident": Incident,
    "saved_view": SavedView,
    "job": Job,
    "event": Event,
    "execution": Execution,
    "element": ElementInstance,
    "schedule": Schedule,
    "schedule_run": ScheduleRun,
}
"""The row struct behind each entity."""

Rows = Callable[[type[Row], str, list[Any]], list[Any]]
"""`rows(row_type, column, values)`: whole rows whose column is one of the values."""


class Bundle:
    """A main row with its loaded relations as attributes (see `LOADERS` for their shapes)."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.document: str | None = None
        self.version_document: str | None = None
        self.attributes: dict[str, str | float | None] = {}
        self.candidates: list[Candidate] = []
        self.progress: Progress | None = None
        self.submissions: list[Submission] = []
        self.submission_documents: dict[int, str] = {}
        self.comments: list[Comment] = []
        self.events: list[Event] = []
        self.definition: Definition | None = None
        self.latest: Version | None = None
        self.deployment: Deployment | None = None
        self.tags: list[DefinitionTag] = []
        self.starters: list[Starter] = []
        self.execution: Execution | None = None


def load(entity: str, ids: list[int], relations: tuple[str, ...], rows: Rows) -> dict[int, Bundle]:
    """Bundles by row id, with the relations loaded by one select each. Rows that vanished are left out."""
    bundles = {row.id: Bundle(row) for row in rows(MAIN[entity], "id", ids)}
    for relation in relations:
        LOADERS[entity, relation](bundles, rows)
    return bundles


Loader = Callable[[dict[int, Bundle], Rows], None]


def _many(row_type: type[Row], column: str, attribute: str) -> Loader:
    """Rows whose `column` is the main row's id, as a list."""

    def fill(bundles: dict[int, Bundle], rows: Rows) -> None:
        for row in rows(row_type, column, list(bundles)):
            getattr(bundles[getattr(row, column)], attribute).append(row)

    return fill


def _single(row_type: type[Row], column: str, attribute: str, member: str | None = None) -> Loader:
    """The one row whose `column` is the main row's id, or one member of it."""

    def fill(bundles: dict[int, Bundle], rows: Rows) -> None:
        for row in rows(row_type, column, list(bundles)):
            setattr(bundles[getattr(row, column)], attribute, getattr(row, member) if member else row)

    return fill


def _pointed(row_type: type[Row], own: str, theirs: str, attribute: str, member: str | None = None) -> Loader:
    """The row that the main row's `own` column points at, or one member of it."""

    def fill(bundles: dict[int, Bundle], rows: Rows) -> None:
        wanted = {getattr(bundle.row, own) for bundle in bundles.values()} - {None}
        found = (
            {getattr(row, theirs): row for row in rows(row_type, theirs, sorted(wanted))} if wanted else {}
        )
        for bundle in bundles.values():
            row = found.get(getattr(bundle.row, own))
            if row is not None:
                setattr(bundle, attribute, getattr(row, member) if member else row)

    return fill


def _tags(own: str) -> Loader:
    def fill(bundles: dict[int, Bundle], rows: Rows) -> None:
        by_definition: dict[int, list[Bundle]] = defaultdict(list)
        for bundle in bundles.values():
            if (definition_id := getattr(bundle.row, own)) is not None:
                by_definition[definition_id].append(bundle)
        for tag in rows(DefinitionTag, "definition_id", sorted(by_definition)):
            for bundle in by_definition[tag.definition_id]:
                bundle.tags.append(tag)

    return fill


def _attributes(bundles: dict[int, Bundle], rows: Rows) -> None:
    for row in rows(TaskAttribute, "task_id", list(bundles)):
        bundles[row.task_id].attributes[row.name] = row.text if row.text is not None else row.number


def _submission_documents(bundles: dict[int, Bundle], rows: Rows) -> None:
    owners = {sub.id: bundle for bundle in bundles.values() for sub in bundle.submissions}
    for row in rows(SubmissionDocument, "submission_id", sorted(owners)):
        owners[row.submission_id].submission_documents[row.submission_id] = row.document


def _version_document(bundles: dict[int, Bundle], rows: Rows) -> None:
    by_latest = {
        b.definition.latest_id: [] for b in bundles.values() if b.definition and b.definition.latest_id
    }
    for bundle in bundles.values():
        if bundle.definition and bundle.definition.latest_id:
            by_latest[bundle.definition.latest_id].append(bundle)
    for row in rows(VersionDocument, "version_id", sorted(by_latest)):
        for bundle in by_latest[row.version_id]:
            bundle.version_document = row.document


LOADERS: dict[tuple[str, str], Loader] = {
    ("task", "document"): _single(TaskDocument, "task_id", "document", "document"),
    ("task", "attributes"): _attributes,
    ("task", "candidates"): _many(Candidate, "task_id", "candidates"),
    ("task", "progress"): _single(Progress, "task_id", "progress"),
    ("task", "submissions"): _many(Submission, "task_id", "submissions"),
    ("task", "submission_documents"): _submission_documents,
    ("task", "comments"): _many(Comment, "task_id", "comments"),
    ("task", "events"): _many(Event, "task_id", "events"),
    ("task", "definition"): _pointed(Definition, "definition_id", "id", "definition"),
    ("task", "version_document"): _version_document,
    ("task", "execution"): _pointed(Execution, "execution_id", "id", "execution"),
    ("task", "tags"): _tags("definition_id"),
    ("version", "document"): _single(VersionDocument, "version_id", "document", "document"),
    ("version", "starters"): _many(Starter, "version_id", "starters"),
    ("version", "definition"): _pointed(Definition, "definition_id", "id", "definition"),
    ("version", "deployment"): _pointed(Deployment, "deployment_id", "id", "deployment"),
    ("version", "tags"): _tags("definition_id"),
    ("definition", "document"): _pointed(VersionDocument, "latest_id", "version_id", "document", "document"),
    ("definition", "latest"): _pointed(Version, "latest_id", "id", "latest"),
    ("definition", "tags"): _tags("id"),
    ("submission", "document"): _single(SubmissionDocument, "submission_id", "document", "document"),
    ("submission", "comments"): _many(Comment, "submission_id", "comments"),
}
"""`submission_documents` needs `submissions` before it, `version_document` needs `definition` before it."""
