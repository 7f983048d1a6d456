"""The trie finds what trying every template would find."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taskyard.http.message import Request, Response
from taskyard.http.operation import Dialect, Operation, refused
from taskyard.http.router import Router
from taskyard.model.principal import Principal
from taskyard.model.problem import Problem

WORDS = ["a", "b", "count", "a:stop", "x.json"]
METHODS = ["GET", "POST", "DELETE"]


async def nobody(request: Request) -> Principal | None:
    return None


def plain(problem: Problem, request: Request) -> Response:
    return Response(status=problem.status)


def dialect(name: str, rows: list[tuple[str, str]], *, slash: bool = False, mount: str = "/m") -> Dialect:
    operations = tuple(refused(method, path, f"{method} {path}", "test") for method, path in rows)
    return Dialect(
        name=name,
        title=name,
        version="1",
        mounts=(mount,),
        operations=operations,
        authenticate=nobody,
        render_problem=plain,
        slash=slash,
    )


segment = st.one_of(st.sampled_from(WORDS), st.sampled_from(["{x}", "{y}", "{x}:stop", "{x}.json", "a{x}"]))


@st.composite
def templates(draw: st.DrawFn) -> str:
    parts = draw(st.lists(segment, min_size=1, max_size=4))
    if draw(st.integers(0, 4)) == 0:
        parts[-1] = "{rest...}"
    return "/" + "/".join(parts)


def pattern(template: str) -> re.Pattern[str]:
    text = ""
    for piece in re.split(r"(\{[^}]+\})", template):
        if piece.startswith("{"):
            text += "(.+)" if piece.endswith("...}") else "([^/]+)"
        else:
            text += re.escape(piece)
    return re.compile(text)


def rank(template: str) -> list[tuple[int, int, str, str]]:
    """How specific each segment is, from the left: smaller wins."""
    ranks = []
    for part in template[1:].split("/"):
        hole = re.fullmatch(r"([^{]*)\{([^}.]+)(\.\.\.)?\}(.*)", part)
        if hole is None:
            ranks.append((0, 0, "", ""))
        elif hole[3]:
            ranks.append((3, 0, "", ""))
        elif hole[1] or hole[4]:
            ranks.append((1, -len(hole[1]) - len(hole[4]), hole[1], hole[4]))
        else:
            ranks.append((2, 0, "", ""))
    return ranks


def brute(rows: list[tuple[str, str]], method: str, path: str) -> tuple[str, tuple[str, ...]] | None:
    fits = [
        (rank(template), template, match.groups())
        for known, template in rows
        if known == method and (match := pattern("/m" + template).fullmatch(path))
    ]
    if not fits:
        return None
    best = min(fits, key=lambda fit: fit[0])
    return best[1], best[2]


rows = st.lists(st.tuples(st.sampled_from(METHODS), templates()), min_size=1, max_size=12)
paths = st.lists(st.sampled_from([*WORDS, "c", "aa", "b:stop"]), min_size=1, max_size=5).map(
    lambda parts: "/m/" + "/".join(parts)
)


@given(rows, st.sampled_from(METHODS), paths)
def test_the_trie_agrees_with_trying_every_template(
    rows: list[tuple[str, str]], method: str, path: str
) -> None:
    found = Router([dialect("d", rows)]).match(method, path)
    expected = brute(rows, method, path)
    if expected is None:
        assert found is None
        return
    assert found is not None
    (first, *_), values = found
    assert rank(first.template[2:]) == rank(expected[0])
    assert values == expected[1]


@given(rows, paths)
def test_allowed_names_every_method_of_the_path(rows: list[tuple[str, str]], path: str) -> None:
    allowed = set(Router([dialect("d", rows)]).allowed(path))
    expected = {method for method in METHODS if brute(rows, method, path)}
    assert allowed - {"HEAD", "OPTIONS"} == expected
    assert ("HEAD" in allowed) == ("GET" in expected)


def test_a_dialect_with_slashes_takes_both_forms() -> None:
    router = Router([dialect("d", [("GET", "/tasks/"), ("GET", "/tasks/{id}/")], slash=True)])
    for path in ("/m/tasks", "/m/tasks/", "/m/tasks/7", "/m/tasks/7/"):
        assert router.match("GET", path) is not None, path
    assert router.match("GET", "/m/tasks//") is None


def test_without_slashes_only_the_written_form_is_taken() -> None:
    router = Router([dialect("d", [("GET", "/tasks"), ("GET", "/lists/")])])
    assert router.match("GET", "/m/tasks") is not None
    assert router.match("GET", "/m/tasks/") is None
    assert router.match("GET", "/m/lists/") is not None
    assert router.match("GET", "/m/lists") is None


def test_values_are_decoded_after_the_path_is_cut() -> None:
    router = Router([dialect("d", [("GET", "/t/{name}"), ("GET", "/f/{path...}")])])
    found = router.match("GET", "/m/t/a%2Fb%20%C3%A9")
    assert found is not None
    assert found[1] == ("a/b é",)
    found = router.match("GET", "/m/f/a/b%2Fc/")
    assert found is not None
    assert found[1] == ("a/b/c/",)


@pytest.mark.parametrize("path", ["", "/", "m/t", "/m", "/m/", "/m/t/", "/m/t/%ff", "/m/t/%00", "//m/t/x"])
def test_odd_paths_have_no_route(path: str) -> None:
    assert Router([dialect("d", [("GET", "/t/{name}")])]).match("GET", path) is None


def test_the_longest_mount_owns_a_path() -> None:
    router = Router([dialect("short", [], mount="/m"), dialect("long", [], mount="/m/v2/{x}")])
    assert [d.name for d, _ in router.owners("/m/v2/y/z")] == ["long"]
    assert [d.name for d, _ in router.owners("/m/v1")] == ["short"]
    assert router.owners("/mm") == []


@pytest.mark.parametrize("path", ["/{a}{b}", "/{rest...}/more", "/{a"])
def test_templates_that_cannot_be_meant_are_refused(path: str) -> None:
    with pytest.raises(ValueError, match="hole"):
        Router([dialect("d", [("GET", path)])])


def test_absolute_operations_stand_under_no_mount() -> None:
    operation = Operation(method="GET", path="/away/{x}", name="away", verdict="refused", absolute=True)
    one = Dialect(
        name="d",
        title="d",
        version="1",
        mounts=("/m",),
        operations=(operation,),
        authenticate=nobody,
        render_problem=plain,
    )
    router = Router([one])
    assert router.match("GET", "/away/1") is not None
    assert router.match("GET", "/m/away/1") is None
