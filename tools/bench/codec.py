"""G12: reading and writing task definitions, beside pydantic in one process."""

from __future__ import annotations

import json
import statistics
import subprocess

from tools.bench.figure import at_least, ratio
from tools.bench.stage import PEERS, ROOT, Stage


def definitions(stage: Stage) -> None:
    """JSON to a checked document, and a document to its JSON."""
    command = [str(stage.peers_python()), "codec.py", str(ROOT / "src"), str(7 if stage.quick else 25)]
    said = subprocess.run(command, cwd=PEERS, capture_output=True, text=True, check=True).stdout
    found: dict[str, list[float]] = json.loads(said)
    for name, what, bound in (("read", "read and check", 1.8), ("write", "write", 3.0)):
        peer = found[f"{name}_peer"]
        note = f"{statistics.median(found[name]) * 1000:.1f} ms per 1,000"
        value = ratio(peer, found[name])
        stage.add(
            "G12", "-", f"task definitions, {what}: pydantic / ours, time", value, at_least(bound), note=note
        )
