"""Long lists: bounded in number, in what they hold ready, and no hindrance to short ones; totals that stay exact
whichever connection counts them."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from taskyard.app.bundle import Bundle
from taskyard.engine.tasks import CreateTasks, NewTask
from taskyard.model.principal import Principal
from taskyard.model.query import Order, Query, both, eq
from taskyard.store.stream import AHEAD

ADMIN = Principal(id=1, uid="a", name="root", admin=True)
MANY = 1_500


class Titles:
    """Renders titles, padded so that a list is no trifle; counts what it made."""

    name = "test.titles"
    load: tuple[str, ...] = ()

    def __init__(self, padding: int = 0) -> None:
        self.variant = padding
        self.padding = " " * padding
        self.made = 0

    def render(self, bundle: Bundle) -> bytes:
        self.made += 1
        return (bundle.row.title + self.padding).encode()


def fill(opened: Any, definition: str, count: int) -> list[str]:
    titles = [f"{definition} {number:05d}" for number in range(count)]
    tasks = tuple(NewTask(title=title, definition=definition) for title in titles)
    opened.run(CreateTasks(actor=ADMIN, tasks=tasks))
    return titles


def everything(definition: str) -> Query:
    return Query(entity="task", where=eq("definition.key", definition), order=(Order("id"),), limit=None)


@pytest.fixture(scope="module")
def long_list(opened: Any) -> list[str]:
    return fill(opened, "long", MANY)


def test_a_long_list_is_whole_and_in_order(opened: Any, long_list: list[str]) -> None:
    async def read() -> list[bytes]:
        return [item async for item in opened.app.render_stream(everything("long"), ADMIN, Titles())]

    assert [item.decode() for item in opened.call(read())] == long_list


def test_little_is_made_before_it_is_taken(opened: Any, long_list: list[str]) -> None:
    titles = Titles(padding=10_000)

    async def read_one() -> int:
        stream = opened.app.render_stream(everything("long"), ADMIN, titles)
        await anext(stream)
        await asyncio.sleep(0.5)
        made = titles.made
        await stream.aclose()
        return made

    assert opened.call(read_one()) <= 50 + (AHEAD + 1) * 50


def test_short_lists_do_not_wait_for_long_ones(opened: Any, long_list: list[str]) -> None:
    short = fill(opened, "short", 3)

    async def read() -> list[bytes]:
        app = opened.app
        holding = [
            app.render_stream(everything("long"), ADMIN, Titles(padding=10_000))
            for _ in range(opened.settings.max_streams)
        ]
        for stream in holding:
            await anext(stream)
        found = [item async for item in app.render_stream(everything("short"), ADMIN, Titles())]
        for stream in holding:
            await stream.aclose()
        return found

    assert [item.decode() for item in opened.call(read())] == short


def test_only_so_many_long_lists_run_at_once(opened: Any, long_list: list[str]) -> None:
    async def read() -> tuple[bool, bytes]:
        app = opened.app
        holding = [
            app.render_stream(everything("long"), ADMIN, Titles(padding=10_000))
            for _ in range(opened.settings.max_streams)
        ]
        for stream in holding:
            await anext(stream)
        late = app.render_stream(everything("long"), ADMIN, Titles(padding=10_000))
        first = asyncio.ensure_future(anext(late))
        waited = not (await asyncio.wait((first,), timeout=0.5))[0]
        await holding[0].aclose()
        item = await asyncio.wait_for(first, 20)
        for stream in (*holding, late):
            await stream.aclose()
        return waited, item

    waited, item = opened.call(read())
    assert waited
    assert item.strip() == b"long 00000"


def test_a_stream_that_is_left_while_it_waits_never_runs(opened: Any, long_list: list[str]) -> None:
    asked = threading.Event()

    async def read() -> None:
        def hold(link: Any) -> Any:
            yield from range(1_000)

        def late(link: Any) -> Any:
            asked.set()
            yield 1

        holding = [opened.store.stream(hold) for _ in range(opened.settings.max_streams)]
        for stream in holding:
            await anext(stream)
        waiting = asyncio.ensure_future(anext(opened.store.stream(late)))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        for stream in holding:
            await stream.aclose()

    opened.call(read())
    assert not asked.is_set()


def test_a_total_is_counted_anew_after_a_commit_whoever_counted_before(opened: Any) -> None:
    """Two connections that looked at different times: what the one kept must not do for the other."""
    query = Query(
        entity="task",
        where=both(eq("definition.key", "counted"), eq("priority", 3)),
        limit=1,
        want_total=True,
    )
    reader, store = opened.store.reader, opened.store

    def total(link: Any) -> int | None:
        return reader.page(link, query).total

    first, second = store._reader(), store._reader()
    fill(opened, "counted", 2)
    assert total(first) == 2
    for made in range(3, 8):
        fill(opened, "counted", 1)
        assert total(second) == made
        assert total(first) == made
        assert total(second) == made


def test_tasks_of_a_definition_by_name_are_those_of_its_id(opened: Any) -> None:
    fill(opened, "named", 3)
    by_name = opened.page(Query(entity="task", where=eq("definition.key", "named"), want_total=True, limit=2))
    assert (len(by_name.ids), by_name.total) == (2, 3)
    nobody = opened.page(Query(entity="task", where=eq("definition.key", "nobody's"), want_total=True))
    assert (nobody.ids, nobody.total) == ([], 0)
