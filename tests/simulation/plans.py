"""Workflows made from a seed, of everything that decides about the order of things."""

from __future__ import annotations

from random import Random

from tests.engine.flow.workshop import Workshop, each_of, fork, simple, sub, switch

from taskyard.model.flow import WorkflowTask

TASKS = {
    "plain": {"retry_count": 1, "response_timeout_seconds": 30},
    "eager": {
        "retry_count": 3,
        "response_timeout_seconds": 60,
        "retry_logic": "EXPONENTIAL_BACKOFF",
        "retry_delay_seconds": 2,
    },
    "once": {"retry_count": 0, "response_timeout_seconds": 20},
    "narrow": {"retry_count": 2, "response_timeout_seconds": 30, "concurrent_exec_limit": 2},
    "timed": {
        "retry_count": 1,
        "response_timeout_seconds": 40,
        "timeout_seconds": 90,
        "timeout_policy": "RETRY",
    },
    "fatal": {"retry_count": 2, "response_timeout_seconds": 45, "timeout_seconds": 50},
}
"""Task definitions; the queues have their names."""


class Drafter:
    """Draws workflows."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.made = 0
        self.children: list[str] = []

    def sequence(self, depth: int, most: int = 3) -> list[WorkflowTask]:
        """One to `most` steps."""
        found: list[WorkflowTask] = []
        for _ in range(self.random.randint(1, most)):
            found += self._step(depth)
        return found

    def _step(self, depth: int) -> list[WorkflowTask]:
        reference = self._name()
        draw = self.random.random()
        if depth <= 0 or draw < 0.5:
            return [self._simple(reference)]
        if draw < 0.68:
            branches = [self.sequence(depth - 1, 2) for _ in range(self.random.randint(2, 3))]
            return fork(reference, *branches)
        if draw < 0.78:
            return [
                switch(reference, "go", go=self.sequence(depth - 1, 2), other=[self._simple(self._name())])
            ]
        if draw < 0.88:
            items = list(range(self.random.randint(1, 3)))
            return [each_of(reference, items, *self.sequence(depth - 1, 2))]
        if self.children and draw < 0.97:
            return [sub(reference, self.random.choice(self.children), optional=self.random.random() < 0.3)]
        return [
            WorkflowTask(
                name=reference,
                task_reference_name=reference,
                type="WAIT",
                input_parameters={"duration": f"{self.random.randint(1, 40)} s"},
            )
        ]

    def _simple(self, reference: str) -> WorkflowTask:
        luck = self.random.random()
        return simple(
            reference,
            self.random.choice(sorted(TASKS)),
            optional=luck < 0.12,
            permissive=0.12 <= luck < 0.2,
        )

    def _name(self) -> str:
        self.made += 1
        return f"t{self.made}"


def draft(shop: Workshop, random: Random, mark: str) -> dict[str, list[WorkflowTask]]:
    """Register a handful of workflows, later ones with earlier ones as children; their tasks by name."""
    for name, members in TASKS.items():
        shop.define_task(name, **members)
    drafter = Drafter(random)
    made: dict[str, list[WorkflowTask]] = {}
    for number in range(5):
        name = f"{mark}_{number}"
        made[name] = drafter.sequence(depth=min(number, 3))
        shop.define(name, *made[name])
        drafter.children.append(name)
    return made
