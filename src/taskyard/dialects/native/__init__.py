"""The native API: every definition and task of every world, and the people who may do what."""

from taskyard.dialects.native.access import SECURITY_SCHEMES, authenticate
from taskyard.dialects.native.operations import OPERATIONS
from taskyard.http.operation import Connect, Dialect
from taskyard.http.problem import ProblemDocument, problem_response

DIALECT = Dialect(
    name="native",
    title="Taskyard",
    version="1",
    mounts=("/v1",),
    operations=OPERATIONS,
    authenticate=authenticate,
    render_problem=problem_response,
    unknown_params="refuse",
    error_statuses=dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 415, 500, 503), ProblemDocument),
    security_schemes=SECURITY_SCHEMES,
    connect=(
        Connect("The open tasks", "curl -H 'Authorization: Bearer {token}' '{url}/v1/tasks?state=open'"),
        Connect(
            "Open a task",
            "curl -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' {url}/v1/tasks "
            """-d '{"title": "Check the invoice", "candidate_groups": ["finance"]}'""",
        ),
    ),
    description="Lists over all kinds of definitions and tasks, the writes that feed them, and people.",
)
