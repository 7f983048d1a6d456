"""Every operation of every OpenAPI document answers as the document says, whatever it is sent.

schemathesis makes a few valid and invalid requests per operation from a fixed seed; ids that answers show are used in
later requests, so that more than "not found" is reached. No answer may be a fault of ours, or have a status, a media
type or a shape that the document does not name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from tests.server import Server

from taskyard.server import DIALECTS

EXAMPLES = 5
INTEGER_TASK = re.compile(r"/api/tasks/[0-9]+")
KEPT = 40
ORDER = {"POST": 0, "PUT": 1, "GET": 2, "HEAD": 3, "PATCH": 4, "DELETE": 5}
IDENTIFYING = {"id", "name", "key", "uid", "title", "version"}
SLOW_IS_FINE = [
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]
SCHEMES = {"conductor": "X-Authorization", "puppet": "X-Authentication", "labelstudio": "Authorization"}


class Fuzz:
    """Sends the cases of one dialect and remembers what was wrong."""

    def __init__(self, server: Server, dialect: str) -> None:
        self.server = server
        self.dialect = dialect
        self.session = requests.Session()
        self.seen: list[str] = ["0", "1"]
        self.wrong: dict[tuple[str, int], str] = {}
        self.headers: dict[str, str] = {}
        self.renew()

    def renew(self) -> None:
        """A token of a user that the fuzzer may do anything to."""
        name = f"fuzz-{self.dialect}"
        made = self.server.as_admin.post("/v1/users", json={"name": name, "roles": ["admin"]})
        assert made.status_code in (200, 201, 409), made.text
        token = self.server.as_admin.post(f"/v1/users/{name}/tokens", json={}).json()["token"]
        prefix = {"conductor": "", "puppet": "", "labelstudio": "Token "}.get(self.dialect, "Bearer ")
        self.headers = {SCHEMES.get(self.dialect, "Authorization"): prefix + token}

    def check(self, case: Case, operation: APIOperation) -> None:
        if self.dialect == "conductor" and INTEGER_TASK.fullmatch(case.formatted_path):
            return  # that is Label Studio's: see http/collision.py
        answer = case.call(base_url=self.server.url, session=self.session, headers=self.headers, timeout=30)
        if answer.status_code == 401 and "401" in documented(operation):
            self.renew()
            answer = case.call(
                base_url=self.server.url, session=self.session, headers=self.headers, timeout=30
            )
        allowed = documented(operation)
        fault = answer.status_code >= 500 and answer.status_code != 501
        if fault or str(answer.status_code) not in allowed:
            shown = f"{answer.status_code} is not in {sorted(allowed)}: {case.as_curl_command()}\n{answer.content[:300]!r}"
            self.wrong.setdefault((operation.label, answer.status_code), shown)
        elif answer.headers.get("x-taskyard-problem", [""])[0] != "unknown_path":
            try:
                case.validate_response(answer, checks=[response_schema_conformance, content_type_conformance])
            except FailureGroup as failure:
                shown = "\n".join(str(one) for one in failure.exceptions)
                self.wrong.setdefault((operation.label, answer.status_code), f"{operation.label}: {shown}")
        if answer.status_code < 300 and answer.headers.get("content-type", [""])[0].startswith(
            "application/json"
        ):
            self.remember(answer.json())

    def remember(self, value: Any, depth: int = 0) -> None:
        """Keep values that name things."""
        if depth > 3 or len(self.seen) >= KEPT:
            return
        if isinstance(value, list):
            for item in value[:3]:
                self.remember(item, depth + 1)
        elif isinstance(value, dict):
            for name, member in value.items():
                if name in IDENTIFYING and isinstance(member, (str, int)) and str(member):
                    if str(member) not in self.seen:
                        self.seen.append(str(member))
                else:
                    self.remember(member, depth + 1)


def documented(operation: APIOperation) -> set[str]:
    return set(operation.definition.raw["responses"])


def operations(server: Server, dialect: str) -> Iterator[APIOperation]:
    """What creates first, what removes last; refused operations once each are enough, and tests of their own."""
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi/{dialect}.json")
    read = list(schema.get_all_operations())
    found = [result.ok() for result in read if isinstance(result, Ok)]
    assert len(found) == len(read), [result for result in read if not isinstance(result, Ok)]
    found = [one for one in found if one.definition.raw["x-taskyard-verdict"] != "refused"]
    yield from sorted(found, key=lambda one: ORDER.get(one.method.upper(), 9))


def examine(fuzz: Fuzz, operation: APIOperation) -> None:
    """A few requests of either mode, some of them with ids that exist."""
    holes = [parameter.name for parameter in operation.path_parameters]

    @seed(20)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=SLOW_IS_FINE,
    )
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
        try:
            case = data.draw(operation.as_strategy(generation_mode=mode))
        except schemathesis.errors.SchemathesisError:
            case = data.draw(operation.as_strategy())
        if holes and data.draw(st.booleans()):
            case.path_parameters = {name: data.draw(st.sampled_from(fuzz.seen)) for name in holes}
        fuzz.check(case, operation)

    run()


@pytest.mark.timeout(280)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_answers_are_as_documented(target: Server, dialect: str) -> None:
    fuzz = Fuzz(target, dialect)
    number = 0
    for operation in operations(target, dialect):
        examine(fuzz, operation)
        number += 1
    assert number
    assert not fuzz.wrong, "\n\n".join(fuzz.wrong.values())
