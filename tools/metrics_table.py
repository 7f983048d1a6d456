"""The text of docs/metrics.md, from the metrics that taskyard.telemetry declares."""

from collections.abc import Iterator
from pathlib import Path

from prometheus_client.metrics import MetricWrapperBase

from taskyard import telemetry

FILE = Path(__file__).resolve().parent.parent / "docs" / "metrics.md"

HEAD = """# Metrics

`GET /metrics` answers in the Prometheus text format. Times are seconds. Labels never hold ids, and `definition` names at
most a hundred definitions; the rest count as `other`. A histogram has `_bucket`, `_sum` and `_count` series.

`taskyard_dialect_refused_total` says which operations that are not served are asked for.
`taskyard_http_unexpected_errors_total` should stay 0: each one is a bug.

| metric | type | labels | meaning |
|---|---|---|---|
"""


def rows() -> Iterator[tuple[str, str, tuple[str, ...], str]]:
    """Name, type, labels and meaning of each metric of the server's own."""
    for value in vars(telemetry).values():
        if isinstance(value, MetricWrapperBase):
            (family,) = value.describe()
            yield family.name, family.type, tuple(value._labelnames), family.documentation
    for family in telemetry._operations.collect():
        yield family.name, family.type, tuple(getattr(family, "_labelnames", ())), family.documentation


def written(name: str, kind: str) -> str:
    """The name as a scrape shows it: counters end in `_total`."""
    return f"{name}_total" if kind == "counter" and not name.endswith("_total") else name


def page() -> str:
    """The whole document."""
    lines = sorted(
        f"| `{written(name, kind)}` | {kind} | {' '.join(f'`{label}`' for label in labels)} | {meaning} |"
        for name, kind, labels, meaning in rows()
    )
    return (
        HEAD
        + "\n".join(lines)
        + "\n\nBeside these there are the usual `process_…` and `python_gc_…` series.\n"
    )
