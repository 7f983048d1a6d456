"""Label tasks as clients see them: one shape for owners, administrators, managers and reviewers, one for
annotators (seed: List tasks; label-studio.md §2.2, §3.1)."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import msgspec

from taskyard.app.bundle import Bundle
from taskyard.dialects.labelstudio import answers
from taskyard.dialects.labelstudio.moments import stamp
from taskyard.dialects.labelstudio.uris import NOTHING, Proxies
from taskyard.model.labeling import LabelDocument
from taskyard.model.task import Comment, Progress, Submission, Task

_encode = msgspec.json.Encoder().encode
_label = msgspec.json.Decoder(LabelDocument)

ANNOTATOR_FIELDS = frozenset(
    {
        "id",
        "data",
        "created_at",
        "annotations",
        "annotations_results",
        "predictions",
        "predictions_results",
        "predictions_score",
        "drafts",
        "draft_exists",
        "cancelled_annotations",
        "total_annotations",
        "total_predictions",
        "comments",
        "comment_count",
        "unresolved_comment_count",
        "reviews_rejected",
    }
)
"""All that an annotator is shown of a task."""

DOCUMENT = ("document",)
ANSWERS = ("submissions",)
RESULTS = ("submissions", "submission_documents")
REMARKS = ("comments",)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How a caller sees tasks.

    `role` is the role in the project; `names` are the fields to show, in order; `evaluated` those of them that
    are read from answers (others of that sort are shown empty, as the API has it); `collaborative` shows
    predictions to annotators; `authors` shows authors of annotations as objects.
    """

    role: str
    caller: int
    names: tuple[str, ...]
    evaluated: frozenset[str]
    collaborative: bool = True
    authors: bool = False
    proxies: Proxies = NOTHING


class Shown:
    """One task with its related rows, read as one caller may."""

    def __init__(self, bundle: Bundle, look: Look) -> None:
        self.task: Task = bundle.row
        self.bundle = bundle
        self.look = look
        progress = bundle.progress
        self.progress = progress or Progress(
            task_id=bundle.row.id, definition_id=bundle.row.definition_id or 0
        )
        self.document = _label.decode(bundle.document) if bundle.document is not None else LabelDocument()

    @property
    def own_only(self) -> bool:
        return self.look.role == "AN"

    def of(self, kind: str) -> list[Submission]:
        return [row for row in self.bundle.submissions if row.kind == kind]

    def annotations(self) -> list[Submission]:
        """Newest first; an annotator sees only their own."""
        found = [r for r in self.of("annotation") if not self.own_only or r.author_id == self.look.caller]
        return sorted(found, key=lambda row: row.id)

    def predictions(self) -> list[Submission]:
        return self.of("prediction") if self.look.collaborative or not self.own_only else []

    def drafts(self) -> list[Submission]:
        """The caller's own."""
        return [row for row in self.of("draft") if row.author_id == self.look.caller]

    def comments(self) -> list[Comment]:
        """An annotator reads those on the task, on their own answers, and their own."""
        if not self.own_only:
            return self.bundle.comments
        own = {row.id for row in self.bundle.submissions if row.author_id == self.look.caller} | {None}
        caller = self.look.caller
        return [c for c in self.bundle.comments if c.submission_id in own or c.author_id == caller]

    def text(self, row: Submission) -> str | None:
        return self.bundle.submission_documents.get(row.id)


def _annotations(s: Shown) -> Any:
    return [answers.annotation(row, s.text(row), author=s.look.authors) for row in s.annotations()]


def _annotation_ids(s: Shown) -> str:
    return ",".join(str(row.id) for row in s.annotations())


def _model_versions(s: Shown) -> str:
    return ",".join(dict.fromkeys(row.model_version or "" for row in s.predictions()))


def _people(rows: list[Submission]) -> list[int]:
    return list(dict.fromkeys(row.author_id for row in rows if row.author_id is not None))


def _comment_authors(s: Shown) -> list[dict[str, Any]]:
    found = dict.fromkeys(row.author_id for row in s.bundle.comments if row.author_id is not None)
    return [{"user_id": author} for author in found]


def _draft_exists(s: Shown) -> bool:
    return s.progress.drafts > 0


class Field(msgspec.Struct, frozen=True):
    """A field: how to get it, which relations that needs, and what stands there when it is not evaluated."""

    value: Callable[[Shown], Any]
    load: tuple[str, ...] = ()
    empty: Any = None
    lazy: bool = False


def _lazy(value: Callable[[Shown], Any], load: tuple[str, ...], empty: Any) -> Field:
    return Field(value, load, empty, True)


def _count(name: str) -> Field:
    return Field(lambda s: getattr(s.progress, name), ("progress",))


FIELDS: dict[str, Field] = {
    "id": Field(lambda s: s.task.id),
    "predictions": _lazy(lambda s: [answers.prediction(r, s.text(r)) for r in s.predictions()], RESULTS, []),
    "annotations": _lazy(_annotations, RESULTS, []),
    "drafts": _lazy(lambda s: [answers.draft(r, s.text(r)) for r in s.drafts()], RESULTS, []),
    "annotators": _lazy(lambda s: _people(s.annotations()), ANSWERS, []),
    "inner_id": Field(lambda s: s.task.number),
    "cancelled_annotations": _count("cancelled"),
    "total_annotations": _count("annotations"),
    "total_predictions": _count("predictions"),
    "completed_at": Field(lambda s: stamp(s.progress.completed_at), ("progress",)),
    "annotations_results": _lazy(
        lambda s: answers.results_text([s.text(r) for r in s.annotations()]), RESULTS, ""
    ),
    "predictions_results": _lazy(
        lambda s: answers.results_text([s.text(r) for r in s.predictions()]), RESULTS, ""
    ),
    "predictions_score": _count("score"),
    "file_upload": Field(lambda s: (s.progress.file_upload or "").rpartition("/")[2] or None, ("progress",)),
    "storage_filename": _count("storage_name"),
    "annotations_ids": _lazy(_annotation_ids, ANSWERS, ""),
    "predictions_model_versions": _lazy(_model_versions, ANSWERS, ""),
    "avg_lead_time": _count("lead_time"),
    "draft_exists": Field(_draft_exists, ("progress",)),
    "updated_by": Field(
        lambda s: [{"user_id": s.progress.updated_by}] if s.progress.updated_by else [], ("progress",)
    ),
    "data": Field(lambda s: s.look.proxies.applied(s.document.data, s.task.id), DOCUMENT),
    "meta": Field(lambda s: s.document.meta, DOCUMENT),
    "created_at": Field(lambda s: stamp(s.task.created_at)),
    "updated_at": Field(lambda s: stamp(s.task.updated_at)),
    "is_labeled": _count("labeled"),
    "overlap": _count("overlap"),
    "comment_count": _count("comments"),
    "unresolved_comment_count": _count("unresolved_comments"),
    "last_comment_updated_at": Field(lambda s: stamp(s.progress.last_comment_at), ("progress",)),
    "project": Field(lambda s: s.task.definition_id),
    "comment_authors": Field(_comment_authors, REMARKS),
    "comments": Field(lambda s: "\n".join(row.text for row in s.comments()), REMARKS),
    "comment_authors_count": _count("commenters"),
    "annotators_count": _count("annotators"),
    "reviewers": _lazy(lambda s: [{"user_id": u} for u in _people(s.of("review"))], ANSWERS, []),
    "reviewers_count": _count("reviewers"),
    "reviews_accepted": _count("accepted"),
    "reviews_rejected": _count("rejected"),
    "reviewed": Field(lambda s: s.progress.reviews > 0, ("progress",)),
    "review_time": Field(lambda s: round(s.progress.review_time), ("progress",)),
    "ground_truth": Field(lambda s: s.progress.ground_truths > 0, ("progress",)),
    "agreement": _count("agreement"),
    "agreement_selected": _count("agreement"),
    "allow_skip": Field(lambda s: s.document.allow_skip, DOCUMENT),
}
"""Every field, in the order in which tasks show them."""

LAZY = frozenset(name for name, field in FIELDS.items() if field.lazy)


def look_of(
    role: str,
    caller: int,
    *,
    everything: bool,
    include: frozenset[str] | None = None,
    also: frozenset[str] = frozenset(),
    **more: Any,
) -> Look:
    """The look of a list. `everything` evaluates all fields (`fields=all`); else those of `include` and `also`."""
    names = tuple(
        name
        for name in FIELDS
        if (role != "AN" or name in ANNOTATOR_FIELDS) and (include is None or name in include)
    )
    wanted = LAZY if everything else LAZY & (also | (include or frozenset()))
    return Look(role=role, caller=caller, names=names, evaluated=wanted & frozenset(names), **more)


class TaskRenderer:
    """Renders label tasks for one look. The bytes hold marks that `moments.filled` replaces."""

    name = "labelstudio.task"

    def __init__(self, look: Look) -> None:
        self.look = look
        own = look.role == "AN" or "drafts" in look.evaluated
        role = "AN" if look.role == "AN" else ""
        self.variant: Hashable = msgspec.structs.replace(look, role=role, caller=look.caller if own else 0)
        self.fields = [(name, FIELDS[name], self._shows(name)) for name in look.names]
        needed = {relation for _, field, shown in self.fields if shown for relation in field.load}
        if look.role == "AN" and "comments" in needed:
            needed.add("submissions")
        order = ("document", "progress", "submissions", "submission_documents", "comments")
        self.load = tuple(relation for relation in order if relation in needed)

    def _shows(self, name: str) -> bool:
        return not FIELDS[name].lazy or name in self.look.evaluated

    def render(self, bundle: Bundle) -> bytes:
        shown = Shown(bundle, self.look)
        return _encode({name: field.value(shown) if on else field.empty for name, field, on in self.fields})
