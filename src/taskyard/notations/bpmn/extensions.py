"""Names of BPMN and of the vendor extensions; the three vendor namespaces are one."""

from __future__ import annotations

from taskyard.notations.bpmn.document import Node, etree

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
VENDORS = (
    "http://camunda.org/schema/1.0/bpmn",
    "http://activiti.org/bpmn",
    "http://operaton.org/schema/1.0/bpmn",
)
"""Namespaces of Camunda 7, of Activiti (an alias since the fork) and of Operaton."""


_MODEL = f"{{{MODEL}}}"
_VENDORS = tuple(f"{{{namespace}}}" for namespace in VENDORS)


def tag(name: str) -> str:
    """The qualified name of a BPMN element."""
    return _MODEL + name


def local(node: Node) -> str:
    """The name of an element without its namespace."""
    return node.tag.rpartition("}")[2]


def is_model(node: Node) -> bool:
    """The element belongs to BPMN itself."""
    return node.tag.startswith(_MODEL)


def is_vendor(node: Node) -> bool:
    """The element belongs to a vendor extension."""
    return node.tag.startswith(_VENDORS)


def vendor(node: Node, name: str) -> str | None:
    """A vendor attribute by its local name, whichever of the namespaces it is written in."""
    for prefix in _VENDORS:
        value = node.get(prefix + name)
        if value is not None:
            return value
    return None


def vendor_attributes(node: Node) -> dict[str, str]:
    """Every vendor attribute of an element by local name; the first namespace of `VENDORS` wins."""
    written = [(name, value) for name, value in node.items() if name.startswith(_VENDORS)]
    if not written:
        return {}
    written.sort(
        key=lambda pair: next(n for n, prefix in enumerate(_VENDORS) if pair[0].startswith(prefix)),
        reverse=True,
    )
    return {name.rpartition("}")[2]: value for name, value in written}


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
    """A comma list as a tuple without repetitions; a comma inside `${…}` does not split."""
    parts, start, depth = [], 0, 0
    text = value or ""
    for index, letter in enumerate(text):
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth = max(0, depth - 1)
        elif letter == "," and not depth:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
