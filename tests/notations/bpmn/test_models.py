"""The 23 real models: accepted, or refused for the predicted reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from taskyard.notations.bpmn import read_bpmn

DATA = Path(__file__).parents[2] / "data" / "bpmn"

ACCEPTED: dict[str, tuple[list[str], int]] = {
    "camunda-BoundaryEventPerformanceTest.nonInterruptingOnConcurrentTask.bpmn": (["process"], 0),
    "camunda-ExclusiveGatewayPerformanceTest.sync5gateways.bpmn": (["process"], 0),
    "camunda-ExternalTaskServiceTest.testFetchAndLockWithExtensionProperties.bpmn20.xml": (
        ["oneExternalTaskWithCustomProperties"],
        0,
    ),
    "camunda-IntermediateCatchPerformanceTest.singleMessage.bpmn": (["process"], 0),
    "camunda-SequencePerformanceTest.asyncSequence15Steps.bpmn": (["process"], 0),
    "camunda-parallelExternalTaskProcess.bpmn20.xml": (["parallelExternalTaskProcess"], 0),
    "camunda-reviewInvoice.bpmn": (["ReviewInvoice"], 0),
    "camunda-twoExternalTaskWithPriorityProcess.bpmn20.xml": (["twoExternalTaskWithPriorityProcess"], 0),
    "miwg-A.1.0.bpmn": ([], 1),
    "miwg-A.2.0.bpmn": ([], 1),
    "miwg-A.3.0.bpmn": ([], 1),
    "miwg-A.4.0.bpmn": ([], 2),
    "miwg-A.4.1.bpmn": ([], 2),
    "miwg-B.1.0.bpmn": ([], 4),
    "miwg-B.2.0.bpmn": ([], 4),
    "miwg-C.2.0.bpmn": ([], 4),
    "miwg-C.3.0.bpmn": (["_8170787a-3207-434d-9bea-4787059f444f"], 0),
    "miwg-C.5.0.bpmn": ([], 2),
    "miwg-C.6.0.bpmn": ([], 1),
    "miwg-C.7.0.bpmn": ([], 1),
}
"""File: keys of the executable processes, and how many more are described but not executable."""

REFUSED = {
    "camunda-invoice.v2.bpmn": (
        "org.camunda.bpm.example.invoice.service.ArchiveInvoiceService",
        "ServiceTask_1",
        79,
    ),
    "miwg-C.1.0.bpmn": ("#{archiveService}", "archiveInvoice", 570),
    "miwg-C.1.1.bpmn": ("#{archiveService}", "archiveInvoice", 252),
}
"""File: the Java class or bean that is named in the refusal, the element and its line."""


def test_every_model_is_in_one_of_the_tables() -> None:
    files = {path.name for path in DATA.iterdir() if path.suffix != ".md"}
    assert files == set(ACCEPTED) | set(REFUSED)
    assert len(files) == 23


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_accepted(name: str) -> None:
    keys, ignored = ACCEPTED[name]
    reading = read_bpmn((DATA / name).read_bytes())
    assert [fault.message for fault in reading.errors] == []
    assert [process.key for process in reading.processes] == keys
    assert len(reading.ignored) == ignored


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused_because_of_java(name: str) -> None:
    what, element, line = REFUSED[name]
    reading = read_bpmn((DATA / name).read_bytes())
    assert reading.processes == ()
    assert {fault.reason for fault in reading.errors} == {"java"}
    first = reading.errors[0]
    assert f"'{what}'" in first.message
    assert (first.element, first.line) == (element, line)


def test_a_real_model_is_read_whole() -> None:
    process = read_bpmn((DATA / "camunda-reviewInvoice.bpmn").read_bytes()).processes[0]
    assert (process.key, process.name, process.history_days, process.startable) == (
        "ReviewInvoice",
        "Review Invoice",
        45,
        False,
    )
    assert [element.type for element in process.elements] == [
        "startEvent",
        "endEvent",
        "userTask",
        "userTask",
    ]
    assert len(process.flows) == 3


def test_extension_attributes_and_flows_are_kept() -> None:
    content = (DATA / "camunda-parallelExternalTaskProcess.bpmn20.xml").read_bytes()
    process = read_bpmn(content).processes[0]
    topics = [e.extensions["topic"] for e in process.elements if e.type == "serviceTask"]
    assert topics == ["topic1", "topic2", "topic3"]
    assert {flow.source for flow in process.flows} >= {"externalTask1", "externalTask2", "externalTask3"}
