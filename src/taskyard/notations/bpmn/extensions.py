"""Names of BPMN and of the vendor extensions; the three vendor namespaces are one."""

from __future__ import annotations

import re

from taskyard.notations.bpmn.document import Node, etree

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
VENDORS = (
    "http://camunda.org/schema/1.0/bpmn",
    "http://activiti.org/bpmn",
    "http://operaton.org/schema/1.0/bpmn",
)
"""Namespaces of Camunda 7, of Activiti (an alias since the fork) and of Operaton."""


def tag(name: str) -> str:
    """The qualified name of a BPMN element."""
    return f"{{{MODEL}}}{name}"


def local(node: Node) -> str:
    """The name of an element or attribute without its namespace."""
    return etree.QName(node).localname


def is_model(node: Node) -> bool:
    """The element belongs to BPMN itself."""
    return etree.QName(node).namespace == MODEL


def is_vendor(node: Node) -> bool:
    """The element belongs to a vendor extension."""
    return etree.QName(node).namespace in VENDORS


def vendor(node: Node, name: str) -> str | None:
    """A vendor attribute by its local name, whichever of the namespaces it is written in."""
    for namespace in VENDORS:
        value = node.get(f"{{{namespace}}}{name}")
        if value is not None:
            return value
    return None


def vendor_attributes(node: Node) -> dict[str, str]:
    """Every vendor attribute of an element by local name; the first namespace of `VENDORS` wins."""
    found: dict[str, str] = {}
    for namespace in reversed(VENDORS):
        prefix = f"{{{namespace}}}"
        found.update(
            {str(key)[len(prefix) :]: value for key, value in node.items() if str(key).startswith(prefix)}
        )
    return found


def children(node: Node, *names: str) -> list[Node]:
    """Direct BPMN children with one of the names, in document order; all BPMN children without a name."""
    return [c for c in node.iterchildren(etree.Element) if is_model(c) and (not names or local(c) in names)]


def child(node: Node, name: str) -> Node | None:
    """The first direct BPMN child of that name."""
    return next(iter(children(node, name)), None)


def vendor_elements(node: Node, name: str | None = None) -> list[Node]:
    """Vendor elements anywhere inside the element's own `extensionElements`."""
    box = child(node, "extensionElements")
    if box is None:
        return []
    return [e for e in box.iter(etree.Element) if is_vendor(e) and name in (None, local(e))]


def text_of(node: Node | None) -> str:
    """The text directly inside an element, stripped."""
    return (node.text or "").strip() if node is not None else ""


def documentation(node: Node) -> str | None:
    """The text of the first `documentation` child, None without one."""
    found = child(node, "documentation")
    return text_of(found) or None if found is not None else None


def names(value: str | None) -> tuple[str, ...]:
    """A comma list as a tuple; a comma inside `${…}` does not split."""
    if not value:
        return ()
    parts = re.findall(r"(?:[^,{]|\{[^}]*\})+", value)
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
