"""Data-manager queries and list parameters → query AST (label-studio.md §2.1, §4)."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.dialects.labelstudio.columns import DATA, PREFIX
from taskyard.dialects.labelstudio.errors import digits_fault, field_fault
from taskyard.dialects.labelstudio.filters import MAX_INT, column_of, condition, refusal
from taskyard.dialects.labelstudio.pages import invalid_page
from taskyard.model.query import TRUE, All, Cmp, Filter, Has, Not, Order, both, either, eq, one_of

MAX_ITEMS = 200
BOOLEANS = {"1": True, "0": False, "true": True, "false": False, "yes": True, "no": False}
PAGE_SIZE = 100
TYPED = {"Number", "Time"}


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What filters, selection and ordering ask for.

    `columns` are the columns that they touch; a `task_only` list evaluates those too. `hidden` are the
    columns that a view hides, or None without a view that says so.
    """

    where: Filter = TRUE
    order: tuple[Order, ...] = ()
    columns: frozenset[str] = frozenset()
    hidden: frozenset[str] | None = None


def prepared(text: str | None) -> Prepared:
    """The meaning of the `query` parameter. Raises `Rejected` (invalid) for anything it cannot mean."""
    if not text:
        return Prepared()
    return from_document(_decoded(text, "query"))


def from_document(document: Any) -> Prepared:
    """The meaning of `{"filters", "selectedItems", "ordering"}` in a query, an action's body or a view."""
    if not isinstance(document, dict):
        raise refusal(f"query must be a JSON object, not {type(document).__name__}")
    columns: set[str] = set()
    filters = _filters(document.get("filters"), columns)
    selection = selected(document.get("selectedItems"))
    types = document.get("columnsDisplayType")
    order = ordering(document.get("ordering"), types if isinstance(types, dict) else {}, columns)
    return Prepared(
        where=both(filters, selection), order=order, columns=frozenset(columns), hidden=_hidden(document)
    )


def _decoded(text: str, name: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise refusal(f"{name} must be a JSON encoded string of a dict: Expected object or value") from None


def _hidden(document: dict[str, Any]) -> frozenset[str] | None:
    hidden = document.get("hiddenColumns")
    explore = hidden.get("explore") if isinstance(hidden, dict) else None
    if not isinstance(explore, list):
        return None
    return frozenset(str(name).removeprefix("tasks:") for name in explore)


def _filters(document: Any, columns: set[str]) -> Filter:
    if document is None or document == {}:
        return TRUE
    if not isinstance(document, dict):
        raise refusal("filters must be an object with conjunction and items")
    conjunction = document.get("conjunction", "and")
    if conjunction not in ("and", "or"):
        raise refusal(f"conjunction must be 'and' or 'or', not {conjunction!r}")
    items = document.get("items") or []
    if not isinstance(items, list) or len(items) > MAX_ITEMS:
        raise refusal(f"items must be a list of at most {MAX_ITEMS} filters")
    parts = [part for item in items if (part := _item(item, columns)) is not None]
    if not parts:
        return TRUE
    return All(tuple(parts)) if conjunction == "and" else either(*parts)


def _item(item: Any, columns: set[str], child: bool = False) -> Filter | None:
    """One filter and its child; None when it is not about a column of tasks."""
    if not isinstance(item, dict):
        raise refusal("every filter must be an object with filter, operator, type and value")
    name = item.get("filter")
    if not isinstance(name, str):
        raise refusal("every filter needs a filter of the form filter:tasks:<column>")
    if not name.startswith(PREFIX):
        return None
    name = name.removeprefix(PREFIX).removeprefix("-")
    operator, value = item.get("operator"), item.get("value")
    if not isinstance(operator, str):
        raise refusal(f'The filter on "{name}" needs an operator')
    if value is None and operator not in ("exists", "not_exists"):
        raise refusal(f'The filter on "{name}" needs a value that is not null')
    columns.add(name)
    found = condition(name, operator, str(item.get("type") or ""), value)
    below = item.get("child_filter")
    if below is None:
        return found
    if child:
        raise refusal("a child filter cannot have a child filter")
    return both(found, _item(below, columns, child=True))


def selected(document: Any, name: str = "selectedItems") -> Filter:
    """The condition of a selection; true without one.

    A selection of nothing (`all` false, nothing included) stands for everything, as the original server has
    it; actions must ask `is_nothing` first.
    """
    if isinstance(document, str):
        document = _decoded(document, name) if document else None
    if document is None or document == {}:
        return TRUE
    if isinstance(document, list):
        return one_of("id", _task_ids(document, name))
    if not isinstance(document, dict) or not isinstance(document.get("all"), bool):
        raise refusal(
            f'{name} must be JSON encoded string for dict: {{"all": true/false, '
            '"excluded/included": [...task_ids]}'
        )
    if document["all"]:
        excluded = _task_ids(document.get("excluded") or [], name)
        return Cmp("id", "not_in", tuple(excluded)) if excluded else TRUE
    included = _task_ids(document.get("included") or [], name)
    return one_of("id", included) if included else TRUE


def is_nothing(document: Any) -> bool:
    """The selection names no task, though it does not ask for all."""
    if isinstance(document, str):
        document = _decoded(document, "selectedItems") if document else None
    return not (isinstance(document, dict) and (document.get("all") or document.get("included")))


def _task_ids(values: Any, name: str) -> list[int]:
    if not isinstance(values, list):
        raise refusal(f"{name}: included and excluded must be lists of task ids")
    found = []
    for value in values:
        if (
            isinstance(value, str)
            and value.isascii()
            and value.removeprefix("-").isdigit()
            and len(value) < 20
        ):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise refusal(f"{name}: {value!r} is not a task id")
        if abs(value) < MAX_INT:
            found.append(value)
    return found


def ordering(document: Any, types: dict[str, Any], columns: set[str]) -> tuple[Order, ...]:
    """The first entry of an ordering; absent values come last both ways, the row id breaks ties."""
    if isinstance(document, str):
        document = [document] if document else None
    if not document:
        return ()
    if not isinstance(document, list) or not isinstance(document[0], str):
        raise refusal("ordering must be a list of column names")
    name = document[0]
    descending = name.startswith("-")
    name = name.removeprefix("-").removeprefix("tasks:")
    if name.startswith("-"):
        descending, name = True, name.removeprefix("-")
    column = column_of(name)
    columns.add(name)
    if name.startswith(DATA):
        space = "num" if types.get(f"tasks:{name}") in TYPED else "attr"
        return (Order(f"{space}.{name}", desc=descending),)
    return (Order(column.sorted_by, desc=descending),)


def in_project(project_id: int) -> Filter:
    """The tasks of a project, which are label tasks all: their kind is not asked for, so that the index of the
    definition is the only one that can serve."""
    return eq("definition_id", project_id)


def assigned_or_free(name: str, user_id: int) -> Filter:
    """What an annotator is shown: tasks that are assigned to nobody or to them, and those they answered."""
    role = eq("role", "candidate")
    mine = both(role, eq("type", "user"), eq("name", name))
    return either(
        Not(Has("candidates", role)),
        Has("candidates", mine),
        Has("submissions", both(eq("author_id", user_id), one_of("kind", ["annotation", "draft"]))),
    )


ANNOTATED: Filter = Cmp("progress.annotations", "gt", 0)
"""At least one annotation that was not skipped."""

FOR_REVIEW: Filter = Has(
    "submissions", both(eq("kind", "annotation"), eq("cancelled", False), Cmp("accepted", "is_null"))
)
"""An annotation waits for its review."""


def page_number(text: str | None) -> int | str:
    """The page: a number from 1, or `last`. Raises `Rejected` (not_found, reason `invalid_page`)."""
    if text is None or text == "":
        return 1
    if text == "last":
        return "last"
    if not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) < 1:
        raise invalid_page()
    return int(text)


def page_length(text: str | None) -> int:
    """The size of a page: a positive whole number, else 100."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) < 1:
        return PAGE_SIZE
    return int(text)


def boolean(name: str, text: str | None, default: bool) -> bool:
    """A boolean parameter of the task list. Raises `Rejected` (invalid) for a word that is none."""
    word = (text or "").strip().lower()
    if not word:
        return default
    if word not in BOOLEANS:
        raise field_fault(name, f'Incorrect bool value "{text}". It should be one of [{", ".join(BOOLEANS)}]')
    return BOOLEANS[word]


def one_word(name: str, text: str | None, words: tuple[str, ...]) -> str:
    """A parameter that takes one of some words, the first when it is absent. Raises `Rejected` for another."""
    if not text:
        return words[0]
    if text not in words:
        raise field_fault(name, f'"{text}" is not a valid choice.')
    return text


def row_number(name: str, text: str) -> int:
    """An id given as a query parameter. Raises `Rejected` (invalid) with the original's words."""
    if not text.isascii() or not text.isdigit():
        raise digits_fault(name, text)
    return int(text) if len(text) < 19 else MAX_INT
