"""The text of docs/metrics.md, from the metrics that taskyard.telemetry declares."""

from pathlib import Path

from taskyard.telemetry import instruments

FILE = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"

HEAD = """# Metrics

`GET /metrics` answers in the Prometheus text format. Times are seconds. Labels never hold ids, and `definition` names at
most a hundred definitions; the rest count as `other`. A histogram has `_bucket`, `_sum` and `_count` series.

`taskyard_dialect_refused_total` says which operations that are not served are asked for.
`taskyard_http_unexpected_errors_total` should stay 0: each one is a bug.

| metric | labels | meaning |
|---|---|---|
"""


def page() -> str:
    """The whole document."""
    lines = sorted(
        f"| `{one.name}` | {' '.join(f'`{label}`' for label in one.labels)} | {one.meaning} |"
        for one in instruments()
    )
    return (
        HEAD
        + "\n".join(lines)
        + "\n\nBeside these there are the usual `process_…` and `python_gc_…` series.\n"
    )
