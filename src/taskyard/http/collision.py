"""The few paths that two APIs claim, and which of them a request means.

Conductor and Label Studio both live under `/api`. Label Studio's clients send a trailing slash, integers as
ids and `Authorization: Token` or `Bearer`; Conductor's send none of these and `X-Authorization`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

Rule = Callable[[Mapping[str, str], str], str]
"""`rule(headers, path) -> name of the dialect`; headers have lower-case names."""

CONDUCTOR, LABEL_STUDIO = "conductor", "labelstudio"


def by_credential(headers: Mapping[str, str], path: str) -> str:
    """The trailing slash decides, then the credential header, then Conductor, whose path it is as written."""
    if path.endswith("/"):
        return LABEL_STUDIO
    if "x-authorization" in headers:
        return CONDUCTOR
    kind = headers.get("authorization", "").partition(" ")[0].lower()
    if kind == "token" or (kind != "bearer" and "sessionid=" in headers.get("cookie", "")):
        return LABEL_STUDIO
    return CONDUCTOR


def by_id(headers: Mapping[str, str], path: str) -> str:
    """An integer id is Label Studio's; Conductor's ids are UUIDs or words."""
    if path.endswith("/"):
        return LABEL_STUDIO
    return (
        LABEL_STUDIO if path.rpartition("/")[2].isascii() and path.rpartition("/")[2].isdigit() else CONDUCTOR
    )


def unless_conductor(headers: Mapping[str, str], path: str) -> str:
    """Label Studio serves it and Conductor does not: only a caller with Conductor's credential is told so."""
    return CONDUCTOR if "x-authorization" in headers and not path.endswith("/") else LABEL_STUDIO


COLLISIONS: dict[str, Rule] = {
    "/api": by_credential,
    "/api/tasks": by_credential,
    "/api/tasks/{}": by_id,
    "/api/version": by_credential,
    "/api/token": by_credential,
    "/api/users": unless_conductor,
    "/api/users/{}": unless_conductor,
    "/api/prompts": unless_conductor,
    "/api/prompts/{}": unless_conductor,
    "/health": by_credential,
}
"""By path shape. `/api` itself tells whose error an unknown path under it gets."""


def winner(shape: str, names: Sequence[str], headers: Mapping[str, str], path: str) -> str:
    """The dialect among `names` that a request means; the first one where the table does not know the
    shape."""
    rule = COLLISIONS.get(shape)
    if rule is not None:
        chosen = rule(headers, path)
        if chosen in names:
            return chosen
    return names[0]
