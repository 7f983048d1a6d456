"""The table of operations is complete and honest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from taskyard.dialects.conductor import DIALECT

SURFACE = Path(__file__).with_name("surface.txt").read_text().split("\n")
ROWS = {f"{each.method} {re.sub(r'{[^}]*}', '{}', each.path)}": each for each in DIALECT.operations}


@pytest.mark.parametrize("entry", [line for line in SURFACE if line])
def test_every_operation_of_the_native_surface_has_a_row(entry):
    assert entry in ROWS


def test_served_rows_have_a_handler_and_say_what_they_do():
    for each in DIALECT.operations:
        if each.verdict == "served":
            assert each.handler is not None
            assert each.summary
            assert each.returns


def test_refused_rows_say_why():
    assert all(each.why for each in DIALECT.operations if each.verdict == "refused")


def test_names_are_unique():
    names = [each.name for each in DIALECT.operations]
    assert len(names) == len(set(names))
