"""Scripts are read when a definition is registered, and never run then; secrets are for who may register."""

from __future__ import annotations

import pytest
from tests.dialects.conductor.flows import node

BROKEN = "if ($.a > { 1"
SCRIPTED = {
    "SWITCH": {
        "evaluatorType": "javascript",
        "expression": BROKEN,
        "decisionCases": {"a": [node("b", "NOOP")]},
    },
    "DO_WHILE": {"loopCondition": BROKEN, "loopOver": [node("b", "NOOP")]},
    "INLINE": {"inputParameters": {"evaluatorType": "javascript", "expression": BROKEN}},
    "LAMBDA": {"inputParameters": {"scriptExpression": BROKEN}},
}


@pytest.mark.parametrize("kind", SCRIPTED)
def test_a_script_that_cannot_be_read_is_refused(api, unique, kind):
    body = {"name": unique, "tasks": [node("one", kind, **SCRIPTED[kind])]}
    answers = [
        api.post("/metadata/workflow", json=body),
        api.post("/metadata/workflow/validate", json=body),
        api.put("/metadata/workflow", json=[body]),
    ]
    for answer in answers:
        assert answer.status_code == 400, answer.text
        (fault,) = answer.json()["validationErrors"]
        assert "is not well formatted" in fault["message"]
        assert f"taskType: {kind} taskName: one" in fault["message"]
    assert api.get(f"/metadata/workflow/{unique}").status_code == 404


@pytest.mark.parametrize(
    "expression",
    [
        "$.a > 1",
        "if ($.a) { true; } else { false; }",
        "(function () { return $.a; })()",
        "function e() { return 1; } e();",
        "return $.a;",
        "while (true) {}",
        "${workflow.input.script}",
    ],
)
def test_what_can_be_read_is_kept_and_not_run(api, unique, expression):
    inputs = {"evaluatorType": "javascript", "expression": expression}
    body = {"name": unique, "tasks": [node("one", "INLINE", inputParameters=inputs)]}
    answer = api.post("/metadata/workflow", json=body)
    assert answer.status_code == 200, answer.text


def test_a_definition_given_inline_names_secrets_only_for_who_may_register_it(
    server, connect, grant, api, unique
):
    inputs = {"token": "${workflow.secrets.any_secret}"}
    body = {
        "name": unique,
        "workflowDef": {"name": unique, "tasks": [node(f"{unique}_work", inputParameters=inputs)]},
    }
    user = server.user(f"{unique}user")
    grant(user.name, "execute", "definition", f"workflow:{unique}")
    client = connect(user.token)
    plain = {**body, "workflowDef": {"name": unique, "tasks": [node(f"{unique}_work")]}}
    assert client.post("/workflow", json=plain).status_code == 200
    assert client.post("/workflow", json=body).status_code == 403
    assert api.post("/workflow", json=body).status_code == 200
