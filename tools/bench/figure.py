"""What a benchmark found: a figure beside its goal, and the table of all of them."""

from __future__ import annotations

import statistics
from typing import Literal

import msgspec


class Goal(msgspec.Struct, frozen=True):
    """A bound to hold: at `least` or at `most`."""

    sense: Literal["least", "most"]
    bound: float

    def holds(self, value: float) -> bool:
        return value >= self.bound if self.sense == "least" else value <= self.bound


def at_least(bound: float) -> Goal:
    return Goal("least", bound)


def at_most(bound: float) -> Goal:
    return Goal("most", bound)


class Figure(msgspec.Struct, kw_only=True):
    """One measured number. Ratios have the unit `x`; `note` says what they were made of."""

    case: str
    database: str
    what: str
    value: float
    unit: str = "x"
    goal: Goal | None = None
    verdict: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if self.goal is None:
            self.verdict = "measured"
        else:
            self.verdict = "held" if self.goal.holds(self.value) else "missed"


def shown(value: float, unit: str) -> str:
    """A number with its unit, in three digits."""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 0.1 else 3
    text = f"{value:,.{digits}f}"
    return f"{text}x" if unit == "x" else f"{text} {unit}".rstrip()


def ratio(above: list[float], below: list[float]) -> float:
    """The median of the ratios inside each round."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


HEADINGS = ("case", "database", "what", "goal", "figure", "verdict", "note")


def table(figures: list[Figure]) -> str:
    """All figures as a Markdown table."""
    rows = [HEADINGS, *[_cells(figure) for figure in figures]]
    widths = [max(len(row[index]) for row in rows) for index in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, ...]:
    goal = ""
    if figure.goal is not None:
        goal = f"{'≥' if figure.goal.sense == 'least' else '≤'} {shown(figure.goal.bound, figure.unit)}"
    return (
        figure.case,
        figure.database,
        figure.what,
        goal,
        shown(figure.value, figure.unit),
        figure.verdict,
        figure.note,
    )


def _line(cells: tuple[str, ...], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"
