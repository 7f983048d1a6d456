"""Limits on handing out tasks of one name: how many at once, and how many per sliding window.

The moments of the last hand-outs are kept in at most `SLOTS` slots of time; a slot counts until its last moment has left
the window, so that no window ever holds more than the limit.
"""

from __future__ import annotations

import msgspec

from taskyard.model.task import Throttle
from taskyard.model.view import View

SLOTS = 100


class _Limits(msgspec.Struct):
    """What a worker definition says of limits."""

    concurrent_exec_limit: int | None = None
    rate_limit_per_frequency: int | None = None
    rate_limit_frequency_in_seconds: int | None = None


_decode_limits = msgspec.json.Decoder(_Limits).decode
_decode = msgspec.json.Decoder(list[tuple[int, int]]).decode
_encode = msgspec.json.Encoder().encode


def topic(name: str) -> str:
    """The wake-up topic of a throttle: told once for each slot that becomes free."""
    return f"throttle:{name}"


def ensure(view: View, throttle: Throttle) -> None:
    """Have a row for a throttle. One that is there keeps its limits: they change with `adjust` only."""
    if view.peek(Throttle, throttle.name) is None:
        view.insert(throttle)


def follow(view: View, name: str, document: str) -> None:
    """Set the limits of a name to what the worker definition (JSON text of a `model.flow.TaskDef`) says."""
    try:
        limits = _decode_limits(document)
    except msgspec.MsgspecError:
        return  # not a definition with limits
    adjust(
        view,
        name,
        most=limits.concurrent_exec_limit or 0,
        per_period=limits.rate_limit_per_frequency or 0,
        period_ms=(limits.rate_limit_frequency_in_seconds or 0) * 1000,
    )


def adjust(view: View, name: str, *, most: int, per_period: int, period_ms: int) -> None:
    """Set the limits of a name, if they differ, and let those who wait look again. Nothing is kept for a name that
    never had a limit."""
    row = view.get(Throttle, name)
    if row is None:
        if most > 0 or per_period > 0:
            fresh = Throttle(name=name, most=most, per_period=per_period, period_ms=period_ms)
            view.insert(fresh)
        return
    if (row.most, row.per_period, row.period_ms) == (most, per_period, period_ms):
        return
    row.most, row.per_period, row.period_ms = most, per_period, period_ms
    view.update(row)
    view.wake(topic(name))


def room(row: Throttle, now: int) -> int | None:
    """How many tasks may be handed out now; None for any number."""
    free: list[int] = []
    if row.most > 0:
        free.append(row.most - row.running)
    if row.per_period > 0:
        free.append(row.per_period - sum(number for _, number in _recent(row, now)))
    return max(0, min(free)) if free else None


def again_at(row: Throttle, now: int) -> int | None:
    """When the window will have moved on far enough for one more; None when the window is not what holds back."""
    if row.per_period <= 0:
        return None
    recent = _recent(row, now)
    surplus = sum(number for _, number in recent) - row.per_period
    for moment, number in recent:
        if surplus < 0:
            break
        surplus -= number
        if surplus < 0:
            return moment + row.period_ms
    return None


def take(view: View, row: Throttle, number: int) -> None:
    """Count `number` hand-outs."""
    row.running += number
    if row.per_period > 0:
        recent = _recent(row, view.now)
        width = max(1, row.period_ms // SLOTS) if row.per_period > SLOTS else 1
        if recent and recent[-1][0] // width == view.now // width:
            recent[-1] = (view.now, recent[-1][1] + number)
        else:
            recent.append((view.now, number))
        row.recent = _encode(recent).decode()
    view.update(row)


def release(view: View, name: str) -> None:
    """A task of that name is not in work any more."""
    row = view.get(Throttle, name)
    if row is None:
        return
    row.running = max(0, row.running - 1)
    view.update(row)
    view.wake(topic(name))


def _recent(row: Throttle, now: int) -> list[tuple[int, int]]:
    """`(last moment, hand-outs)` of the slots that are in the window still, oldest first."""
    if not row.recent:
        return []
    return [pair for pair in _decode(row.recent) if pair[0] > now - row.period_ms]
