"""The passes of a loop: what they gave, what its condition sees of them, and letting go of old ones."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from taskyard.engine.expressions.path import Deferred
from taskyard.engine.flow import removal
from taskyard.engine.flow.extra import extra_of
from taskyard.engine.flow.payload import encode
from taskyard.model.execution import ElementInstance, Variable
from taskyard.model.flow import WorkflowTask

if TYPE_CHECKING:
    from taskyard.engine.flow.records import Records
    from taskyard.engine.flow.run import Run

HOLDERS = ("SWITCH", "DECISION", "FORK_JOIN", "FORK", "FORK_JOIN_DYNAMIC")
"""Types of records that hold others of the same pass."""
BLOCK = 64
"""Items that are kept in one row."""
ROOM = 1024
"""Bytes of the limit of an output that are left for what is not of the passes."""


class LoopOutput(Deferred):
    """The output of an open loop: its number of the pass, index and item at once, older passes when they are asked for."""

    def __init__(self, run: Records, record: ElementInstance) -> None:
        super().__init__({"iteration": record.iteration, **_item(run, record)})
        self.run, self.record = run, record
        self._whole: dict[str, Any] | None = None

    def get(self, key: str, default: Any = None) -> Any:
        if key in self:
            return self[key]
        return self.whole().get(key, default)

    def whole(self) -> dict[str, Any]:
        if self._whole is None:
            self._whole = output_of(self.run, self.record)
        return self._whole


def output_of(run: Records, record: ElementInstance) -> dict[str, Any]:
    """`{"iteration": n, "1": {reference: output}, …}` of the passes that are kept, with the index and item of the present
    one where there are items. The oldest passes are left out where all would be more than an output may be."""
    by_pass: dict[int, dict[str, Any]] = {}
    inside = _inside(run, record)
    run.load_outputs(inside)
    for each in inside:
        if each.phase == "closed" and not each.retried:
            by_pass.setdefault(pass_of(record, each), {})[each.element] = run.output_of(each)
    room = run.view.limits.payload - ROOM
    kept: dict[str, Any] = {}
    for number in sorted(by_pass, reverse=True):
        room -= len(encode(by_pass[number])) + len(str(number)) + 4
        if room < 0:
            break
        kept[str(number)] = by_pass[number]
    return {"iteration": record.iteration, **dict(reversed(kept.items())), **_item(run, record)}


def seen_by_condition(run: Run, record: ElementInstance, node: WorkflowTask) -> dict[str, Any]:
    """What `$` is in the condition: the loop's input, its output under its own name, and the outputs of this pass by
    name; of the last two only what the condition speaks of."""
    condition = node.loop_condition or ""
    seen = dict(run.input_of(record))
    everything = _looks_back(condition, record.element)
    output: dict[str, Any] = {"iteration": record.iteration}
    if everything:
        output = output_of(run, record)
    seen[record.element] = output
    inside = [name for name in _names_in(node) if everything or name in condition]
    suffix = f"{record.suffix}__{record.iteration}"
    for name in inside:
        found = run.latest(name, suffix)
        if found is not None:
            seen[name] = run.output_of(found)
    return seen


def may_leave_open(node: WorkflowTask) -> bool:
    """Some fork in the loop is followed by something else than a join of all its branches, so that the sequence can be
    through before every branch is."""
    waiting = [node.loop_over]
    while waiting:
        sequence = waiting.pop()
        for place, each in enumerate(sequence):
            inside = [*each.decision_cases.values(), each.default_case, *each.fork_tasks]
            waiting += [tasks for tasks in inside if tasks]
            if each.type in ("FORK_JOIN", "FORK"):
                following = sequence[place + 1] if place + 1 < len(sequence) else None
                ends = {branch[-1].task_reference_name for branch in each.fork_tasks if branch}
                if following is None or following.type != "JOIN" or not ends <= set(following.join_on):
                    return True
    return False


def is_open(run: Run, suffix: str) -> bool:
    """Something of that pass, or of a pass inside it, is open or about to be."""
    coming = [piece[4] for piece in run.work if piece[0] == "schedule"]
    coming += [run.record(piece[1]).suffix for piece in run.work if piece[0] == "proceed"]
    there = [record.suffix for record in run.open_records()]
    return any(each == suffix or each.startswith(f"{suffix}__") for each in (*coming, *there))


def keep_items(run: Run, record: ElementInstance, items: list[Any]) -> None:
    """Keep the items of a loop in blocks, so that a pass reads one block and not all."""
    again = record.id in run.before
    keys = [(record.execution_id, record.id, str(place)) for place in range(-(-len(items) // BLOCK))]
    if again:
        run.view.load(Variable, keys)
    for place, key in enumerate(keys):
        row = Variable(
            execution_id=record.execution_id,
            scope_id=record.id,
            name=str(place),
            value=encode(items[place * BLOCK : (place + 1) * BLOCK]).decode(),
            updated_at=run.now,
        )
        if again and run.view.get(Variable, *key) is not None:
            run.view.update(row)
        else:
            run.view.insert(row)


def drop(run: Run, record: ElementInstance, number: int) -> None:
    """Remove the records of a pass that is not to be kept."""
    if number >= 1:
        inside = _inside(run, record, (*HOLDERS, "DO_WHILE"))
        removal.remove(run, [each for each in inside if pass_of(record, each) <= number])


def _item(run: Records, record: ElementInstance) -> dict[str, Any]:
    """Index and item of the present pass, where there are items."""
    count = extra_of(record).sub.get("items")
    index = record.iteration - 1
    if not count or index < 0:
        return {}
    row = run.view.get(Variable, record.execution_id, record.id, str(index // BLOCK))
    block = run.decode(row.value) if row is not None else []
    item = block[index % BLOCK] if index % BLOCK < len(block) else None
    return {"loopIndex": index, "loopItem": item}


def _inside(
    run: Records, record: ElementInstance, holders: tuple[str, ...] = HOLDERS
) -> list[ElementInstance]:
    """Every record of the passes, at any depth below holders of these types."""
    found: list[ElementInstance] = []
    level = [record.id]
    while level:
        held = run.held_by(*level)
        found += held
        level = [each.id for each in held if each.kind in holders]
    return found


def pass_of(record: ElementInstance, inside: ElementInstance) -> int:
    """The pass of the loop `record` to which what it holds belongs."""
    return int(inside.suffix[len(record.suffix) + 2 :].partition("__")[0])


@lru_cache(maxsize=1024)
def _looks_back(condition: str, loop: str) -> bool:
    """The condition speaks of more of the loop than the number of its pass."""
    name = re.escape(loop)
    plain = rf"""\$(?:\.{name}|\[\s*['"]{name}['"]\s*\])(?:\.iteration\b|\[\s*['"]iteration['"]\s*\])"""
    rest = re.sub(plain, "", condition)
    return loop in rest or re.search(r"\$(?!\s*[.\[])", rest) is not None


def _names_in(node: WorkflowTask) -> list[str]:
    """The names inside a loop, but for what inner loops hold."""
    found: list[str] = []
    waiting = list(node.loop_over)
    while waiting:
        each = waiting.pop()
        found.append(each.task_reference_name)
        if each.type != "DO_WHILE":
            waiting += each.children()
    return found
