"""The tables between Puppet's states and the lifecycle are total and agree with each other."""

from __future__ import annotations

import itertools

import pytest

from taskyard.dialects.puppet.states import JOB_IN, NODE_IN, job_state, node_state

NODE_STATES = ["new", "ready", "running", "stopping", "stopped", "finished", "failed", "errored", "skipped"]
JOB_STATES = ["new", "ready", "running", "stopping", "stopped", "finished", "failed"]
OPEN = ["scheduled", "ready", "active", "waiting"]
OUTCOMES = ["succeeded", "failed", "cancelled", "rejected", "expired", "skipped"]


def test_every_native_state_has_a_place():
    assert list(NODE_IN) == NODE_STATES
    assert list(JOB_IN) == JOB_STATES


@pytest.mark.parametrize("state", NODE_STATES)
def test_a_node_state_survives_the_round_trip(state: str):
    assert node_state(*NODE_IN[state]) == state


@pytest.mark.parametrize("state", JOB_STATES)
def test_a_job_state_survives_the_round_trip(state: str):
    assert job_state(*JOB_IN[state]) == state


@pytest.mark.parametrize(
    ("phase", "outcome", "stopping"),
    [
        *((phase, None, stopping) for phase, stopping in itertools.product(OPEN, (False, True))),
        *(("closed", outcome, stopping) for outcome, stopping in itertools.product(OUTCOMES, (False, True))),
    ],
)
def test_every_point_of_the_lifecycle_has_a_native_state(phase: str, outcome: str | None, stopping: bool):
    assert node_state(phase, outcome, stopping) in NODE_STATES
    assert job_state(phase, outcome, stopping) in JOB_STATES
