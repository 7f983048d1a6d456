"""Work that a server is killed in: what is sent, and how much of it is there afterwards."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
from tests.server import Server

CONFIG = '<View><Text name="text" value="$text"/></View>'
HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="crash">'
TASKS = 1_500
PROCESSES = 60
ROWS = 4_000


class Work:
    """One write under a mark of its own, sent by a thread. `acknowledged` is set as soon as the server has answered
    that it is done; `broken` when the connection ended before."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.acknowledged = threading.Event()
        self.answer: httpx.Response | None = None

    def prepare(self, client: httpx.Client) -> None:
        """Make what the write needs."""

    def send(self, client: httpx.Client) -> httpx.Response:
        raise NotImplementedError

    def found(self, client: httpx.Client) -> int:
        """How much of it is there."""
        raise NotImplementedError

    def whole(self) -> int:
        """How much it is."""
        raise NotImplementedError

    def run(self, server: Server) -> None:
        try:
            with httpx.Client(
                base_url=server.url, headers={"Authorization": f"Bearer {server.token}"}, timeout=60
            ) as client:
                self.answer = self.send(client)
        except httpx.TransportError:
            return
        if self.answer.status_code in (200, 201):
            self.acknowledged.set()


class Batch(Work):
    """Tasks through the native API, in one request."""

    def send(self, client: httpx.Client) -> httpx.Response:
        tasks = [
            {"title": f"{self.mark} {n}", "category": self.mark, "candidate_users": ["admin"]}
            for n in range(TASKS)
        ]
        return client.post("/v1/tasks/batch", json={"tasks": tasks})

    def found(self, client: httpx.Client) -> int:
        answer = client.get(
            "/v1/tasks", params={"filter": f'attribute.category = "{self.mark}"', "total": "true"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["total"]

    def whole(self) -> int:
        return TASKS


class Deployment(Work):
    """A deployment of many processes and a picture."""

    def send(self, client: httpx.Client) -> httpx.Response:
        processes = "".join(
            f'<process id="{self.mark}_{n}" isExecutable="true"><startEvent id="s{n}"/></process>'
            for n in range(PROCESSES)
        )
        files: list[Any] = [
            ("deployment-name", (None, self.mark)),
            ("a", ("many.bpmn", f"{HEAD}{processes}</definitions>".encode())),
            ("b", ("many.png", b"\x89PNG" * 50_000)),
        ]
        return client.post("/engine-rest/deployment/create", files=files)

    def found(self, client: httpx.Client) -> int:
        count = client.get("/engine-rest/process-definition/count", params={"keyLike": f"{self.mark}_%"})
        made: list[Any] = client.get("/engine-rest/deployment", params={"name": self.mark}).json()
        resources = 0
        for deployment in made:
            resources += len(client.get(f"/engine-rest/deployment/{deployment['id']}/resources").json())
        return count.json()["count"] + len(made) + resources

    def whole(self) -> int:
        return PROCESSES + 1 + 2


class Import(Work):
    """An import into a labelling project of its own."""

    query = ""
    project = 0

    def prepare(self, client: httpx.Client) -> None:
        made = client.post("/api/projects/", json={"title": self.mark, "label_config": CONFIG})
        assert made.status_code == 201, made.text
        self.project = made.json()["id"]

    def send(self, client: httpx.Client) -> httpx.Response:
        lines = "".join(f"row {n},{n}\n" for n in range(ROWS))
        files = {"file": ("rows.csv", f"text,n\n{lines}".encode())}
        return client.post(f"/api/projects/{self.project}/import{self.query}", files=files)

    def found(self, client: httpx.Client) -> int:
        tasks = client.get(f"/api/projects/{self.project}/").json()["task_number"]
        uploads = client.get(f"/api/projects/{self.project}/file-uploads").json()
        return tasks + len(uploads)

    def whole(self) -> int:
        return ROWS + 1


class Recorded(Import):
    """An import that is acknowledged before it is made, and made by whoever runs next."""

    query = "?async=true"

    def found(self, client: httpx.Client) -> int:
        deadline = time.monotonic() + 60
        kept = 0
        while time.monotonic() < deadline:
            kept = super().found(client)
            if kept in (0, self.whole()):
                return kept
            assert kept == 1, "its file is kept, its tasks are to come"
            time.sleep(0.2)
        return kept


KINDS: tuple[Callable[[str], Work], ...] = (Batch, Deployment, Import, Recorded)
