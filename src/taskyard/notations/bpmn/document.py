"""Hardened reading of XML: no document type, no entities, no network, bounded size, depth and element
count."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from xml.parsers import expat

import msgspec
from lxml import etree as _etree  # pyright: ignore[reportAttributeAccessIssue]

from taskyard.notations.bpmn.fault import unreadable

etree: Any = _etree
"""lxml's tree module, which has no type information; imported from here by the rest of the package."""

Node = Any
"""An lxml element."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Caps on one document: bytes, nesting, elements, attributes per element."""

    size: int = 16 * 1024 * 1024
    depth: int = 128
    elements: int = 50_000
    attributes: int = 256


LIMITS = Limits()


class Document:
    """A parsed document that knows where each element stands."""

    def __init__(self, root: Node, positions: list[tuple[int, int]]) -> None:
        self.root = root
        self._positions = positions
        self._order: dict[Node, int] | None = None

    @cached_property
    def namespaces(self) -> dict[str, str]:
        """Every namespace prefix of the document; of one that is bound twice the last binding."""
        found: dict[str, str] = {}
        for node in self.root.iter(etree.Element):
            found.update({prefix: uri for prefix, uri in node.nsmap.items() if prefix})
        return found

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of all elements."""
        return frozenset(node.get("id") for node in self.root.iter(etree.Element) if node.get("id"))

    def position(self, node: Node | None) -> tuple[int | None, int | None]:
        """Line and column (from 1) of an element's start tag; `(None, None)` without an element."""
        if node is None:
            return None, None
        if self._order is None:
            self._order = {element: index for index, element in enumerate(self.root.iter(etree.Element))}
        index = self._order.get(node)
        return self._positions[index] if index is not None else (node.sourceline, None)

    @staticmethod
    def id_of(node: Node | None) -> str | None:
        """The id of an element, or of the nearest one around it that has an id."""
        while node is not None:
            if node.get("id"):
                return node.get("id")
            node = node.getparent()
        return None


class _Survey:
    """First pass: refuses what must never reach a tree builder, and notes where every element starts."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._depth = 0
        self.positions: list[tuple[int, int]] = []
        self._parser = parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def run(self, content: bytes) -> list[tuple[int, int]]:
        try:
            self._parser.Parse(content, True)
        except expat.ExpatError as error:
            raise unreadable(
                "malformed", expat.ErrorString(error.code), error.lineno, error.offset + 1
            ) from None
        except (LookupError, ValueError) as error:
            raise unreadable("malformed", f"unknown encoding: {error}", 1, 1) from None
        return self.positions

    def _here(self) -> tuple[int, int]:
        return self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1

    def _doctype(self, name: str, *rest: Any) -> None:
        raise unreadable("hostile", "A document type declaration is not allowed", *self._here())

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        limits = self._limits
        if self._depth > limits.depth:
            raise unreadable("hostile", f"Elements are nested deeper than {limits.depth}", *self._here())
        if len(self.positions) >= limits.elements:
            raise unreadable("hostile", f"There are more than {limits.elements} elements", *self._here())
        if len(attributes) > limits.attributes:
            raise unreadable(
                "hostile", f"An element has more than {limits.attributes} attributes", *self._here()
            )
        self.positions.append(self._here())

    def _end(self, name: str) -> None:
        self._depth -= 1


def open_document(content: bytes, limits: Limits = LIMITS) -> Document:
    """Read XML bytes.

    Raises `Unreadable` with reason `malformed` (not well-formed) or `hostile` (document type, entity, too
    big, too deep). Nothing outside `content` is ever read.
    """
    if len(content) > limits.size:
        raise unreadable("hostile", f"The document is larger than {limits.size} bytes")
    if not content.strip():
        raise unreadable("malformed", "The document is empty", 1, 1)
    positions = _Survey(limits).run(content)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise unreadable("malformed", str(error.msg or error), line, column) from None
    except ValueError as error:
        raise unreadable("malformed", str(error)) from None
    return Document(root, positions)
