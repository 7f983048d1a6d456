"""A rival for lists of many parameters: Litestar with twenty declared ones. Run as `python params.py PORT`.

Needs nothing of the product; runs in the environment of the peers.
"""

from __future__ import annotations

import sys

from granian import Granian
from litestar import Litestar, get


@get("/list")
async def listed(
    key: str | None = None,
    key_like: str | None = None,
    name: str | None = None,
    name_like: str | None = None,
    version: int | None = None,
    latest: bool | None = None,
    category: str | None = None,
    resource_name: str | None = None,
    deployment: str | None = None,
    tenant: str | None = None,
    suspended: bool | None = None,
    active: bool | None = None,
    version_tag: str | None = None,
    startable: bool | None = None,
    incident_type: str | None = None,
    incident_message: str | None = None,
    sort_by: str | None = None,
    sort_order: str | None = None,
    first_result: int | None = None,
    max_results: int | None = None,
) -> list[str]:
    """Answers with nothing found: only the parameters are looked at."""
    return []


app = Litestar([listed], openapi_config=None, logging_config=None)

if __name__ == "__main__":
    Granian(
        "params:app",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface="asgi",
        workers=1,
        loop="uvloop",
        websockets=False,
        log_enabled=False,
    ).serve()
