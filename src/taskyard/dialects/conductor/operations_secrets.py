"""The rows of secrets and environment variables."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import secrets
from taskyard.http.operation import served

TEXT = ("text/plain",)

SECRETS = (
    served(
        "GET",
        "/secrets",
        "listSecretsThatUserCanGrantAccessTo",
        secrets.list_grantable,
        returns={200: list[str]},
        summary="The names of the secrets that the caller may replace",
    ),
    served(
        "POST",
        "/secrets",
        "listAllSecretNames",
        secrets.list_names,
        body=Any,
        returns={200: list[str]},
        summary="The names of the secrets that the caller may see",
    ),
    served(
        "GET",
        "/secrets/{key}",
        "getSecret",
        secrets.get,
        returns={200: str},
        summary="The value of a secret, for who may replace it",
    ),
    served(
        "PUT",
        "/secrets/{key}",
        "putSecret",
        secrets.put,
        body=bytes,
        body_media=TEXT,
        returns={200: None},
        summary="Keep a secret",
    ),
    served(
        "DELETE",
        "/secrets/{key}",
        "deleteSecret",
        secrets.delete,
        returns={200: None},
        summary="Remove a secret",
    ),
    served(
        "GET",
        "/secrets/{key}/exists",
        "secretExists",
        secrets.exists,
        returns={200: bool},
        summary="Whether there is such a secret",
    ),
)

ENVIRONMENT = (
    served(
        "GET",
        "/environment",
        "getAllEnvironmentVariables",
        secrets.list_variables,
        returns={200: list[secrets.Variable]},
        summary="The environment variables that the caller may read",
    ),
    served(
        "GET",
        "/environment/{key}",
        "getEnvironmentVariable",
        secrets.get_variable,
        returns={200: str},
        summary="The value of an environment variable",
    ),
    served(
        "PUT",
        "/environment/{key}",
        "createOrUpdateEnvironmentVariable",
        secrets.put_variable,
        body=bytes,
        body_media=TEXT,
        returns={200: None},
        summary="Keep an environment variable",
    ),
    served(
        "DELETE",
        "/environment/{key}",
        "deleteEnvironmentVariable",
        secrets.delete_variable,
        returns={200: None},
        summary="Remove an environment variable",
    ),
)
