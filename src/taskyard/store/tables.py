"""The tables, made from the row structs, with the rules and indexes that SQL holds."""

from __future__ import annotations

import types
import typing
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from taskyard.model import definition, execution, identity, task
from taskyard.model.row import Row

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

TEXT = Text().with_variant(Text(collation="C"), "postgresql")
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
TYPES: dict[type, Any] = {
    int: BigInteger(),
    str: TEXT,
    bool: Boolean(),
    float: Float(53),
    bytes: LargeBinary(),
}

ROW_TABLES: dict[type[Row], Table] = {}
"""Every row struct with its table."""


def column_type(annotation: Any) -> tuple[type, bool]:
    """`(python type, nullable)` of a row field's annotation."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        parts = [part for part in typing.get_args(annotation) if part is not type(None)]
        return parts[0], True
    return annotation, False


def declare(row_type: type[Row], *rules: Any) -> Table:
    """The table of a row struct: a column per field, its key, and the given constraints and indexes."""
    hints = typing.get_type_hints(row_type)
    columns = []
    for field in msgspec.structs.fields(row_type):
        python_type, nullable = column_type(hints[field.name])
        primary = field.name in row_type.KEY
        alone = primary and len(row_type.KEY) == 1 and python_type is int
        sql_type = ROW_ID if alone else TYPES[python_type]
        columns.append(
            Column(field.name, sql_type, primary_key=primary, nullable=nullable, autoincrement=False)
        )
    rowid = len(row_type.KEY) == 1 and hints[row_type.KEY[0]] is int
    table = Table(row_type.TABLE, metadata, *columns, *rules, sqlite_with_rowid=rowid)
    ROW_TABLES[row_type] = table
    return table


PHASES = "phase IN ('scheduled', 'ready', 'active', 'waiting', 'closed')"
OUTCOMES = "outcome IN ('succeeded', 'failed', 'cancelled', 'rejected', 'expired', 'skipped')"
OPEN = text("closed_at IS NULL")

definitions = declare(
    definition.Definition,
    UniqueConstraint("tenant", "kind", "key"),
    UniqueConstraint("uid"),
    Index(None, "kind", "key", "id", "rev"),
    Index(None, "kind", "created_at", "id", "rev"),
    Index(None, "key", "kind"),
)
definition_versions = declare(
    definition.Version,
    UniqueConstraint("definition_id", "version"),
    UniqueConstraint("uid"),
    Index(
        "ix_versions_latest",
        "kind",
        "key",
        "id",
        "rev",
        sqlite_where=text("latest"),
        postgresql_where=text("latest"),
    ),
    Index("ix_versions_uid", "kind", "uid", "id", "rev"),
    Index("ix_versions_key", "kind", "key", "version", "id", "rev"),
    Index("ix_versions_named", "kind", "key", "uid", "id", "rev"),
    Index(None, "deployment_id"),
)
version_documents = declare(definition.VersionDocument)
definition_tags = declare(definition.DefinitionTag, Index(None, "key", "value", "definition_id"))
definition_starters = declare(definition.Starter, Index(None, "type", "name", "version_id"))
deployments = declare(
    definition.Deployment,
    UniqueConstraint("uid"),
    Index(None, "created_at", "id"),
    Index(None, "name", "source"),
)
resources = declare(
    definition.Resource,
    UniqueConstraint("uid"),
    Index(None, "deployment_id", "name"),
    Index(None, "owner_id", "name"),
)
resource_bytes = declare(definition.ResourceBytes)

tasks = declare(
    task.Task,
    UniqueConstraint("uid"),
    CheckConstraint(PHASES, name="ck_tasks_phase"),
    CheckConstraint(OUTCOMES, name="ck_tasks_outcome"),
    CheckConstraint("(phase = 'closed') = (closed_at IS NOT NULL)", name="ck_tasks_closed_at"),
    CheckConstraint("(phase = 'closed') = (outcome IS NOT NULL)", name="ck_tasks_closed_outcome"),
    Index("ix_tasks_definition", "definition_id", "id", "rev"),
    Index("ix_tasks_definition_phase", "definition_id", "phase", "created_at", "id", "rev"),
    Index("ix_tasks_definition_phase_id", "definition_id", "phase", "id", "rev"),
    Index("ix_tasks_kind", "kind", "id", "rev"),
    Index("ix_tasks_kind_phase_id", "kind", "phase", "id", "rev"),
    Index("ix_tasks_kind_phase", "kind", "phase", "assigned_at", "id", "rev"),
    Index(
        "ix_tasks_open",
        *("kind", "assigned_at", "id", "rev", "suspended", "phase", "native_state"),
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    Index("ix_tasks_assignee", "assignee", "phase", "id", "rev"),
    Index("ix_tasks_creator", "creator", "id"),
    Index("ix_tasks_owner", "owner", "id"),
    Index("ix_tasks_queue", "queue", "priority", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_tasks_execution", "execution_id", "id"),
)
task_documents = declare(task.TaskDocument)
INDEXED = text('"indexed"')
task_attributes = declare(
    task.TaskAttribute,
    Index(
        "ix_task_attributes_text", "name", "text", "task_id", sqlite_where=INDEXED, postgresql_where=INDEXED
    ),
    Index(
        "ix_task_attributes_number",
        "name",
        "number",
        "task_id",
        sqlite_where=INDEXED,
        postgresql_where=INDEXED,
    ),
)
task_candidates = declare(
    task.Candidate, Index("ix_task_candidates_name", "type", "name", "open", "role", "task_id")
)
task_progress = declare(task.Progress, Index(None, "definition_id", "task_id"))
leases = declare(task.Lease, Index(None, "expires_at"), Index(None, "queue"))
queue_items = declare(
    task.QueueItem, Index("ix_queue_items_order", "queue", "domain", "rank", "ready_at", "task_id")
)
throttles = declare(task.Throttle)
polls = declare(task.Poll, Index(None, "queue", "domain", "at"))
task_logs = declare(task.TaskLog, Index(None, "task_id", "id"))
submissions = declare(
    task.Submission,
    UniqueConstraint("uid"),
    Index("ix_submissions_task", "task_id", "kind", "id"),
    Index("ix_submissions_author", "author_id", "task_id", "kind"),
    Index("ix_submissions_definition", "definition_id", "kind", "id"),
    Index("ix_submissions_parent", "parent_id", "kind"),
)
submission_documents = declare(task.SubmissionDocument)
comments = declare(
    task.Comment, UniqueConstraint("uid"), Index(None, "task_id", "id"), Index(None, "submission_id")
)
attachments = declare(task.Attachment, UniqueConstraint("uid"), Index(None, "task_id", "id"))

executions = declare(
    execution.Execution,
    UniqueConstraint("uid"),
    CheckConstraint(PHASES, name="ck_executions_phase"),
    CheckConstraint("(phase = 'closed') = (closed_at IS NOT NULL)", name="ck_executions_closed_at"),
    Index("ix_executions_definition", "definition_id", "phase", "id"),
    Index("ix_executions_key", "kind", "key", "phase", "id"),
    Index("ix_executions_correlation", "correlation", "id"),
    Index("ix_executions_idempotency", "key", "idempotency_key"),
    Index("ix_executions_limit", "limit_key", "phase", "id"),
    Index("ix_executions_business_key", "business_key", "id"),
    Index("ix_executions_parent", "parent_id"),
    Index("ix_executions_phase", "kind", "phase", "id"),
    Index("ix_executions_updated", "updated_at", "id"),
)
execution_documents = declare(execution.ExecutionDocument)
execution_notes = declare(execution.ExecutionNotes)
idempotency_keys = declare(execution.IdempotencyKey)
snapshots = declare(execution.Snapshot, UniqueConstraint("sha256"))
element_instances = declare(
    execution.ElementInstance,
    UniqueConstraint("uid"),
    CheckConstraint(PHASES, name="ck_element_instances_phase"),
    Index("ix_element_instances_seq", "execution_id", "seq"),
    Index("ix_element_instances_element", "execution_id", "element", "seq"),
    Index("ix_element_instances_parent", "parent_id", "seq"),
    Index("ix_element_instances_open", "execution_id", "id", sqlite_where=OPEN, postgresql_where=OPEN),
)
element_inputs = declare(execution.ElementInput)
element_outputs = declare(execution.ElementOutput)
element_fragments = declare(execution.ElementFragment)
variables = declare(execution.Variable)
waits = declare(execution.Wait, Index(None, "execution_id"), Index(None, "kind", "name"))
timers = declare(
    execution.Timer, Index(None, "due_at"), Index(None, "execution_id"), Index(None, "task_id", "kind")
)
schedules = declare(
    execution.Schedule, UniqueConstraint("name"), UniqueConstraint("uid"), Index(None, "key", "id")
)
schedule_runs = declare(
    execution.ScheduleRun, UniqueConstraint("uid"), Index(None, "name", "id"), Index(None, "key", "id")
)
secrets = declare(execution.Secret)
reuses = declare(execution.Reuse, Index(None, "expires_at"))
messages = declare(execution.Message, UniqueConstraint("uid"), Index(None, "execution_id", "id"))
incidents = declare(
    execution.Incident,
    UniqueConstraint("uid"),
    Index("ix_incidents_version", "version_id", "phase"),
    Index("ix_incidents_type", "type", "phase"),
    Index("ix_incidents_task", "task_id"),
    Index("ix_incidents_execution", "execution_id", "phase"),
)
events = declare(
    execution.Event,
    Index("ix_events_task", "task_id", "id"),
    Index("ix_events_actor", "actor", "task_id", "type"),
    Index("ix_events_execution", "execution_id", "id"),
    Index("ix_events_definition", "definition_id", "id"),
)
outbox = declare(execution.Outbox, Index(None, "due_at"))
jobs = declare(
    execution.Job, UniqueConstraint("uid"), Index(None, "definition_id", "kind"), Index(None, "kind", "phase")
)

principals = declare(
    identity.User,
    UniqueConstraint("name"),
    UniqueConstraint("uid"),
    Index(None, "manager"),
    Index(None, "email"),
)
groups = declare(identity.Group, UniqueConstraint("name"), UniqueConstraint("uid"))
memberships = declare(identity.Membership, Index(None, "member_type", "member"))
grants = declare(
    identity.Grant,
    UniqueConstraint("tenant", "subject_type", "subject", "action", "target_type", "target", "role"),
    Index(None, "target_type", "target"),
    Index(None, "subject_type", "subject"),
)
credentials = declare(
    identity.Credential, UniqueConstraint("hash"), UniqueConstraint("uid"), Index(None, "principal_id")
)
saved_views = declare(identity.SavedView, Index(None, "definition_id", "position"))
settings = declare(identity.Setting)
sequences = declare(identity.Sequence)
counters = declare(identity.Counter, Index(None, "definition_id"))
id_blocks = Table(
    "id_blocks", metadata, Column("name", TEXT, primary_key=True), Column("next", BigInteger, nullable=False)
)
