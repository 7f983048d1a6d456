"""Worlds of workers and callers from seeds: invariants after each step, and the outcome that the model foretells.

`TASKYARD_SIMULATION_SEEDS` is how many worlds are run on each database (few by default, many in `make nightly`),
`TASKYARD_SIMULATION_FIRST` the first seed. A failure names its seed; running that seed alone tells the same story.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.engine.flow.workshop import Workshop
from tests.simulation.world import World

from taskyard.config import Settings

FIRST = int(os.environ.get("TASKYARD_SIMULATION_FIRST", "1"))
MANY = os.environ.get("TASKYARD_SIMULATION_SEEDS")
SEEDS = {"sqlite": int(MANY or 3), "postgres": int(MANY or 1)}
STEPS = 40
TOLD = 60
"""Steps of the story that a failure shows."""


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Settings]:
    """A database of its own for each world would cost more than the world: one for all of them."""
    settings = Settings(data=str(tmp_path))
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").create()
        settings = Settings(data=str(tmp_path), database_url=url)
    return request.param, settings


def test_worlds_keep_their_invariants_and_end_as_foretold(place: tuple[str, Settings]) -> None:
    database, settings = place
    shop = Workshop(settings)
    try:
        for seed in range(FIRST, FIRST + SEEDS[database]):
            _live(shop, seed)
    finally:
        shop.close()


def _live(shop: Workshop, seed: int) -> None:
    world = World(shop, seed)
    try:
        for _ in range(STEPS):
            world.step()
            world.check()
        world.check_outcomes()
        world.finish()
        world.check_all()
        for uid in world.started:
            row = shop.execution(uid)
            done = {name for execution, name in world.ledger if execution == row.id}
            assert world.foretold(row).tasks >= done, "a task ran that is not on the way"
    except AssertionError as fault:
        told = "\n".join(world.story[-TOLD:])
        pytest.fail(f"seed {seed}: {fault}\n{told}", pytrace=False)
