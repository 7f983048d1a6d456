"""Static files of the page: what they are served with, and that nothing in them reaches elsewhere."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from taskyard.web.serve import DIST, ROUTES, Page


class Client:
    """Asks the page in this process."""

    def __init__(self) -> None:
        self.page = Page()

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.page)  # pyright: ignore[reportArgumentType]
            async with httpx.AsyncClient(transport=transport, base_url="http://yard") as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(run())

    def get(self, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
        return self.ask("GET", path, headers)


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


@pytest.mark.parametrize("path", sorted(ROUTES))
def test_every_route_answers_with_the_document(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    assert '<div id="app">' in answer.text


def test_the_policy_forbids_inline_code_foreign_hosts_and_frames(client: Client) -> None:
    answer = client.get("/")
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == rules["font-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_document_names_its_files_relatively_and_has_nothing_inline(client: Client) -> None:
    text = client.get("/").text
    assert re.findall(r'(?:src|href)="(?!\./)', text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert "<style" not in text
    assert " style=" not in text


def test_assets_are_kept_forever_and_revalidated_by_etag(client: Client) -> None:
    script = re.findall(r'src="\.(/assets/[^"]+\.js)"', client.get("/").text)[0]
    first = client.get(script)
    assert first.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = client.get(script, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.ask("HEAD", script).headers["content-length"] == str(len(first.content))


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/../serve.py", "/assets/%2e%2e/serve.py", "/assets/"]
)
def test_what_is_not_in_the_bundle_is_not_found(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "import" not in answer.text


def test_only_reading_is_allowed(client: Client) -> None:
    answer = client.ask("POST", "/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_missing_bundle_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"tools/build_page"):
        Page(tmp_path)


def test_the_bundle_asks_no_foreign_host() -> None:
    known = ("http://www.w3.org/", "https://svelte.dev/e/")
    for file in [*DIST.rglob("*.js"), *DIST.rglob("*.css"), *DIST.rglob("*.html")]:
        found = [
            url for url in re.findall(r"https?://[\w./-]+", file.read_text()) if not url.startswith(known)
        ]
        assert found == [], file


def test_the_shell_stays_small() -> None:
    script = sum(len(file.read_bytes()) for file in DIST.rglob("*.js"))
    assert script < 250_000
