"""Imports: JSON bodies, files, recorded imports and their state, kept files."""

from __future__ import annotations

import mimetypes
from time import perf_counter
from typing import Any

import msgspec

from taskyard.app.import_runner import runner_of
from taskyard.app.label_imports import (
    ImportOptions,
    Reading,
    Source,
    check_endings,
    import_now,
    import_predictions,
    read_sources,
    stored_name,
)
from taskyard.app.labeling import delete_uploads, keep_uploads, upload_content, uploads
from taskyard.dialects.labelstudio.access import int_of, project_by_id, project_for
from taskyard.dialects.labelstudio.errors import field_fault, not_found
from taskyard.dialects.labelstudio.moments import stamp
from taskyard.dialects.labelstudio.pages import comma_list, flag
from taskyard.dialects.labelstudio.project_wire import (
    DeletedUploads,
    DeleteUploadsBody,
    FileUploadOut,
    FileUploadsParams,
    ImportParams,
    ImportResult,
    ImportStarted,
    PredictionsCreated,
    ProjectImport,
    ReimportBody,
)
from taskyard.http.forms import is_form, is_multipart, parse_form, parse_multipart
from taskyard.http.message import Request, Response, empty_response, json_response
from taskyard.model.definition import Definition, Resource
from taskyard.model.execution import Job
from taskyard.model.labeling import IMPORT_JOB, ImportRecord, NewUpload
from taskyard.model.problem import rejected

_record = msgspec.json.Decoder(ImportRecord)


class Parcel(msgspec.Struct, frozen=True):
    """What a request brings: files to keep, or a JSON body."""

    files: tuple[NewUpload, ...]
    body: bytes | None

    @property
    def sources(self) -> list[Source]:
        if self.body is not None:
            return [Source(name=None, content=self.body)]
        return [Source(name=file.name, content=file.content) for file in self.files]


async def create(request: Request, params: ImportParams, body: bytes) -> Response:
    """`POST projects/{id}/import`: everything or nothing. `async=true` (or `Prefer: respond-async`) answers
    at once with the number of the import; `commit_to_project=false` only keeps the files."""
    started = perf_counter()
    project = await project_for(request, "update")
    parcel = await _parcel(request, body)
    options = _options(params)
    committed = flag(params.commit_to_project, True)
    later = flag(params.later, False) or "respond-async" in request.headers.get("prefer", "").lower()
    if later and committed:
        return await _record_import(request, project, parcel, options)
    if committed:
        reading, imported = await import_now(
            request.app, project, request.caller, parcel.sources, parcel.files, options
        )
        result = _result(reading, imported.upload_ids, parcel, perf_counter() - started)
        result.annotation_count, result.prediction_count = (
            imported.created.annotations,
            imported.created.predictions,
        )
        if options.return_task_ids:
            result.task_ids = list(imported.created.task_ids)
        return json_response(result, 201)
    reading = await read_sources(request.app, project, request.caller, parcel.sources, options)
    ids = await keep_uploads(request.app, request.caller, project, parcel.files)
    return json_response(_result(reading, ids, parcel, perf_counter() - started), 201)


async def _record_import(
    request: Request, project: Definition, parcel: Parcel, options: ImportOptions
) -> Response:
    held = parcel.files
    if parcel.body is not None:
        held = (NewUpload(name=stored_name(request.app, "body.json"), media_type=None, content=parcel.body),)
    record = ImportRecord(preannotated=options.preannotated, return_task_ids=options.return_task_ids)
    number = await runner_of(request.app).record(
        project, request.caller, held, record, json_body=parcel.body is not None
    )
    return json_response(ImportStarted(number=number), 201)


async def get(request: Request, params: None, body: None) -> Response:
    """`GET projects/{id}/imports/{import_pk}/`: where a recorded import stands."""
    project = await project_for(request)
    job = await request.app.row(Job, id=int_of(request, "import_pk", "ProjectImport"))
    if job is None or job.kind != IMPORT_JOB or job.definition_id != project.id:
        raise not_found("ProjectImport")
    return json_response(_state(job))


async def reimport(request: Request, params: None, body: ReimportBody) -> Response:
    """`POST projects/{id}/reimport`: read kept files again; the tasks they gave before go."""
    started = perf_counter()
    project = await project_for(request, "update")
    if not body.file_upload_ids:
        return empty_response()
    kept = {row.id: row for row in await uploads(request.app, project)}
    missing = [number for number in body.file_upload_ids if number not in kept]
    if missing:
        raise field_fault("file_upload_ids", f"File upload {missing[0]} is not in this project.")
    chosen = [kept[number] for number in dict.fromkeys(body.file_upload_ids)]
    sources = [Source(name=row.name, content=await upload_content(request.app, row)) for row in chosen]
    reading, imported = await import_now(
        request.app,
        project,
        request.caller,
        sources,
        (),
        ImportOptions(as_lists=body.files_as_tasks_list),
        replaces=tuple(row.name for row in chosen),
    )
    result = _result(reading, tuple(row.id for row in chosen), Parcel((), None), perf_counter() - started)
    result.annotation_count, result.prediction_count = (
        imported.created.annotations,
        imported.created.predictions,
    )
    result.found_formats = reading.formats
    return json_response(result, 201)


async def predictions(request: Request, params: None, body: bytes) -> Response:
    """`POST projects/{id}/import/predictions`: a list of `{"task", "result", "score", "model_version"}`."""
    project = await project_for(request, "update")
    made = await import_predictions(request.app, project, request.caller, body)
    return json_response(PredictionsCreated(created=made), 201)


async def list_(request: Request, params: FileUploadsParams, body: None) -> Response:
    """`GET projects/{id}/file-uploads`: the kept files, or those that `ids` names."""
    project = await project_for(request)
    kept = await uploads(request.app, project)
    if params.ids and not flag(params.all, False):
        wanted = _numbers(params.ids)
        kept = [row for row in kept if row.id in wanted]
    return json_response([_file(project, row) for row in kept])


async def delete(request: Request, params: None, body: DeleteUploadsBody | None) -> Response:
    """`DELETE projects/{id}/file-uploads`: those that the body names, else all."""
    project = await project_for(request, "update")
    ids = tuple(body.file_upload_ids) if body is not None and body.file_upload_ids is not None else None
    return json_response(
        DeletedUploads(deleted=await delete_uploads(request.app, request.caller, project, ids))
    )


async def get_upload(request: Request, params: None, body: None) -> Response:
    """`GET import/file-upload/{id}`"""
    project, row = await _upload(request)
    return json_response(_file(project, row))


async def delete_upload(request: Request, params: None, body: None) -> Response:
    """`DELETE import/file-upload/{id}`"""
    project, row = await _upload(request, "update")
    await delete_uploads(request.app, request.caller, project, (row.id,))
    return empty_response()


async def download(request: Request, params: None, body: None) -> Response:
    """`GET /data/upload/{project}/{file}`: a kept file, to members of its project."""
    project = await project_for(request, name="project")
    name = request.path_params["file"]
    found = [row for row in await uploads(request.app, project) if row.name == name]
    if not found:
        raise not_found("FileUpload")
    return Response(
        body=await upload_content(request.app, found[0]),
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        headers=[("Content-Security-Policy", "sandbox"), ("X-Content-Type-Options", "nosniff")],
    )


async def _upload(request: Request, action: str = "read") -> tuple[Definition, Resource]:
    row = await request.app.row(Resource, id=int_of(request, "id", "FileUpload"))
    if row is None or row.owner_id is None:
        raise not_found("FileUpload")
    return await project_by_id(request, row.owner_id, action), row


async def _parcel(request: Request, body: bytes) -> Parcel:
    app = request.app
    if is_multipart(request):
        files = tuple(
            NewUpload(name=stored_name(app, part.filename), media_type=part.media_type, content=part.content)
            for part in parse_multipart(request)
            if part.filename is not None
        )
        if not files:
            raise rejected("invalid", "load_tasks: No data found in DATA or in FILES", reason="no_tasks")
        if len(files) > app.settings.max_uploads:
            raise rejected(
                "invalid", f"Maximum number of files is {app.settings.max_uploads}", reason="too_many_files"
            )
        check_endings(files)
        return Parcel(files, None)
    if is_form(request):
        text = (parse_form(request).get("url") or [""])[-1].strip()
        if not text:
            raise rejected("invalid", '"url" is not found in request data', reason="no_tasks")
        if text[0] not in "[{":
            raise rejected(
                "invalid",
                "This server does not download files: send the file itself or its JSON text.",
                reason="no_download",
            )
        name = stored_name(app, "inplace.json")
        return Parcel((NewUpload(name=name, media_type="application/json", content=text.encode()),), None)
    if not body.strip():
        raise rejected("invalid", "load_tasks: No data found in DATA or in FILES", reason="no_tasks")
    return Parcel((), body)


def _options(params: ImportParams) -> ImportOptions:
    keys = [key for text in params.preannotated_from_fields for key in comma_list(text)]
    return ImportOptions(preannotated=tuple(keys), return_task_ids=flag(params.return_task_ids, False))


def _result(reading: Reading, ids: tuple[int, ...], parcel: Parcel, seconds: float) -> ImportResult:
    return ImportResult(
        task_count=reading.count,
        annotation_count=None,
        prediction_count=None,
        duration=round(seconds, 6),
        file_upload_ids=list(ids),
        could_be_tasks_list=reading.tables,
        found_formats=reading.formats if parcel.files else [],
        data_columns=reading.columns,
    )


def _state(job: Job) -> ProjectImport:
    record = _record.decode(job.document or "{}")
    closed = job.phase == "closed"
    status = "created" if job.phase == "ready" else "in_progress"
    if closed:
        status = "completed" if job.outcome == "succeeded" else "failed"
    error = "\n".join(record.faults) or record.error
    return ProjectImport(
        id=job.id,
        project=job.definition_id or 0,
        status=status,
        preannotated_from_fields=list(record.preannotated) or None,
        commit_to_project=record.commit_to_project,
        return_task_ids=record.return_task_ids,
        created_at=stamp(job.created_at) or "",
        updated_at=stamp(job.updated_at) or "",
        finished_at=stamp(job.updated_at) if closed else None,
        error=error,
        task_count=record.task_count or 0,
        annotation_count=record.annotation_count or 0,
        prediction_count=record.prediction_count or 0,
        duration=record.duration or 0,
        file_upload_ids=list(record.uploads),
        could_be_tasks_list=record.could_be_tasks_list,
        found_formats=record.found_formats or [],
        data_columns=list(record.data_columns),
        task_ids=list(record.task_ids),
    )


def _file(project: Definition, row: Resource) -> FileUploadOut:
    return FileUploadOut(id=row.id, file=f"upload/{project.key}/{row.name}", size=row.size)


def _numbers(text: str) -> set[int]:
    """The numbers of a JSON list or a comma list."""
    found: Any = [part.strip() for part in text.strip("[] ").split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() and len(part) < 19 for part in found):
        raise field_fault("ids", "ids must be a list of numbers.")
    return {int(part) for part in found}
