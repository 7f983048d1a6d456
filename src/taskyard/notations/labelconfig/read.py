"""Reads labelling XML safely into a `LabelConfig`."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

import msgspec
from lxml import etree as _etree  # pyright: ignore[reportAttributeAccessIssue]

from taskyard.model.problem import Rejected, rejected

etree: Any = _etree

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 100_000

_LABEL_TAGS = frozenset({"Label", "Choice", "Relation"})
_NEVER_CONTROLS = frozenset({"Filter"})
_VARIABLE = re.compile(r"\$\w+")
_WHOLE_VARIABLE = re.compile(r"\$[A-Za-z_]+")
_CONDITIONS = (("whenTagName", "tag"), ("whenLabelValue", "label"), ("whenChoiceValue", "choice"))


class ObjectTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that shows data: `value` or `value_list` names the data key (its `$` is stripped)."""

    name: str
    type: str
    value_type: str | None = None
    value: str | None = None
    value_list: str | None = None


class ControlTag(msgspec.Struct, frozen=True, kw_only=True):
    """A tag that takes answers about the objects in `to_name`.

    `labels` maps each label (its alias, else its value) to the attributes of its tag. `dynamic` says that
    labels come from the data. `conditions` is `{"type", "name"}` for a control that appears per region.
    `pattern` maps an index variable of an enclosing Repeater to the expression that stands for it.
    """

    name: str
    type: str
    to_name: tuple[str, ...]
    labels: dict[str, dict[str, str]]
    dynamic: bool = False
    conditions: dict[str, str] | None = None
    pattern: dict[str, str] | None = None


class LabelConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A labelling configuration. `data_types` maps each data key that tasks must have to the tag that shows
    it."""

    controls: dict[str, ControlTag]
    objects: dict[str, ObjectTag]
    data_types: dict[str, str]
    root: Any

    def sole_key(self) -> str | None:
        """The one data key of a configuration that needs exactly one, else None."""
        return next(iter(self.data_types)) if len(self.data_types) == 1 else None


def read(text: str) -> LabelConfig:
    """The configuration in `text`. Raises `Rejected` (invalid, reason `label_config`) for XML that is
    malformed, has a document type, or exceeds the bounds above."""
    root = parse(text)
    objects: dict[str, ObjectTag] = {}
    controls: dict[str, ControlTag] = {}
    index_variables: list[str] = []
    for element in root.iter(etree.Element):
        if "indexFlag" in element.attrib:
            index_variables.append(element.get("indexFlag"))
        name = element.get("name")
        if name and element.get("toName") and element.tag not in _NEVER_CONTROLS:
            controls[name] = _control(element, index_variables)
        elif name and (element.get("value") or element.get("valueList")):
            objects[name] = _object(element)
        if element.tag in _LABEL_TAGS:
            _add_label(element, controls)
    return LabelConfig(controls=controls, objects=objects, data_types=_data_types(root), root=root)


def parse(text: str) -> Any:
    """The root element. Entities, document types and network access are refused, size and depth are
    bounded."""
    content = text.encode("utf-8", "surrogatepass")
    if len(content) > MAX_BYTES:
        raise fault(f"Label config is larger than {MAX_BYTES} bytes")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise fault("DTDForbidden: a document type is not allowed in a label config")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=True
    )
    try:
        root = etree.fromstring(_without_declaration(content), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _syntax_fault(content, error) from None
    _check_bounds(root)
    return root


def fault(message: str) -> Rejected:
    """The refusal of a configuration."""
    return rejected("invalid", message, reason="label_config")


def _without_declaration(content: bytes) -> bytes:
    """The text is already decoded, so an encoding in the XML declaration no longer holds."""
    if content.startswith(b"<?xml"):
        end = content.find(b"?>")
        return content[end + 2 :].lstrip() if end > 0 else content
    return content


def _syntax_fault(content: bytes, error: Exception) -> Rejected:
    """Words an XML fault as the original server does, whose parser is expat."""
    checker = expat.ParserCreate()
    try:
        checker.Parse(content, True)
    except expat.ExpatError as fault_found:
        return fault(str(fault_found))
    except (ValueError, LookupError) as fault_found:  # an encoding that expat does not know
        return fault(str(fault_found))
    return fault(str(error))


def _check_bounds(root: Any) -> None:
    count = 0
    stack = [(root, 1)]
    while stack:
        element, depth = stack.pop()
        count += 1
        if depth > MAX_DEPTH:
            raise fault(f"Label config is nested deeper than {MAX_DEPTH} levels")
        if count > MAX_ELEMENTS:
            raise fault(f"Label config has more than {MAX_ELEMENTS} tags")
        stack.extend((child, depth + 1) for child in element.iterchildren(etree.Element))


def _object(element: Any) -> ObjectTag:
    value, value_list = element.get("value"), element.get("valueList")
    return ObjectTag(
        name=element.get("name"),
        type=element.tag,
        value_type=element.get("valueType"),
        value=value.lstrip("$") if value is not None else None,
        value_list=value_list.lstrip("$") if value is None and value_list is not None else None,
    )


def _control(element: Any, index_variables: list[str]) -> ControlTag:
    to_name = tuple(element.get("toName").split(","))
    used = [variable for variable in index_variables if any(variable in name for name in to_name)]
    conditions = None
    if element.get("perRegion") == "true":
        conditions = next(
            ({"type": kind, "name": element.get(word)} for word, kind in _CONDITIONS if element.get(word)),
            None,
        )
    return ControlTag(
        name=element.get("name"),
        type=element.tag,
        to_name=to_name,
        labels={},
        dynamic=bool(_WHOLE_VARIABLE.fullmatch(element.get("value", "")) or element.get("apiUrl")),
        conditions=conditions,
        pattern=dict.fromkeys(used, ".*") if used else None,
    )


def _add_label(element: Any, controls: dict[str, ControlTag]) -> None:
    """Labels belong to the nearest control around them, through any layout tags between."""
    label = element.get("alias") or element.get("value") or element.get("valueList")
    if not label:
        return
    for ancestor in element.iterancestors():
        control = controls.get(ancestor.get("name"))
        if control is not None:
            control.labels[label] = dict(element.attrib)
            return


def _data_types(root: Any) -> dict[str, str]:
    """Data keys by the tags that show them; a key shown by a Video counts as one whatever else shows it."""
    found: dict[str, str] = {}
    for element in root.iter(etree.Element):
        value = element.get("value")
        if element is root or not value or not element.get("name"):
            continue
        if len(value) > 1 and value.startswith("$"):
            key = value[1:]
        else:
            inner = _VARIABLE.search(value)
            if inner is None:
                continue
            key = inner.group()[1:]
        if found.get(key) != "Video":
            found[key] = element.tag
    return found
