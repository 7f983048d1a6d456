"""The API of Label Studio (HumanSignal), open server and the Enterprise operations around tasks."""

from taskyard.dialects.labelstudio.access import authenticate
from taskyard.dialects.labelstudio.errors import VERSION, ErrorEnvelope, render_problem
from taskyard.dialects.labelstudio.operations import OPERATIONS
from taskyard.http.operation import Connect, Dialect

DIALECT = Dialect(
    name="labelstudio",
    title="Label Studio",
    version=VERSION,
    mounts=("/api",),
    operations=OPERATIONS,
    authenticate=authenticate,
    render_problem=render_problem,
    slash=True,
    error_statuses=dict.fromkeys((400, 401, 403, 404, 405, 409, 413, 415, 429, 500, 503), ErrorEnvelope),
    security_schemes={
        "token": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`",
        },
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    },
    connect=(
        Connect(
            "Python SDK",
            "python -c 'from label_studio_sdk import LabelStudio; "
            'print(LabelStudio(base_url="{url}", api_key="{token}").users.whoami())\'',
        ),
        Connect("curl", "curl {url}/api/projects/ -H 'Authorization: Token {token}'"),
    ),
    description="Labelling projects, imports, tasks, annotations, predictions, views and members.",
)
"""The dialect as the server mounts it."""
