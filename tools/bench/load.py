"""The load generator: wrk in interleaved rounds, so that what disturbs one target disturbs its rivals too."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from pathlib import Path

import httpx
import msgspec
from tools.bench.figure import ratio

CONNECTIONS = 16
_SCRIPT = """
wrk.method = {method}
wrk.body = {body}
wrk.headers["Content-Type"] = "application/json"
"""
_UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One request, sent over and over. With a `body` it is a POST."""

    url: str
    token: str | None = None
    basic: str | None = None
    body: str | None = None
    connections: int = CONNECTIONS
    pid: int | None = None


class Load(msgspec.Struct, frozen=True):
    """What one round gave: requests per second, milliseconds of latency, and processor seconds per request of the
    process `pid` of the target with its children."""

    rate: float
    median: float
    high: float
    cost: float


class Failed(Exception):
    """The target did not answer as it should."""


def run(target: Target, seconds: float) -> Load:
    """Load a target for some seconds. Raises `Failed` unless every answer was a success."""
    command = ["wrk", "-t1", f"-c{target.connections}", f"-d{max(1, round(seconds))}s", "--latency"]
    if target.token is not None:
        command += ["-H", f"Authorization: Bearer {target.token}"]
    if target.basic is not None:
        command += ["-H", f"Authorization: Basic {target.basic}"]
    with tempfile.TemporaryDirectory() as home:
        if target.body is not None:
            script = Path(home) / "post.lua"
            script.write_text(_SCRIPT.format(method='"POST"', body=_quoted(target.body)))
            command += ["-s", str(script)]
        before = spent(target.pid)
        said = subprocess.run(
            [*command, target.url], capture_output=True, text=True, check=True, timeout=300
        ).stdout
        after = spent(target.pid)
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(f"{target.url}:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or float(found[1]) == 0:
        raise Failed(f"{target.url} answered nothing:\n{said}")
    count = re.search(r"(\d+) requests in", said)
    cost = (after - before) / max(1, int(count[1])) if count else 0.0
    return Load(float(found[1]), _percentile(said, 50), _percentile(said, 99), cost)


def interleaved(targets: dict[str, Target], rounds: int, seconds: float) -> dict[str, list[Load]]:
    """Every target once in each round, after a short one to warm them up; the very first answer may take its time."""
    for target in targets.values():
        _first(target)
        run(target, 1)
    found: dict[str, list[Load]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, target in targets.items():
            found[name].append(run(target, seconds))
    return found


def _first(target: Target) -> None:
    headers = {"Content-Type": "application/json"} if target.body is not None else {}
    if target.token is not None:
        headers["Authorization"] = f"Bearer {target.token}"
    if target.basic is not None:
        headers["Authorization"] = f"Basic {target.basic}"
    method = "GET" if target.body is None else "POST"
    answer = httpx.request(method, target.url, content=target.body, headers=headers, timeout=120)
    if not answer.is_success:
        raise Failed(f"{target.url}: {answer.status_code} {answer.text[:300]}")


def spent(pid: int | None) -> float:
    """Processor seconds of a process and its children so far."""
    if pid is None:
        return 0.0
    clock = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    own = (int(clock[11]) + int(clock[12])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(spent(int(child)) for child in children)


def by_cost(ours: list[Load], theirs: list[Load]) -> str:
    """How many of our requests a processor serves for one of theirs: what a busy machine disturbs least."""
    value = ratio([load.cost for load in theirs], [max(load.cost, 1e-9) for load in ours])
    return f"{value:.2f}x by processor time"


def rates(loads: list[Load]) -> list[float]:
    return [load.rate for load in loads]


def medians(loads: list[Load]) -> list[float]:
    return [load.median for load in loads]


def _percentile(said: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", said, re.MULTILINE)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def _quoted(text: str) -> str:
    return "[==[" + text + "]==]"
