"""Incidents as the filters of definitions see them, and their own operations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from tests.dialects.camunda7.models import DEFINITION, DEPLOYMENT, failure, fresh, process

from taskyard.app.deployments import OpenIncident
from taskyard.config import Settings
from taskyard.model.definition import Version
from taskyard.server import Server

INCIDENT = "/engine-rest/incident"
TOKEN = "f" * 40


class House:
    """A server inside the test, so that the test can open incidents as the engine does."""

    def __init__(self, server: Server, client: httpx.AsyncClient) -> None:
        self.server = server
        self.client = client

    async def deploy(self, *keys: str) -> None:
        files = [(key, (f"{key}.bpmn", process(key))) for key in keys]
        answer = await self.client.post(f"{DEPLOYMENT}/create", files=files)
        assert answer.status_code == 200, answer.text

    async def open(self, key: str, kind: str, message: str | None, element: str | None = None) -> str:
        """The id of a new incident on the newest version of a key."""
        app = self.server.app
        assert app is not None
        version = await app.row(Version, kind="process", key=key, latest=True)
        assert version is not None
        row = await app.run(OpenIncident(version_id=version.id, type=kind, message=message, element=element))
        return row.uid

    async def keys(self, **params: str) -> list[str]:
        found = (await self.client.get(DEFINITION, params=params)).json()
        count = (await self.client.get(f"{DEFINITION}/count", params=params)).json()
        assert count == {"count": len(found)}
        return [item["key"] for item in found]

    async def incidents(self, **params: str) -> list[dict[str, Any]]:
        found = (await self.client.get(INCIDENT, params=params)).json()
        count = (await self.client.get(f"{INCIDENT}/count", params=params)).json()
        assert count == {"count": len(found)}
        return found


def inside(database: str | None, home: Path, story: Callable[[House], Awaitable[None]]) -> None:
    """Run a story against a server on a database of its own."""

    async def run() -> None:
        settings = Settings(
            data=str(home), database_url=database, admin_token=TOKEN, dialects="camunda7", log_requests=False
        )
        server = Server(settings)
        transport = httpx.ASGITransport(app=await server.open())
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            await story(House(server, client))
        await server.close()

    asyncio.run(run())


def test_definitions_by_open_incident(database: str | None, tmp_path: Path) -> None:
    one, two, three = sorted(fresh() for _ in range(3))

    async def story(house: House) -> None:
        await house.deploy(one, two, three)
        first = await house.open(one, "failedJob", "No route to host")
        await house.open(one, "custom", "Disk full")
        second = await house.open(two, "failedJob", "Disk full: 100% used")
        ours = {"keysIn": f"{one},{two},{three}"}
        assert await house.keys(**ours, incidentType="failedJob") == [one, two]
        assert await house.keys(**ours, incidentType="other") == []
        assert await house.keys(**ours, incidentId=first) == [one]
        assert await house.keys(**ours, incidentMessage="Disk full") == [one]
        assert await house.keys(**ours, incidentMessageLike="Disk full") == [one, two]
        assert await house.keys(**ours, incidentMessageLike="Disk%") == [one, two]
        assert await house.keys(**ours, incidentMessageLike="%100\\%%") == [two]
        assert await house.keys(**ours, incidentMessageLike="") == []
        assert await house.keys(**ours, incidentType="failedJob", incidentMessage="Disk full") == []
        assert await house.keys(**ours, incidentType="custom", incidentMessageLike="Disk") == [one]
        assert await house.keys(**ours, incidentType="failedJob", incidentId=second) == [two]

    inside(database, tmp_path, story)


def test_a_resolved_incident_is_gone(database: str | None, tmp_path: Path) -> None:
    key = fresh()

    async def story(house: House) -> None:
        await house.deploy(key)
        incident = await house.open(key, "custom", "Look at this", "task1")
        assert await house.keys(key=key, incidentType="custom") == [key]
        (shown,) = await house.incidents(incidentId=incident)
        assert shown == (await house.client.get(f"{INCIDENT}/{incident}")).json()
        definition = (await house.client.get(f"{DEFINITION}/key/{key}")).json()
        assert shown.pop("incidentTimestamp").endswith("+0000")
        assert shown == {
            "id": incident,
            "processDefinitionId": definition["id"],
            "processInstanceId": None,
            "executionId": None,
            "incidentType": "custom",
            "activityId": "task1",
            "failedActivityId": "task1",
            "causeIncidentId": incident,
            "rootCauseIncidentId": incident,
            "configuration": None,
            "incidentMessage": "Look at this",
            "tenantId": None,
            "jobDefinitionId": None,
            "annotation": None,
        }
        assert (await house.client.delete(f"{INCIDENT}/{incident}")).status_code == 204
        assert await house.keys(key=key, incidentType="custom") == []
        answer = await house.client.get(f"{INCIDENT}/{incident}")
        failure(answer, 404, "InvalidRequestException", f"No matching incident with id {incident}")
        assert (await house.client.delete(f"{INCIDENT}/{incident}")).status_code == 404

    inside(database, tmp_path, story)


def test_incidents_of_the_engine_cannot_be_resolved(database: str | None, tmp_path: Path) -> None:
    key = fresh()

    async def story(house: House) -> None:
        await house.deploy(key)
        incident = await house.open(key, "failedJob", None)
        answer = await house.client.delete(f"{INCIDENT}/{incident}")
        assert (answer.status_code, answer.json()["type"]) == (400, "BadUserRequestException")
        assert await house.keys(key=key, incidentId=incident) == [key]

    inside(database, tmp_path, story)


def test_listing_incidents(database: str | None, tmp_path: Path) -> None:
    one, two = sorted(fresh() for _ in range(2))

    async def story(house: House) -> None:
        await house.deploy(one, two)
        ids = [
            await house.open(one, "a", "first", "x"),
            await house.open(one, "b", "second", "y"),
            await house.open(two, "a", None, "z"),
        ]

        async def found(**params: str) -> list[int]:
            items = await house.incidents(**{"processDefinitionKeyIn": f"{one},{two}", **params})
            return [ids.index(item["id"]) for item in items]

        assert sorted(await found()) == [0, 1, 2]
        assert await found(incidentType="b") == [1]
        assert await found(incidentMessage="first") == [0]
        assert await found(incidentMessageLike="%s%", activityId="y") == [1]
        assert await found(processDefinitionKeyIn=two) == [2]
        definition = (await house.client.get(f"{DEFINITION}/key/{one}")).json()["id"]
        assert sorted(await found(processDefinitionId=definition)) == [0, 1]
        assert await found(failedActivityId="z", rootCauseIncidentId=ids[2]) == [2]
        assert await found(processInstanceId="p") == []
        assert await found(tenantIdIn="t") == []
        assert await found(incidentTimestampBefore="2020-01-01T00:00:00.000+0000") == []
        assert len(await found(incidentTimestampAfter="2020-01-01T00:00:00.000+0000")) == 3
        assert await found(sortBy="activityId", sortOrder="desc") == [2, 1, 0]
        page = {"sortBy": "activityId", "sortOrder": "asc", "firstResult": "1", "maxResults": "1"}
        answer = await house.client.get(INCIDENT, params={"processDefinitionKeyIn": f"{one},{two}", **page})
        assert [ids.index(item["id"]) for item in answer.json()] == [1]
        for wrong in (
            {"sortBy": "foo", "sortOrder": "asc"},
            {"maxResults": "-1"},
            {"incidentTimestampAfter": "x"},
        ):
            assert (await house.client.get(INCIDENT, params=wrong)).status_code == 400

    inside(database, tmp_path, story)


def test_a_definition_takes_its_incidents_along(database: str | None, tmp_path: Path) -> None:
    key = fresh()

    async def story(house: House) -> None:
        await house.deploy(key)
        await house.open(key, "custom", None)
        assert (await house.client.delete(f"{DEFINITION}/key/{key}")).status_code == 204
        assert await house.incidents(processDefinitionKeyIn=key) == []

    inside(database, tmp_path, story)
