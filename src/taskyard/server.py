"""The composition root: settings → store → application → dialects → ASGI. The only file that knows everything."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import socket
import sys
from pathlib import Path
from typing import Any

from taskyard import engine
from taskyard.app import system_tasks as system_tasks
from taskyard.app.application import Application
from taskyard.app.bootstrap import Bootstrap, bootstrap
from taskyard.app.code_catalog import keep_catalog
from taskyard.app.import_runner import keep_imports
from taskyard.app.scripts import Scripts
from taskyard.app.system_work import keep_system_work
from taskyard.app.work import keep_work
from taskyard.config import Settings, SettingsError
from taskyard.http.kernel import Kernel
from taskyard.http.operation import Dialect
from taskyard.model.limits import Limits
from taskyard.model.time import SystemClock
from taskyard.store import schema
from taskyard.store.engine_sqlite import SqliteLink, lock
from taskyard.store.store import Store, StoreSettings, postgres_link
from taskyard.telemetry import configure_logs, observe_store
from taskyard.web.serve import Page

DIALECTS = ("conductor", "camunda7", "puppet", "oraclebpm", "labelstudio", "a2a", "native")
"""The wire APIs, in the order in which pages show them."""
SWITCH_SECONDS = 0.001
"""How long a thread that makes a long list may keep the event loop waiting."""


def load_deciders() -> None:
    """Import every engine module, so that each command finds its decider."""
    for module in pkgutil.walk_packages(engine.__path__, f"{engine.__name__}."):
        importlib.import_module(module.name)


def load_dialects(settings: Settings) -> list[Dialect]:
    """The dialects that the settings switch on. Raises `SettingsError` for a name there is not."""
    chosen = DIALECTS if settings.dialects == "all" else tuple(settings.dialects.split(","))
    for name in chosen:
        if name not in DIALECTS:
            raise SettingsError(f"There is no dialect {name!r}; there are {', '.join(DIALECTS)}.")
    return [importlib.import_module(f"taskyard.dialects.{name}").DIALECT for name in chosen]


class Server:
    """Everything that serves: opened once, closed once."""

    def __init__(self, settings: Settings) -> None:
        if settings.no_auth and not settings.loopback:
            raise SettingsError(
                f"--no-auth lets everybody in, so it is refused on {settings.host}: listen on 127.0.0.1, or drop --no-auth."
            )
        configure_logs(settings.log_level)
        self.settings = settings
        self.clock = SystemClock()
        load_deciders()
        self.store = Store(store_settings(settings), self.clock)
        self.store.observe = observe_store
        self.app: Application | None = None
        self.kernel: Kernel | None = None
        self.first: Bootstrap | None = None

    async def open(self) -> Any:
        """Migrate, open the store, make the admin on first start; the ASGI application."""
        prepare(self.settings)
        self.store.open()
        app = Application(self.settings, self.store, self.clock)
        self.first = await bootstrap(app)
        if self.settings.no_auth:
            app.anonymous = await app.identity.by_name("admin")
        self.app = app
        app.dialects = load_dialects(self.settings)
        app.scripts = scripts = Scripts(self.settings)
        keep_work(app)
        keep_catalog(app)
        await keep_imports(app)
        await keep_system_work(app, f"{socket.gethostname()}:{os.getpid()}")
        app.on_close(scripts.close)
        self.kernel = Kernel(app.dialects, app, self.settings, page=Page())
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000, 20, 20)
        gc.enable()
        sys.setswitchinterval(SWITCH_SECONDS)
        return self.kernel

    def stop_waiting(self) -> None:
        """Answer the requests that are parked, since the server is about to stop."""
        if self.app is not None:
            self.app.wakeups.close()

    async def close(self) -> None:
        """Answer what waits, then let go of the database."""
        if self.app is not None:
            await self.app.close()
        self.store.close()


def store_settings(settings: Settings) -> StoreSettings:
    """Where the data is. Makes the data directory."""
    settings.data_path.mkdir(parents=True, exist_ok=True)
    limits, streams = limits_of(settings), settings.max_streams
    if settings.database_url:
        return StoreSettings(url=settings.database_url, streams=streams, limits=limits)
    return StoreSettings(path=settings.data_path / "taskyard.db", streams=streams, limits=limits)


def limits_of(settings: Settings) -> Limits:
    """The bounds of running work."""
    return Limits(
        steps=settings.max_steps,
        branches=settings.max_branches,
        iterations=settings.max_iterations,
        elements=settings.max_elements,
        depth=settings.max_execution_depth,
        payload=settings.max_payload,
        variables=settings.max_variables,
        questions=settings.max_expressions,
        lease_ms=settings.max_lease_seconds * 1000,
        batch=settings.max_poll_batch,
    )


def prepare(settings: Settings) -> None:
    """Bring the schema up to date. Raises `Locked` when another process has the SQLite file."""
    where = store_settings(settings)
    if where.url:
        link = postgres_link(where.url, writer=True)
        schema.migrate(link)
        link.close()
        return
    path = where.path or Path()
    descriptor = lock(path)
    try:
        writer = SqliteLink(path, writer=True)
        schema.migrate(writer)
        writer.close()
    finally:
        os.close(descriptor)
