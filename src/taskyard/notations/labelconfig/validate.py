"""Checks a labelling configuration, and tasks against it."""

from __future__ import annotations

from typing import Any

from taskyard.model.problem import rejected
from taskyard.notations.labelconfig.read import LabelConfig, etree, fault, read
from taskyard.notations.labelconfig.schema import essential_change

UNDEFINED_KEY = "$undefined$"
"""The data key of a file whose rows have no names, such as plain text."""

_SHOWN = ("name", "value|valueList")
_ANSWERED = ("name", "toName")
_REQUIRED: dict[str, tuple[str, ...]] = {
    "Image": _SHOWN,
    "Text": _SHOWN,
    "HyperText": _SHOWN,
    "Choices": (*_ANSWERED, "Choice|value|View"),
    "Labels": (*_ANSWERED, "Label|value|View"),
    "TextArea": _ANSWERED,
    "Number": _ANSWERED,
    "Choice": ("value",),
    "Label": ("value",),
}
"""What each tag needs, in the order of checking; `a|b` is met by any of them, a capital names a child tag."""

_VALUE_TYPES: dict[str, tuple[type, ...]] = {
    "Text": (str, int, float),
    "Header": (str, int, float),
    "HyperText": (str,),
    "Audio": (str,),
    "AudioPlus": (str,),
    "Video": (str, dict, list),
    "Image": (str, list),
    "Paragraphs": (list, str),
    "Table": (dict, list, str),
    "TimeSeries": (dict, list, str),
    "TimeSeriesChannel": (dict, list, str),
    "List": (list, str),
}


def validate(text: str) -> LabelConfig:
    """The configuration in `text`, or `Rejected` with the original server's message: XML, required
    attributes, unique names, `toName` that exists."""
    config = read(text)
    root = config.root
    if root.tag == "View":
        _check_view(root, "")
    names = [element.get("name") for element in root.iter(etree.Element) if element.get("name") is not None]
    if len(set(names)) != len(names):
        raise fault("Label config contains non-unique names")
    for element in root.iter(etree.Element):
        for target in (element.get("toName") or "").split(","):
            if "toName" in element.attrib and target not in names:
                raise fault(f'toName="{target}" not found in names: {sorted(set(names))}')
    return config


def check_replacement(
    old: LabelConfig, new: LabelConfig, tuples: set[str], labels: dict[str, set[str]]
) -> None:
    """Refuses `new` when existing annotations rely on something that it drops.

    `tuples` and `labels` are what annotations use, in the form of `schema.used_by`.
    """
    if not essential_change(old, new):
        return
    lost = [line for line in sorted(tuples) if not _still_there(line, new)]
    if lost:
        listing = "\n".join(_described(line) for line in lost)
        raise fault(
            f"Created annotations are incompatible with provided labeling schema, we found:\n{listing}"
        )
    for name, used in sorted(labels.items()):
        before, after = old.controls.get(name), new.controls.get(name)
        if before is None or after is None or after.dynamic:
            continue
        if gone := sorted((used & set(before.labels)) - set(after.labels)):
            raise fault(f"These labels still exist in annotations or drafts:\n{','.join(gone)}")


def check_data(config: LabelConfig, data: Any) -> dict[str, Any]:
    """Task data that has every key which the configuration shows, of a type its tag can show.

    Rows without names get the configuration's only key. Raises `Rejected` (invalid, reason `task_data`).
    """
    if not isinstance(data, dict):
        raise rejected("invalid", "Task data must be an object", reason="task_data")
    if UNDEFINED_KEY in data and (key := config.sole_key()) is not None:
        data = {key if name == UNDEFINED_KEY else name: value for name, value in data.items()}
    for key, tag in config.data_types.items():
        name, indexed, _ = key.partition("[")
        present, value = _lookup(data, name)
        if not present:
            raise rejected("invalid", f'"{name}" key is expected in task data', reason="task_data")
        allowed = (list,) if indexed else _VALUE_TYPES.get(tag, (str, int, float, list, dict))
        if isinstance(value, bool) or not isinstance(value, allowed):
            raise rejected("invalid", _wrong_type(name, value, tag, allowed), reason="task_data")
    return data


def _lookup(data: dict[str, Any], name: str) -> tuple[bool, Any]:
    """A key, or a dotted path into nested objects as Repeater values use it."""
    if name in data:
        return True, data[name]
    here: Any = data
    for part in name.split("."):
        if not isinstance(here, dict) or part not in here:
            return False, None
        here = here[part]
    return True, here


def _wrong_type(name: str, value: Any, tag: str, allowed: tuple[type, ...]) -> str:
    shown = str(value)[:200]
    expected = [kind.__name__ for kind in allowed]
    return (
        f"data['{name}']={shown} is of type '{type(value).__name__}', "
        f"but the object tag {tag} expects the following types: {expected}"
    )


def _check_view(view: Any, path: str) -> None:
    for child in view.iterchildren(etree.Element):
        here = f"{path}/{child.tag}" if path else f"View/{child.tag}"
        if child.tag == "View":
            _check_view(child, here)
            continue
        _check_tag(child, here)
        if child.tag in ("Choices", "Labels"):
            for label in child.iterchildren("Choice", "Label"):
                _check_tag(label, f"{here}/{label.tag}")


def _check_tag(element: Any, path: str) -> None:
    for need in _REQUIRED.get(element.tag, ()):
        ways = need.split("|")
        met = [
            way
            for way in ways
            if way in element.attrib or (way[0].isupper() and element.find(way) is not None)
        ]
        if not met:
            raise fault(f"Validation failed on {path}: '{ways[0]}' is a required property")
        if need == "value|valueList" and len(met) > 1:
            raise fault(f"Validation failed on {path}: 'value' and 'valueList' exclude each other")


def _still_there(line: str, config: LabelConfig) -> bool:
    from_name, to_name, kind = line.split("|", 2)
    control = config.controls.get(from_name)
    if control is None or control.type.lower() != kind:
        return any(c.pattern and c.type.lower() == kind for c in config.controls.values())
    return kind == "textarea" or set(to_name.split(",")) <= set(control.to_name)


def _described(line: str) -> str:
    from_name, to_name, kind = line.split("|", 2)
    return f"with from_name={from_name}, to_name={to_name}, type={kind}"
