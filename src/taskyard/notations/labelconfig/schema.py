"""What a labelling configuration means to clients: its parsed form, weights, and the tuples that answers
refer to."""

from __future__ import annotations

from typing import Any

from taskyard.notations.labelconfig.read import ControlTag, LabelConfig, ObjectTag


def parsed(config: LabelConfig) -> dict[str, Any]:
    """`parsed_label_config` of the project API: controls by name with their inputs and labels."""
    return {name: _parsed_control(control, config) for name, control in config.controls.items()}


def control_weights(config: LabelConfig) -> dict[str, Any]:
    """Default weights of agreement: 1.0 for every control and each of its labels."""
    return {
        name: {"overall": 1.0, "type": control.type, "labels": dict.fromkeys(control.labels, 1.0)}
        for name, control in config.controls.items()
    }


def answer_tuples(config: LabelConfig) -> set[str]:
    """`control|objects|type` of every control: the form in which a project counts its annotations."""
    return {answer_tuple(c.name, ",".join(c.to_name), c.type) for c in config.controls.values()}


def answer_tuple(from_name: str, to_name: str, type: str) -> str:
    return f"{from_name}|{to_name}|{type.lower()}"


def used_by(result: list[Any]) -> tuple[set[str], dict[str, set[str]]]:
    """What the regions of one annotation's `result` rely on: answer tuples, and labels by control name."""
    tuples: set[str] = set()
    labels: dict[str, set[str]] = {}
    for region in result:
        if not isinstance(region, dict) or "from_name" not in region or "to_name" not in region:
            continue
        from_name, to_name, kind = (
            str(region["from_name"]),
            str(region["to_name"]),
            str(region.get("type", "")),
        )
        tuples.add(answer_tuple(from_name, to_name, kind))
        value = region.get("value")
        chosen = value.get(kind) if isinstance(value, dict) else None
        if isinstance(chosen, list):
            flat = [step for path in chosen for step in (path if isinstance(path, list) else [path])]
            labels.setdefault(from_name, set()).update(item for item in flat if isinstance(item, str))
    return tuples, labels


def essential_change(old: LabelConfig, new: LabelConfig) -> bool:
    """Whether `new` changes what existing annotations mean: a control, its type, its objects or a label is
    gone."""
    for name, control in old.controls.items():
        successor = new.controls.get(name)
        if successor is None or successor.type != control.type or successor.to_name != control.to_name:
            return True
        if not control.dynamic and not set(control.labels) <= set(successor.labels):
            return True
    return any(name not in old.controls for name in new.controls)


def _parsed_control(control: ControlTag, config: LabelConfig) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": control.type, "to_name": list(control.to_name)}
    if control.pattern:
        entry["regex"] = control.pattern
    if control.conditions:
        entry["conditionals"] = control.conditions
    if control.dynamic:
        entry["dynamic_labels"] = True
    entry["inputs"] = [
        _parsed_object(config.objects[name]) for name in control.to_name if name in config.objects
    ]
    entry["labels"] = list(control.labels)
    entry["labels_attrs"] = control.labels
    return entry


def _parsed_object(tag: ObjectTag) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": tag.type, "valueType": tag.value_type}
    if tag.value is not None:
        entry["value"] = tag.value
    elif tag.value_list is not None:
        entry["valueList"] = tag.value_list
    return entry
