"""Projects, members and imports exactly as they are on the wire."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

Count = int | None
Number = Annotated[int, Meta(ge=0, le=2**53)]
"""A row's number as clients send it."""


class ProjectBody(msgspec.Struct, kw_only=True):
    """What clients send to make or change a project. What they leave out, or send as null, stays as it is."""

    title: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET
    label_config: str | UnsetType | None = UNSET
    expert_instruction: str | UnsetType | None = UNSET
    show_instruction: bool | UnsetType | None = UNSET
    show_skip_button: bool | UnsetType | None = UNSET
    enable_empty_annotation: bool | UnsetType | None = UNSET
    show_annotation_history: bool | UnsetType | None = UNSET
    color: str | UnsetType | None = UNSET
    maximum_annotations: int | UnsetType | None = UNSET
    is_published: bool | UnsetType | None = UNSET
    is_draft: bool | UnsetType | None = UNSET
    model_version: str | UnsetType | None = UNSET
    min_annotations_to_start_training: int | UnsetType | None = UNSET
    start_training_on_annotation_update: bool | UnsetType | None = UNSET
    show_collab_predictions: bool | UnsetType | None = UNSET
    sampling: str | UnsetType | None = UNSET
    show_ground_truth_first: bool | UnsetType | None = UNSET
    annotator_evaluation_enabled: bool | UnsetType | None = UNSET
    show_overlap_first: bool | UnsetType | None = UNSET
    overlap_cohort_percentage: int | UnsetType | None = UNSET
    task_data_login: str | UnsetType | None = UNSET
    task_data_password: str | UnsetType | None = UNSET
    control_weights: dict[str, Any] | UnsetType | None = UNSET
    evaluate_predictions_automatically: bool | UnsetType | None = UNSET
    skip_queue: str | UnsetType | None = UNSET
    reveal_preannotations_interactively: bool | UnsetType | None = UNSET
    pinned_at: str | UnsetType | None = UNSET


class LabelConfigBody(msgspec.Struct, kw_only=True):
    """The body of a label config check."""

    label_config: str


class UserShort(msgspec.Struct, kw_only=True):
    """A person as other objects name it."""

    id: int
    first_name: str
    last_name: str
    email: str
    avatar: str | None = None


class Project(msgspec.Struct, kw_only=True, omit_defaults=False):
    """A project. Counts are null in the answer to its creation."""

    id: int
    title: str
    description: str
    label_config: str
    expert_instruction: str
    show_instruction: bool
    show_skip_button: bool
    enable_empty_annotation: bool
    show_annotation_history: bool
    organization: int = 1
    color: str
    maximum_annotations: int
    is_published: bool
    model_version: str
    is_draft: bool
    created_by: UserShort | None
    created_at: str
    min_annotations_to_start_training: int
    start_training_on_annotation_update: bool
    show_collab_predictions: bool
    num_tasks_with_annotations: Count = None
    task_number: Count = None
    useful_annotation_number: Count = None
    ground_truth_number: Count = None
    skipped_annotations_number: Count = None
    total_annotations_number: Count = None
    total_predictions_number: Count = None
    sampling: str
    show_ground_truth_first: bool
    annotator_evaluation_enabled: bool
    show_overlap_first: bool
    overlap_cohort_percentage: int
    task_data_login: str | None
    task_data_password: str | None
    control_weights: dict[str, Any]
    parsed_label_config: dict[str, Any]
    evaluate_predictions_automatically: bool
    config_has_control_tags: bool
    skip_queue: str
    reveal_preannotations_interactively: bool
    pinned_at: str | None
    finished_task_number: Count = None
    queue_total: Count = None
    queue_done: Count = None
    config_suitable_for_bulk_annotation: bool
    state: str | None = None


class ProjectPage(msgspec.Struct, kw_only=True):
    """A page of projects; with `include` each has only the fields that it names."""

    count: int
    next: str | None
    previous: str | None
    results: list[dict[str, Any]]


class ProjectListParams(msgspec.Struct, kw_only=True):
    """`page` and `page_size` are read by the operation, which has its own words for bad ones."""

    page: str | None = None
    page_size: str | None = None
    ids: str | None = None
    title: str | None = None
    search: str | None = None
    include: str | None = None
    filter: str | None = None
    ordering: str | None = None


class ConfigChange(msgspec.Struct, kw_only=True):
    """Whether a new label config changes what existing annotations mean."""

    config_essential_data_has_changed: bool


class ImportParams(msgspec.Struct, kw_only=True):
    """How to import. `async` answers at once with the import's number; `preannotated_from_fields` is a comma
    list or repeated."""

    commit_to_project: str | None = None
    return_task_ids: str | None = None
    preannotated_from_fields: list[str] = []
    later: str | None = msgspec.field(default=None, name="async")


class ImportResult(msgspec.Struct, kw_only=True):
    """What an import did. Counts of annotations and predictions are null when the tasks were not
    committed."""

    task_count: int
    annotation_count: Count
    prediction_count: Count
    duration: float
    file_upload_ids: list[int]
    could_be_tasks_list: bool
    found_formats: dict[str, int] | list[str]
    data_columns: list[str]
    task_ids: list[int] | UnsetType = UNSET


class ImportStarted(msgspec.Struct, kw_only=True):
    """The number under which a recorded import is asked for."""

    number: int = msgspec.field(name="import")


class ProjectImport(msgspec.Struct, kw_only=True):
    """The state of a recorded import: created, in_progress, failed or completed."""

    id: int
    project: int
    status: str
    preannotated_from_fields: list[str] | None
    commit_to_project: bool
    return_task_ids: bool
    created_at: str
    updated_at: str
    finished_at: str | None
    url: str | None = None
    error: str | None
    traceback: str | None = None
    task_count: int
    annotation_count: int
    prediction_count: int
    duration: float
    file_upload_ids: list[int]
    could_be_tasks_list: bool
    found_formats: dict[str, int] | list[str]
    data_columns: list[str]
    tasks: None = None
    task_ids: list[int]


class ReimportBody(msgspec.Struct, kw_only=True):
    """Which kept files to read again; their former tasks go."""

    file_upload_ids: list[Number] = []
    files_as_tasks_list: bool = True


class FileUploadOut(msgspec.Struct, kw_only=True):
    """A kept file. `file` is its path below `/data/`."""

    id: int
    file: str
    size: int


class FileUploadsParams(msgspec.Struct, kw_only=True):
    """`ids` is a JSON list or a comma list; `all` lists every file of the project."""

    ids: str | None = None
    all: str | None = None


class DeleteUploadsBody(msgspec.Struct, kw_only=True):
    """Which kept files to remove; all of them without a body."""

    file_upload_ids: list[Number] | None = None


class DeletedUploads(msgspec.Struct, kw_only=True):
    deleted: int


class MemberBody(msgspec.Struct, kw_only=True):
    """Who joins a project. `role` is ours: without it a new member is an annotator."""

    user: Number
    role: str | None = None


class MemberOut(msgspec.Struct, kw_only=True):
    user: int
    role: str


class MemberParams(msgspec.Struct, kw_only=True):
    user: str | None = None


class RoleBody(msgspec.Struct, kw_only=True):
    user: Number
    project: Number
    role: str


class RoleOut(msgspec.Struct, kw_only=True):
    """A member's role in a project; `id` is the number to take it away by."""

    id: int
    user: int
    project: int
    role: str
    role_source: str | None = "manual"


class RoleParams(msgspec.Struct, kw_only=True):
    ids: str | None = None
    ordering: str | None = None


class MemberListParams(msgspec.Struct, kw_only=True):
    page: str | None = None
    page_size: str | None = None
    role: str | None = None
    search: str | None = None
    ids: str | None = None
    ordering: str | None = None


class BulkMembersBody(msgspec.Struct, kw_only=True):
    """A selection of users: `all` but `excluded`, or `included`. `roles` are given to each."""

    all: bool = False
    included: list[Number] = []
    excluded: list[Number] = []
    roles: list[str] = []


class BulkMembersOut(msgspec.Struct, kw_only=True):
    detail: str
    affected: int


class PredictionsCreated(msgspec.Struct, kw_only=True):
    created: int


class BulkMembersParams(msgspec.Struct, kw_only=True):
    """The selection of `BulkMembersBody` as parameters; lists are repeated or comma lists."""

    all: str | None = None
    included: list[str] = []
    excluded: list[str] = []
