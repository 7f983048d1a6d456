"""Bodies and answers of tasks, their answers and views as they are on the wire (label-studio.md §3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Regions = list[dict[str, Any]]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Id = Annotated[int, Meta(ge=-(2**62), le=2**62)]
Real = Annotated[float, Meta(ge=-1e300, le=1e300)]


class TaskBody(msgspec.Struct, kw_only=True):
    """What clients send to make or change a task."""

    data: dict[str, Any] | UnsetType = UNSET
    meta: dict[str, Any] | list[Any] | UnsetType | None = UNSET
    project: Id | UnsetType | None = UNSET
    overlap: Annotated[int, Meta(ge=1, le=100_000)] | UnsetType | None = UNSET
    allow_skip: bool | UnsetType | None = UNSET


class AnnotationBody(msgspec.Struct, kw_only=True):
    """What clients send to make or change an annotation."""

    result: Regions | UnsetType | None = UNSET
    was_cancelled: bool | UnsetType | None = UNSET
    ground_truth: bool | UnsetType | None = UNSET
    lead_time: Real | UnsetType | None = UNSET
    completed_by: Any = UNSET
    draft_id: Id | UnsetType | None = UNSET
    parent_prediction: Id | UnsetType | None = UNSET
    parent_annotation: Id | UnsetType | None = UNSET
    unique_id: str | UnsetType | None = UNSET
    task: Id | UnsetType | None = UNSET
    project: Id | UnsetType | None = UNSET


class PredictionBody(msgspec.Struct, kw_only=True):
    """What clients send to make or change a prediction."""

    task: Id | UnsetType | None = UNSET
    result: Any = UNSET
    model_version: str | UnsetType | None = UNSET
    score: Real | UnsetType | None = UNSET
    cluster: Id | UnsetType | None = UNSET
    neighbors: Any = UNSET
    mislabeling: Real | UnsetType | None = UNSET


class DraftBody(msgspec.Struct, kw_only=True):
    """What clients send to keep or change a draft."""

    result: Regions | UnsetType | None = UNSET
    lead_time: Real | UnsetType | None = UNSET
    was_postponed: bool | UnsetType | None = UNSET


class ReviewBody(msgspec.Struct, kw_only=True):
    """What clients send to review an annotation."""

    annotation: Id | UnsetType | None = UNSET
    accepted: bool | UnsetType | None = UNSET
    comment: str | UnsetType | None = UNSET
    started_at: str | UnsetType | None = UNSET


class CommentBody(msgspec.Struct, kw_only=True):
    """What clients send to write or change a comment."""

    text: str | UnsetType | None = UNSET
    annotation: Id | UnsetType | None = UNSET
    draft: Id | UnsetType | None = UNSET
    task: Id | UnsetType | None = UNSET
    is_resolved: bool | UnsetType | None = UNSET


class ViewBody(msgspec.Struct, kw_only=True):
    """What clients send to save a view. `data` is theirs; filters, ordering and selection in it are checked."""

    project: Id | UnsetType | None = UNSET
    data: dict[str, Any] | UnsetType | None = UNSET
    order: Annotated[int, Meta(ge=0, le=2**31)] | UnsetType | None = UNSET


class ViewResetBody(msgspec.Struct, kw_only=True):
    project: Id | None = None


class ViewOrderBody(msgspec.Struct, kw_only=True):
    """The ids of views in their new order."""

    project: Id
    ids: list[Id]


class ActionBody(msgspec.Struct, kw_only=True, rename={"selected_items": "selectedItems"}):
    """The tasks that an action is for, and its own arguments."""

    selected_items: Any = None
    filters: Any = None
    ordering: Any = None
    model_version: str | list[str] | None = None
    annotator: Id | str | None = None


class AssignmentBody(msgspec.Struct, kw_only=True):
    """The users who shall annotate (AN) or review (RE) a task."""

    type: Literal["AN", "RE"] = "AN"
    users: list[Id]


class BulkAssignmentBody(msgspec.Struct, kw_only=True, rename={"selected_items": "selectedItems"}):
    """The users who shall annotate or review the selected tasks."""

    selected_items: Any
    users: list[Id]
    type: Literal["AN", "RE"] = "AN"
    filters: Any = None


class AssignmentParams(msgspec.Struct, kw_only=True):
    type: str | None = None
    users: str | None = None


class ProjectParams(msgspec.Struct, kw_only=True):
    """The project that data-manager calls are about."""

    project: str | None = None


class ActionParams(msgspec.Struct, kw_only=True):
    id: str | None = None
    project: str | None = None
    tabID: str | None = None


class PredictionListParams(msgspec.Struct, kw_only=True):
    task: str | None = None
    project: str | None = None


class ReviewListParams(msgspec.Struct, kw_only=True):
    annotation: str | None = None
    annotation__task__project: str | None = None


class CommentListParams(msgspec.Struct, kw_only=True):
    annotation: str | None = None
    draft: str | None = None
    task: str | None = None
    projects: str | None = None
    is_resolved: str | None = None
    ordering: str | None = None


class PageParams(msgspec.Struct, kw_only=True):
    page: str | None = None
    page_size: str | None = None


class AnnotationParams(msgspec.Struct, kw_only=True):
    was_cancelled: str | None = None
    ownership: str | None = None


class ViewOut(msgspec.Struct, kw_only=True):
    """A saved view."""

    id: int
    data: Any
    order: int
    user: int | None
    project: int


class ActionDone(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What an action did."""

    processed_items: int | None = None
    reload: bool | None = None
    detail: str | None = None
    response_code: int | None = None


class TaskOut(msgspec.Struct, kw_only=True):
    """A task in the list. Annotators get 17 of these members, `include` keeps only the named ones."""

    id: int | UnsetType = UNSET
    predictions: Regions | UnsetType = UNSET
    annotations: Regions | UnsetType = UNSET
    drafts: Regions | UnsetType = UNSET
    annotators: list[int] | UnsetType = UNSET
    inner_id: int | UnsetType = UNSET
    cancelled_annotations: int | UnsetType = UNSET
    total_annotations: int | UnsetType = UNSET
    total_predictions: int | UnsetType = UNSET
    completed_at: Moment | UnsetType | None = UNSET
    annotations_results: str | UnsetType = UNSET
    predictions_results: str | UnsetType = UNSET
    predictions_score: float | UnsetType | None = UNSET
    file_upload: str | UnsetType | None = UNSET
    storage_filename: str | UnsetType | None = UNSET
    annotations_ids: str | UnsetType = UNSET
    predictions_model_versions: str | UnsetType = UNSET
    avg_lead_time: float | UnsetType | None = UNSET
    draft_exists: bool | UnsetType = UNSET
    updated_by: Regions | UnsetType = UNSET
    data: Any = UNSET
    meta: Any = UNSET
    created_at: Moment | UnsetType = UNSET
    updated_at: Moment | UnsetType = UNSET
    is_labeled: bool | UnsetType = UNSET
    overlap: int | UnsetType = UNSET
    comment_count: int | UnsetType = UNSET
    unresolved_comment_count: int | UnsetType = UNSET
    last_comment_updated_at: Moment | UnsetType | None = UNSET
    project: int | UnsetType | None = UNSET
    comment_authors: Regions | UnsetType = UNSET
    comments: str | UnsetType = UNSET
    comment_authors_count: int | UnsetType = UNSET
    annotators_count: int | UnsetType = UNSET
    reviewers: Regions | UnsetType = UNSET
    reviewers_count: int | UnsetType = UNSET
    reviews_accepted: int | UnsetType = UNSET
    reviews_rejected: int | UnsetType = UNSET
    reviewed: bool | UnsetType = UNSET
    review_time: int | UnsetType = UNSET
    ground_truth: bool | UnsetType = UNSET
    agreement: float | UnsetType | None = UNSET
    agreement_selected: float | UnsetType | None = UNSET
    allow_skip: bool | UnsetType = UNSET


class TaskPage(msgspec.Struct, kw_only=True):
    """A page of tasks; the totals are of the whole filtered set."""

    total_annotations: int
    total_predictions: int
    total: int
    tasks: list[TaskOut]


def given(value: Any) -> Any:
    """A member's value, or None where the client left it out."""
    return None if value is UNSET else value
