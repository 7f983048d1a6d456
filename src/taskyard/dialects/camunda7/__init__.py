"""Camunda Platform 7: its REST API for process definitions and deployments."""

from taskyard.dialects.camunda7.access import authenticate
from taskyard.dialects.camunda7.definitions import SPOKEN
from taskyard.dialects.camunda7.errors import render_problem
from taskyard.dialects.camunda7.operations import OPERATIONS
from taskyard.dialects.camunda7.wire import Failure
from taskyard.http.operation import Connect, Dialect

DIALECT = Dialect(
    name="camunda7",
    title="Camunda 7",
    version=SPOKEN,
    mounts=("/engine-rest", "/engine-rest/engine/{engine}"),
    operations=OPERATIONS,
    authenticate=authenticate,
    render_problem=render_problem,
    error_statuses=dict.fromkeys((400, 403, 404, 405, 413, 415, 429, 501, 503), Failure) | {401: None},
    security_schemes={
        "basic": {"type": "http", "scheme": "basic"},
        "bearer": {"type": "http", "scheme": "bearer"},
    },
    connect=(
        Connect(
            "curl", "curl -u 'admin:{password}' '{url}/engine-rest/process-definition?latestVersion=true'"
        ),
        Connect("pycamunda", "pycamunda.processdef.GetList('{url}/engine-rest')"),
        Connect("Camunda Modeler", "Deploy to {url}/engine-rest with HTTP Basic, user admin"),
    ),
    description="Process definitions and deployments of the Camunda Platform 7 REST API.",
)
