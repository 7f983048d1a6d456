"""A rival for reading and writing task definitions: pydantic, beside the product's own code in the same process.

Run as `python codec.py SOURCE ROUNDS`, SOURCE being the product's source directory; prints JSON: seconds per round.
Runs in the environment of the peers.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

COUNT = 1_000


class Base(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Schema(Base):
    name: str = ""
    version: int = 1
    type: Literal["JSON", "AVRO", "PROTOBUF"] | None = None
    data: dict[str, Any] | None = None
    external_ref: str | None = None


class Task(Base):
    owner_app: str | None = None
    create_time: int = 0
    update_time: int = 0
    created_by: str | None = None
    updated_by: str | None = None
    name: str = Field(min_length=1)
    description: str | None = None
    retry_count: int = Field(3, ge=0)
    timeout_seconds: int = 0
    input_keys: list[str] = []
    output_keys: list[str] = []
    timeout_policy: Literal["RETRY", "TIME_OUT_WF", "ALERT_ONLY"] = "TIME_OUT_WF"
    retry_logic: Literal["FIXED", "EXPONENTIAL_BACKOFF", "LINEAR_BACKOFF"] = "FIXED"
    retry_delay_seconds: int = 60
    response_timeout_seconds: int = 3600
    concurrent_exec_limit: int | None = None
    input_template: dict[str, Any] = {}
    rate_limit_per_frequency: int = 0
    rate_limit_frequency_in_seconds: int = 1
    isolation_group_id: str | None = None
    execution_name_space: str | None = None
    owner_email: str | None = None
    poll_timeout_seconds: int | None = None
    backoff_scale_factor: int = 1
    backoff_jitter_ms: int = 0
    max_retry_delay_seconds: int = 0
    total_timeout_seconds: int = 0
    base_type: str | None = None
    task_status_listener_enabled: bool = True
    input_schema: Schema | None = None
    output_schema: Schema | None = None
    enforce_schema: bool = False
    runtime_metadata: list[str] = []


def timed(work: Callable[[], Any]) -> float:
    gc.collect()
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main(source: str, rounds: int) -> dict[str, list[float]]:
    sys.path.insert(0, source)
    from taskyard.model.flow import TaskDef
    from taskyard.notations.flowjson.member import encode_document, read_document
    from taskyard.notations.flowjson.task_rule import task_violations

    stored = [
        Task(name=f"task_{number}", inputKeys=["a", "b"], inputTemplate={"x": 1}) for number in range(COUNT)
    ]
    texts = [model.model_dump_json(by_alias=True, exclude_none=True).encode() for model in stored]
    decode = msgspec.json.decode
    ours = [read_document(TaskDef, decode(text)) for text in texts]

    def read() -> None:
        for text in texts:
            task_violations(read_document(TaskDef, decode(text)))

    works = {
        "read": read,
        "read_peer": lambda: [Task.model_validate_json(text) for text in texts],
        "write": lambda: [encode_document(document) for document in ours],
        "write_peer": lambda: [m.model_dump_json(by_alias=True, exclude_none=True) for m in stored],
    }
    found: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        timed(work)
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(timed(work))
    return found


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]))))
