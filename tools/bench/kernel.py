"""G1 and G2: what the HTTP kernel costs beside the bare server, on routes that read no storage."""

from __future__ import annotations

from tools.bench.figure import at_least, ratio
from tools.bench.load import by_cost, interleaved, rates
from tools.bench.stage import SMALL, Stage, as_admin

SMALL_BODY = 200
PARAMS = (
    "key=invoice&nameLike=inv&version=2&latestVersion=true&suspended=true&sortBy=version&sortOrder=asc"
    "&maxResults=0"
)
PEER_PARAMS = "key=invoice&name_like=inv&version=2&latest=true&suspended=true&sort_by=version&sort_order=asc&max_results=0"


def routing(stage: Stage) -> None:
    """G1: small answers of any route against the floor."""
    server = stage.server("sqlite", SMALL)
    paths = ("/healthz", "/engine-rest/engine", "/engine-rest/engine/default/version")
    targets = {"floor": stage.floor(SMALL_BODY)}
    for path in paths:
        targets[path] = as_admin(server, path)
    loads = interleaved(targets, stage.rounds, stage.seconds)
    for path in paths:
        value = ratio(rates(loads[path]), rates(loads["floor"]))
        note = by_cost(loads[path], loads["floor"])
        stage.add("G1", "-", f"GET {path} / fixed {SMALL_BODY} B", value, at_least(0.70), note=note)


def parameters(stage: Stage) -> None:
    """G2: a list of many declared parameters, eight of them sent, that finds nothing."""
    server = stage.server("sqlite", SMALL)
    targets = {
        "floor": stage.floor(SMALL_BODY),
        "ours": as_admin(server, f"/engine-rest/process-definition?{PARAMS}"),
        "litestar": stage.peer(f"/list?{PEER_PARAMS}", "params"),
    }
    loads = interleaved(targets, stage.rounds, stage.seconds)
    for name, what, bound in (("floor", f"fixed {SMALL_BODY} B", 0.50), ("litestar", "Litestar", 2)):
        value = ratio(rates(loads["ours"]), rates(loads[name]))
        note = by_cost(loads["ours"], loads[name])
        stage.add(
            "G2",
            "-",
            f"process definitions, 8 parameters, maxResults=0 / {what}",
            value,
            at_least(bound),
            note=note,
        )
