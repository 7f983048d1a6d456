"""`environment.conf`: where an environment looks for modules.

Source: Puppet reference, "environment.conf: Per-environment settings" and "Directories: the modulepath".
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

import msgspec

_SETTING = re.compile(r"\s*(\w+)\s*=\s*(.*?)\s*")
_SECTION = re.compile(r"\s*\[(\w+)\]\s*")
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)\}")

KNOWN_SETTINGS = frozenset(
    ("modulepath", "manifest", "config_version", "environment_timeout", "static_catalogs", "rich_data")
)


class EnvironmentConf(msgspec.Struct, frozen=True, kw_only=True):
    """What an `environment.conf` says. `modulepath` is verbatim, None when not set; `warnings` names lines
    that were not understood."""

    modulepath: str | None = None
    warnings: tuple[str, ...] = ()


def read_environment_conf(text: str) -> EnvironmentConf:
    """Read an `environment.conf`. Lines that make no sense are reported and skipped; the first `modulepath`
    wins."""
    section = "main"
    modulepath: str | None = None
    warnings: list[str] = []
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if heading := _SECTION.fullmatch(line):
            section = heading.group(1)
            if section != "main":
                warnings.append(f"line {number}: sections have no meaning here; [{section}] is ignored")
            continue
        setting = _SETTING.fullmatch(line)
        if setting is None:
            warnings.append(f"line {number}: neither a setting nor a comment")
        elif section != "main":
            continue
        elif setting.group(1) == "modulepath":
            modulepath = modulepath if modulepath is not None else setting.group(2)
        elif setting.group(1) not in KNOWN_SETTINGS:
            warnings.append(f"line {number}: unknown setting {setting.group(1)}")
    return EnvironmentConf(modulepath=modulepath, warnings=tuple(warnings))


def interpolate(text: str, variables: Mapping[str, str]) -> str | None:
    """`text` with each `$name` and `${name}` replaced by its value; None when a name has no value."""
    names = {match.group(1) or match.group(2) for match in _VARIABLE.finditer(text)}
    if not names <= variables.keys():
        return None
    return _VARIABLE.sub(lambda match: variables[match.group(1) or match.group(2)], text)


def module_path(
    conf: EnvironmentConf, *, environment_dir: str, base: str, variables: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The directories that hold modules, first match first, as `(absolute directories, warnings)`.

    `base` is the `:`-separated base module path and stands for `$basemodulepath`; relative entries start at
    `environment_dir`. Without a `modulepath` it is `modules` of the environment, then the base. A directory
    that is named twice counts where it is named first.
    """
    known = {**variables, "basemodulepath": base}
    text = conf.modulepath if conf.modulepath is not None else "modules:$basemodulepath"
    directories: dict[str, None] = {}
    warnings: list[str] = []
    for entry in text.split(":"):
        value = interpolate(entry.strip(), known)
        if value is None:
            warnings.append(f"modulepath: {entry.strip()} names a setting that is not known here")
            continue
        for part in value.split(":"):
            if part:
                directories[posixpath.normpath(posixpath.join(environment_dir, part))] = None
    return tuple(directories), tuple(warnings)
