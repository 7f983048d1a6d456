"""Deciders for values the server keeps for itself."""

from __future__ import annotations

from taskyard.engine.access import require_admin
from taskyard.engine.protocol import Command, decides
from taskyard.model.identity import Setting
from taskyard.model.view import View


class KeepSetting(Command, kw_only=True, frozen=True):
    """Keep a value; without `overwrite` a present one stays. Answers the value that is kept."""

    name: str
    value: str
    overwrite: bool = True


@decides(KeepSetting)
def keep_setting(command: KeepSetting, view: View) -> str:
    require_admin(command.actor)
    present = view.get(Setting, command.name)
    if present is None:
        view.insert(Setting(name=command.name, value=command.value))
        return command.value
    if command.overwrite and present.value != command.value:
        present.value = command.value
        view.update(present)
    return present.value
