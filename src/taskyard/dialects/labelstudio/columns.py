"""The columns of the data manager: what each is, and where the query finds it (label-studio.md §4)."""

from __future__ import annotations

from typing import Any

import msgspec

PREFIX = "filter:tasks:"
DATA = "data."


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column.

    `kind`: number, time or text is a plain field; count is a number that is never absent, so `empty` asks
    for 0; flag is a count or truth that clients see as a boolean; people, ids, results, versions and remarks
    are about related rows of `relation` with the submission kind `of`; state is derived. The list is sorted
    by `order`. `type`, `title` and `help` are what `dm/columns` says.
    """

    name: str
    kind: str
    field: str
    order: str = ""
    type: str
    title: str
    help: str = ""
    relation: str = "submissions"
    of: str = "annotation"
    explore: bool = False
    labeling: bool = False

    @property
    def sorted_by(self) -> str:
        return self.order or self.field


def _count(name: str, field: str, title: str, help: str = "", **more: Any) -> Column:
    return Column(
        name=name, kind="count", field=f"progress.{field}", type="Number", title=title, help=help, **more
    )


def _number(name: str, field: str, title: str, help: str = "", **more: Any) -> Column:
    return Column(
        name=name, kind="number", field=field, type=more.pop("type", "Number"), title=title, help=help, **more
    )


def _time(name: str, field: str, title: str, help: str = "", **more: Any) -> Column:
    return Column(name=name, kind="time", field=field, type="Datetime", title=title, help=help, **more)


def _flag(name: str, field: str, title: str, help: str = "", **more: Any) -> Column:
    return Column(
        name=name, kind="flag", field=f"progress.{field}", type="Boolean", title=title, help=help, **more
    )


def _related(name: str, kind: str, order: str, type: str, title: str, help: str = "", **more: Any) -> Column:
    more = {"field": "author_id", **more}
    return Column(name=name, kind=kind, order=order, type=type, title=title, help=help, **more)


COLUMNS: tuple[Column, ...] = (
    _number("id", "id", "ID", "Task ID", explore=True),
    _number("inner_id", "number", "Inner ID", "Internal task ID starting from 1 for the current project"),
    _time("completed_at", "progress.completed_at", "Completed", "Last annotation date", explore=True),
    _count(
        "total_annotations", "annotations", "Annotations", "Annotations per task", explore=True, labeling=True
    ),
    _count("cancelled_annotations", "cancelled", "Cancelled", "Skipped annotations per task", explore=True),
    _count("total_predictions", "predictions", "Predictions", "Predictions per task", explore=True),
    _related(
        "annotators",
        "people",
        "progress.annotators",
        "List",
        "Annotated by",
        "Users who annotated",
        explore=True,
    ),
    _related(
        "annotations_results",
        "results",
        "progress.annotations",
        "String",
        "Annotation results",
        "Results of all annotations",
        field="document",
    ),
    _related(
        "annotations_ids",
        "ids",
        "progress.annotations",
        "String",
        "Annotation IDs",
        "Ids of all annotations",
        field="id",
    ),
    _number(
        "predictions_score", "progress.score", "Prediction score", "Average score of the task's predictions"
    ),
    _related(
        "predictions_model_versions",
        "versions",
        "progress.predictions",
        "List",
        "Prediction model versions",
        "Model versions of all predictions",
        field="model_version",
        of="prediction",
    ),
    _related(
        "predictions_results",
        "results",
        "progress.predictions",
        "String",
        "Prediction results",
        "Results of all predictions",
        field="document",
        of="prediction",
    ),
    Column(
        name="file_upload",
        kind="text",
        field="progress.file_upload",
        type="String",
        title="Upload filename",
        help="Name of the uploaded file",
    ),
    Column(
        name="storage_filename",
        kind="text",
        field="progress.storage_name",
        type="String",
        title="Storage filename",
        help="Name of the file in the source storage",
    ),
    _time("created_at", "created_at", "Created at", "When the task was created"),
    _time("updated_at", "updated_at", "Updated at", "When the task or its answers changed last"),
    Column(
        name="updated_by",
        kind="user",
        field="progress.updated_by",
        type="List",
        title="Updated by",
        help="User who changed the task last",
    ),
    _number(
        "avg_lead_time", "progress.lead_time", "Lead Time", "Average seconds per annotation", type="Time"
    ),
    _flag("draft_exists", "drafts", "Drafts", "Somebody has a draft"),
    _flag("is_labeled", "labeled", "Is Labeled", "Enough people have annotated"),
    _count("overlap", "overlap", "Overlap", "Annotations wanted"),
    _count("comment_count", "comments", "Comments", "Comments per task"),
    _count(
        "unresolved_comment_count", "unresolved_comments", "Unresolved Comments", "Comments not resolved yet"
    ),
    _time("last_comment_updated_at", "progress.last_comment_at", "Last comment updated at", "Newest comment"),
    _flag("ground_truth", "ground_truths", "Ground Truth", "An annotation is the ground truth"),
    _flag("reviewed", "reviews", "Reviewed", "An annotation has a review"),
    _number("agreement", "progress.agreement", "Agreement", "Agreement between annotators, 0 to 100"),
    _number(
        "agreement_selected",
        "progress.agreement",
        "Agreement (Selected)",
        "Agreement between annotators, 0 to 100",
    ),
    _count("annotators_count", "annotators", "Annotators Count", "Different people who annotated"),
    _related(
        "reviewers", "people", "progress.reviewers", "List", "Reviewed by", "Users who reviewed", of="review"
    ),
    _count("reviewers_count", "reviewers", "Reviewers Count", "Different people who reviewed"),
    _count("reviews_accepted", "accepted", "Reviews Accepted", "Annotations accepted in review"),
    _count("reviews_rejected", "rejected", "Reviews Rejected", "Annotations rejected in review"),
    _count("review_time", "review_time", "Review Time", "Seconds spent on reviews"),
    _related(
        "comments",
        "remarks",
        "progress.comments",
        "String",
        "Comments Text",
        "Text of the comments",
        relation="comments",
        field="text",
    ),
    _related(
        "comment_authors",
        "people",
        "progress.commenters",
        "List",
        "Comment Authors",
        "Users who commented",
        relation="comments",
    ),
    _count("comment_authors_count", "commenters", "Comment Authors Count", "Different people who commented"),
    Column(
        name="state",
        kind="state",
        field="phase",
        order="progress.annotations",
        type="String",
        title="State",
        help="CREATED, IN_PROGRESS or COMPLETED",
    ),
)

BY_NAME = {column.name: column for column in COLUMNS}
CHOICES = ", ".join(sorted(BY_NAME)) + ", data.<key>"

OPEN_EDITION = (
    "id",
    "inner_id",
    "completed_at",
    "total_annotations",
    "cancelled_annotations",
    "total_predictions",
    "annotators",
    "annotations_results",
    "annotations_ids",
    "predictions_score",
    "predictions_model_versions",
    "predictions_results",
    "file_upload",
    "storage_filename",
    "created_at",
    "updated_at",
    "updated_by",
    "avg_lead_time",
    "draft_exists",
)
"""The columns that `dm/columns` lists first, in the order of the open edition."""
