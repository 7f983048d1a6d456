"""A browser, a server of the page's own with known content, and pages that remember what went wrong in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright
from tests.server import Server

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
OPEN_TASKS = 120


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a human-task definition, two task definitions of Conductor and 120 open tasks."""
    server = Server(tmp_path_factory.mktemp("yard")).start()
    fill(server)
    yield server
    server.stop()


def fill(server: Server) -> None:
    """Give the lists something to show."""
    admin = server.as_admin
    admin.post("/v1/definitions", json={"key": "invoice", "name": "Approve an invoice"}).raise_for_status()
    names = [
        {"name": f"resize_{size}", "description": "Makes pictures small."} for size in ("small", "large")
    ]
    limits = {
        "retryCount": 1,
        "timeoutSeconds": 60,
        "responseTimeoutSeconds": 30,
        "ownerEmail": "media@example.com",
    }
    definitions = [one | limits for one in names]
    admin.post("/api/metadata/taskdefs", json=definitions).raise_for_status()
    tasks = [
        {"title": f"Invoice {number:03}", "definition": "invoice", "priority": 1 + number % 5}
        for number in range(OPEN_TASKS)
    ]
    admin.post("/v1/tasks/batch", json={"tasks": tasks}).raise_for_status()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium with a profile of its own. Closed with the module: while it is open, its event loop counts as
    running, and other tests could not start theirs."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Visit:
    """One tab. `faults` collects page errors and console errors; `requests` every address it asked for."""

    def __init__(self, browser: Browser, server: Server, token: str | None, scheme: str, prefix: str) -> None:
        self.server = server
        self.base = server.url + prefix
        self.context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light", viewport={"width": 1280, "height": 900}
        )
        self.faults: list[str] = []
        self.requests: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", self._request)
        if token:
            self.page.add_init_script(
                f"if (!sessionStorage.getItem('started')) {{ sessionStorage.setItem('started', '1');"
                f"sessionStorage.setItem('taskyard.token', '{token}'); }}"
            )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.faults.append(message.text)

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)

    def go(self, path: str) -> Page:
        """Open a path and wait until the page is quiet."""
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def titles(self) -> list[str]:
        """The first cell of each row on screen."""
        return [text.strip() for text in self.page.locator("tbody .lead").all_inner_texts()]


@pytest.fixture
def visit(browser: Browser, yard: Server) -> Iterator[Callable[..., Visit]]:
    """`visit()` opens a tab signed in as admin; `token=None` opens it signed out."""
    opened: list[Visit] = []

    def start(
        token: str | None = yard.token, scheme: str = "light", prefix: str = "", at: Server = yard
    ) -> Visit:
        opened.append(Visit(browser, at, token, scheme, prefix))
        return opened[-1]

    yield start
    for one in opened:
        one.context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of the accessibility checker that the page's lock file names."""
    return (Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js").read_text(
        encoding="utf-8"
    )
