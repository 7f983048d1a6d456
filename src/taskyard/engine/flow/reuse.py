"""Results that are taken over instead of doing the work again (`cacheConfig` of a node)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

from taskyard.engine import timers
from taskyard.engine.expressions import template
from taskyard.engine.flow.extra import extra_of
from taskyard.engine.flow.extra import keep as keep_extra
from taskyard.model.execution import ElementInstance, Reuse, Timer
from taskyard.model.flow import WorkflowTask
from taskyard.model.view import View

if TYPE_CHECKING:
    from taskyard.engine.flow.run import Run

TIMER = "reuse"
KEY = "reuse"
"""Where the key is kept among what a record's behavior keeps."""
LONGEST = 200
"""Characters of a key that is kept as it is; a longer one is kept as its digest."""


class InputScope:
    """The members of an input as the roots of expressions, before those of the workflow: `${uri}-${method}`."""

    def __init__(self, input: dict[str, Any], outer: template.Scope) -> None:
        self.input, self.outer = input, outer

    def member(self, root: str, member: str) -> Any:
        if root not in self.input:
            return self.outer.member(root, member)
        inside = self.input[root]
        return inside.get(member, template.MISSING) if isinstance(inside, dict) else template.MISSING

    def whole(self, root: str) -> Any:
        return self.input[root] if root in self.input else self.outer.whole(root)

    def environment(self, name: str) -> str | None:
        return self.outer.environment(name)


def find(run: Run, record: ElementInstance, node: WorkflowTask) -> dict[str, Any] | None:
    """The output to take over, if there is one; else its key is kept, so that the result can be."""
    config = node.cache_config
    if config is None or not config.key or config.ttl_in_second <= 0:
        return None
    key = str(template.resolve(config.key, InputScope(run.input_of(record), run.scope), task_id=record.uid))
    if len(key) > LONGEST:
        key = hashlib.sha256(key.encode()).hexdigest()
    known = run.view.peek(Reuse, record.name, key)
    if known is not None and known.expires_at > run.now:
        return run.decode(known.document)
    extra = extra_of(record)
    extra.sub = {**extra.sub, KEY: key}
    keep_extra(record, extra)
    return None


def keep(run: Run, record: ElementInstance) -> None:
    """A record with a key has ended: its result may be taken over from now on, if it is one."""
    if record.native_state != "COMPLETED" or not record.extra:
        return
    key = extra_of(record).sub.get(KEY)
    config = run.node(record).cache_config if key is not None else None
    if key is None or config is None:
        return
    row = Reuse(
        name=record.name,
        key=key,
        document=msgspec.json.encode(run.output_of(record)).decode(),
        expires_at=run.now + config.ttl_in_second * 1000,
    )
    if run.view.get(Reuse, row.name, row.key) is None:
        run.view.insert(row)
    else:
        run.view.update(row)
    timers.start(run.view, TIMER, row.expires_at, data={"name": row.name, "key": row.key})


@timers.fires(TIMER)
def forget(view: View, timer: Timer) -> None:
    """A result is too old."""
    data = timers.data_of(timer)
    row = view.get(Reuse, data["name"], data["key"])
    if row is not None and row.expires_at <= view.now:
        view.delete(row)
