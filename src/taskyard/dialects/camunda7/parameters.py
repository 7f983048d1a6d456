"""Query parameters as Camunda reads them: the first value of a repeated name counts, faults have their own
words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from taskyard.dialects.camunda7.errors import refusal, unfit_parameter
from taskyard.dialects.camunda7.wire import from_wire_date
from taskyard.http.message import Request
from taskyard.model.problem import Rejected

T = TypeVar("T")
LARGEST = 2**31 - 1

_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_JAVA = {"int": "java.lang.Integer", "bool": "java.lang.Boolean", "date": "java.util.Date"}


class Arguments:
    """The query parameters of one request."""

    def __init__(self, request: Request) -> None:
        self._values = dict(reversed(request.pairs))

    def sent(self, names: Mapping[str, T]) -> list[tuple[T, str]]:
        """What the names that were sent stand for, with their values, in the order of `names`."""
        values = self._values
        return [(meant, values[name]) for name, meant in names.items() if name in values]

    def text(self, *names: str) -> str | None:
        """The value of the first of the names that was sent, None when none was."""
        values = self._values
        for name in names:
            if name in values:
                return values[name]
        return None

    def listed(self, name: str) -> list[str] | None:
        """A comma list; None when it is absent or blank."""
        value = self._values.get(name)
        return value.split(",") if value is not None and value.strip() else None

    def flag(self, *names: str) -> bool:
        """True only for `true`; absent and `false` are the same. Clients also write `True` and `TRUE`."""
        for name in names:
            value = self._values.get(name)
            if value is not None:
                if value not in _TRUE and value not in _FALSE:
                    raise _unfit(name, value, "bool")
                return value in _TRUE
        return False

    def number(self, *names: str) -> int | None:
        """A whole number of 32 bits."""
        for name in names:
            value = self._values.get(name)
            if value is not None:
                return _number(name, value)
        return None

    def date(self, name: str) -> int | None:
        """A date as epoch milliseconds."""
        value = self._values.get(name)
        if value is None:
            return None
        moment = from_wire_date(value)
        if moment is None:
            raise _unfit(name, value, "date")
        return moment

    def paging(self) -> tuple[int, int | None]:
        """`firstResult` (0 by default) and `maxResults` (None: all)."""
        first, most = self.number("firstResult"), self.number("maxResults")
        for name, value in (("firstResult", first), ("maxResults", most)):
            if value is not None and value < 0:
                raise refusal(
                    "invalid", f"Cannot set query parameter '{name}' to value '{value}': it is negative"
                )
        return first or 0, most

    def sorting(self, words: dict[str, T]) -> tuple[T, bool] | None:
        """What `sortBy` stands for in `words`, and whether the order is descending; None without sorting."""
        by, order = self._values.get("sortBy"), self._values.get("sortOrder")
        if by is not None and by not in words:
            raise refusal("invalid", f"Cannot set query parameter 'sortBy' to value '{by}'")
        if order is not None and order not in ("asc", "desc"):
            raise refusal("invalid", f"Cannot set query parameter 'sortOrder' to value '{order}'")
        if (by is None) != (order is None):
            text = "Only a single sorting parameter specified. sortBy and sortOrder required"
            raise refusal("invalid", text)
        return (words[by], order == "desc") if by is not None else None


def _number(name: str, value: str) -> int:
    digits = value[1:] if value[:1] in ("-", "+") else value
    if digits.isascii() and digits.isdigit() and len(digits) <= 10 and -LARGEST - 1 <= int(value) <= LARGEST:
        return int(value)
    raise _unfit(name, value, "int")


def _unfit(name: str, value: str, kind: str) -> Rejected:
    return refusal("invalid", unfit_parameter(name, value, _JAVA[kind]), reason="invalid_parameters")
