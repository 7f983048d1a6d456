"""Checks one imported task against the labelling configuration and makes it ready to be created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from taskyard.model.labeling import AnswerDocument, LabelDocument, NewAnswer, NewLabelTask, search_values
from taskyard.model.problem import FieldError, Problem, Rejected, rejected
from taskyard.model.time import from_datetime
from taskyard.notations.labelconfig.read import LabelConfig
from taskyard.notations.labelconfig.validate import check_data
from taskyard.notations.labelimport.item import Item

MAX_ERRORS = 100
LARGEST = 2**53
"""The largest number that names a user or a task."""

_SINGLE_VALUES: dict[str, tuple[type, ...]] = {
    "choices": (str,),
    "rating": (int,),
    "number": (int, float),
    "textarea": (str,),
}
_NEEDS_LIST = frozenset({"choices", "textarea"})
_encode = msgspec.json.Encoder().encode


class Importer(msgspec.Struct, frozen=True, kw_only=True):
    """How tasks are read: the project's configuration, who imports, who is known.

    `people` maps the user ids and lower-case e-mail addresses that the file names to user ids; `preannotated`
    are data keys that hold predictions instead of data; with `unknown_authors` an unknown address counts as
    the importer.
    """

    config: LabelConfig
    caller: int
    people: Mapping[int | str, int] = {}
    preannotated: tuple[str, ...] = ()
    unknown_authors: bool = False
    file_upload: str | None = None
    overlap: int | None = None


def authors(value: Any) -> Iterator[int | str]:
    """The people that a task's annotations name in `completed_by`, in the form of `Importer.people`."""
    annotations = value.get("annotations") if isinstance(value, dict) else None
    for annotation in annotations if isinstance(annotations, list) else ():
        named = annotation.get("completed_by") if isinstance(annotation, dict) else None
        if isinstance(named, dict):
            named = named.get("email")
        if isinstance(named, str):
            yield named.lower()
        elif isinstance(named, int) and not isinstance(named, bool) and 0 <= named <= LARGEST:
            yield named


def tasks(items: Iterator[Item] | list[Item], importer: Importer) -> list[NewLabelTask]:
    """The tasks of all items, or `Rejected` (invalid, reason `task_list`) with up to 100 errors that name the
    item."""
    made: list[NewLabelTask] = []
    errors: list[FieldError] = []
    for item in items:
        try:
            made.append(task(item.value, importer))
        except Rejected as refusal:
            errors.append(_error_at(item, refusal.problem.detail))
            if len(errors) >= MAX_ERRORS:
                break
    if errors:
        raise Rejected(
            Problem(code="invalid", reason="task_list", detail=errors[0].detail, errors=tuple(errors))
        )
    return made


def task(value: Any, importer: Importer) -> NewLabelTask:
    """The task that `value` describes: `{"data", "annotations", "predictions", "drafts", "meta"}`, or bare
    data."""
    if not isinstance(value, dict):
        raise _fault('Task root must be dict with "data", "meta", "annotations", "predictions" fields')
    whole = "data" in value
    given = value if whole else {"data": value}
    if importer.preannotated:
        given = _split_preannotated(given, importer.preannotated)
    try:
        data = check_data(importer.config, given["data"])
    except Rejected as refusal:
        root = 'item["data"]' if whole else "item as is"
        raise _fault(f"{refusal.problem.detail} [assume: {root} = task root with values]") from None
    answers = [_annotation(entry, importer) for entry in _listed(given, "annotations")]
    answers += [prediction(entry, importer.config) for entry in _listed(given, "predictions")]
    answers += [_draft(entry, importer) for entry in _listed(given, "drafts")]
    meta = given.get("meta")
    if meta is not None and not isinstance(meta, (dict, list)):
        raise _fault("Task[meta] must be a dict or a list")
    document = LabelDocument(
        data=msgspec.Raw(_encode(data)), meta=msgspec.Raw(_encode(meta if meta is not None else {}))
    )
    return NewLabelTask(
        document=_encode(document).decode(),
        values=search_values(data),
        answers=tuple(answers),
        overlap=importer.overlap,
        file_upload=importer.file_upload,
    )


def prediction(entry: Any, config: LabelConfig) -> NewAnswer:
    """A prediction as imports and the prediction API give it."""
    if not isinstance(entry, dict):
        raise _fault(f"Prediction must be dict, but {type(entry).__name__} found")
    if "result" not in entry:
        raise _fault('Prediction must have "result" fields')
    score = _number(entry, "score")
    document = AnswerDocument(
        result=msgspec.Raw(_encode(prediction_result(entry["result"], config))),
        cluster=entry["cluster"] if isinstance(entry.get("cluster"), int) else None,
        neighbors=entry.get("neighbors"),
        mislabeling=_number(entry, "mislabeling") or 0.0,
    )
    version = entry.get("model_version")
    return NewAnswer(
        kind="prediction",
        document=_encode(document).decode(),
        score=score,
        model_version=str(version) if version is not None else "undefined",
        created_at=_moment(entry, "created_at"),
        updated_at=_moment(entry, "updated_at"),
    )


def prediction_result(result: Any, config: LabelConfig) -> list[Any]:
    """The regions of a prediction: a list as it is; one region's value, or a bare choice, rating, number or
    text, for a configuration with one control."""
    if isinstance(result, list):
        if any(not isinstance(region, dict) for region in result):
            raise _fault("Each item in prediction result should be dict")
        return result
    controls = list(config.controls.values())
    if isinstance(result, bool) or not isinstance(result, (dict, str, int, float)):
        raise _fault(
            "Incorrect format of prediction result: it must be a list, an object, a string or a number"
        )
    if len(controls) != 1:
        raise _fault("A prediction without regions needs a label config with exactly one control tag")
    control = controls[0]
    kind = control.type.lower()
    if not isinstance(result, dict):
        if not isinstance(result, _SINGLE_VALUES.get(kind, ())):
            raise _fault(
                f"A prediction of type {type(result).__name__} does not fit control tag {control.type}"
            )
        result = {kind if kind != "textarea" else "text": [result] if kind in _NEEDS_LIST else result}
    return [{"from_name": control.name, "to_name": ",".join(control.to_name), "type": kind, "value": result}]


def _annotation(entry: Any, importer: Importer) -> NewAnswer:
    if not isinstance(entry, dict):
        raise _fault(f"Annotation must be dict, but {type(entry).__name__} found")
    if "result" not in entry:
        raise _fault('Annotation must have "result" fields')
    if not isinstance(entry["result"], list):
        raise _fault('"result" field in annotation must be list')
    return NewAnswer(
        kind="annotation",
        document=_encode(
            AnswerDocument(
                result=msgspec.Raw(_encode(entry["result"])),
                draft_created_at=_moment(entry, "draft_created_at"),
                import_id=entry["id"] if isinstance(entry.get("id"), int) else None,
            )
        ).decode(),
        author_id=_author(entry.get("completed_by"), importer),
        cancelled=_flag(entry, "was_cancelled", False),
        ground_truth=_flag(entry, "ground_truth", True),
        lead_time=_number(entry, "lead_time"),
        created_at=_moment(entry, "created_at"),
        updated_at=_moment(entry, "updated_at"),
    )


def _draft(entry: Any, importer: Importer) -> NewAnswer:
    if not isinstance(entry, dict) or not isinstance(entry.get("result"), list):
        raise _fault('Draft must have a "result" list')
    document = AnswerDocument(
        result=msgspec.Raw(_encode(entry["result"])), was_postponed=_flag(entry, "was_postponed", False)
    )
    return NewAnswer(
        kind="draft",
        document=_encode(document).decode(),
        author_id=importer.caller,
        lead_time=_number(entry, "lead_time"),
    )


def _split_preannotated(given: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    data = given["data"]
    if not isinstance(data, dict):
        return given
    missing = [key for key in keys if key not in data]
    if missing:
        raise _fault(f'"{missing[0]}" key of preannotated_from_fields is not in task data')
    rest = {key: value for key, value in data.items() if key not in keys}
    found = [{"result": data[key]} for key in keys]
    return {**given, "data": rest, "predictions": [*_listed(given, "predictions"), *found]}


def _listed(given: dict[str, Any], key: str) -> list[Any]:
    value = given.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _fault(f"Task[{key}] must be a list")
    return value


def _author(named: Any, importer: Importer) -> int:
    if named is None:
        return importer.caller
    if isinstance(named, dict):
        named = named.get("email")
    if isinstance(named, bool) or not isinstance(named, (int, str)):
        raise _fault(
            f"Import data contains completed_by={named} which is not a valid annotator's email or ID"
        )
    found = importer.people.get(named.lower() if isinstance(named, str) else named)
    if found is None:
        if importer.unknown_authors:
            return importer.caller
        raise _fault(f"Unknown annotator's {'email' if isinstance(named, str) else 'ID'} {named}")
    return found


def _flag(entry: dict[str, Any], key: str, default: bool) -> bool:
    value = entry.get(key)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise _fault(f'"{key}" must be a boolean')
    return value


def _number(entry: dict[str, Any], key: str) -> float | None:
    value = entry.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _fault(f'"{key}" must be a number')
    try:
        return float(value)
    except OverflowError:
        raise _fault(f'"{key}" is too large a number') from None


def _moment(entry: dict[str, Any], key: str) -> int | None:
    value = entry.get(key)
    if value is None:
        return None
    try:
        return from_datetime(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        raise _fault(f'"{key}" must be an ISO 8601 date and time') from None


def _fault(message: str) -> Rejected:
    return rejected("invalid", message, reason="task_item")


def _error_at(item: Item, detail: str) -> FieldError:
    place = f"item {item.position}" if item.line is None else f"item {item.position} (line {item.line})"
    shown = str(item.value)
    shown = shown if len(shown) <= 500 else f"{shown[:500]}..."
    return FieldError(pointer="", detail=f"Error at {place}: {detail} :: {shown}", value=item.position)
