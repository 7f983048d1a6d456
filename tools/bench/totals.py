"""G6: what exact totals cost."""

from __future__ import annotations

import statistics
import time

import httpx
from tests.server import TOKEN
from tools.bench.figure import at_most, ratio
from tools.bench.load import Target, interleaved, rates
from tools.bench.stage import Stage, as_admin

UNCOVERED = "/v1/tasks?kind=human&q=invoice&limit=50"


def covered(stage: Stage) -> None:
    """A total that the counters hold, on top of its page; one client."""
    for database in stage.databases:
        server = stage.server(database, stage.big)
        lists = {
            "native": ("/v1/tasks?kind=human&limit=100", "&total=true"),
            "Oracle": ("/bpm/api/4.0/tasks?assignment=ALL&limit=100", "&totalResults=true"),
        }
        for name, (path, more) in lists.items():
            targets: dict[str, Target] = {
                "without": as_admin(server, path, connections=1),
                "with": as_admin(server, path + more, connections=1),
            }
            loads = interleaved(targets, stage.rounds, stage.seconds)
            value = ratio(rates(loads["without"]), rates(loads["with"]))
            stage.add("G6", database, f"{name}: page with a kept total / without, time", value, at_most(1.25))


def uncovered(stage: Stage) -> None:
    """A total that must be counted: again only after a commit. Time of the same page asked again / of the first."""
    for database in stage.databases:
        server = stage.server(database, stage.big)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        first, again = [], []
        with httpx.Client(base_url=server.url, headers=headers, timeout=120) as client:
            for number in range(stage.rounds):
                client.post("/v1/tasks", json={"title": f"total {number}"}).raise_for_status()
                first.append(_timed(client, UNCOVERED + "&total=true"))
                later = sorted(_timed(client, UNCOVERED + "&total=true") for _ in range(12))
                again.append(statistics.median(later))
        note = f"{statistics.median(first) * 1000:.0f} → {statistics.median(again) * 1000:.1f} ms"
        value = ratio(again, first)
        stage.add(
            "G6",
            database,
            "counted total: asked again / first time after a commit",
            value,
            at_most(0.2),
            note=note,
        )


def _timed(client: httpx.Client, path: str) -> float:
    begun = time.perf_counter()
    client.get(path).raise_for_status()
    return time.perf_counter() - begun
