"""Version and health."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.labelstudio.errors import VERSION
from taskyard.dialects.labelstudio.user_wire import Health
from taskyard.http.message import Request, Response, json_response


async def version(request: Request, params: None, body: None) -> Response:
    """`GET version/`: the members that clients read. The edition says Community, so that the SDK downloads
    exports at once instead of polling for them."""
    short = VERSION.rpartition(".")[0]
    answer: dict[str, Any] = {
        "release": VERSION,
        "label-studio-os-package": {
            "version": VERSION,
            "short_version": short,
            "latest_version_from_pypi": None,
            "latest_version_upload_time": None,
            "current_version_is_outdated": False,
        },
        "label-studio-os-backend": {
            "message": "Taskyard",
            "commit": "",
            "date": "",
            "branch": "",
            "version": VERSION,
        },
        "edition": "Community",
        "backend": {"commit": ""},
    }
    return json_response(answer)


async def health(request: Request, params: None, body: None) -> Response:
    """`GET /health`: the process answers. Readiness is at `/readyz`."""
    return json_response(Health())
