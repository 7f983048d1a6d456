"""Everything the server tells its operators: metrics and log fields, each declared once.

Names, labels and units are reference documentation (`docs/metrics.md`); labels never hold ids, and their
values come from closed sets. Times are seconds.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterator, MutableMapping
from typing import Any, BinaryIO

import msgspec
import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry(auto_describe=False)
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_LONG = tuple(
    float(one) for one in (1, 10, 60, 300, 1800, 3600, 14_400, 43_200, 86_400, 259_200, 604_800, 2_592_000)
)
DEFINITIONS_NAMED = 100
"""How many definitions a metric names; the rest count as `other`."""

TASKS_OPENED = Counter(
    "taskyard_tasks_opened_total", "Tasks created.", ("kind", "definition"), registry=REGISTRY
)
TASKS_CLOSED = Counter("taskyard_tasks_closed_total", "Tasks closed.", ("kind", "outcome"), registry=REGISTRY)
TASKS_OPEN = Gauge("taskyard_tasks_open", "Tasks that are not closed.", ("kind", "phase"), registry=REGISTRY)
TASK_WAIT = Histogram(
    "taskyard_task_wait_seconds", "Time until a task was taken.", buckets=_LONG, registry=REGISTRY
)
TASK_ACTIVE = Histogram(
    "taskyard_task_active_seconds",
    "Time from a task being taken to its end.",
    buckets=_LONG,
    registry=REGISTRY,
)
INCIDENTS_OPEN = Gauge("taskyard_incidents_open", "Incidents nobody resolved.", ("type",), registry=REGISTRY)
QUEUE_DEPTH = Gauge("taskyard_queue_depth", "Tasks that can be leased now.", ("queue",), registry=REGISTRY)
QUEUE_OLDEST = Gauge(
    "taskyard_queue_oldest_age_seconds",
    "How long the oldest task that can be leased has been waiting.",
    ("queue",),
    registry=REGISTRY,
)
LEASES_EXPIRED = Counter(
    "taskyard_leases_expired_total",
    "Leases whose holder did not answer in time.",
    ("queue",),
    registry=REGISTRY,
)
TIMER_LAG = Histogram(
    "taskyard_timer_lag_seconds",
    "Time from a timer's moment to the commit of what it did.",
    buckets=_FAST,
    registry=REGISTRY,
)
RESCUED = Counter(
    "taskyard_reconcile_rescued_total",
    "Executions that waited for nothing and were decided anew; should stay 0.",
    registry=REGISTRY,
)
EXECUTIONS_OPEN = Gauge(
    "taskyard_executions_open", "Executions that are not closed.", ("definition",), registry=REGISTRY
)
EXECUTION_DURATION = Histogram(
    "taskyard_execution_duration_seconds",
    "Time from the start of an execution to its end.",
    ("definition", "outcome"),
    buckets=_LONG,
    registry=REGISTRY,
)
ENGINE_STEP = Histogram(
    "taskyard_engine_step_seconds",
    "Time to decide one command that moves an execution, once its rows are at hand.",
    buckets=_FAST,
    registry=REGISTRY,
)
OUTBOX_PENDING = Gauge("taskyard_outbox_pending", "Messages to the outside not sent yet.", registry=REGISTRY)
DB_TX = Histogram(
    "taskyard_db_tx_seconds", "Database transactions.", ("op",), buckets=_FAST, registry=REGISTRY
)
DB_WRITER_WAIT = Histogram(
    "taskyard_db_writer_wait_seconds",
    "Wait of the oldest command of a batch for the write lane.",
    buckets=_FAST,
    registry=REGISTRY,
)
REFUSED = Counter(
    "taskyard_dialect_refused_total",
    "Requests for operations that are not served.",
    ("dialect", "operation"),
    registry=REGISTRY,
)
UNEXPECTED = Counter(
    "taskyard_http_unexpected_errors_total",
    "Requests that ended in a fault of ours.",
    ("dialect",),
    registry=REGISTRY,
)

HTTP_REQUESTS = ("taskyard_http_requests_total", ("dialect", "operation", "status"), "Requests.")
HTTP_DURATION = (
    "http_server_request_duration_seconds",
    ("dialect", "operation"),
    "Time until a request was answered to its end.",
)


_named: set[str] = set()


def definition_label(name: str) -> str:
    """The label of a definition: its name for the first hundred this process sees, then `other`."""
    if name not in _named:
        if len(_named) >= DEFINITIONS_NAMED:
            return "other"
        _named.add(name)
    return name


class OperationMeter:
    """Counts the requests of one operation. Plain numbers: only the event loop writes, a scrape only
    reads."""

    __slots__ = ("buckets", "dialect", "operation", "statuses", "sum")

    def __init__(self, dialect: str, operation: str) -> None:
        self.dialect = dialect
        self.operation = operation
        self.statuses: dict[int, int] = {}
        self.buckets = [0] * (len(_FAST) + 1)
        self.sum = 0.0

    def add(self, status: int, seconds: float) -> None:
        statuses = self.statuses
        statuses[status] = statuses.get(status, 0) + 1
        self.buckets[bisect_left(_FAST, seconds)] += 1
        self.sum += seconds


class _OperationCollector:
    """Exports the meters of the kernels that live."""

    def __init__(self) -> None:
        self.meters: list[OperationMeter] = []

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily(HTTP_REQUESTS[0], HTTP_REQUESTS[2], labels=HTTP_REQUESTS[1])
        durations = HistogramMetricFamily(HTTP_DURATION[0], HTTP_DURATION[2], labels=HTTP_DURATION[1])
        for meter in self.meters:
            if not meter.statuses:
                continue
            labels = (meter.dialect, meter.operation)
            for status, count in list(meter.statuses.items()):
                requests.add_metric((*labels, str(status)), count)
            total = 0
            buckets: list[tuple[str, float]] = []
            for bound, count in zip((*map(str, _FAST), "+Inf"), meter.buckets, strict=True):
                total += count
                buckets.append((bound, total))
            durations.add_metric(labels, buckets, meter.sum)
        yield requests
        yield durations


_operations = _OperationCollector()
REGISTRY.register(_operations)  # type: ignore[arg-type]


def operation_meters(meters: list[OperationMeter]) -> None:
    """Make `/metrics` report these meters, in place of those before."""
    _operations.meters = meters


def observe_store(name: str, seconds: float) -> None:
    """Takes what the store measures: `writer_wait`, or the name of a transaction."""
    if name == "writer_wait":
        DB_WRITER_WAIT.observe(seconds)
    else:
        DB_TX.labels(name).observe(seconds)


def exposition() -> bytes:
    """All metrics in the Prometheus text format."""
    return generate_latest(REGISTRY)


EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8"

# --- logs

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}
_encoder = msgspec.json.Encoder(enc_hook=str)

log: Any = structlog.get_logger("taskyard")
"""The server's log. Fields: `at`, `level`, `event`; then `request_id`, `method`, `path`, `status`, `ms`,
`dialect`, `operation`, `principal`, `task`, `execution`, `trace_id`, `error` where they apply. Payloads are
never logged."""


def _render(logger: Any, method: str, event: MutableMapping[str, Any]) -> bytes:
    return _encoder.encode(event)


class Tolerant:
    """A stream whose faults (a full disk, a closed pipe) do not become faults of who writes: those lines are
    lost."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream

    def write(self, line: bytes) -> int:
        try:
            return self.stream.write(line)
        except (OSError, ValueError):
            return 0

    def flush(self) -> None:
        try:
            self.stream.flush()
        except (OSError, ValueError):
            return


_streams: list[BinaryIO] = []


def log_stream() -> Any:
    """Where log lines go. Writing there never fails."""
    return Tolerant(_streams[-1] if _streams else sys.stderr.buffer)


def configure_logs(level: str = "info", stream: BinaryIO | None = None) -> None:
    """One JSON object per line from `level` up, to standard error unless told otherwise."""
    _streams[:] = [stream] if stream is not None else []
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.format_exc_info,
            _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.BytesLoggerFactory(log_stream()),
        cache_logger_on_first_use=False,
    )
