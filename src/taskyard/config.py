"""Settings: one struct, every field documented. Precedence: flag, environment, `taskyard.toml`, default."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

PREFIX = "TASKYARD_"
_MISFIT = re.compile(r"^(?P<what>.*) - at `\$\.(?P<name>\w+)`$")
_DATABASES = ("postgresql://", "postgres://")


HIDDEN = ("admin_password", "admin_token", "database_url", "secret_key")
"""Settings whose values are never shown."""


class SettingsError(Exception):
    """A setting is unknown or has a value it cannot have."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be set. Environment names are `TASKYARD_` and the field in capitals; in `taskyard.toml` the
    field's own name. `*_FILE` in the environment names a file that holds the value."""

    host: Annotated[str, Meta(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(description="Port to listen on; 0 takes a free one.", ge=0, le=65535)] = 8000
    data: Annotated[str, Meta(description="Directory of the embedded database and uploaded files.")] = "data"
    database_url: Annotated[
        str | None, Meta(description="postgresql://… to run on PostgreSQL instead of SQLite.")
    ] = None
    puppet_code: Annotated[str | None, Meta(description="Puppet code directory (environments/<name>/…).")] = (
        None
    )
    puppet_basemodulepath: Annotated[
        str,
        Meta(
            description="What $basemodulepath stands for: directories of modules for all environments, by colons."
        ),
    ] = "$codedir/modules"
    puppet_trusted: Annotated[
        str,
        Meta(
            description="Directories, by colons, that links in the code directory may lead to besides itself."
        ),
    ] = ""
    puppet_max_modules: Annotated[int, Meta(description="Most modules read per environment.", ge=1)] = 2_000
    puppet_max_module_files: Annotated[int, Meta(description="Most task files read per module.", ge=1)] = (
        20_000
    )
    puppet_max_file: Annotated[int, Meta(description="Largest file of a task in bytes.", ge=1)] = (
        256 * 1024 * 1024
    )
    puppet_sync_seconds: Annotated[
        int,
        Meta(
            description="Seconds between looks at the code directory for the native list; 0 never looks.",
            ge=0,
        ),
    ] = 10
    puppet_default_environment: Annotated[str, Meta(description="Environment when a request names none.")] = (
        "production"
    )
    demo: Annotated[bool, Meta(description="Fill an empty database with demo data.")] = False
    no_auth: Annotated[bool, Meta(description="Callers without credentials are admin; loopback only.")] = (
        False
    )
    public_url: Annotated[
        str | None, Meta(description="URL that clients use, when a proxy stands in front.")
    ] = None
    path_prefix: Annotated[str, Meta(description="Path prefix that a proxy leaves in requests.")] = ""
    admin_password: Annotated[str | None, Meta(description="Presets the password of user admin.")] = None
    admin_token: Annotated[str | None, Meta(description="Presets the token of user admin.")] = None
    secret_key: Annotated[
        str | None,
        Meta(
            description="Encrypts secrets; a comma list to change it: the first encrypts, all decrypt. "
            "Without it a key is made and kept in the database."
        ),
    ] = None
    dialects: Annotated[str, Meta(description="Comma list of dialects to mount, or all.")] = "all"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="Least level logged.")
    ] = "info"
    log_requests: Annotated[bool, Meta(description="One log line per request.")] = True
    max_body: Annotated[int, Meta(description="Largest request body in bytes.", ge=1)] = 16 * 1024 * 1024
    max_upload: Annotated[int, Meta(description="Largest upload (import, deployment) in bytes.", ge=1)] = (
        64 * 1024 * 1024
    )
    max_depth: Annotated[int, Meta(description="Deepest nesting of a JSON or XML document.", ge=1)] = 100
    max_query: Annotated[int, Meta(description="Longest query string in bytes.", ge=1)] = 64 * 1024
    max_parameters: Annotated[int, Meta(description="Most query parameters in one request.", ge=1)] = 1_000
    max_import_tasks: Annotated[int, Meta(description="Most tasks in one import.", ge=1)] = 1_000_000
    max_batch: Annotated[int, Meta(description="Most items in one native batch.", ge=1)] = 10_000
    max_uploads: Annotated[int, Meta(description="Most files in one upload.", ge=1)] = 100
    max_streams: Annotated[int, Meta(description="Most long lists answered at once.", ge=1)] = 4
    render_cache: Annotated[int, Meta(description="Bytes of rendered list items kept per process.", ge=0)] = (
        24 * 1024 * 1024
    )
    label_studio_page_size: Annotated[int, Meta(description="Page size when a client names none.", ge=1)] = (
        100
    )
    label_studio_files_root: Annotated[
        str | None, Meta(description="Root of local files that tasks may point at.")
    ] = None
    camunda_like: Annotated[
        Literal["documented", "engine"],
        Meta(description="How Like filters without % match: substring, or SQL LIKE."),
    ] = "documented"
    camunda_history_required: Annotated[
        bool, Meta(description="Refuse processes without historyTimeToLive.")
    ] = False
    oracle_item_style: Annotated[
        Literal["union", "a2a", "flat"], Meta(description="Which members Oracle list items carry.")
    ] = "union"
    oracle_partial_content: Annotated[
        bool, Meta(description="Answer an Oracle task page that is not the last one with 206 instead of 200.")
    ] = True
    a2a_card_style: Annotated[
        Literal["union", "1.0"], Meta(description="Form of the agent card when no version is asked for.")
    ] = "union"
    max_steps: Annotated[
        int,
        Meta(
            description="Steps of executions that one transaction makes; the rest goes on in another.", ge=1
        ),
    ] = 500
    max_branches: Annotated[int, Meta(description="Most branches of one fork.", ge=1)] = 20_000
    max_iterations: Annotated[int, Meta(description="Most passes of one loop.", ge=1)] = 100_000
    max_elements: Annotated[int, Meta(description="Most steps that one execution makes in all.", ge=1)] = (
        1_000_000
    )
    max_execution_depth: Annotated[
        int, Meta(description="How deep executions may start executions that start executions.", ge=1)
    ] = 50
    max_payload: Annotated[
        int, Meta(description="Largest input or output of an execution or task in bytes.", ge=1)
    ] = 8 * 1024 * 1024
    max_variables: Annotated[
        int, Meta(description="Largest sum of all variables of an execution in bytes.", ge=1)
    ] = 256 * 1024
    max_expressions: Annotated[
        int, Meta(description="Most expressions in other languages evaluated for one command.", ge=1)
    ] = 32
    script_seconds: Annotated[
        float, Meta(description="Seconds that one expression in javascript or jq may take.", gt=0, le=60)
    ] = 4.0
    script_memory: Annotated[
        int,
        Meta(description="Memory that one expression in javascript or jq may use in bytes.", ge=1_048_576),
    ] = 64 * 1024 * 1024
    max_lease_seconds: Annotated[int, Meta(description="Longest lease of a task in seconds.", ge=1)] = (
        24 * 3600
    )
    max_poll_batch: Annotated[int, Meta(description="Most tasks that one poll hands out.", ge=1)] = 1_000
    http_task_allow_private: Annotated[
        bool,
        Meta(description="Let HTTP tasks ask addresses that are not public: this machine, private networks."),
    ] = False
    password_memory: Annotated[
        int, Meta(description="Seconds a verified password is remembered in memory.", ge=0)
    ] = 300

    @property
    def data_path(self) -> Path:
        return Path(self.data)

    @property
    def loopback(self) -> bool:
        return self.host in ("127.0.0.1", "::1", "localhost")


_TYPES = {field.name: field.type for field in msgspec.structs.fields(Settings)}


def load(
    flags: Mapping[str, Any], environment: Mapping[str, str] = os.environ, file: Path | None = None
) -> Settings:
    """The settings of this process.

    `flags` holds only flags that were given. Raises `SettingsError` for an unknown name (with the nearest known one)
    and for a value of the wrong type or range.
    """
    values: dict[str, Any] = {}
    file = file or Path(environment.get(f"{PREFIX}CONFIG", "taskyard.toml"))
    if file.is_file():
        values.update(_from_file(file))
    values.update(_from_environment(environment))
    values.update(flags)
    try:
        settings = msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_named(str(error))) from None
    if settings.database_url and not settings.database_url.startswith(_DATABASES):
        raise SettingsError("database_url: only postgresql://… is served; without it there is SQLite.")
    return settings


def _named(message: str) -> str:
    """``Expected `int` <= 65535 - at `$.port` `` as the name of the setting and what it takes. Values are not shown:
    they may be secrets."""
    found = _MISFIT.match(message)
    if found is None:
        return message
    wanted = msgspec.inspect.type_info(_TYPES[found["name"]])
    while isinstance(wanted, msgspec.inspect.Metadata):
        wanted = wanted.type
    if isinstance(wanted, msgspec.inspect.LiteralType):
        return f"{found['name']}: one of {', '.join(map(str, wanted.values))}."
    return f"{found['name']}: {found['what'].replace('`', '').lower()}."


def _from_file(file: Path) -> dict[str, Any]:
    try:
        found = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise SettingsError(f"{file}: {error}") from None
    for name in found:
        _check(name, str(file))
    return found


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in environment.items():
        if not key.startswith(PREFIX) or key in ("TASKYARD_CONFIG", "TASKYARD_URL", "TASKYARD_TOKEN"):
            continue
        if key.startswith("TASKYARD_TEST_"):
            continue
        name = key.removeprefix(PREFIX).lower()
        if name.endswith("_file") and name.removesuffix("_file") in Settings.__struct_fields__:
            found[name.removesuffix("_file")] = _secret(key, value)
            continue
        _check(name, key)
        found[name] = value
    return found


def _secret(key: str, file: str) -> str:
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{key}: {file} cannot be read: {error}") from None


def _check(name: str, where: str) -> None:
    if name in Settings.__struct_fields__:
        return
    near = difflib.get_close_matches(name, Settings.__struct_fields__, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise SettingsError(f"{where}: there is no setting {name!r}.{hint}")
