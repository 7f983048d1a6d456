"""`taskyard serve`: the server in this process."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
import socket
from typing import Any

import click
import msgspec
import uvloop

from taskyard.cli.demo.fill import copy_code, fill
from taskyard.config import Settings, SettingsError, load
from taskyard.telemetry import configure_logs

CONNECTIONS = 16_384
"""Connections served at once. Most of them belong to workers that wait for work, which costs little."""


@click.command()
@click.option("--host", help="Address to listen on. [127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on. [8000]")
@click.option("--data", help="Data directory. [data]")
@click.option("--database-url", help="postgresql://… instead of the embedded SQLite.")
@click.option("--puppet-code", help="Puppet code directory.")
@click.option("--demo", is_flag=True, default=None, help="Fill an empty database with demo data.")
@click.option("--no-auth", is_flag=True, default=None, help="Everybody is admin; loopback only.")
def serve(**flags: Any) -> None:
    """Run the server until it is told to stop (SIGTERM drains)."""
    # Hardly anything that is made while starting goes away again: looking for it would take a tenth of the time.
    gc.disable()
    from taskyard.store.engine_sqlite import Locked
    from taskyard.store.link import Broken

    try:
        settings = load({name: value for name, value in flags.items() if value is not None})
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run(settings))
    except SettingsError as error:
        raise click.UsageError(str(error)) from None
    except (Locked, Broken) as error:
        raise click.ClickException(str(error)) from None


async def run(settings: Settings) -> None:
    """Open everything, serve, and close it again."""
    from granian.constants import HTTPModes, Interfaces
    from granian.server.embed import Server as Granian

    from taskyard.server import Server

    logging.getLogger("_granian").setLevel(logging.ERROR)
    configure_logs(settings.log_level)
    port = settings.port or _free_port(settings.host)
    _check_port(settings.host, port)
    if settings.demo and settings.puppet_code is None:
        settings = msgspec.structs.replace(settings, puppet_code=str(copy_code(settings.data_path)))
    server = Server(settings)
    application = await server.open()
    granian = Granian(
        application,
        address=settings.host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=2048,
        backpressure=CONNECTIONS,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.stop_waiting()
        granian.stop()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop)
    url = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{port}"
    welcome(settings, server, url)
    filling = asyncio.create_task(_demo(settings, server, url)) if settings.demo else None
    try:
        await granian.serve()
    finally:
        if filling is not None:
            filling.cancel()
        await server.close()


async def _demo(settings: Settings, server: Any, url: str) -> None:
    """Fill the demo shop, if this is the first start."""
    token = (server.first.token or settings.admin_token) if server.first.fresh else None
    if token is None:
        return
    await asyncio.sleep(0.2)
    await fill(url, token)


def welcome(settings: Settings, server: Any, url: str) -> None:
    """Say where the server is, who the admin is, and how to reach each API. Goes to standard error."""
    lines = [f"Taskyard is on {url}"]
    token = server.first.token or "YOUR_TOKEN"
    password = server.first.password or "YOUR_PASSWORD"
    if server.first.fresh:
        lines += [
            "",
            "First start. User admin was made; these are shown this once:",
            "  name      admin",
            f"  password  {server.first.password or '(as TASKYARD_ADMIN_PASSWORD says)'}",
            f"  token     {server.first.token or '(as TASKYARD_ADMIN_TOKEN says)'}",
        ]
    lines += ["", "Try it:"]
    for dialect in server.kernel.dialects:
        for connect in dialect.connect[:1]:
            command = (
                connect.command.replace("{url}", url)
                .replace("{token}", token)
                .replace("{password}", password)
            )
            lines.append(f"  {dialect.title}\n    {command}")
    click.echo("\n".join(lines), err=True)


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def _check_port(host: str, port: int) -> None:
    """Fail early, and with a sentence, when the address is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(
                f"Cannot listen on {host}:{port}: {error.strerror}. Choose another --port."
            ) from None
