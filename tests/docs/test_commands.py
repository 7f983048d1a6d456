"""The commands in the documents work as they are written."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.server import Server

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(document: Path) -> list[str]:
    """The command lines of a document's code blocks, continued lines joined."""
    blocks = BLOCK.findall(document.read_text(encoding="utf-8"))
    return [
        line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()
    ]


CURLS = [
    line
    for document in (ROOT / "README.md", ROOT / "docs" / "filter-language.md")
    for line in commands(document)
    if line.startswith("curl ")
]


def test_there_are_commands_to_try() -> None:
    assert len(CURLS) >= 2


@pytest.mark.parametrize("command", CURLS)
def test_a_documented_request_is_answered(server: Server, command: str) -> None:
    assert "http://127.0.0.1:8000/" in command
    line = command.replace("http://127.0.0.1:8000", server.url).replace(
        "curl ", "curl --fail --silent --show-error ", 1
    )
    done = subprocess.run(
        ["bash", "-c", line],
        env=os.environ | {"TOKEN": server.token},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()[:1] in ("[", "{")


def test_the_workflow_of_the_tour_runs(server: Server) -> None:
    blocks = BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    by_hand, commanded = (
        next(block for block in blocks if word in block) for word in ("ask() {", "execution start greeting")
    )
    by_hand = by_hand.replace("curl -sS", "curl --fail -sS")
    done = tour(server, by_hand)
    assert done.returncode == 0, done.stderr
    shown = answers(done.stdout)[-1]
    assert (shown["status"], shown["output"]) == ("COMPLETED", {"said": "Hello, Ada."})
    done = tour(server, commanded)
    assert done.returncode == 0, done.stderr
    assert '"greeting"' in done.stdout


def answers(printed: str) -> list[Any]:
    """The JSON objects in what was printed: curl puts nothing between them."""
    found, at = [], 0
    while (at := printed.find("{", at)) >= 0:
        value, at = json.JSONDecoder().raw_decode(printed, at)
        found.append(value)
    return found


def tour(server: Server, block: str) -> subprocess.CompletedProcess[str]:
    """A block of commands, run from beginning to end where the project is."""
    return subprocess.run(
        ["bash", "-e", "-c", block.replace("http://127.0.0.1:8000", server.url)],
        env=os.environ | {"TOKEN": server.token, "TASKYARD_URL": server.url},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_every_make_command_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in (ROOT / "README.md", ROOT / "CONTRIBUTING.md"):
        named = set(re.findall(r"\bmake ([a-z]+)\b", document.read_text(encoding="utf-8")))
        assert named <= targets, document.name


@pytest.mark.parametrize(
    "flag", ["--data", "--database-url", "--puppet-code", "--demo", "--no-auth", "--host", "--port"]
)
def test_serve_has_the_documented_flag(flag: str) -> None:
    taskyard = ROOT / ".venv" / "bin" / "taskyard"
    shown = subprocess.run([taskyard, "serve", "--help"], capture_output=True, text=True, timeout=60)
    assert flag in shown.stdout
