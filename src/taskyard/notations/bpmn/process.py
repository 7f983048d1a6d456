"""What a deployed process says: our own structs, independent of the XML."""

from __future__ import annotations

import msgspec

from taskyard.notations.bpmn.fault import Fault


class Element(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A flow node. `type` is its BPMN name (`userTask`); `scope` the id of the process or subprocess around
    it.

    `event` is the name of its event definition without the suffix (`timer`, `message`; None for a plain
    event), `ref` the id or name that the event or call points at. `attached_to` is set on boundary events.
    `loop` is `parallel`, `sequential` or None. `extensions` are the vendor attributes by local name.
    """

    id: str
    type: str
    scope: str
    name: str | None = None
    event: str | None = None
    ref: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    default: str | None = None
    loop: str | None = None
    extensions: dict[str, str] = {}


class Flow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sequence flow. `condition` is the text of its condition expression."""

    id: str
    source: str
    target: str
    scope: str
    name: str | None = None
    condition: str | None = None


class ProcessModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One executable process of a document.

    `key` is the id in the XML, `category` the target namespace, `history_days` the days that history is kept
    (None: not given). `starter_users` and `starter_groups` name who may start it; both empty: nobody in
    particular. `startable` tells whether a task list offers it.
    """

    doc_version: int = 1
    key: str
    name: str | None = None
    category: str | None = None
    description: str | None = None
    version_tag: str | None = None
    history_days: int | None = None
    starter_users: tuple[str, ...] = ()
    starter_groups: tuple[str, ...] = ()
    startable: bool = True
    elements: tuple[Element, ...] = ()
    flows: tuple[Flow, ...] = ()


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of reading one document: the executable processes, or the errors that refuse the whole of
    it.

    `ignored` are the ids of processes that are not marked executable. With `errors`, `processes` is empty.
    """

    processes: tuple[ProcessModel, ...] = ()
    ignored: tuple[str, ...] = ()
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
