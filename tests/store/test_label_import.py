"""A recorded import makes its tasks once, whoever runs it and however often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from taskyard.engine.label_imports import FailImport, ImportTasks, RecordImport
from taskyard.engine.projects import CreateProject, DeleteProject
from taskyard.model.definition import Resource
from taskyard.model.execution import Job
from taskyard.model.labeling import ImportRecord, NewLabelTask, NewUpload, ProjectDocument
from taskyard.model.problem import Rejected
from taskyard.model.task import Progress, Task

TASK = NewLabelTask(document='{"data":{"text":"a"},"meta":{},"allow_skip":true}')
UPLOAD = NewUpload(name="a.txt", media_type=None, content=b"a\n")


def slices() -> Iterator[list[NewLabelTask]]:
    yield [TASK, TASK]
    yield [TASK]


def importing(project: int, job: int | None = None) -> ImportTasks:
    return ImportTasks(
        project_id=project, slices=slices, tasks=3, annotations=0, predictions=0, drafts=0, job=job
    )


@pytest.fixture
def project(opened: Any) -> int:
    return opened.run(CreateProject(title="Imports", settings=ProjectDocument()))


def recorded(opened: Any, project: int) -> int:
    command = RecordImport(project_id=project, uploads=(UPLOAD,), record=ImportRecord(), json_body=True)
    job, _ = opened.run(command)
    return job


def test_of_two_runs_one_makes_the_tasks(opened: Any, project: int) -> None:
    job = recorded(opened, project)
    answers = opened.run_all([importing(project, job), importing(project, job)])
    assert sorted(type(answer).__name__ for answer in answers) == ["Imported", "Rejected"]
    refused = next(answer for answer in answers if isinstance(answer, Rejected))
    assert refused.problem.reason == "import_finished"
    assert len(opened.matching(Task, definition_id=project)) == 3
    closed = opened.row(Job, id=job)
    assert (closed.phase, closed.outcome) == ("closed", "succeeded")
    assert opened.matching(Resource, owner_id=project) == []


def test_a_failed_import_stays_failed(opened: Any, project: int) -> None:
    job = recorded(opened, project)
    opened.run(FailImport(job=job, error="no"))
    with pytest.raises(Rejected, match="finished already"):
        opened.run(importing(project, job))
    opened.run(FailImport(job=job, error="again"))
    assert '"error":"no"' in opened.row(Job, id=job).document
    assert opened.matching(Task, definition_id=project) == []


def test_numbers_run_on_from_import_to_import(opened: Any, project: int) -> None:
    for _ in range(2):
        opened.run(importing(project))
    assert [task.number for task in opened.matching(Task, definition_id=project)] == [1, 2, 3, 4, 5, 6]


def test_a_removed_project_takes_everything_along_and_takes_no_import(opened: Any, project: int) -> None:
    job = recorded(opened, project)
    opened.run(importing(project))
    opened.run(DeleteProject(project_id=project))
    for row_type, names in ((Task, "definition_id"), (Progress, "definition_id"), (Resource, "owner_id")):
        assert opened.matching(row_type, **{names: project}) == []
    assert opened.row(Job, id=job) is None
    with pytest.raises(Rejected, match="No Project matches"):
        opened.run(importing(project))
