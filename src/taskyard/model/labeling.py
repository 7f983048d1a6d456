"""Documents of labelling: what a project, a label task and a submission to it keep as JSON text.

A project is a definition of kind `project`: its row id is the number that clients know, its key is that
number as text, its document is a `ProjectDocument`. A label task's document is a `LabelDocument`, a
submission's an `AnswerDocument`.
"""

from __future__ import annotations

from typing import Any

import msgspec

PROJECT = "project"
LABEL = "label"

EMPTY_OBJECT = msgspec.Raw(b"{}")
EMPTY_LIST = msgspec.Raw(b"[]")

SAMPLINGS = ("Sequential sampling", "Uniform sampling", "Uncertainty sampling")
SKIP_QUEUES = ("REQUEUE_FOR_ME", "REQUEUE_FOR_OTHERS", "IGNORE_SKIPPED")

ROLE_ACTIONS: dict[str, tuple[str, ...]] = {
    "OW": ("manage",),
    "AD": ("manage",),
    "MA": ("manage",),
    "RE": ("review", "annotate"),
    "AN": ("annotate",),
}
"""What a member may do with a project, by role: owner, administrator, manager, reviewer, annotator."""


class StorageSettings(msgspec.Struct, kw_only=True, frozen=True):
    """A place that task data points into: `type` s3 (a bucket) or localfiles (a directory under the server's
    root).

    `secret` and `session_token` are never shown. `endpoint` None means the vendor's own.
    """

    id: int
    type: str
    title: str = ""
    description: str = ""
    bucket: str = ""
    prefix: str = ""
    path: str = ""
    region: str | None = None
    endpoint: str | None = None
    access_key: str | None = None
    secret: str | None = None
    session_token: str | None = None
    presign: bool = True
    presign_minutes: int = 15
    regex_filter: str | None = None
    use_blob_urls: bool = True
    recursive_scan: bool = False
    created_at: int = 0


class ProjectDocument(msgspec.Struct, kw_only=True, frozen=True):
    """The settings of a labelling project. `label_config` is XML as it was given; `control_weights` None
    means 1.0 for every control of the configuration. `assigns_tasks` says that a task was assigned to an
    annotator once, so that annotators must be shown less than everything."""

    doc_version: int = 1
    label_config: str = "<View></View>"
    expert_instruction: str = ""
    show_instruction: bool = False
    show_skip_button: bool = True
    enable_empty_annotation: bool = True
    show_annotation_history: bool = False
    color: str = "#FFFFFF"
    maximum_annotations: int = 1
    is_published: bool = False
    is_draft: bool = False
    model_version: str = ""
    min_annotations_to_start_training: int = 0
    start_training_on_annotation_update: bool = False
    show_collab_predictions: bool = True
    sampling: str = "Sequential sampling"
    show_ground_truth_first: bool = False
    annotator_evaluation_enabled: bool = False
    show_overlap_first: bool = False
    overlap_cohort_percentage: int = 100
    task_data_login: str | None = None
    task_data_password: str | None = None
    control_weights: dict[str, Any] | None = None
    evaluate_predictions_automatically: bool = False
    skip_queue: str = "REQUEUE_FOR_OTHERS"
    reveal_preannotations_interactively: bool = False
    pinned_at: str | None = None
    storages: tuple[StorageSettings, ...] = ()
    assigns_tasks: bool = False


class LabelDocument(msgspec.Struct, kw_only=True, frozen=True):
    """The payload of a label task: `data` and `meta` are JSON, kept as they came."""

    data: msgspec.Raw = EMPTY_OBJECT
    meta: msgspec.Raw = EMPTY_OBJECT
    allow_skip: bool = True


class AnswerDocument(msgspec.Struct, kw_only=True, frozen=True, omit_defaults=True):
    """What an annotation, draft or prediction says. `result` is a JSON list of regions and always comes
    first."""

    result: msgspec.Raw
    draft_created_at: int | None = None
    import_id: int | None = None
    bulk_created: bool = False
    last_created_by: int | None = None
    was_postponed: bool = False
    cluster: int | None = None
    neighbors: Any = None
    mislabeling: float = 0.0


class NewAnswer(msgspec.Struct, kw_only=True, frozen=True, gc=False):
    """A submission to create with its task. `kind` is annotation, draft or prediction; `document` is the JSON
    text of an `AnswerDocument`; times are epoch milliseconds or None for now."""

    kind: str
    document: str
    author_id: int | None = None
    updated_by_id: int | None = None
    uid: str | None = None
    cancelled: bool = False
    ground_truth: bool = False
    action: str | None = None
    model_version: str | None = None
    score: float | None = None
    lead_time: float | None = None
    created_at: int | None = None
    updated_at: int | None = None


class NewLabelTask(msgspec.Struct, kw_only=True, frozen=True):
    """A label task to create. `document` is the JSON text of a `LabelDocument`; `values` are `(name, text,
    number)` of the data keys that lists search by (`data.text`); `overlap` None takes the project's."""

    document: str
    values: tuple[tuple[str, str | None, float | None], ...] = ()
    answers: tuple[NewAnswer, ...] = ()
    overlap: int | None = None
    file_upload: str | None = None
    storage_name: str | None = None


SEARCH_LIMIT = 2_000
"""Characters of a data value that lists search; the rest is only in the document."""


TITLE_LIMIT = 120


def title_of(values: tuple[tuple[str, str | None, float | None], ...], fallback: str) -> str:
    """What a list shows of a label task: the beginning of its first text, else `fallback`."""
    for _, text, number in values:
        line = " ".join((text or "").split())
        if line and number is None and not line.startswith(("{", "[")):
            return line if len(line) <= TITLE_LIMIT else f"{line[: TITLE_LIMIT - 1]}…"
    return fallback


def search_values(data: dict[str, Any]) -> tuple[tuple[str, str | None, float | None], ...]:
    """`(name, text, number)` of each key of task data, for `NewLabelTask.values`. Text is the JSON text of
    what is not a string; a number or numeric string has a number as well; null has neither."""
    found = []
    for key, value in data.items():
        number: float | None = None
        text: str | None
        if isinstance(value, str):
            text = value
            number = _number(value)
        elif value is None:
            text = None
        else:
            text = msgspec.json.encode(value).decode()
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                number = _float(value)
        found.append((f"data.{key}", text[:SEARCH_LIMIT] if text is not None else None, number))
    return tuple(found)


def _float(value: int | float) -> float | None:
    """The number as the databases compare it; none for one that is larger than any of theirs."""
    try:
        return float(value)
    except OverflowError:
        return None


def _number(text: str) -> float | None:
    """The number that a short text spells, if it does."""
    if not text or len(text) > 32 or text[0] not in "+-.0123456789":
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None


class NewUpload(msgspec.Struct, kw_only=True, frozen=True):
    """A file to keep with a project. `name` is unique within it; tasks point at
    `/data/upload/<project>/<name>`."""

    name: str
    media_type: str | None
    content: bytes


class ImportRecord(msgspec.Struct, kw_only=True, frozen=True):
    """What a recorded import was asked to do and what came of it; the document of a job of kind
    `label_import`.

    `uploads` are the row ids of the files to read; `source` is the one that holds a JSON body, if it came as
    one. Counts stay None until it is done; `error` is what was wrong, `faults` one line per bad item.
    """

    uploads: tuple[int, ...] = ()
    source: int | None = None
    preannotated: tuple[str, ...] = ()
    commit_to_project: bool = True
    return_task_ids: bool = False
    could_be_tasks_list: bool = False
    found_formats: dict[str, int] = {}
    data_columns: tuple[str, ...] = ()
    task_count: int | None = None
    annotation_count: int | None = None
    prediction_count: int | None = None
    task_ids: tuple[int, ...] = ()
    duration: float | None = None
    error: str | None = None
    faults: tuple[str, ...] = ()


IMPORT_JOB = "label_import"
