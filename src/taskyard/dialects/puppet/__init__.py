"""Puppet's orchestrator API, tasks endpoint, with the file server and the login that its clients need."""

from taskyard.dialects.puppet.access import authenticate
from taskyard.dialects.puppet.errors import render_problem
from taskyard.dialects.puppet.operations import OPERATIONS
from taskyard.dialects.puppet.wire import ErrorBody
from taskyard.http.operation import Connect, Dialect

DIALECT = Dialect(
    name="puppet",
    title="Puppet orchestrator",
    version="v1",
    mounts=("/orchestrator", "/puppet/v3", "/rbac-api/v1", "/classifier-api/v1", "/pcp", "/pcp2"),
    root_mount=True,
    operations=OPERATIONS,
    authenticate=authenticate,
    render_problem=render_problem,
    error_statuses=dict.fromkeys((401, 403, 404, 405, 413, 500, 501), ErrorBody),
    security_schemes={
        "token": {"type": "apiKey", "in": "header", "name": "X-Authentication"},
        "tokenParameter": {"type": "apiKey", "in": "query", "name": "token"},
    },
    connect=(
        Connect(title="curl", command="curl -H 'X-Authentication: {token}' {url}/orchestrator/v1/tasks"),
        Connect(
            title="puppet task, Bolt and other clients of the orchestrator",
            command="service-url: {url}, token: {token}",
        ),
    ),
    description="Tasks of a Puppet code directory: list, details, files.",
)
