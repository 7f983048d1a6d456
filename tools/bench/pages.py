"""G3, G4, G5, the founding lists at two sizes, and pages with everything in them."""

from __future__ import annotations

import httpx
from tools.bench.figure import at_least, at_most, ratio
from tools.bench.load import Target, by_cost, interleaved, medians, rates
from tools.bench.stage import SMALL, Stage, as_admin, as_user
from tools.bench.world import World

FILTER = (
    "kind=human&filter=definition%20%3D%20approval%20and%20phase%20%3D%20closed&order=-created_at&limit=100"
)
RIVAL = {"sqlite": 6.0, "postgres": 5.0}
FLOOR = {"sqlite": 0.15, "postgres": 0.10}


def size_of(target: Target) -> int:
    """Bytes of the answer, once seen to be a success."""
    headers = {"Authorization": f"Bearer {target.token}"} if target.token else {}
    headers |= {"Authorization": f"Basic {target.basic}"} if target.basic else {}
    answer = httpx.get(target.url, headers=headers, timeout=120)
    answer.raise_for_status()
    return len(answer.content)


def filtered(stage: Stage) -> None:
    """G3 and G4: a page of a hundred by an indexed filter, out of all."""
    for database in stage.databases:
        world = stage.world(database, stage.big)
        ours = as_admin(stage.server(database, stage.big), f"/v1/tasks?{FILTER}")
        targets = {
            "ours": ours,
            "peer": stage.peer(f"/tasks/{world.facts.approval}", "pages", world.peer),
            "floor": stage.floor(size_of(ours)),
        }
        loads = interleaved(targets, stage.rounds, stage.seconds)
        case = "G3" if database == "sqlite" else "G4"
        rate = rates(loads["ours"])
        note = f"{size_of(ours) / 1000:.0f} KB, {rate[0]:.0f}/s"
        for name, what, bound in (("peer", "SQLAlchemy async", RIVAL), ("floor", "fixed body", FLOOR)):
            value = ratio(rate, rates(loads[name]))
            more = f"{note}, {by_cost(loads['ours'], loads[name])}"
            what = f"page of 100 of {stage.big:,} / {what}"
            stage.add(case, database, what, value, at_least(bound[database]), note=more)


def deep(stage: Stage) -> None:
    """G5: the page in the middle, by cursor and by offset, against the first one; one client."""
    for database in stage.databases:
        world, server = stage.world(database, stage.big), stage.server(database, stage.big)
        middle = stage.big // 2
        project = f"/api/tasks/?project={world.facts.project}&page_size=100"
        targets = {
            "first": as_admin(server, "/v1/tasks?kind=human&limit=100", connections=1),
            "keyset": as_admin(
                server, f"/v1/tasks?kind=human&limit=100&after={world.facts.middle}", connections=1
            ),
            "first offset": as_admin(server, project, connections=1),
            "offset": as_admin(server, f"{project}&page={middle // 100 + 1}", connections=1),
        }
        loads = interleaved(targets, stage.rounds, stage.seconds)
        value = ratio(rates(loads["first"]), rates(loads["keyset"]))
        stage.add(
            "G5",
            database,
            f"page at row {middle:,} by cursor / first, time",
            value,
            at_most(1.5),
            note="native",
        )
        value = ratio(rates(loads["first offset"]), rates(loads["offset"]))
        goal = at_most(100) if database == "sqlite" else None
        stage.add(
            "G5",
            database,
            f"page at row {middle:,} by offset / first, time",
            value,
            goal,
            note="Label Studio",
        )


def founding(world: World) -> dict[str, tuple[str | None, str]]:
    """The founding lists of one database: the user, None for the admin, and the path."""
    oracle = "/bpm/api/4.0/tasks?limit=25&assignment="
    return {
        "Camunda process definitions": (
            None,
            "/engine-rest/process-definition?sortBy=key&sortOrder=asc&maxResults=50",
        ),
        "Camunda process definitions, latest": (
            None,
            "/engine-rest/process-definition?latestVersion=true&maxResults=10",
        ),
        "Conductor task definition, one": (None, "/api/metadata/taskdefs/task_0000500"),
        "Oracle tasks, admin": (None, oracle + "ALL"),
        "Oracle tasks, small inbox": ("small", oracle + "MY_AND_GROUP"),
        "Oracle tasks, large group": ("member", oracle + "MY_AND_GROUP"),
        "Label Studio tasks": (None, f"/api/tasks/?project={world.facts.project}&page_size=50"),
        "Label Studio tasks, fields=all": (
            None,
            f"/api/tasks/?project={world.facts.project}&page_size=50&fields=all",
        ),
        "native tasks": (None, "/v1/tasks?limit=50"),
        "native tasks, ready": (None, "/v1/tasks?kind=human&state=ready&limit=50"),
        "native tasks, of a state that none is in": (None, "/v1/tasks?kind=human&state=scheduled&limit=50"),
        "native definitions": (None, "/v1/definitions?limit=50"),
    }


def sizes(stage: Stage) -> None:
    """Each founding list: the first page out of many against the first page out of a thousand; one client."""
    for database in stage.databases:
        pairs = [(stage.server(database, size), stage.world(database, size)) for size in (SMALL, stage.big)]
        lists = [founding(world) for _, world in pairs]
        for name in lists[0]:
            targets = {}
            for (server, world), paths in zip(pairs, lists, strict=True):
                user, path = paths[name]
                target = as_user(server, user, path) if user else as_admin(server, path)
                targets[str(world.facts.size)] = Target(
                    url=target.url, token=target.token, basic=target.basic, connections=4
                )
            loads = interleaved(targets, stage.rounds, stage.seconds)
            few, many = loads[str(SMALL)], loads[str(stage.big)]
            note = f"{medians(few)[0]:.2f} → {medians(many)[0]:.2f} ms"
            stage.add(
                "Lists",
                database,
                f"{name}: of {stage.big:,} / of {SMALL:,}, time",
                ratio(rates(few), rates(many)),
                at_most(1.5),
                note=note,
            )


def everything(stage: Stage) -> None:
    """A page of a hundred with all that a task shows, against a fixed body of its size."""
    for database in stage.databases:
        world, server = stage.world(database, stage.big), stage.server(database, stage.big)
        paths = {
            "Label Studio, fields=all": f"/api/tasks/?project={world.facts.project}&page_size=100&fields=all",
            "Oracle, all fields": "/bpm/api/4.0/tasks?assignment=ALL&limit=100&totalResults=true",
        }
        for name, path in paths.items():
            ours = as_admin(server, path)
            targets = {"ours": ours, "floor": stage.floor(size_of(ours))}
            loads = interleaved(targets, stage.rounds, stage.seconds)
            rate = rates(loads["ours"])
            note = f"{size_of(ours) / 1000:.0f} KB, {rate[0]:.0f}/s, {by_cost(loads['ours'], loads['floor'])}"
            value = ratio(rate, rates(loads["floor"]))
            stage.add("Pages", database, f"{name}: page of 100 / fixed body", value, note=note)
