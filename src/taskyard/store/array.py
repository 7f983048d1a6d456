"""Lists as PostgreSQL reads them in text form. The driver's own way asks of every value what it is; a column knows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def array(values: Iterable[Any], kind: type) -> Any:
    """A list of values of one Python type, or None, as the text of an array; lists of bytes as they are."""
    if kind is bytes:
        return list(values)
    if kind is str:
        parts = ["NULL" if value is None else _quoted(value) for value in values]
    elif kind is bool:
        parts = ["NULL" if value is None else "t" if value else "f" for value in values]
    elif kind is float:
        parts = ["NULL" if value is None else repr(float(value)) for value in values]
    else:
        parts = ["NULL" if value is None else str(int(value)) for value in values]
    return f"{{{','.join(parts)}}}"


def _quoted(value: str) -> str:
    if "\\" in value:
        value = value.replace("\\", "\\\\")
    if '"' in value:
        value = value.replace('"', '\\"')
    return f'"{value}"'
