"""The application: every use-case of every dialect goes through here."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

import msgspec

from taskyard.app.access import scope_of
from taskyard.app.bundle import MAIN, load
from taskyard.app.code_directory import open_code_directory
from taskyard.app.identity import Identity
from taskyard.app.render import RenderCache, Rendered, Renderer
from taskyard.app.wakeups import Wakeups
from taskyard.config import Settings
from taskyard.model.command import Command
from taskyard.model.evaluation import Answer, Question, Unanswered
from taskyard.model.identity import Setting
from taskyard.model.principal import Principal
from taskyard.model.problem import Rejected, rejected
from taskyard.model.query import Page, Query, both, eq
from taskyard.model.row import Row
from taskyard.model.time import Clock
from taskyard.store.builder import is_simple
from taskyard.store.codec import finds_one
from taskyard.store.link import Link
from taskyard.store.named import names_definition
from taskyard.store.schema import HEAD, current
from taskyard.store.store import Store
from taskyard.store.turn import Answers

R = TypeVar("R", bound=Row)

INLINE_LIMIT = 200
INLINE_RENDER = 3
STREAM_CHUNK = 500
FIRST_CHUNK = 50
CHUNK_BYTES = 128 * 1024
SHORT_LIST = 200
MATCH_LIMIT = 100_000
TRIES = 3
"""A command may ask for as many expressions as its limit says, anew in so many tries: what they are told can change."""


class Evaluator(Protocol):
    """Evaluates expressions under limits of time and memory."""

    async def evaluate(self, questions: Sequence[Question]) -> dict[Question, Answer]:
        """The answer to every question; one that cannot be evaluated has an answer that says why."""
        ...


class Application:
    """Runs commands and answers queries for one store."""

    def __init__(self, settings: Settings, store: Store, clock: Clock) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.cache = RenderCache(settings.render_cache)
        self.identity = Identity(settings, store, clock)
        self.anonymous: Principal | None = None
        self.dialects: Sequence[Any] = ()
        """The mounted wire APIs (`http.operation.Dialect`), for those who list them."""
        self.scripts: Evaluator | None = None
        """What evaluates expressions in other languages."""
        self.code = open_code_directory(settings, clock)
        self.wakeups = Wakeups()
        store.listeners.append(lambda commit: self.wakeups.committed(commit.topics))
        self.checks: dict[str, Callable[[], bool]] = {}
        """What readiness depends on besides the store, by name."""
        self._signing_key: str | None = None
        self._closers: list[Callable[[], Awaitable[None]]] = []

    async def run(self, command: Command) -> Any:
        """Decide a command in the write lane; its result once it is committed. Raises `Rejected`.

        Expressions that it turns out to need are evaluated in between, outside of the lane, and it is decided anew."""
        answers = Answers()
        while True:
            try:
                return await self.store.submit(command, answers)
            except Unanswered as asked:
                questions = [question for question in asked.questions if question not in answers]
                if self.scripts is None or not questions:
                    raise
                if len(answers) + len(questions) > TRIES * self.store.settings.limits.questions:
                    raise _too_many(self.store.settings.limits.questions) from None
                answers.steady = answers.steady or answers.asks_again(questions)
                answers.update(await self.scripts.evaluate(questions))

    async def list(self, query: Query, principal: Principal, action: str = "read") -> Page:
        """The page of a query, of what the caller may do `action` on."""
        if query.limit == 0 and not query.want_total and not query.sums:
            return Page(ids=[], has_more=False)
        query = self._scoped(query, principal, action)
        if self.store.reads_inline and names_definition(query.entity, query.where):
            query = self.store.read_now(lambda link: self.store.reader.resolved(link, query))
        if self._short(query):
            return self.store.read_now(lambda link: self.store.reader.page(link, query))
        return await self.store.read(lambda link: self.store.reader.page(link, query))

    async def count(self, query: Query, principal: Principal, action: str = "read") -> int:
        """How many rows the caller may do `action` on."""
        query = self._scoped(query, principal, action)
        return await self.store.read(lambda link: self.store.reader.count(link, query))

    async def rows(self, row_type: type[R], column: str, values: list[Any]) -> list[R]:
        """Whole rows whose indexed column is one of the values, in key order. Checks no permission."""
        if not values:
            return []
        return await self.store.read(lambda link: self.store.reader.rows(link, row_type, column, values))

    async def matching(self, row_type: type[R], **equals: Any) -> list[R]:
        """Whole rows whose indexed columns equal the values, in key order. Checks no permission."""
        return await self.store.read(
            lambda link: self.store.reader.matching(link, row_type, equals, MATCH_LIMIT)
        )

    async def row(self, row_type: type[R], **equals: Any) -> R | None:
        """The first whole row whose indexed columns equal the values. Checks no permission."""

        def read(link: Link) -> list[R]:
            return self.store.reader.matching(link, row_type, equals, 1)

        if self.store.reads_inline and finds_one(row_type, frozenset(equals)):
            found = self.store.read_now(read)
        else:
            found = await self.store.read(read)
        return found[0] if found else None

    async def visible(self, entity: str, row_id: int, principal: Principal, action: str = "read") -> bool:
        """The list would show this row to the caller."""
        if principal.admin:
            return await self.row(MAIN[entity], id=row_id) is not None
        page = await self.list(Query(entity=entity, where=eq("id", row_id), limit=1), principal, action)
        return bool(page.ids)

    async def render_page(
        self, query: Query, principal: Principal, renderer: Renderer, action: str = "read"
    ) -> Rendered:
        """The page of a query with its items rendered."""
        page = await self.list(query, principal, action)
        return Rendered(await self.render_ids(query.entity, page.ids, renderer), page)

    async def render_ids(self, entity: str, ids: list[tuple[int, int]], renderer: Renderer) -> list[bytes]:
        """Rendered items of `(id, rev)` pairs, in order. Checks no permission: the pairs come from a list."""
        space = self.cache.space(renderer.name, renderer.variant)
        known = [space.get(pair) for pair in ids]
        if None not in known:
            return known  # type: ignore[return-value]
        missing = [row_id for (row_id, _), item in zip(ids, known, strict=True) if item is None]
        fresh: dict[int, tuple[int, bytes]] = {}
        if missing:
            fresh = await self._fresh(entity, missing, renderer)
            for row_id, (rev, item) in fresh.items():
                if rev:
                    self.cache.put(space, (row_id, rev), item)
        items = []
        for pair in ids:
            item = space.get(pair)
            if item is None and pair[0] in fresh:
                item = fresh[pair[0]][1]
            if item is not None:
                items.append(item)
        return items

    async def _fresh(self, entity: str, ids: list[int], renderer: Renderer) -> dict[int, tuple[int, bytes]]:
        """`(rev, item)` by row id of items that are rendered now: a few of them sooner than a thread would start."""
        if self.store.reads_inline and len(ids) <= INLINE_RENDER:
            return self.store.read_now(lambda link: self._render(link, entity, ids, renderer))
        return await self.store.read(lambda link: self._render(link, entity, ids, renderer))

    async def render_stream(
        self, query: Query, principal: Principal, renderer: Renderer, action: str = "read"
    ) -> AsyncGenerator[bytes, None]:
        """Every item of a query, rendered one by one with bounded memory. A list that turns out short is answered
        like a page, so that it never waits for long ones."""
        if query.limit is None and query.after is None:
            short = msgspec.structs.replace(query, limit=SHORT_LIST, want_total=False, sums=())
            page = await self.list(short, principal, action)
            if not page.has_more:
                for item in await self.render_ids(query.entity, page.ids, renderer):
                    yield item
                return
        query = self._scoped(query, principal, action)
        async with aclosing(self.store.stream(lambda link: self._chunks(link, query, renderer))) as chunks:
            async for chunk in chunks:
                for item in chunk:
                    yield item

    def _chunks(self, link: Link, query: Query, renderer: Renderer) -> Iterator[list[bytes]]:
        """The items of a query in pieces of about `CHUNK_BYTES`, judged by the piece before."""
        step = FIRST_CHUNK
        for ids in self.store.reader.stream(link, query, STREAM_CHUNK):
            place = 0
            while place < len(ids):
                some = [row_id for row_id, _ in ids[place : place + step]]
                place += step
                rendered = self._render(link, query.entity, some, renderer)
                items = [rendered[row_id][1] for row_id in some if row_id in rendered]
                yield items
                size = sum(map(len, items)) // max(1, len(items))
                step = max(1, min(STREAM_CHUNK, CHUNK_BYTES // max(1, size)))

    async def ready(self) -> dict[str, bool]:
        """What readiness depends on, and whether it holds."""
        try:
            revision = await self.store.read(current)
        except Exception:
            revision = None
        return {
            "database": revision is not None,
            "migrations": revision == HEAD,
            "writer": all(lane.is_alive() for lane in self.store.lanes),
            **{name: check() for name, check in self.checks.items()},
        }

    def _scoped(self, query: Query, principal: Principal, action: str) -> Query:
        if principal.admin:
            return query
        scope = scope_of(principal, query.entity, action)
        return msgspec.structs.replace(query, where=both(query.where, scope))

    def _short(self, query: Query) -> bool:
        """An index bounds this read, so that it may run on the event loop."""
        return (
            self.store.reads_inline
            and query.limit is not None
            and query.limit <= INLINE_LIMIT
            and query.offset == 0
            and (not (query.want_total or query.sums) or self.store.reader.is_counted(query))
            and is_simple(query.where, query.entity)
            and self.store.is_indexed(query)
        )

    def _render(
        self, link: Link, entity: str, ids: list[int], renderer: Renderer
    ) -> dict[int, tuple[int, bytes]]:
        """`(rev, item)` by row id."""
        bundles = load(
            entity,
            ids,
            renderer.load,
            lambda kind, column, values: self.store.reader.rows(link, kind, column, values),
        )
        return {
            row_id: (getattr(bundle.row, "rev", 0), renderer.render(bundle))
            for row_id, bundle in bundles.items()
        }

    async def signing_key(self) -> str:
        """The key that signs this installation's tokens (hexadecimal)."""
        if self._signing_key is None:
            found = await self.row(Setting, name="signing_key")
            self._signing_key = found.value if found else None
        if self._signing_key is None:
            raise RuntimeError("the installation has no signing key: it was never started")
        return self._signing_key

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Run `closer` when the server stops."""
        self._closers.append(closer)

    async def close(self) -> None:
        for closer in self._closers:
            await closer()


def _too_many(most: int) -> Rejected:
    return rejected(
        "invalid",
        f"One step of this needs more than {most} expressions evaluated.",
        reason="too_many_expressions",
        most=most,
    )
