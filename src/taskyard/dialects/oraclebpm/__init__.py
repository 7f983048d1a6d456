"""The human-task list API of Oracle BPM."""

from taskyard.dialects.oraclebpm.access import SECURITY_SCHEMES, authenticate
from taskyard.dialects.oraclebpm.errors import render_problem
from taskyard.dialects.oraclebpm.operations import OPERATIONS
from taskyard.dialects.oraclebpm.wire import ErrorBody
from taskyard.http.operation import Connect, Dialect

DIALECT = Dialect(
    name="oraclebpm",
    title="Oracle BPM task list",
    version="4.0",
    mounts=("/bpm/api/4.0", "/bpm/api/3.0"),
    operations=OPERATIONS,
    authenticate=authenticate,
    render_problem=render_problem,
    error_statuses=dict.fromkeys(
        (400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 500, 501, 503), ErrorBody
    ),
    security_schemes=SECURITY_SCHEMES,
    connect=(
        Connect(
            "My task list", "curl -u 'admin:{password}' '{url}/bpm/api/4.0/tasks?assignment=ALL&limit=25'"
        ),
    ),
    description="The task list of people: approvals, to-dos and every other task that waits for somebody.",
)
