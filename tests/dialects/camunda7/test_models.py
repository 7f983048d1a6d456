"""The 23 real models through the API: deployed, or refused by the name of the Java code in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.dialects.camunda7.models import DEFINITION, deploy, fresh, listed

DATA = Path(__file__).parents[2] / "data" / "bpmn"
FILES = sorted(path.name for path in DATA.iterdir() if path.suffix != ".md")

KEYS = {
    "camunda-BoundaryEventPerformanceTest.nonInterruptingOnConcurrentTask.bpmn": "process",
    "camunda-ExclusiveGatewayPerformanceTest.sync5gateways.bpmn": "process",
    "camunda-ExternalTaskServiceTest.testFetchAndLockWithExtensionProperties.bpmn20.xml": (
        "oneExternalTaskWithCustomProperties"
    ),
    "camunda-IntermediateCatchPerformanceTest.singleMessage.bpmn": "process",
    "camunda-SequencePerformanceTest.asyncSequence15Steps.bpmn": "process",
    "camunda-parallelExternalTaskProcess.bpmn20.xml": "parallelExternalTaskProcess",
    "camunda-reviewInvoice.bpmn": "ReviewInvoice",
    "camunda-twoExternalTaskWithPriorityProcess.bpmn20.xml": "twoExternalTaskWithPriorityProcess",
    "miwg-C.3.0.bpmn": "_8170787a-3207-434d-9bea-4787059f444f",
}
"""Models with an executable process; the other accepted ones describe only."""

JAVA = {
    "camunda-invoice.v2.bpmn": "Java class 'org.camunda.bpm.example.invoice.service.ArchiveInvoiceService'",
    "miwg-C.1.0.bpmn": "Java delegate '#{archiveService}'",
    "miwg-C.1.1.bpmn": "Java delegate '#{archiveService}'",
}


@pytest.mark.parametrize("name", FILES)
def test_each_model(server: Any, name: str) -> None:
    tenant = fresh("tenant-")
    content = (DATA / name).read_bytes()
    answer = deploy(server.as_admin, {name: content}, tenant_id=tenant)
    items = listed(server.as_admin, tenantIdIn=tenant)
    if name in JAVA:
        assert (answer.status_code, answer.json()["type"]) == (400, "ParseException")
        assert JAVA[name] in answer.json()["message"]
        assert answer.json()["details"][name]["errors"][0]["line"] > 0
        assert items == []
        return
    assert answer.status_code == 200, answer.text
    keys = [KEYS[name]] if name in KEYS else []
    assert [item["key"] for item in items] == keys
    made = answer.json()["deployedProcessDefinitions"]
    assert made == ({items[0]["id"]: items[0]} if keys else None)
    for item in items:
        found = server.as_admin.get(f"{DEFINITION}/{item['id']}/xml").json()
        assert found["bpmn20Xml"].encode() == content


def test_all_accepted_models_in_one_deployment(server: Any) -> None:
    tenant = fresh("tenant-")
    doubled = {name for name, key in KEYS.items() if key == "process"}
    chosen = [name for name in FILES if name not in JAVA and name not in doubled]
    files = {name: (DATA / name).read_bytes() for name in chosen}
    assert deploy(server.as_admin, files, tenant_id=tenant).status_code == 200
    assert len(listed(server.as_admin, tenantIdIn=tenant)) == len(set(KEYS) - doubled)
