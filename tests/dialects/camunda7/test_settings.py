"""What the settings of the server change."""

from __future__ import annotations

from typing import Any

from tests.dialects.camunda7.models import DEFINITION, deploy, deployed, failure, fresh, listed, process


def test_like_as_the_engine_does_it(spawn: Any, database: str | None) -> None:
    server = spawn(database_url=database, camunda_like="engine", dialects="camunda7")
    key, tenant = fresh("order"), fresh("tenant-")
    deployed(server.as_admin, {"a.bpmn": process(key, name="Order Intake")}, tenant_id=tenant)

    def found(**params: str) -> int:
        return len(listed(server.as_admin, tenantIdIn=tenant, **params))

    assert found(keyLike="order") == 0
    assert found(keyLike="order%") == 1
    assert found(keyLike="_rder%") == 1
    assert found(keyLike=key) == 1
    assert found(nameLike="Intake") == 0
    assert found(nameLike="ORDER INTAKE") == 1
    assert found(nameLike="") == 0


def test_history_time_to_live_can_be_demanded(spawn: Any, database: str | None) -> None:
    server = spawn(database_url=database, camunda_history_required="true", dialects="camunda7")
    key = fresh()
    answer = deploy(server.as_admin, {"a.bpmn": process(key)})
    assert (answer.status_code, answer.json()["type"]) == (400, "ParseException")
    assert "History Time To Live (TTL) cannot be null" in answer.json()["message"]
    deployed(server.as_admin, {"a.bpmn": process(key, historyTimeToLive="P1D")})
    path = f"{DEFINITION}/key/{key}/history-time-to-live"
    answer = server.as_admin.put(path, json={"historyTimeToLive": None})
    failure(answer, 400, "NotAllowedException", "Null historyTimeToLive values are not allowed")


def test_without_authentication(spawn: Any, database: str | None) -> None:
    server = spawn("--no-auth", database_url=database, dialects="camunda7")
    key = fresh()
    deployed(server.anonymous, {"a.bpmn": process(key)})
    assert [item["key"] for item in listed(server.anonymous, key=key)] == [key]
    answer = server.anonymous.get("/engine-rest/engine/other/process-definition")
    failure(answer, 400, "InvalidRequestException", "No process engine available")


def test_an_upload_larger_than_allowed(spawn: Any, database: str | None) -> None:
    server = spawn(database_url=database, max_upload="20000", dialects="camunda7")
    answer = deploy(server.as_admin, {"a.bin": b"x" * 30_000}, deployment_name="large")
    assert (answer.status_code, answer.json()["type"]) == (413, "InvalidRequestException")
    assert server.as_admin.get("/engine-rest/deployment/count", params={"name": "large"}).json() == {
        "count": 0
    }
