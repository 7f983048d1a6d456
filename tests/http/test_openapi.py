"""Every dialect has a document that is valid and says what its table says."""

from __future__ import annotations

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.http.probe import PROBE
from tests.server import Server

from taskyard.http.coverage import coverage_of, coverage_rows
from taskyard.http.openapi import openapi_document
from taskyard.http.operation import Dialect
from taskyard.server import DIALECTS


@pytest.mark.parametrize("name", DIALECTS)
def test_documents_are_valid_and_whole(dialects: list[Dialect], name: str) -> None:
    dialect = next(found for found in dialects if found.name == name)
    document = msgspec.json.decode(msgspec.json.encode(openapi_document(dialect, "http://test")))
    OpenAPIV31SpecValidator(document).validate()
    written = [one for item in document["paths"].values() for one in item.values()]
    assert len(written) == len(dialect.operations)
    verdicts = [one["x-taskyard-verdict"] for one in written]
    counted = coverage_of(dialect)
    assert verdicts.count("served") == counted.served
    assert verdicts.count("partial") == counted.partial
    assert verdicts.count("refused") == counted.refused


def test_every_operation_that_is_not_whole_says_why(dialects: list[Dialect]) -> None:
    for row in coverage_rows(dialects):
        assert bool(row.why) == (row.verdict != "served"), row
        assert row.path.startswith("/")


def test_a_document_tells_parameters_bodies_and_answers() -> None:
    document = openapi_document(PROBE, "http://test")
    get = document["paths"]["/probe/things/{id}"]["get"]
    by_name = {parameter["name"]: parameter for parameter in get["parameters"]}
    assert by_name["id"]["in"] == "path"
    assert by_name["pageSize"] == {
        "name": "pageSize",
        "in": "query",
        "schema": {"type": "integer", "default": 10},
    }
    assert by_name["number"]["schema"] == {"type": "array", "items": {"type": "integer"}}
    assert {"200", "400", "401", "403", "404"} <= set(get["responses"])
    create = document["paths"]["/probe/things"]["post"]
    assert create["requestBody"]["required"] is True
    assert create["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Body"
    }
    assert {"413", "415"} <= set(create["responses"])
    assert document["paths"]["/probe/things/maybe"]["post"]["requestBody"]["required"] is False
    assert set(document["paths"]["/probe/later"]["post"]["responses"]) == {"401", "501"}
    assert document["paths"]["/probe/files/{path}"]["get"]["parameters"][0]["name"] == "path"


@pytest.mark.parametrize("name", DIALECTS)
def test_documents_are_served(server: Server, name: str) -> None:
    answer = server.get(f"/openapi/{name}.json")
    assert answer.status_code == 200
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": server.url}]
    assert server.get(f"/docs/{name}").status_code == 200


def test_an_unknown_document_is_not_found(server: Server) -> None:
    answer = server.get("/openapi/nosuch.json")
    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_dialect")
