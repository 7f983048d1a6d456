"""Fills databases for the benchmarks through the store's own write path."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from taskyard.app.application import Application
from taskyard.app.identity import hash_token
from taskyard.engine.definitions import PutDefinition
from taskyard.engine.identity import PutGroup, PutUser
from taskyard.engine.tokens import IssueToken
from taskyard.model.command import Command, decides
from taskyard.model.task import (
    Candidate,
    Progress,
    Submission,
    SubmissionDocument,
    Task,
    TaskAttribute,
    TaskDocument,
)
from taskyard.model.view import View

CHUNK = 5_000
SMALL_INBOX = 60
"""Tasks of user small, whatever the size of the rest."""

WORDS = ("invoice", "order", "claim", "report", "review", "visit", "contract", "audit")


class Fill(Command, kw_only=True, frozen=True):
    """Insert `count` tasks of a kind as one batch; `first` numbers them."""

    kind: str
    definition_id: int
    first: int
    count: int
    groups: int = 20
    users: int = 200


@decides(Fill)
def fill(command: Fill, view: View) -> None:
    makers = {"human": human_rows, "label": label_rows}
    dice = random.Random(command.first)
    rows: dict[type, list[Any]] = {}
    for number in range(command.first, command.first + command.count):
        for row in makers[command.kind](command, view, dice, number):
            rows.setdefault(type(row), []).append(row)
    for some in rows.values():
        view.insert_many(some)


def human_rows(command: Fill, view: View, dice: random.Random, number: int) -> list[Any]:
    """An approval for a group, every other one for the same; four in five are done, one in five of the open ones is
    claimed. The first few are user small's."""
    moment = 1_700_000_000_000 + number * 1_000
    closed = dice.random() < 0.8
    claimed = closed or dice.random() < 0.2
    small = number < SMALL_INBOX
    group = "crowd" if number % 2 else f"group{number % command.groups}"
    task_id = view.row_id()
    task = Task(
        id=task_id,
        uid=view.uid(),
        kind="human",
        definition_id=command.definition_id,
        title=f"{dice.choice(WORDS)} {number}",
        phase="closed" if closed else "active" if claimed or small else "ready",
        outcome="succeeded" if closed else None,
        closed_at=moment if closed else None,
        assignee="small" if small else f"user{dice.randrange(command.users)}" if claimed else None,
        creator="admin",
        priority=1 + number % 5,
        created_at=moment,
        assigned_at=moment,
        updated_at=moment,
    )
    return [
        task,
        Candidate(task_id=task_id, type="group", name=group, open=not closed),
        TaskAttribute(task_id=task_id, name="category", text=WORDS[number % 8], indexed=True),
        TaskAttribute(task_id=task_id, name="identificationKey", text=f"K{number}", indexed=True),
    ]


def label_rows(command: Fill, view: View, dice: random.Random, number: int) -> list[Any]:
    """A text to classify; one in four has an annotation, one in four a prediction."""
    moment = 1_700_000_000_000 + number * 1_000
    task_id = view.row_id()
    labeled, predicted = number % 4 == 0, number % 4 == 1
    text = f"{dice.choice(WORDS)} {dice.choice(WORDS)} {number}"
    rows: list[Any] = [
        Task(
            id=task_id,
            uid=view.uid(),
            kind="label",
            definition_id=command.definition_id,
            number=number + 1,
            created_at=moment,
            assigned_at=moment,
            updated_at=moment,
            creator="admin",
        ),
        TaskDocument(task_id=task_id, document='{"data":{"text":"' + text + '"},"meta":{}}'),
        TaskAttribute(task_id=task_id, name="data.text", text=text),
        Progress(
            task_id=task_id,
            definition_id=command.definition_id,
            labeled=labeled,
            annotations=int(labeled),
            predictions=int(predicted),
        ),
    ]
    if labeled or predicted:
        submission = Submission(
            id=view.row_id(),
            uid=view.uid(),
            task_id=task_id,
            definition_id=command.definition_id,
            kind="annotation" if labeled else "prediction",
            author_id=1 if labeled else None,
            created_at=moment,
            updated_at=moment,
            model_version=None if labeled else "v1",
            score=None if labeled else 0.5,
        )
        result = (
            '{"result":[{"id":"a","from_name":"c","to_name":"t","type":"choices","value":{"choices":["A"]}}]}'
        )
        rows += [submission, SubmissionDocument(submission_id=submission.id, document=result)]
    return rows


async def people(app: Application) -> None:
    """Users and groups; tokens for small, who has a few tasks, and for member, whose group has half of all."""
    admin = await app.identity.by_name("admin")
    for number in range(20):
        await app.run(PutGroup(actor=admin, name=f"group{number}"))
    for number in range(200):
        await app.run(PutUser(actor=admin, name=f"user{number}", groups=(f"group{number % 20}",)))
    await app.run(PutGroup(actor=admin, name="crowd"))
    for name, groups in (("small", ()), ("member", ("crowd",))):
        await app.run(PutUser(actor=admin, name=name, groups=groups))
        await app.run(IssueToken(actor=admin, name=name, hash=hash_token(f"bench-{name}")))


async def tasks(app: Application, kind: str, definition: str, document: str, count: int) -> int:
    """`count` tasks of one definition; its row id."""
    definition_kind = {"human": "human", "label": "project"}[kind]
    version = await app.run(
        PutDefinition(kind=definition_kind, key=definition, document=document, name=definition)
    )
    waiting = []
    for first in range(0, count, CHUNK):
        waiting.append(
            app.run(
                Fill(
                    kind=kind,
                    definition_id=version.definition_id,
                    first=first,
                    count=min(CHUNK, count - first),
                )
            )
        )
        if len(waiting) >= 4:
            await asyncio.gather(*waiting)
            waiting.clear()
    await asyncio.gather(*waiting)
    return version.definition_id
