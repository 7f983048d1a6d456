"""Projects as clients see them."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

import msgspec

from taskyard.dialects.labelstudio.moments import stamp
from taskyard.dialects.labelstudio.project_wire import Project, UserShort
from taskyard.model.definition import Definition, VersionDocument
from taskyard.model.identity import Counter, User
from taskyard.model.labeling import ProjectDocument
from taskyard.notations.labelconfig.read import read
from taskyard.notations.labelconfig.schema import control_weights, parsed

_settings = msgspec.json.Decoder(ProjectDocument)
_SETTINGS = frozenset(ProjectDocument.__struct_fields__) & frozenset(Project.__struct_fields__)
_BULK_TYPES = frozenset({"Choices", "Taxonomy", "Rating", "TextArea", "Number", "DateTime"})


def user_short(user: User) -> UserShort:
    return UserShort(id=user.id, first_name=user.first_name, last_name=user.last_name, email=user.email)


@lru_cache(maxsize=256)
def configured(label_config: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parsed form of a stored configuration, and its default weights."""
    config = read(label_config)
    return parsed(config), control_weights(config)


async def projects(app: Any, ids: list[int], *, counts: bool = True) -> list[Project]:
    """The projects of these numbers, in this order, with one select per table."""
    definitions = {row.id: row for row in await app.rows(Definition, "id", ids)}
    latest = [row.latest_id for row in definitions.values() if row.latest_id is not None]
    documents = {
        row.version_id: row.document for row in await app.rows(VersionDocument, "version_id", latest)
    }
    names = sorted({row.created_by for row in definitions.values() if row.created_by})
    people = {row.name: row for row in await app.rows(User, "name", names)}
    totals = await tallies(app, list(definitions)) if counts else {}
    found = []
    for row_id in ids:
        row = definitions.get(row_id)
        if row is None:
            continue
        document = documents.get(row.latest_id) if row.latest_id is not None else None
        settings = _settings.decode(document) if document else ProjectDocument()
        found.append(_project(row, settings, people.get(row.created_by or ""), totals.get(row_id), counts))
    return found


async def tallies(app: Any, ids: list[int]) -> dict[int, dict[str, int]]:
    """Kept counts by project: `tasks`, `closed`, `active` tasks, and sums over their progress by measure."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in await app.rows(Counter, "definition_id", ids):
        if row.kind != "label":
            continue
        found[row.definition_id][row.measure] += row.n
        if row.measure == "tasks":
            found[row.definition_id][row.state.partition("/")[0]] += row.n
    return found


def _project(
    row: Definition,
    settings: ProjectDocument,
    creator: User | None,
    tally: dict[str, int] | None,
    counts: bool,
) -> Project:
    shape, weights = configured(settings.label_config)
    values = {name: getattr(settings, name) for name in _SETTINGS}
    values["control_weights"] = settings.control_weights if settings.control_weights is not None else weights
    if counts:
        values |= _counts(tally or {})
    return Project(
        id=row.id,
        title=row.name or "",
        description=row.description or "",
        created_by=user_short(creator) if creator else None,
        created_at=stamp(row.created_at) or "",
        parsed_label_config=shape,
        config_has_control_tags=bool(shape),
        config_suitable_for_bulk_annotation=bool(shape)
        and all(control["type"] in _BULK_TYPES for control in shape.values()),
        **values,
    )


def _counts(tally: dict[str, int]) -> dict[str, int]:
    """The counters of a project. What is useful is what is not ground truth; the queue counts whole tasks."""
    annotations, truths = tally.get("annotations", 0), tally.get("ground_truths", 0)
    return {
        "task_number": tally.get("tasks", 0),
        "num_tasks_with_annotations": tally.get("closed", 0) + tally.get("active", 0),
        "total_annotations_number": annotations,
        "total_predictions_number": tally.get("predictions", 0),
        "ground_truth_number": truths,
        "useful_annotation_number": max(annotations - truths, 0),
        "skipped_annotations_number": tally.get("cancelled", 0),
        "finished_task_number": tally.get("labeled", 0),
        "queue_total": tally.get("tasks", 0),
        "queue_done": tally.get("labeled", 0),
    }
