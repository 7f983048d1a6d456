"""The databases that are measured: made once per home directory, filled by seed.py, described by `Facts`."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
from tests.postgres import Cluster
from tests.server import PASSWORD, TOKEN
from tools.bench import seed, seed_definitions

from taskyard.app.application import Application
from taskyard.config import Settings
from taskyard.model.query import Order, Query, eq
from taskyard.server import Server

Say = Callable[[str], None]


class Facts(msgspec.Struct, kw_only=True):
    """What a case must know of a filled database. `middle` is the cursor of the native list at half of its rows."""

    size: int
    approval: int
    project: int
    middle: str


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A filled database. `data` is the server's data directory, `url` the PostgreSQL database or None."""

    database: str
    data: Path
    url: str | None
    facts: Facts

    @property
    def peer(self) -> str:
        """The database as the peers take it."""
        return self.url or str(self.data / "taskyard.db")


class Worlds:
    """Makes databases under `home`, and finds those that an earlier run left there."""

    def __init__(self, home: Path, say: Say) -> None:
        self.home = home
        self.say = say
        self.cluster: Cluster | None = None
        self.made: dict[tuple[str, int], World] = {}

    def get(self, database: str, size: int) -> World:
        """The database of that kind with `size` rows in every list."""
        found = self.made.get((database, size))
        if found is None:
            found = self.made[database, size] = self._world(database, size)
        return found

    def empty(self, database: str) -> tuple[Path, str | None]:
        """Data directory and URL of a database that nobody has seen."""
        data = self.home / f"empty-{random.randrange(10**9)}"
        return data, self._running().create() if database == "postgres" else None

    def close(self) -> None:
        if self.cluster is not None:
            self.cluster.stop()

    def _world(self, database: str, size: int) -> World:
        data = self.home / f"{database}-{size}-{_digest()}"
        known = data / "facts.json"
        if known.exists():
            kept = msgspec.json.decode(known.read_bytes(), type=dict[str, str | None])
            url = self._running().url(kept["database"]) if kept["database"] else None
            facts = msgspec.json.decode(kept["facts"] or "", type=Facts)
            return World(database=database, data=data, url=url, facts=facts)
        url = self._running().create() if database == "postgres" else None
        self.say(f"filling {database} with {size:,} rows per list")
        facts = asyncio.run(_fill(settings_of(data, url), size, self.say))
        name = url.rpartition("/")[2] if url else None
        text = {"database": name, "facts": msgspec.json.encode(facts).decode()}
        known.write_bytes(msgspec.json.encode(text))
        return World(database=database, data=data, url=url, facts=facts)

    def _running(self) -> Cluster:
        if self.cluster is None:
            home = self.home / "postgres"
            home.mkdir(exist_ok=True)
            self.cluster = Cluster(home)
            self.cluster.start()
        return self.cluster


def _digest() -> str:
    """Changes with what is filled and with the tables."""
    root = Path(__file__).resolve().parents[2]
    parts = [Path(seed.__file__), Path(seed_definitions.__file__), root / "src/taskyard/store/tables.py"]
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()[:8]


def settings_of(data: Path, url: str | None) -> Settings:
    return Settings(data=str(data), database_url=url, admin_token=TOKEN, admin_password=PASSWORD)


async def _fill(settings: Settings, size: int, say: Say) -> Facts:
    server = Server(settings)
    await server.open()
    app = server.app
    assert app is not None
    await seed.people(app)
    approval = await seed.tasks(app, "human", "approval", "{}", size)
    say("  human tasks are in")
    project = await seed.tasks(app, "label", "texts", PROJECT, size)
    say("  label tasks are in")
    await seed_definitions.definitions(app, "process", size)
    say("  process versions are in")
    await seed_definitions.definitions(app, "worker", size)
    say("  task definitions are in")
    middle = await _middle(app, size)
    await server.store.read(lambda link: link.rows("SELECT 1"))
    await server.close()
    _analyse(settings)
    return Facts(size=size, approval=approval, project=project, middle=middle)


PROJECT = (
    '{"title":"texts","label_config":"<View><Text name=\\"t\\" value=\\"$text\\"/>'
    '<Choices name=\\"c\\" toName=\\"t\\"><Choice value=\\"A\\"/><Choice value=\\"B\\"/></Choices></View>"}'
)


async def _middle(app: Application, size: int) -> str:
    admin = await app.identity.by_name("admin")
    assert admin is not None
    query = Query(
        entity="task", where=eq("kind", "human"), order=(Order("id", desc=True),), limit=100, offset=size // 2
    )
    page = await app.list(query, admin)
    assert page.next is not None
    return page.next


def _analyse(settings: Settings) -> None:
    """Let the planner know how much there is, as a server does that has run for a while."""
    import psycopg

    if settings.database_url:
        with psycopg.connect(settings.database_url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
