"""Routing: every operation of every dialect in one trie of path segments.

A template has literal segments, `{name}` (one non-empty segment), `pre{name}post` (one segment with fixed
ends, as in `{id}:cancel`) and, last, `{name...}` (one or more segments). Literals win over fixed ends, those
over `{name}`, that over `{name...}`; the search backtracks, and a template that does not have the method does
not end it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from taskyard.http.operation import Dialect, Operation

_HOLE = re.compile(r"^(?P<before>[^{}]*)\{(?P<name>[^{}.]+)(?P<rest>\.\.\.)?\}(?P<after>[^{}]*)$")

_NAMES = re.compile(r"\{[^{}.]+(\.\.\.)?\}")

BARE, SLASHED, EITHER = 1, 2, 3
"""How a route takes the trailing slash: without it, with it, or both ways."""


class Route:
    """One operation under one mount. `names` are the holes of `template` from left to right; `mount_depth` is
    how many segments of the path are the mount, for a mount with holes; `endpoint` is what the kernel hangs
    on it."""

    __slots__ = (
        "dialect",
        "endpoint",
        "mount",
        "mount_depth",
        "names",
        "operation",
        "shape",
        "slash",
        "template",
    )

    def __init__(self, dialect: Dialect, operation: Operation, mount: str) -> None:
        template = mount + operation.path
        slashed = len(template) > 1 and template.endswith("/")
        self.template = template[:-1] if slashed else template
        self.dialect = dialect
        self.operation = operation
        self.slash = EITHER if dialect.slash else SLASHED if slashed else BARE
        self.mount = mount or _mount_of(dialect, self.template)
        self.mount_depth = len(segments_of(self.mount)) if "{" in self.mount else 0
        self.names: tuple[str, ...] = ()
        self.shape = self.template
        if "{" in self.template:
            self.names = tuple(m["name"] for s in segments_of(self.template) if (m := _HOLE.match(s)))
            self.shape = _NAMES.sub(r"{\1}", self.template)
        self.endpoint: Any = None


class _Node:
    __slots__ = ("fixed", "literals", "param", "rest", "routes")

    def __init__(self) -> None:
        self.literals: dict[str, _Node] = {}
        self.fixed: list[tuple[str, str, _Node]] = []
        self.param: _Node | None = None
        self.rest: dict[tuple[str, bool], tuple[Route, ...]] | None = None
        self.routes: dict[tuple[str, bool], tuple[Route, ...]] | None = None


def _mount_of(dialect: Dialect, template: str) -> str:
    """The longest mount that an absolute path stands under, or an empty one."""
    under = [m for m in dialect.mounts if template == m or template.startswith(f"{m}/")]
    return max(under, key=len, default="")


Found = tuple[tuple[Route, ...], tuple[str, ...]]
"""The routes that claim a request (more than one only for a collision) and the values of their holes."""


def segments_of(path: str) -> list[str]:
    """The segments of a path or template that starts with a slash; none for `` and `/`."""
    return path[1:].split("/") if len(path) > 1 else []


def routes_of(dialect: Dialect) -> Iterator[Route]:
    """Every route of a dialect: each operation under each mount, or once where its path is absolute."""
    for operation in dialect.operations:
        if dialect.root_mount or operation.absolute:
            yield Route(dialect, operation, "")
        else:
            for mount in dialect.mounts:
                yield Route(dialect, operation, mount)


class Router:
    """Finds the routes of a request. Built once; `match` allocates little and never imports."""

    def __init__(self, dialects: Iterable[Dialect]) -> None:
        self.dialects = tuple(dialects)
        self.routes: list[Route] = [route for dialect in self.dialects for route in routes_of(dialect)]
        self._root = _Node()
        self._static: dict[tuple[str, str], tuple[Route, ...]] = {}
        for route in self.routes:
            self._add(route)
        self._mounts = sorted(
            ((segments_of(mount), d) for d in self.dialects for mount in d.mounts),
            key=lambda pair: -len(pair[0]),
        )

    def _add(self, route: Route) -> None:
        node = self._root
        rest = False
        for segment in segments_of(route.template):
            node, rest = _descend(node, segment, rest, route.template)
        if rest:
            leaf = node.rest = node.rest if node.rest is not None else {}
        else:
            leaf = node.routes = node.routes if node.routes is not None else {}
        for slashed in (False, True):
            if route.slash & (SLASHED if slashed else BARE):
                key = (route.operation.method, slashed)
                leaf[key] = (*leaf.get(key, ()), route)
                if not route.names:
                    self._static[route.operation.method, route.template + "/" * slashed] = leaf[key]

    def match(self, method: str, path: str) -> Found | None:
        """The routes for a method and an undecoded path; None when there is none for both."""
        found = self._static.get((method, path))
        if found is not None:
            return found, ()
        if path[:1] != "/" or path == "/":
            return None
        slashed = path[-1] == "/"
        if "%" in path:
            segments, slashed = _cut(path)
            if segments is None:
                return None
        else:
            segments = path[1:-1].split("/") if slashed else path[1:].split("/")
        found = _find(self._root, segments, 0, len(segments), (), (method, slashed))
        if found is not None and found[0][0].operation.fallback and self.owners(path):
            return None
        return found

    def allowed(self, path: str) -> list[str]:
        """The methods that some route has for the path, sorted; with HEAD where there is GET, and OPTIONS."""
        segments, slashed = _cut(path)
        if segments is None:
            return []
        methods = {
            method
            for leaf, _ in _walk(self._root, segments, 0, (), slashed)
            for (method, with_slash), routes in leaf.items()
            if with_slash == slashed and not (routes[0].operation.fallback and self.owners(path))
        }
        if methods:
            methods.add("OPTIONS")
        if "GET" in methods:
            methods.add("HEAD")
        return sorted(methods)

    def owners(self, path: str) -> list[tuple[Dialect, int]]:
        """The dialects whose mount is the longest one that holds the path, with that mount's depth; none
        outside."""
        segments = segments_of(path)
        owners: list[tuple[Dialect, int]] = []
        for mount, dialect in self._mounts:
            if owners and len(mount) < owners[0][1]:
                break
            if _starts_with(segments, mount):
                owners.append((dialect, len(mount)))
        return owners


def _descend(node: _Node, segment: str, rest: bool, template: str) -> tuple[_Node, bool]:
    if rest:
        raise ValueError(f"{template}: nothing may follow a hole that takes the rest of the path")
    if "{" not in segment:
        child = node.literals.get(segment)
        if child is None:
            child = node.literals[segment] = _Node()
        return child, False
    hole = _HOLE.match(segment)
    if hole is None:
        raise ValueError(f"{template}: one hole per segment")
    if hole["rest"]:
        return node, True
    before, after = hole["before"], hole["after"]
    if not before and not after:
        node.param = node.param or _Node()
        return node.param, False
    for known_before, known_after, child in node.fixed:
        if (known_before, known_after) == (before, after):
            return child, False
    child = _Node()
    node.fixed.append((before, after, child))
    node.fixed.sort(key=lambda entry: (-len(entry[0]) - len(entry[1]), entry[0], entry[1]))
    return child, False


def _cut(path: str) -> tuple[list[str] | None, bool]:
    """The decoded segments and whether a slash trails; None for what no route can have."""
    if not path.startswith("/"):
        return None, False
    slashed = len(path) > 1 and path.endswith("/")
    segments = segments_of(path[:-1] if slashed else path)
    if "%" in path:
        try:
            segments = [unquote(segment, errors="strict") for segment in segments]
        except UnicodeDecodeError:
            return None, False
        if any("\0" in segment for segment in segments):
            return None, False
    return segments, slashed


Leaf = dict[tuple[str, bool], tuple[Route, ...]]


def _walk(
    node: _Node, segments: list[str], index: int, values: tuple[str, ...], slashed: bool
) -> Iterator[tuple[Leaf, tuple[str, ...]]]:
    """Every leaf that fits the segments, best first."""
    if index == len(segments):
        if node.routes is not None:
            yield node.routes, values
        return
    segment = segments[index]
    child = node.literals.get(segment)
    if child is not None:
        yield from _walk(child, segments, index + 1, values, slashed)
    for before, after, fixed in node.fixed:
        inner = _inner(segment, before, after)
        if inner:
            yield from _walk(fixed, segments, index + 1, (*values, inner), slashed)
    if node.param is not None and segment:
        yield from _walk(node.param, segments, index + 1, (*values, segment), slashed)
    if node.rest is not None:
        rest = "/".join(segments[index:])
        if rest:
            yield _open_ended(node.rest, slashed), (*values, rest + "/" * slashed)


def _find(
    node: _Node, segments: list[str], index: int, end: int, values: tuple[str, ...], key: tuple[str, bool]
) -> Found | None:
    """The first leaf in the order of `_walk` that has the method and slash of `key`."""
    if index == end:
        routes = node.routes.get(key) if node.routes is not None else None
        return (routes, values) if routes is not None else None
    segment = segments[index]
    child = node.literals.get(segment)
    if child is not None:
        found = _find(child, segments, index + 1, end, values, key)
        if found is not None:
            return found
    if node.fixed:
        for before, after, fixed in node.fixed:
            inner = _inner(segment, before, after)
            if inner:
                found = _find(fixed, segments, index + 1, end, (*values, inner), key)
                if found is not None:
                    return found
    if node.param is not None and segment:
        found = _find(node.param, segments, index + 1, end, (*values, segment), key)
        if found is not None:
            return found
    if node.rest is not None:
        rest = "/".join(segments[index:])
        routes = _open_ended(node.rest, key[1]).get(key)
        if rest and routes is not None:
            return routes, (*values, rest + "/" * key[1])
    return None


def _inner(segment: str, before: str, after: str) -> str:
    """What stands between the fixed ends of a segment; empty when they do not fit."""
    if len(segment) > len(before) + len(after) and segment.startswith(before) and segment.endswith(after):
        return segment[len(before) : len(segment) - len(after)]
    return ""


def _open_ended(leaf: Leaf, slashed: bool) -> Leaf:
    """A rest hole takes a trailing slash as part of its value, whatever the dialect does with slashes."""
    if not slashed:
        return leaf
    return {(method, True): routes for (method, _), routes in leaf.items()}


def _starts_with(segments: list[str], mount: list[str]) -> bool:
    if len(segments) < len(mount):
        return False
    return all(part == "{}" or part[:1] == "{" or part == segments[i] for i, part in enumerate(mount))
