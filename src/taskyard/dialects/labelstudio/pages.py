"""Numbered pages as Django REST framework serves them."""

from __future__ import annotations

from urllib.parse import urlencode

import msgspec

from taskyard.http.message import Request
from taskyard.http.params import parse_query
from taskyard.model.problem import Rejected, rejected


class PageAsk(msgspec.Struct, frozen=True):
    """Which page (from 1) of what size."""

    number: int
    size: int

    @property
    def offset(self) -> int:
        return (self.number - 1) * self.size


def page_of(page: str | None, page_size: str | None, *, default: int, largest: int) -> PageAsk:
    """The page asked for. A size that is no positive integer means the default; a page that is none is not
    found."""
    size = (
        int(page_size)
        if page_size and page_size.isascii() and page_size.isdigit() and len(page_size) < 10
        else 0
    )
    number = 1
    if page is not None:
        if not (page.isascii() and page.isdigit() and 0 < len(page) < 16) or int(page) < 1:
            raise invalid_page()
        number = int(page)
    return PageAsk(number, min(size, largest) if size > 0 else default)


def invalid_page() -> Rejected:
    """There is no such page."""
    return rejected("not_found", "Invalid page.", reason="invalid_page")


def links(request: Request, ask: PageAsk, total: int) -> tuple[str | None, str | None]:
    """The addresses of the next and the previous page."""
    following = _address(request, ask.number + 1) if ask.offset + ask.size < total else None
    previous = _address(request, ask.number - 1) if ask.number > 1 else None
    return following, previous


def _address(request: Request, number: int) -> str:
    pairs = [(name, value) for name, value in parse_query(request.query_string) if name != "page"]
    if number > 1:
        pairs.append(("page", str(number)))
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{request.base_url}{request.path}{query}"


def flag(value: str | None, default: bool) -> bool:
    """A boolean query parameter as the original reads it: 1, true, yes, on (any case) are true."""
    if value is None or value == "":
        return default
    return value.strip().lower() in ("1", "true", "yes", "on", "t", "y")


def comma_list(value: str | None) -> list[str]:
    """The non-empty parts of a comma list."""
    return [part.strip() for part in (value or "").split(",") if part.strip()]
