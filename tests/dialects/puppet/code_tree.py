"""Builds real Puppet code directories for tests."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

METADATA = Path(__file__).parents[2] / "data/puppet/metadata"


class CodeTree:
    """A code directory under `root`; paths are relative to it, modules to an environment."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "environments/production/modules").mkdir(parents=True)

    def environment(self, name: str = "production") -> Path:
        path = self.root / "environments" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def write(
        self, path: str, content: str | bytes | dict[str, Any] = "#!/bin/sh\n", env: str = "production"
    ) -> Path:
        """Write a file of an environment, e.g. `modules/service/tasks/init.rb`; a dict is written as JSON."""
        target = self.environment(env) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, dict):
            content = json.dumps(content)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def published(self, name: str, executables: tuple[str, ...] = (), env: str = "production") -> None:
        """Put a published metadata file (`service__init`) in its place, with executables beside it."""
        module, task = name.split("__", 1)
        self.write(f"modules/{module}/tasks/{task}.json", (METADATA / f"{name}.json").read_bytes(), env)
        for file in executables:
            self.write(f"modules/{module}/tasks/{file}", f"#!/bin/sh\n# {file}\n", env)

    def service_module(self) -> None:
        """The `service` module: three tasks with metadata and one shared file."""
        self.published("service__init", ("init.rb", "linux.sh", "windows.ps1"))
        self.published("service__windows")
        self.write(
            "modules/service/tasks/linux.json", {"private": True, "files": ["service/files/common.sh"]}
        )
        self.write("modules/service/files/common.sh", "common() { :; }\n")

    def settle(self) -> None:
        """Wait until the clock of the file system has moved on, so that every later change shows."""
        time.sleep(0.05)

    def git(self, *arguments: str, env: str = "production") -> str:
        """Run git in an environment, without the configuration of whoever runs the tests."""
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@example.com",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.com",
        }
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.environment(env),
            env=environ,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, env: str = "production") -> str:
        """Commit everything in an environment, making it a repository if need be; returns the commit."""
        if not (self.environment(env) / ".git").exists():
            self.git("init", "-q", "-b", env, env=env)
        self.git("add", "-A", env=env)
        self.git("commit", "-q", "-m", "code", env=env)
        return self.git("rev-parse", "HEAD", env=env)
