"""The words of searches: what each field of a query or of a sort order is in our rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from taskyard.dialects.conductor.execution_render import EXECUTION_STATUSES
from taskyard.dialects.conductor.search_query import Condition
from taskyard.model.ids import row_id_in
from taskyard.model.problem import FieldError, Problem, Rejected
from taskyard.model.query import FALSE, Cmp, Filter, Order, both, either, eq, one_of

COMPARISONS = {">": "gt", "<": "lt"}
PATTERNS = 100
"""Patterns in one list."""

Build = Callable[[Condition], Filter]


class Word(NamedTuple):
    """One searchable field: the column that it is sorted by, and the filter of a condition on it."""

    column: str
    build: Build


def text(column: str) -> Word:
    """A field of text: equal, one of, before, after, or like a pattern with `*`."""

    def build(condition: Condition) -> Filter:
        if condition.op in COMPARISONS:
            return Cmp(column, COMPARISONS[condition.op], condition.values[0])  # type: ignore[arg-type]
        plain = [value for value in condition.values if "*" not in value]
        patterns = [value for value in condition.values if "*" in value]
        if len(patterns) > PATTERNS:
            raise malformed(f"{condition.field} is compared with more than {PATTERNS} patterns", patterns[0])
        return either(one_of(column, plain), *[_pattern(column, value) for value in patterns])

    return Word(column, build)


def number(column: str) -> Word:
    """A field of whole numbers; moments are epoch milliseconds."""

    def build(condition: Condition) -> Filter:
        if condition.values == ("*",) and condition.op == "=":
            return Cmp(column, "not_null")
        values = [_integer(condition.field, value) for value in condition.values]
        if condition.op in COMPARISONS:
            return Cmp(column, COMPARISONS[condition.op], values[0])  # type: ignore[arg-type]
        return one_of(column, values)

    return Word(column, build)


def identity(column: str, row: str) -> Word:
    """A public id that tells its row id, so that the row's key is looked up."""

    def build(condition: Condition) -> Filter:
        if condition.op in COMPARISONS or any("*" in value for value in condition.values):
            return text(column).build(condition)
        known = one_of(row, [row_id_in(value) for value in condition.values])
        return both(known, one_of(column, condition.values))

    return Word(column, build)


def _pattern(column: str, value: str) -> Filter:
    if not value.strip("*"):
        return Cmp(column, "not_null")
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return Cmp(column, "like", escaped.replace("*", "%"))


def _integer(field: str, value: str) -> int:
    sign = value[1:] if value[:1] in "+-" else value
    if sign.isascii() and sign.isdigit() and len(sign) <= 18:
        return int(value)
    raise malformed(f"'{value}' is not a whole number, as {field} needs", value)


def malformed(detail: str, value: str | None = None, pointer: str = "?query") -> Rejected:
    """A refusal of a query or a sort order that says nothing."""
    error = FieldError(pointer=pointer, detail=detail, value=value)
    return Rejected(Problem(code="invalid", detail=detail, reason="bad_query", errors=(error,)))


def _words(condition: Condition, known: Iterable[str]) -> list[str]:
    """The words of a fixed list that the condition names."""
    if condition.op in COMPARISONS:
        raise malformed(f"{condition.field} can be compared by = and IN only", condition.values[0])
    return [word for word in known if any(fnmatchcase(word, _literal(value)) for value in condition.values)]


def _literal(value: str) -> str:
    """A pattern in which only `*` means more than itself."""
    return value.upper().replace("[", "[[]").replace("?", "[?]")


STATUS_FILTERS: dict[str, Filter] = {
    "RUNNING": both(Cmp("outcome", "is_null"), eq("suspended", False)),
    "PAUSED": both(Cmp("outcome", "is_null"), eq("suspended", True)),
    **{word: eq("outcome", outcome) for outcome, word in EXECUTION_STATUSES.items() if outcome},
}


def _execution_status(condition: Condition) -> Filter:
    return either(FALSE, *[STATUS_FILTERS[word] for word in _words(condition, STATUS_FILTERS)])


def _task_type(condition: Condition) -> Filter:
    """By what a task shows as its type: the name for work of workers, FORK for both kinds of forks."""
    shown = text("name").build(condition)
    kinds = Condition(
        condition.field, condition.op, tuple(_FORKS.get(value, value) for value in condition.values)
    )
    named = both(eq("kind", "SIMPLE"), shown)
    return either(named, both(Cmp("kind", "ne", "SIMPLE"), text("kind").build(kinds)))


_FORKS = {"FORK": "FORK_JOIN*"}

EXECUTION_WORDS: dict[str, Word] = {
    "workflowId": identity("uid", "id"),
    "correlationId": text("correlation"),
    "workflowType": text("key"),
    "status": Word("outcome", _execution_status),
    "startTime": number("created_at"),
    "createTime": number("created_at"),
    "endTime": number("closed_at"),
    "updateTime": number("updated_at"),
    "modifiedTime": number("updated_at"),
    "parentWorkflowId": identity("parent.uid", "parent_id"),
    "version": number("version"),
    "priority": number("priority"),
    "createdBy": text("creator"),
    "idempotencyKey": text("idempotency_key"),
    "reasonForIncompletion": text("reason"),
    "input": text("document.input"),
    "output": text("document.output"),
}
"""Fields of executions."""

TASK_WORDS: dict[str, Word] = {
    "taskId": identity("uid", "id"),
    "taskType": Word("kind", _task_type),
    "taskDefName": text("name"),
    "referenceTaskName": text("element"),
    "status": text("native_state"),
    "workflowId": identity("execution.uid", "execution_id"),
    "workflowType": text("execution.key"),
    "correlationId": text("execution.correlation"),
    "workflowPriority": number("execution.priority"),
    "scheduledTime": number("created_at"),
    "startTime": number("started_at"),
    "endTime": number("closed_at"),
    "updateTime": number("updated_at"),
    "reasonForIncompletion": text("reason"),
    "workerId": text("holder"),
    "retryCount": number("attempt"),
    "input": text("input.document"),
    "output": text("output.document"),
}
"""Fields of tasks."""

IGNORED = frozenset(("classifier",))
"""Documented fields that nothing has here; conditions on them are passed over."""

EXECUTION_TEXTS = ("uid", "key", "correlation", "reason", "document.input", "document.output")
TASK_TEXTS = (
    "uid",
    "element",
    "name",
    "kind",
    "reason",
    "execution.key",
    "execution.correlation",
    "input.document",
    "output.document",
)


def conditions_filter(words: dict[str, Word], conditions: Iterable[Condition]) -> Filter | None:
    """The conjunction of conditions; raises `Rejected` on fields that do not exist."""
    parts: list[Filter] = []
    for condition in conditions:
        if condition.field in IGNORED:
            continue
        word = words.get(condition.field)
        if word is None:
            known = ", ".join(words)
            raise malformed(
                f"There is no field '{condition.field}'. The fields are: {known}", condition.field
            )
        parts.append(word.build(condition))
    return both(*parts) if parts else None


def text_filter(columns: Iterable[str], wanted: str) -> Filter:
    """The text is part of one of the columns, whatever its case."""
    return either(*[Cmp(column, "icontains", wanted) for column in columns])


def orders(words: dict[str, Word], sort: str) -> tuple[Order, ...]:
    """A sort order `field:ASC|DESC`, several of them separated by `|` or a comma; newest first when blank."""
    found: list[Order] = []
    for part in sort.replace(",", "|").split("|"):
        field, _, direction = part.partition(":")
        field, direction = field.strip(), direction.strip().upper() or "ASC"
        if not field:
            continue
        word = words.get(field)
        if word is None or direction not in ("ASC", "DESC"):
            detail = f"Cannot sort by '{part}': field:ASC or field:DESC, with a field of: {', '.join(words)}"
            raise malformed(detail, sort, "?sort")
        found.append(Order(word.column, desc=direction == "DESC"))
    return tuple(found) or (Order("id", desc=True),)


def document_filter(words: dict[str, Word], document: dict[str, Any]) -> Filter | None:
    """What a free text that is a JSON object asks for: members equal to what the summary shows."""
    conditions: list[Condition] = []
    for field, value in document.items():
        if isinstance(value, dict | list | float | None):
            raise malformed(f"'{field}' can be compared with text and whole numbers only", None, "?freeText")
        conditions.append(Condition(field, "=", (value if isinstance(value, str) else str(value),)))
    return conditions_filter(words, conditions)
