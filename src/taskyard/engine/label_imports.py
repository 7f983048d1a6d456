"""Imports into labelling projects: files that are kept, and imports that run on after their request was
answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from typing import Any

import msgspec

from taskyard.engine.access import require
from taskyard.engine.label_tasks import (
    Created,
    LabelRows,
    emit_created,
    next_numbers,
    open_project,
    settings_of,
)
from taskyard.engine.protocol import Command, decides
from taskyard.model.definition import Definition, Resource, ResourceBytes
from taskyard.model.execution import Job
from taskyard.model.ids import Ids
from taskyard.model.labeling import IMPORT_JOB, PROJECT, ImportRecord, NewLabelTask, NewUpload
from taskyard.model.problem import rejected
from taskyard.model.task import Progress, Task
from taskyard.model.view import View

_record = msgspec.json.Decoder(ImportRecord)
_encode = msgspec.json.Encoder().encode


class ImportTasks(Command, kw_only=True, frozen=True):
    """Keep files and create the tasks read from them, all or nothing.

    `slices()` gives the tasks in order, some at a time, and may be called again; they are checked already and
    hold as many tasks and answers as the counts say. They are made into rows only while the batch is written,
    so that an import never is in memory as a whole. `replaces` are stored names whose tasks go first (a
    re-import). With `job` the import was recorded before: the job closes with the same commit, and a job that
    is closed already refuses, so that no import runs twice.
    """

    project_id: int
    slices: Callable[[], Iterable[list[NewLabelTask]]]
    tasks: int
    annotations: int
    predictions: int
    drafts: int
    uploads: tuple[NewUpload, ...] = ()
    replaces: tuple[str, ...] = ()
    job: int | None = None
    record: ImportRecord | None = None


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What an import made: the kept files' row ids in order, and the tasks."""

    upload_ids: tuple[int, ...]
    created: Created


class KeepUploads(Command, kw_only=True, frozen=True):
    """Keep files with a project without making tasks. Answers their row ids."""

    project_id: int
    uploads: tuple[NewUpload, ...]


class RecordImport(Command, kw_only=True, frozen=True):
    """Keep the files of an import and a job that says what to do with them. Answers `(job id, upload ids)`.

    With `json_body` the first upload is the request's JSON body rather than a file of the caller's.
    """

    project_id: int
    uploads: tuple[NewUpload, ...]
    record: ImportRecord
    json_body: bool = False


class FailImport(Command, kw_only=True, frozen=True):
    """Close a recorded import with its error; nothing else was written."""

    job: int
    error: str
    faults: tuple[str, ...] = ()


class DeleteUploads(Command, kw_only=True, frozen=True):
    """Remove kept files: all of the project's for None. Tasks read from them stay. Answers how many."""

    project_id: int
    ids: tuple[int, ...] | None = None


@decides(ImportTasks)
def import_tasks(command: ImportTasks, view: View) -> Imported:
    """Needs `update` on the project."""
    project = _project(command, command.project_id, view)
    job = view.get(Job, command.job) if command.job is not None else None
    if command.job is not None and (job is None or job.phase == "closed"):
        raise rejected(
            "conflict", "The import is finished already.", reason="import_finished", job=command.job
        )
    if command.replaces:
        _remove_tasks(view, project, set(command.replaces))
    ids = _keep(view, project, command.uploads, command)
    created = _create(command, project, view)
    if job is not None:
        record = command.record or _record.decode(job.document or "{}")
        _close(
            view,
            job,
            "succeeded",
            msgspec.structs.replace(
                record,
                task_count=len(created.task_ids),
                annotation_count=created.annotations,
                prediction_count=created.predictions,
                task_ids=created.task_ids if record.return_task_ids else (),
                duration=(view.now - job.created_at) / 1000,
            ),
        )
    return Imported(upload_ids=ids, created=created)


def _create(command: ImportTasks, project: Definition, view: View) -> Created:
    first = next_numbers(view, project, command.tasks)
    settings = settings_of(view, project)
    task_ids = [view.row_id() for _ in range(command.tasks)]
    now, creator = view.now, command.by

    def slices(ids: Ids) -> Iterator[list[Any]]:
        place = 0
        for part in command.slices():
            rows = LabelRows(ids, now, project, settings, creator)
            for new in part:
                rows.add(task_ids[place], new, first + place)
                place += 1
            yield from rows.tables()

    view.insert_slices(LabelRows.TYPES, slices)
    emit_created(view, command, project, task_ids)
    return Created(
        task_ids=tuple(task_ids),
        annotations=command.annotations,
        predictions=command.predictions,
        drafts=command.drafts,
    )


@decides(KeepUploads)
def keep_uploads(command: KeepUploads, view: View) -> tuple[int, ...]:
    """Needs `update` on the project."""
    return _keep(view, _project(command, command.project_id, view), command.uploads, command)


@decides(RecordImport)
def record_import(command: RecordImport, view: View) -> tuple[int, tuple[int, ...]]:
    """Needs `update` on the project."""
    project = _project(command, command.project_id, view)
    ids = _keep(view, project, command.uploads, command)
    record = msgspec.structs.replace(
        command.record,
        uploads=command.record.uploads + ids[1 if command.json_body else 0 :],
        source=ids[0] if command.json_body else None,
    )
    job = Job(
        id=view.row_id(),
        uid=view.uid(),
        kind=IMPORT_JOB,
        definition_id=project.id,
        creator=command.by,
        document=_encode(record).decode(),
        created_at=view.now,
        updated_at=view.now,
    )
    view.insert(job)
    return job.id, ids


@decides(FailImport)
def fail_import(command: FailImport, view: View) -> None:
    """For the server itself. A job that is closed already stays as it is."""
    job = view.get(Job, command.job)
    if job is None or job.phase == "closed":
        return
    record = _record.decode(job.document or "{}")
    _close(view, job, "failed", msgspec.structs.replace(record, error=command.error, faults=command.faults))


@decides(DeleteUploads)
def delete_uploads(command: DeleteUploads, view: View) -> int:
    """Needs `update` on the project."""
    project = _project(command, command.project_id, view)
    kept = [
        row
        for row in view.find(Resource, owner_id=project.id)
        if command.ids is None or row.id in command.ids
    ]
    for row in kept:
        view.delete(row)
    return len(kept)


def _project(command: Command, project_id: int, view: View) -> Definition:
    project = open_project(view, project_id)
    require(command.actor, "update", kind=PROJECT, key=project.key, owner=project.owner)
    return project


def _keep(
    view: View, project: Definition, uploads: tuple[NewUpload, ...], command: Command
) -> tuple[int, ...]:
    ids = []
    for upload in uploads:
        row = Resource(
            id=view.row_id(),
            uid=view.uid(),
            tenant=project.tenant,
            owner_id=project.id,
            name=upload.name,
            media_type=upload.media_type,
            size=len(upload.content),
            sha256=sha256(upload.content).hexdigest(),
            created_at=view.now,
            created_by=command.by,
        )
        view.insert(row)
        view.insert(ResourceBytes(resource_id=row.id, content=upload.content))
        ids.append(row.id)
    return tuple(ids)


def _remove_tasks(view: View, project: Definition, names: set[str]) -> None:
    """Remove the tasks that came from the files of these stored names."""
    marks = {f"upload/{project.key}/{name}" for name in names}
    found = [row.task_id for row in view.find(Progress, definition_id=project.id) if row.file_upload in marks]
    view.delete_where(Task, "id", found)


def _close(view: View, job: Job, outcome: str, record: ImportRecord) -> None:
    job.phase, job.outcome = "closed", outcome
    job.document = _encode(record).decode()
    job.updated_at = view.now
    view.update(job)
    if record.source is not None:
        source = view.get(Resource, record.source)
        if source is not None:
            view.delete(source)
