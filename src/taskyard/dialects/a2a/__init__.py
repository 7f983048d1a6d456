"""The Agent2Agent protocol: the agent card, and every operation's refusal in the protocol's own words."""

from taskyard.dialects.a2a.access import authenticate
from taskyard.dialects.a2a.errors import render_problem
from taskyard.dialects.a2a.operations import OPERATIONS
from taskyard.dialects.a2a.wire import RestFailure
from taskyard.http.operation import Connect, Dialect

DIALECT = Dialect(
    name="a2a",
    title="Agent2Agent",
    version="1.0 and 0.3",
    mounts=("/a2a",),
    slash=True,
    operations=OPERATIONS,
    authenticate=authenticate,
    render_problem=render_problem,
    error_statuses=dict.fromkeys((400, 401, 403, 404, 405, 413, 415, 500, 501), RestFailure),
    security_schemes={
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
    },
    connect=(Connect(title="Agent card", command="curl {url}/.well-known/agent-card.json"),),
    description="Discovery for agents. Work cannot be given over this API yet.",
)
