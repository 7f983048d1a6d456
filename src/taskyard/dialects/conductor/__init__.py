"""The API of Conductor (Netflix, conductor-oss, Orkes)."""

from taskyard import __version__
from taskyard.dialects.conductor.access import authenticate
from taskyard.dialects.conductor.errors import render_problem
from taskyard.dialects.conductor.operations import OPERATIONS
from taskyard.dialects.conductor.wire import ErrorBody
from taskyard.http.operation import Connect, Dialect

DIALECT = Dialect(
    name="conductor",
    title="Conductor",
    version=__version__,
    mounts=("/api",),
    operations=OPERATIONS,
    authenticate=authenticate,
    render_problem=render_problem,
    error_statuses=dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 415, 500, 501, 503), ErrorBody),
    security_schemes={
        "token": {"type": "apiKey", "in": "header", "name": "X-Authorization"},
        "bearer": {"type": "http", "scheme": "bearer"},
    },
    connect=(
        Connect(
            "Python client",
            "export CONDUCTOR_SERVER_URL={url}/api CONDUCTOR_AUTH_KEY=admin CONDUCTOR_AUTH_SECRET={token}",
        ),
        Connect("curl", "curl {url}/api/metadata/taskdefs -H 'X-Authorization: {token}'"),
    ),
    description="Workflows, workers, events and schedules, as Conductor's clients expect them.",
)
"""The dialect as the server mounts it."""
