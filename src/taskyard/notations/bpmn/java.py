"""Finds what only a Java virtual machine could run, so that it is refused by name before anything is
deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from taskyard.notations.bpmn.document import Node, etree
from taskyard.notations.bpmn.extensions import is_vendor, local, vendor, vendor_attributes
from taskyard.notations.bpmn.fault import Faults

CLASSES = {
    "class": "Java class",
    "delegateExpression": "Java delegate",
    "formHandlerClass": "Java form handler class",
    "variableMappingClass": "Java variable mapping class",
    "variableMappingDelegateExpression": "Java variable mapping delegate",
}
"""Vendor attributes that name Java code."""

# fmt: off
BUILT_IN = frozenset((
    "execution", "task", "externalTask", "caseExecution", "event", "error", "authenticatedUserId",
    "currentUser", "currentUserGroups", "now", "dateTime", "S", "JSON", "XML", "empty", "not", "and", "or",
    "eq", "ne", "lt", "gt", "le", "ge", "div", "mod", "true", "false", "null",
))
# fmt: on
"""Roots of expressions that the server itself provides, and the words of the language."""

# fmt: off
VALUE_METHODS = frozenset((
    "length", "contains", "startsWith", "endsWith", "substring", "toLowerCase", "toUpperCase", "equals",
    "equalsIgnoreCase", "isEmpty", "trim", "split", "replace", "replaceAll", "matches", "indexOf",
    "lastIndexOf", "charAt", "concat", "toString", "hashCode", "size", "get", "getOrDefault", "containsKey",
    "containsValue", "containsAll", "keySet", "values", "entrySet", "compareTo", "intValue", "longValue",
    "doubleValue", "booleanValue", "before", "after", "getTime", "toDate", "prop", "hasProp", "value",
    "stringValue", "numberValue", "boolValue", "isNull", "isArray", "isObject", "isString", "isNumber",
    "isBoolean", "isValue", "elements", "fieldNames", "jsonPath", "element", "elementList", "xPath",
    "childElement", "childElements", "attr", "attrs", "textContent", "name", "mapTo", "plusYears",
    "plusMonths", "plusWeeks", "plusDays", "plusHours", "plusMinutes", "plusSeconds", "minusYears",
    "minusMonths", "minusWeeks", "minusDays", "minusHours", "minusMinutes", "minusSeconds",
))
# fmt: on
"""Methods that values of process variables have (text, numbers, lists, maps, dates, JSON, XML). A call of
any other method on a name that is not built in needs a bean."""

LONGEST = 10_000
"""Letters of one expression; longer ones are refused unread."""

_SPAN = re.compile(r"[$#]\{([^}]*)(\}?)")
_TEXT = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_CALL = re.compile(r"(?<![\w.)\]])([A-Za-z_]\w*)((?:\s*\.\s*\w+)*)\s*\.\s*([A-Za-z_]\w*)\s*\(")


def spans(text: str) -> Iterator[str]:
    """What stands inside each `${…}` and `#{…}`, up to the next closing brace."""
    for match in _SPAN.finditer(text):
        if match[2]:
            yield match[1]


def bean_of(expression: str) -> str | None:
    """The bean call in an expression such as `${mailer.send(order)}`, as `mailer.send`; None without one."""
    for span in spans(expression):
        if len(span) > LONGEST:
            return f"{span[:40]}…"
        for root, path, method in _CALL.findall(_TEXT.sub("''", span)):
            if root not in BUILT_IN and method not in VALUE_METHODS:
                return "".join(f"{root}{path}.{method}".split())
    return None


def check_java(process: Node, faults: Faults) -> None:
    """Report every Java class, delegate, connector and bean that a process names."""
    for node in process.iter(etree.Element):
        attributes = dict(node.attrib) if is_vendor(node) else vendor_attributes(node)
        for name, what in CLASSES.items():
            if name in attributes and not _is_plain(node, name):
                _refuse(faults, node, f"{what} '{attributes[name]}'")
        if is_vendor(node) and local(node) == "connectorId":
            _refuse(faults, node, f"Java connector '{(node.text or '').strip()}'")
        if is_vendor(node) and local(node) == "constraint" and node.get("name") == "validator":
            _refuse(faults, node, f"Java validator '{node.get('config', '')}'")
        if not is_vendor(node) and vendor(node, "type") in ("mail", "shell"):
            _refuse(faults, node, f"Java '{vendor(node, 'type')}' task")
        for text in [*attributes.values(), node.text or ""]:
            bean = bean_of(text) if "{" in text else None
            if bean and local(node) not in ("documentation", "script", "text") and not node.get("language"):
                _refuse(faults, node, f"bean method '{bean}'")


def _is_plain(node: Node, name: str) -> bool:
    """`class` on a vendor element is Java only where listeners and mappings stand."""
    listeners = ("executionListener", "taskListener", "eventListener")
    return is_vendor(node) and name == "class" and local(node) not in listeners


def _refuse(faults: Faults, node: Node, what: str) -> None:
    faults.error("java", f"The {what} cannot run on this server: it has no Java virtual machine", node)
