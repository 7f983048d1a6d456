"""When workers asked for work: shown to people, and what routing to a domain goes by."""

from __future__ import annotations

import msgspec

from taskyard.engine.protocol import Command, decides
from taskyard.model.task import Poll
from taskyard.model.view import View

RECENT_MS = 10_000
"""How long a poll tells that a domain has workers (conductor.md §4.7)."""
FORGOTTEN_MS = 7 * 24 * 3600 * 1000
"""How long a poll is kept."""


class Asked(msgspec.Struct, frozen=True):
    """A worker asked a queue at a moment."""

    queue: str
    domain: str
    holder: str
    at: int


class RecordPoll(Command, kw_only=True, frozen=True):
    """Keep when workers asked last; earlier moments than those kept change nothing."""

    polls: tuple[Asked, ...]


class ForgetPolls(Command, kw_only=True, frozen=True):
    """Remove the polls of workers that have not asked for long; keys as `Poll.KEY` has them."""

    keys: tuple[tuple[str, str, str], ...]


@decides(RecordPoll)
def record_poll(command: RecordPoll, view: View) -> None:
    latest = {
        (poll.queue, poll.domain, poll.holder): poll for poll in sorted(command.polls, key=lambda p: p.at)
    }
    view.load(Poll, latest)
    for key, poll in latest.items():
        row = view.get(Poll, *key)
        if row is None:
            view.insert(Poll(queue=poll.queue, domain=poll.domain, holder=poll.holder, at=poll.at))
        elif row.at < poll.at:
            row.at = poll.at
            view.update(row)


@decides(ForgetPolls)
def forget_polls(command: ForgetPolls, view: View) -> int:
    view.load(Poll, command.keys)
    rows = [row for key in command.keys if (row := view.get(Poll, *key)) is not None]
    old = [row for row in rows if row.at < view.now - FORGOTTEN_MS]
    for row in old:
        view.delete(row)
    return len(old)


def recently_polled(view: View, queue: str, domain: str) -> bool:
    """A worker has asked this queue for work of this domain within the last ten seconds."""
    poll = view.last(Poll, "at", queue=queue, domain=domain)
    return poll is not None and poll.at >= view.now - RECENT_MS
