"""BPMN XML in, executable processes out: the one entry point of this package. Pure; nothing is fetched."""

from __future__ import annotations

import re

from taskyard.notations.bpmn.activities import check_activities
from taskyard.notations.bpmn.document import LIMITS, Document, Limits, Node, open_document
from taskyard.notations.bpmn.events import Catalogue, catalogue, check_associations, check_events
from taskyard.notations.bpmn.extensions import (
    children,
    documentation,
    names,
    tag,
    text_of,
    vendor,
    vendor_elements,
)
from taskyard.notations.bpmn.fault import Fault, Faults, Unreadable
from taskyard.notations.bpmn.java import check_java
from taskyard.notations.bpmn.process import ProcessModel, Reading
from taskyard.notations.bpmn.schema import check_schema
from taskyard.notations.bpmn.structure import check_structure
from taskyard.notations.bpmn.walk import walk

_TTL = re.compile(r"(?:P(?P<days>\d{1,9})D|(?P<plain>\d{1,9}))")
NO_TTL = (
    "History Time To Live (TTL) cannot be null. Set historyTimeToLive in the model, or switch the check "
    "off in the "
    "settings of this server"
)


def read_bpmn(content: bytes, *, ttl_required: bool = False, limits: Limits = LIMITS) -> Reading:
    """Read one document.

    Only processes with `isExecutable="true"` become `ProcessModel`s and are checked beyond the schema; the
    ids of the others are `ignored`. With `ttl_required` a process without `historyTimeToLive` is an error.
    Never raises for bad input: what is wrong is in `errors`, at the element where it is wrong.
    """
    try:
        document = open_document(content, limits)
    except Unreadable as error:
        return Reading(errors=(error.fault,))
    if document.root.tag != tag("definitions"):
        return Reading(errors=(_not_bpmn(document),))
    schema_errors = check_schema(document)
    if schema_errors:
        return Reading(errors=tuple(schema_errors))
    return _read(document, ttl_required)


def _not_bpmn(document: Document) -> Fault:
    line, column = document.position(document.root)
    text = f"The root element is '{document.root.tag}', not 'definitions' of BPMN 2.0"
    return Fault(message=text, reason="schema", line=line, column=column)


def _read(document: Document, ttl_required: bool) -> Reading:
    faults = Faults(document)
    declared = catalogue(document.root)
    models: list[ProcessModel] = []
    ignored: list[str] = []
    keys: set[str] = set()
    for process in children(document.root, "process"):
        key = process.get("id")
        if process.get("isExecutable", "false").strip() not in ("true", "1"):
            ignored.append(key or "")
        elif not key:
            faults.error("attribute", "A process needs an id", process)
        elif key in keys:
            text = (
                f"The deployment contains definitions with the same key '{key}' (id attribute), this is not "
                f"allowed"
            )
            faults.error("duplicate", text, process)
        else:
            keys.add(key)
            models.append(_process(document, process, declared, faults, ttl_required))
    if faults.errors:
        return Reading(ignored=tuple(ignored), errors=tuple(faults.errors), warnings=tuple(faults.warnings))
    return Reading(processes=tuple(models), ignored=tuple(ignored), warnings=tuple(faults.warnings))


def _process(
    document: Document, process: Node, declared: Catalogue, faults: Faults, ttl_required: bool
) -> ProcessModel:
    found = walk(process)
    check_structure(found, faults)
    check_events(found, declared, faults)
    check_associations(process, document, faults)
    check_activities(found, faults)
    check_java(process, faults)
    users, groups = _starters(process)
    return ProcessModel(
        key=process.get("id"),
        name=process.get("name"),
        category=document.root.get("targetNamespace"),
        description=documentation(process),
        version_tag=vendor(process, "versionTag"),
        history_days=_history_days(process, faults, ttl_required),
        starter_users=users,
        starter_groups=groups,
        startable=_startable(process, faults),
        elements=tuple(found.elements.values()),
        flows=tuple(found.flows.values()),
    )


def history_days(value: str) -> int | None:
    """Days of a `historyTimeToLive` value: `30` or `P30D`; None when it is neither."""
    match = _TTL.fullmatch(value.strip())
    return int(match["days"] or match["plain"]) if match else None


def _history_days(process: Node, faults: Faults, required: bool) -> int | None:
    value = vendor(process, "historyTimeToLive")
    if value is None or not value.strip():
        if required:
            faults.error("attribute", NO_TTL, process)
        return None
    days = history_days(value)
    if days is None:
        text = f"Cannot parse historyTimeToLive: '{value}' is neither a number of days nor P<n>D"
        faults.error("attribute", text, process)
    return days


def _startable(process: Node, faults: Faults) -> bool:
    value = (vendor(process, "isStartableInTasklist") or "true").strip().lower()
    if value not in ("true", "false"):
        faults.error("attribute", f"isStartableInTasklist must be 'true' or 'false', not '{value}'", process)
    return value == "true"


def _starters(process: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Candidate starters from the two attributes and from `potentialStarter` (`user(x)`, `group(y)`, plain =
    group)."""
    users = list(names(vendor(process, "candidateStarterUsers")))
    groups = list(names(vendor(process, "candidateStarterGroups")))
    for starter in vendor_elements(process, "potentialStarter"):
        if starter.getparent().getparent() is not process:
            continue
        for expression in starter.iter(tag("formalExpression")):
            for name in names(text_of(expression)):
                wrapped = re.fullmatch(r"(user|group)\((.*)\)", name)
                (users if wrapped and wrapped[1] == "user" else groups).append(
                    wrapped[2].strip() if wrapped else name
                )
    return tuple(dict.fromkeys(users)), tuple(dict.fromkeys(groups))
