"""The load generator: wrk in interleaved rounds, so that what disturbs one target disturbs its rivals too."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

import msgspec

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


class Load(msgspec.Struct, frozen=True):
    """What one round gave: requests per second and milliseconds of latency."""

    rate: float
    median: float
    high: float


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
        said = subprocess.run(
            [*command, target.url], capture_output=True, text=True, check=True, timeout=300
        ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise Failed(f"{target.url}:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None or float(found[1]) == 0:
        raise Failed(f"{target.url} answered nothing:\n{said}")
    return Load(float(found[1]), _percentile(said, 50), _percentile(said, 99))


def interleaved(targets: dict[str, Target], rounds: int, seconds: float) -> dict[str, list[Load]]:
    """Every target once in each round, after a short one to warm them up."""
    for target in targets.values():
        run(target, 1)
    found: dict[str, list[Load]] = {name: [] for name in targets}
    for _ in range(rounds):
        for name, target in targets.items():
            found[name].append(run(target, seconds))
    return found


def rates(loads: list[Load]) -> list[float]:
    return [load.rate for load in loads]


def medians(loads: list[Load]) -> list[float]:
    return [load.median for load in loads]


def _percentile(said: str, percent: int) -> float:
    found = re.search(rf"^\s+{percent}%\s+([\d.]+)(us|ms|s|m)$", said, re.MULTILINE)
    return float(found[1]) * _UNITS[found[2]] if found else 0.0


def _quoted(text: str) -> str:
    return "[==[" + text + "]==]"
