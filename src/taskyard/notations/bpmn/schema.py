"""Validation against the BPMN 2.0 schemas that ship with the package."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

from taskyard.notations.bpmn.document import Document, Node, etree
from taskyard.notations.bpmn.fault import Fault

_ROOT = "BPMN20.xsd"
_MOST = 50
_idle: list[Any] = []
"""Compiled schemas at rest. A schema keeps the errors of its last run, so two threads must never share
one."""


class _Shipped(etree.Resolver):
    """Finds included schemas among the package's own files and nowhere else."""

    def resolve(self, system_url: str, public_id: str, context: Any) -> Any:
        name = system_url.rsplit("/", 1)[-1]
        source = resources.files("taskyard.notations.bpmn") / "xsd" / name
        return self.resolve_string(source.read_bytes(), context, base_url=name)


def _compile() -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    parser.resolvers.add(_Shipped())
    source = resources.files("taskyard.notations.bpmn") / "xsd" / _ROOT
    return etree.XMLSchema(etree.fromstring(source.read_bytes(), parser, base_url=_ROOT))


def check_schema(document: Document) -> list[Fault]:
    """The schema errors of a document in order of appearance, at most 50; empty when it is valid."""
    try:
        schema = _idle.pop()
    except IndexError:
        schema = _compile()
    try:
        if schema.validate(document.root):
            return []
        entries = list(schema.error_log)[:_MOST]
        return [_fault(document, entry) for entry in entries]
    finally:
        _idle.append(schema)


def _fault(document: Document, entry: Any) -> Fault:
    node = _node(document, entry)
    line, column = document.position(node)
    own = document.id_of(node)
    return Fault(
        message=re.sub(r"\{http[^}]*\}", "", entry.message),
        reason="schema",
        line=line or entry.line or None,
        column=column,
        element=own,
        elements=(own,) if own else (),
    )


def _node(document: Document, entry: Any) -> Node | None:
    """The element an error is about. The validator names it by path; prefixes in it are the document's
    own."""
    try:
        found = document.root.getroottree().xpath(entry.path, namespaces=document.namespaces)
    except (etree.XPathError, TypeError, ValueError):
        found = []
    if isinstance(found, list) and found:
        return found[0]
    return next((e for e in document.root.iter(etree.Element) if e.sourceline == entry.line), None)
