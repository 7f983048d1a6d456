"""Recorded imports: each runs after its request was answered, until its commit or its error closes it.

Open imports are looked for all the time, so that none waits for a restart: what failed because the database was away is
tried again, and what another process left behind is taken up.
"""

from __future__ import annotations

import asyncio
from weakref import WeakKeyDictionary

import msgspec

from taskyard.app.application import Application
from taskyard.app.label_imports import ImportOptions, Source, import_command, read_sources
from taskyard.engine.label_imports import FailImport, RecordImport
from taskyard.model.definition import Definition, Resource, ResourceBytes
from taskyard.model.execution import Job
from taskyard.model.labeling import IMPORT_JOB, ImportRecord, NewUpload
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected, rejected
from taskyard.telemetry import log

LOOK_SECONDS = 5
ABANDONED_SECONDS = 30
"""How old a recorded import is when a process that did not record it takes it for left behind."""

_record = msgspec.json.Decoder(ImportRecord)


class ImportRunner:
    """Runs recorded imports, one at a time. The commit that makes an import's tasks closes its record, so that an
    import that two processes run is made once."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.waiting: asyncio.Queue[int] = asyncio.Queue()
        self.mine: set[int] = set()
        self.worker: asyncio.Task[None] | None = None
        self.watch: asyncio.Task[None] | None = None

    async def record(
        self,
        project: Definition,
        caller: Principal,
        uploads: tuple[NewUpload, ...],
        record: ImportRecord,
        *,
        json_body: bool,
    ) -> int:
        """Record an import and let it run; its number."""
        job_id, _ = await self.app.run(
            RecordImport(
                actor=caller, project_id=project.id, uploads=uploads, record=record, json_body=json_body
            )
        )
        self.submit(job_id)
        return job_id

    def submit(self, job_id: int) -> None:
        """Let a recorded import run."""
        self.mine.add(job_id)
        self.waiting.put_nowait(job_id)
        if self.worker is None or self.worker.done():
            self.worker = asyncio.create_task(self._work())

    async def look(self, age: int) -> None:
        """Let the imports run that are open, not in work here, and were recorded at least `age` seconds ago."""
        latest = self.app.clock.now() - age * 1000
        for job in await self.app.matching(Job, kind=IMPORT_JOB, phase="ready"):
            if job.id not in self.mine and job.created_at <= latest:
                self.submit(job.id)

    def start(self) -> None:
        """Look for open imports from now on."""
        self.watch = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Stop. What was not committed is taken up at the next start, or by another process."""
        tasks = [task for task in (self.worker, self.watch) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        age = 0 if self.app.store.reads_inline else ABANDONED_SECONDS
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look(age)
            except Rejected:
                continue  # the database is away; there is a next time

    async def _work(self) -> None:
        while not self.waiting.empty():
            job_id = self.waiting.get_nowait()
            try:
                await self._finish(job_id)
            except Rejected as refusal:
                log.warning("import_left_open", job=job_id, error=refusal.problem.detail)
            finally:
                self.mine.discard(job_id)

    async def _finish(self, job_id: int) -> None:
        """Run an import and record its error, if it has one. Raises `Rejected` when that was not possible."""
        try:
            await self._run(job_id)
        except Rejected as refusal:
            problem = refusal.problem
            if problem.reason == "import_finished":
                return  # another process was faster
            if problem.code == "unavailable":
                raise
            faults = tuple(error.detail for error in problem.errors)
            await self.app.run(FailImport(job=job_id, error=problem.detail, faults=faults))
        except Exception as fault:
            log.error("import_failed", job=job_id, exc_info=fault)
            await self.app.run(FailImport(job=job_id, error="The server failed; its log has the import."))

    async def _run(self, job_id: int) -> None:
        app = self.app
        job = await app.row(Job, id=job_id)
        if job is None or job.phase == "closed":
            return
        record = _record.decode(job.document or "{}")
        project = await app.row(Definition, id=job.definition_id)
        caller = await app.identity.by_name(job.creator or "")
        if project is None or caller is None:
            raise rejected(
                "not_found", "The project or the importing user is gone.", reason="import_orphaned"
            )
        sources = await self._sources(record)
        options = ImportOptions(preannotated=record.preannotated, return_task_ids=record.return_task_ids)
        reading = await read_sources(app, project, caller, sources, options)
        done = msgspec.structs.replace(
            record,
            found_formats=reading.formats,
            data_columns=tuple(reading.columns),
            could_be_tasks_list=reading.tables,
        )
        await app.run(
            msgspec.structs.replace(import_command(reading, caller, project), job=job_id, record=done)
        )

    async def _sources(self, record: ImportRecord) -> list[Source]:
        sources = []
        for resource_id in (record.source, *record.uploads):
            if resource_id is None:
                continue
            resource = await self.app.row(Resource, id=resource_id)
            content = await self.app.row(ResourceBytes, resource_id=resource_id)
            if resource is None or content is None:
                raise rejected("not_found", "A file of the import is gone.", reason="import_orphaned")
            name = None if resource_id == record.source else resource.name
            sources.append(Source(name=name, content=content.content))
        return sources


_runners: WeakKeyDictionary[Application, ImportRunner] = WeakKeyDictionary()


def runner_of(app: Application) -> ImportRunner:
    """The application's runner of imports; made on first use and stopped with the application."""
    found = _runners.get(app)
    if found is None:
        found = _runners[app] = ImportRunner(app)
        app.on_close(found.close)
    return found


async def keep_imports(app: Application) -> None:
    """Take up the recorded imports that a former process left open, and go on looking for them."""
    runner = runner_of(app)
    await runner.look(0)
    runner.start()
