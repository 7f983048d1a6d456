"""Real clients, each in a virtual environment of its own."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

VENVS = Path(__file__).parents[2] / ".venvs"


class ClientVenv:
    """A virtual environment with a client in it. `run(script, *arguments)` runs a Python file there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.python = home / "bin" / "python"

    def run(self, script: Path, *arguments: str, timeout: float = 120) -> str:
        """What the script prints. Fails the test with its error output when it does not end with 0."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [str(self.python), str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, (
            f"{script.name} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
        return done.stdout


def client_venv(name: str, requirements: list[str]) -> ClientVenv:
    """The environment for a client, made at first use and kept by the hash of its requirements."""
    wanted = "\n".join(sorted(requirements))
    digest = hashlib.sha256(f"{sys.version_info[:2]}\n{wanted}".encode()).hexdigest()[:12]
    home = VENVS / f"{name}-{digest}"
    done = home / ".complete"
    VENVS.mkdir(exist_ok=True)
    with (VENVS / f"{name}.lock").open("w") as lock:  # test processes side by side want the same client
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
            install = [
                str(home / "bin" / "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ]
            subprocess.run([*install, *requirements], check=True)
            done.write_text(wanted)
    return ClientVenv(home)


@pytest.fixture(scope="session")
def conductor_python() -> ClientVenv:
    """conductor-python, on httpx."""
    return client_venv("conductor", ["conductor-python==2.0.0"])


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
