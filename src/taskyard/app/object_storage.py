"""Files that task data points at: objects in S3-compatible storage by presigned URL, local files below one
root."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from taskyard.model.labeling import StorageSettings
from taskyard.model.problem import Rejected, rejected

S3 = "s3"
LOCAL = "localfiles"
LOCAL_URL = "/data/local-files/?d="
"""How task data names a local file: this and its path below the root."""

DEFAULT_REGION = "us-east-1"
LONGEST_PRESIGN = 7 * 24 * 60
"""Minutes; signatures of this kind may not last longer (AWS Signature Version 4, query parameters)."""


def prefix_of(storage: StorageSettings) -> str:
    """What the addresses that a storage opens begin with."""
    if storage.type == S3:
        return f"s3://{storage.bucket}/" + (
            f"{storage.prefix.strip('/')}/" if storage.prefix.strip("/") else ""
        )
    return "file://" + storage.path.rstrip("/") + "/"


async def presigned_url(storage: StorageSettings, uri: str) -> str:
    """An address that opens `s3://bucket/key` without credentials for a while.

    Raises `Rejected` (not_found, reason `storage_missing`) where the address is not the storage's.
    """
    parts = urlsplit(uri)
    key = unquote(uri.partition(f"{parts.netloc}/")[2])
    if (
        parts.scheme != S3
        or parts.netloc != storage.bucket
        or not uri.startswith(prefix_of(storage))
        or not key
    ):
        raise _missing(uri)
    url = f"{_host(storage)}/{quote(key, safe='/~')}"
    return await asyncio.to_thread(_signed, storage, url)


def _host(storage: StorageSettings) -> str:
    """Scheme and host of the bucket: named in the path where the operator gave an endpoint, else in the
    host."""
    if storage.endpoint:
        return f"{storage.endpoint.rstrip('/')}/{storage.bucket}"
    region = storage.region or DEFAULT_REGION
    return f"https://{storage.bucket}.s3.{region}.amazonaws.com"


def _signed(storage: StorageSettings, url: str) -> str:
    """The signing library is loaded when first needed: few servers use it, and it weighs twenty megabytes."""
    from botocore.auth import S3SigV4QueryAuth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    minutes = min(max(storage.presign_minutes, 1), LONGEST_PRESIGN)
    request = AWSRequest("GET", url)
    credentials = Credentials(storage.access_key or "", storage.secret or "", storage.session_token)
    region = storage.region or DEFAULT_REGION
    S3SigV4QueryAuth(credentials, S3, region, expires=minutes * 60).add_auth(request)
    return str(request.url)


def local_file(root: str | None, storage: StorageSettings, relative: str) -> Path:
    """The file at a path below the root, which must lie inside the storage's directory. Symbolic links are
    followed first, so that none leads out. Raises `Rejected` (not_found) for everything else."""
    if not root or "\0" in relative:
        raise _missing(relative)
    try:
        base = Path(root).resolve(strict=True)
        allowed = inside(root, storage.path).resolve(strict=True)
        found = (base / relative.lstrip("/")).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        raise _missing(relative) from None
    if not found.is_relative_to(base) or not found.is_relative_to(allowed) or not found.is_file():
        raise _missing(relative)
    return found


def inside(root: str | None, path: str) -> Path:
    """A storage's directory, absolute or below the root. Raises `Rejected` (invalid, reason `storage_path`)
    where it is not inside the root, links followed, or no root is configured."""
    if not root:
        raise rejected(
            "invalid",
            "No root for local files is configured (label_studio_files_root).",
            reason="storage_path",
        )
    try:
        base = Path(root).resolve(strict=True)
        found = (base / path).resolve()
    except (OSError, RuntimeError, ValueError):
        raise rejected("invalid", f"Path {path} does not exist", reason="storage_path") from None
    if not found.is_relative_to(base):
        raise rejected("invalid", f"Path {path} must start with {root}", reason="storage_path")
    if not found.is_dir():
        raise rejected("invalid", f"Path {path} does not exist", reason="storage_path")
    return found


def _missing(uri: str) -> Rejected:
    return rejected("not_found", f"No storage of the project opens {uri[:200]}", reason="storage_missing")
