"""The agent card: public, cacheable, in the form of either version, and true."""

from __future__ import annotations

import pytest
from tests.server import Server

from taskyard.dialects.a2a.methods import METHODS

CARD = "/.well-known/agent-card.json"
REQUIRED = {
    "name",
    "description",
    "supportedInterfaces",
    "version",
    "capabilities",
    "defaultInputModes",
    "defaultOutputModes",
    "skills",
}
LEGACY = {
    "url",
    "preferredTransport",
    "protocolVersion",
    "additionalInterfaces",
    "security",
    "supportsAuthenticatedExtendedCard",
}


def test_the_card_is_for_everybody_and_may_be_kept(server: Server):
    answer = server.get(CARD)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    same = server.get(CARD, headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert server.get(CARD, headers={"If-None-Match": '"other"'}).status_code == 200
    assert server.get("/.well-known/agent.json").json() == answer.json()


@pytest.mark.parametrize("how", [{"params": {"version": "1.0"}}, {"headers": {"A2A-Version": "1.0.1"}}])
def test_the_card_of_1_0_has_no_member_of_0_3(server: Server, how: dict):
    card = server.get(CARD, **how).json()
    assert set(card) >= REQUIRED
    assert not LEGACY & set(card)
    assert {each["protocolVersion"] for each in card["supportedInterfaces"]} == {"1.0"}
    assert card["securitySchemes"] == {
        "bearer": {"httpAuthSecurityScheme": {"scheme": "Bearer"}},
        "basic": {"httpAuthSecurityScheme": {"scheme": "Basic"}},
    }
    assert card["securityRequirements"] == [
        {"schemes": {"bearer": {"list": []}}},
        {"schemes": {"basic": {"list": []}}},
    ]


@pytest.mark.parametrize("how", [{"params": {"version": "0.3"}}, {"headers": {"A2A-Version": "0.3"}}])
def test_the_card_of_0_3_has_no_member_of_1_0(server: Server, how: dict):
    card = server.get(CARD, **how).json()
    assert set(card) >= LEGACY
    assert not {"supportedInterfaces", "securityRequirements"} & set(card)
    assert card["url"] == f"{server.url}/a2a"
    assert card["securitySchemes"]["bearer"] == {"type": "http", "scheme": "bearer"}


def test_the_card_for_anybody_suits_both(server: Server):
    card = server.get(CARD).json()
    assert set(card) >= REQUIRED | LEGACY
    assert [(each["protocolBinding"], each["protocolVersion"]) for each in card["supportedInterfaces"]] == [
        ("JSONRPC", "1.0"),
        ("HTTP+JSON", "1.0"),
        ("JSONRPC", "0.3"),
    ]


def test_every_interface_is_absolute_and_answers_in_its_binding(server: Server):
    call = {"jsonrpc": "2.0", "id": 1, "method": "GetTask", "params": {"id": "x"}}
    for interface in server.get(CARD).json()["supportedInterfaces"]:
        path = interface["url"].removeprefix(server.url)
        assert path.startswith("/a2a")
        if interface["protocolBinding"] == "JSONRPC":
            assert server.as_admin.post(path, json=call).json()["error"]["code"] == -32004
        else:
            assert server.as_admin.get(f"{path}/tasks").json()["error"]["code"] == 400


def test_nothing_is_declared_that_is_not_served(server: Server):
    card = server.get(CARD).json()
    assert not any(card["capabilities"].values())
    assert card["skills"] == []
    assert all(method.why for method in METHODS)
