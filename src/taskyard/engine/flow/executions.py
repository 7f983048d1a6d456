"""Starting workflow executions by command."""

from __future__ import annotations

from typing import Any

import msgspec

from taskyard.engine.expressions.secrets import defused_json
from taskyard.engine.flow import tested
from taskyard.engine.flow.commands import Started, StartExecution
from taskyard.engine.flow.launch import Launch
from taskyard.engine.flow.session import Session
from taskyard.engine.protocol import decides
from taskyard.model.problem import rejected
from taskyard.model.view import View


@decides(StartExecution)
def start_execution(command: StartExecution, view: View) -> Started:
    session = Session(view, command.actor)
    wanted = Launch(
        key=command.key,
        version=command.version,
        document=command.document,
        input=_object(defused_json(command.input)),
        correlation=command.correlation,
        priority=command.priority,
        task_to_domain=command.task_to_domain,
        idempotency_key=command.idempotency_key,
        idempotency_strategy=command.idempotency_strategy,
        creator=command.creator,
        event=command.event,
        test=command.test,
    )
    execution, fresh = session.launch(wanted)
    session.settle()
    if command.test:
        tested.limit(view, execution)
    return Started(execution, fresh)


def _object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise rejected("invalid", f"The input is not a JSON object: {error}", reason="bad_input") from None
