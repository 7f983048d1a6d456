"""Imports into labelling projects: reads files in slices off the event loop, then commits all tasks at once."""

from __future__ import annotations

import asyncio
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from itertools import islice
from weakref import WeakKeyDictionary

import msgspec

from taskyard.app.application import Application
from taskyard.engine.label_imports import Imported, ImportTasks
from taskyard.engine.label_predictions import AddPredictions, NewPrediction
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.identity import User
from taskyard.model.ids import uuid7
from taskyard.model.labeling import NewLabelTask, NewUpload, ProjectDocument
from taskyard.model.principal import Principal
from taskyard.model.problem import Problem, Rejected, rejected
from taskyard.notations.labelconfig.read import LabelConfig, read
from taskyard.notations.labelconfig.validate import UNDEFINED_KEY
from taskyard.notations.labelimport.item import Item
from taskyard.notations.labelimport.read import ASSETS, LISTS, ending, json_items
from taskyard.notations.labelimport.read import read as read_file
from taskyard.notations.labelimport.task import LARGEST, Importer, authors, prediction, tasks

SLICE = 2_000
KEPT = 1_000

_settings = msgspec.json.Decoder(ProjectDocument)
_kept: WeakKeyDictionary[Application, dict[tuple[int, int], ProjectDocument]] = WeakKeyDictionary()


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to read tasks from: a JSON body (no name), or a kept file under its stored name."""

    name: str | None
    content: bytes


class Reading(msgspec.Struct, kw_only=True):
    """What was seen while all sources were read and checked. Small imports are kept as read; `slices` reads
    large ones again, so that they are never in memory as a whole."""

    passes: list[tuple[Callable[[], Iterator[Item]], Importer]]
    kept: list[NewLabelTask] | None
    formats: dict[str, int]
    columns: list[str]
    tables: bool = False
    count: int = 0
    answers: Tally[str] = msgspec.field(default_factory=Tally)

    def note(self, part: list[NewLabelTask]) -> None:
        """Count the tasks of a slice, and keep them while there is one slice only."""
        self.count += len(part)
        self.answers.update(answer.kind for new in part for answer in new.answers)
        if self.kept is not None:
            self.kept = [*self.kept, *part] if self.count <= SLICE else None

    def slices(self) -> Iterator[list[NewLabelTask]]:
        """The tasks in order, some at a time; can be called again."""
        if self.kept is not None:
            yield self.kept
            return
        for open_items, importer in self.passes:
            items = open_items()
            while part := list(islice(items, SLICE)):
                yield tasks(part, importer)


class ImportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How a request wants its tasks read. `as_lists` False makes a table or text file one task."""

    preannotated: tuple[str, ...] = ()
    return_task_ids: bool = False
    as_lists: bool = True
    overlap: int | None = None


async def settings_of(app: Application, project: Definition) -> ProjectDocument:
    """The settings of a project. They are kept by its rev, which every change of them renews."""
    kept = _kept.setdefault(app, {})
    key = (project.id, project.rev)
    if key not in kept:
        document = await app.row(VersionDocument, version_id=project.latest_id)
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = _settings.decode(document.document) if document else ProjectDocument()
    return kept[key]


def stored_name(app: Application, filename: str) -> str:
    """The name to keep a file under: its own last part behind eight characters that make it unique."""
    plain = filename.replace("\\", "/").rpartition("/")[2].strip() or "file"
    safe = "".join(c if c.isalnum() or c in "._- ()" else "_" for c in plain)[-120:]
    return f"{uuid7(app.clock.now())[-8:]}-{safe}"


def upload_url(project: Definition, name: str) -> str:
    """Where a kept file is fetched, relative to the server."""
    return f"/data/upload/{project.key}/{name}"


def check_endings(uploads: list[NewUpload] | tuple[NewUpload, ...]) -> None:
    """Refuse kinds of file that are neither lists of tasks nor assets."""
    known = LISTS | ASSETS | {".json", ".jsonl", ".ndjson"}
    for upload in uploads:
        if ending(upload.name) not in known:
            raise rejected(
                "invalid", f"{ending(upload.name)} extension is not supported", reason="import_file"
            )


async def read_sources(
    app: Application, project: Definition, caller: Principal, sources: list[Source], options: ImportOptions
) -> Reading:
    """The tasks of all sources, checked against the project's configuration. Raises `Rejected` with the
    places of what is wrong; then nothing may be kept."""
    settings = await settings_of(app, project)
    config = await asyncio.to_thread(read, settings.label_config)
    reading = Reading(passes=[], kept=[], formats={}, columns=[])
    people: dict[int | str, int] = {}
    for source in sources:
        await _read_source(app, project, caller, source, options, config, people, reading)
    if not reading.count:
        raise rejected("invalid", "load_tasks: No tasks added", reason="no_tasks")
    return reading


async def _read_source(
    app: Application,
    project: Definition,
    caller: Principal,
    source: Source,
    options: ImportOptions,
    config: LabelConfig,
    people: dict[int | str, int],
    reading: Reading,
) -> None:
    importer = Importer(
        config=config,
        caller=caller.id,
        people=people,
        preannotated=options.preannotated,
        file_upload=f"upload/{project.key}/{source.name}" if source.name is not None else None,
        overlap=options.overlap,
    )
    reading.passes.append((lambda: _items(project, source, options), importer))
    items = _items(project, source, options)
    first = True
    while part := await _in_thread(lambda: list(islice(items, SLICE)), source.name):
        if source.name is not None and first:
            _note_file(reading, source.name, part[0])
        first = False
        await _meet(app, {named for item in part for named in authors(item.value)}, people)
        reading.note(await asyncio.to_thread(tasks, part, importer))
        if reading.count > app.settings.max_import_tasks:
            raise rejected(
                "invalid",
                f"Maximum task number is {app.settings.max_import_tasks}, "
                f"current task number is {reading.count}",
                reason="too_many_tasks",
            )


def _items(project: Definition, source: Source, options: ImportOptions) -> Iterator[Item]:
    if source.name is None:
        return json_items(source.content)
    return read_file(
        source.name, source.content, asset_url=upload_url(project, source.name), as_list=options.as_lists
    )


async def _in_thread(step: Callable[[], list[Item]], name: str | None) -> list[Item]:
    """A slice of items; a fault is told with the name of its file."""
    try:
        return await asyncio.to_thread(step)
    except Rejected as refusal:
        if name is None:
            raise
        problem = refusal.problem
        shown = name.partition("-")[2]
        detail = f"Failed to parse input file {shown}: {problem.detail}"
        raise Rejected(
            Problem(code=problem.code, reason=problem.reason, detail=detail, context=problem.context)
        ) from None


def _note_file(reading: Reading, name: str, item: Item) -> None:
    kind = ending(name)
    reading.formats[kind] = reading.formats.get(kind, 0) + 1
    reading.tables = reading.tables or kind in LISTS
    value = item.value if isinstance(item.value, dict) else {}
    data = value.get("data", value)
    keys = list(data) if isinstance(data, dict) else [UNDEFINED_KEY]
    reading.columns = [key for key in reading.columns if key in keys] if reading.columns else keys


async def _meet(app: Application, named: set[int | str], people: dict[int | str, int]) -> None:
    """Look up people that were not looked up before."""
    ids = sorted(name for name in named if isinstance(name, int) and name not in people)
    addresses = sorted(name for name in named if isinstance(name, str) and name not in people)
    for user in await app.rows(User, "id", ids):
        people[user.id] = user.id
    for user in await app.rows(User, "email", addresses):
        people[user.email.lower()] = user.id


async def import_now(
    app: Application,
    project: Definition,
    caller: Principal,
    sources: list[Source],
    uploads: tuple[NewUpload, ...],
    options: ImportOptions,
    replaces: tuple[str, ...] = (),
) -> tuple[Reading, Imported]:
    """Read the sources, keep the uploads and make the tasks in one commit."""
    reading = await read_sources(app, project, caller, sources, options)
    command = import_command(reading, caller, project)
    imported = await app.run(msgspec.structs.replace(command, uploads=uploads, replaces=replaces))
    return reading, imported


def import_command(reading: Reading, caller: Principal, project: Definition) -> ImportTasks:
    """The command that makes what was read."""
    return ImportTasks(
        actor=caller,
        project_id=project.id,
        slices=reading.slices,
        tasks=reading.count,
        annotations=reading.answers["annotation"],
        predictions=reading.answers["prediction"],
        drafts=reading.answers["draft"],
    )


async def import_predictions(app: Application, project: Definition, caller: Principal, body: bytes) -> int:
    """Add predictions to tasks of a project, all or none; how many. `body` is a JSON list of
    `{"task", "result", "score", "model_version"}`."""
    config = read((await settings_of(app, project)).label_config)
    made: list[NewPrediction] = []
    items = await _in_thread(lambda: list(json_items(body)), None)
    for item in items:
        value = item.value
        number = value.get("task") if isinstance(value, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= LARGEST:
            raise _prediction_fault(item.position, f'{value} contains invalid "task" field')
        try:
            made.append(NewPrediction(task_id=number, answer=prediction(value, config)))
        except Rejected as refusal:
            raise _prediction_fault(item.position, refusal.problem.detail) from None
    command = AddPredictions(actor=caller, project_id=project.id, predictions=tuple(made))
    return await app.run(command)


def _prediction_fault(position: int, detail: str) -> Rejected:
    return rejected(
        "invalid", f"Error at item {position}: {detail}", reason="prediction_list", position=position
    )
