"""What a request may cost before it is refused."""

from __future__ import annotations

from typing import Protocol


class Limits(Protocol):
    """The settings that bound a request; sizes are bytes. `taskyard.config.Settings` has them."""

    max_body: int
    """The largest request body; an operation may have its own."""
    max_depth: int
    """The deepest nesting of a JSON body."""
    max_query: int
    """The longest query string."""
    max_parameters: int
    """The most query or form parameters."""
    max_parts: int
    """The most parts of a multipart body."""
