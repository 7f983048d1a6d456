"""Incoming webhooks: what is kept of them, which calls are believed, and what a call does."""

from __future__ import annotations

import base64
import hmac
import json
import time
from hashlib import sha256
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.dialects.conductor.test_events import definition, eventually, ids, status, task

BODY = json.dumps({"event": {"type": "paid", "amount": 5}, "id": "e1"}).encode()


def digest(secret: bytes, body: bytes) -> bytes:
    return hmac.new(secret, body, sha256).digest()


@pytest.fixture
def anybody(connect) -> httpx.Client:
    """A client without credentials of this server, as other systems are."""
    return connect()


@pytest.fixture
def started(api, unique) -> str:
    """The name of a workflow that waits once it is started."""
    api.post("/metadata/workflow", json=definition(f"{unique}_started", task("wait", "WAIT")))
    return f"{unique}_started"


@pytest.fixture
def make(api, started, unique) -> Any:
    """`make(verifier=…)` keeps a webhook that starts the workflow; its path."""

    def keep(**members: Any) -> str:
        wanted = {"name": unique, "sourcePlatform": "Custom", "workflowsToStart": {started: 1}} | members
        answer = api.post("/metadata/webhook", json=wanted)
        assert answer.status_code == 200, answer.text
        return f"/webhook/{answer.json()['id']}"

    return keep


def test_a_webhook_is_kept_and_its_secrets_are_not_shown(api, make, unique):
    path = make(
        verifier="SIGNATURE_BASED", headerKey="X-Sig", secretValue="top secret", headers={"a": "hidden"}
    )
    url = f"/metadata{path}"
    found = api.get(url)
    assert found.json()["secretValue"] == "***"
    assert found.json()["headers"] == {"a": "***"}
    assert (found.json()["name"], found.json()["verifier"]) == (unique, "SIGNATURE_BASED")
    assert (found.json()["urlVerified"], found.json()["createdBy"]) == (False, "admin")
    listed = api.get("/metadata/webhook")
    assert found.json() in listed.json()
    assert "top secret" not in found.text + listed.text
    assert "hidden" not in found.text + listed.text


def test_changing_one_keeps_the_masked_secret(api, anybody, make):
    path = make(verifier="SIGNATURE_BASED", headerKey="X-Sig", secretValue="k")
    shown = api.get(f"/metadata{path}").json()
    changed = api.put(f"/metadata{path}", json=shown | {"name": "renamed"})
    assert (changed.status_code, changed.json()["name"]) == (200, "renamed")
    signature = "sha256=" + digest(b"k", BODY).hex()
    assert anybody.post(path, content=BODY, headers={"X-Sig": signature}).status_code == 200


def test_removing_one(api, anybody, make):
    path = make(headers={"X-Key": "k"})
    assert api.delete(f"/metadata{path}").status_code == 200
    assert api.get(f"/metadata{path}").status_code == 404
    assert anybody.post(path, content=BODY, headers={"X-Key": "k"}).status_code == 404


@pytest.mark.parametrize(
    "change, words",
    [
        ({"name": ""}, "name cannot be null"),
        ({"workflowsToStart": {}}, "receiverWorkflowNamesToVersions"),
        ({"headers": {}}, "at least one header"),
        ({"verifier": "HMAC_BASED"}, "needs a secret"),
        ({"verifier": "SIGNATURE_BASED", "secretValue": "k"}, "name of a header"),
        ({"verifier": "TRUST_ME"}, "expected one of"),
    ],
)
def test_webhooks_that_are_refused(api, unique, change, words):
    wanted = {"name": unique, "headers": {"X-Key": "k"}, "workflowsToStart": {"x": 1}} | change
    answer = api.post("/metadata/webhook", json=wanted)
    assert answer.status_code == 400
    assert words in answer.text


def test_a_call_starts_the_workflow_with_its_payload(api, anybody, make, started):
    path = make(headers={"X-Key": "k", "X-Other": "o"})
    assert anybody.post(path, content=BODY, headers={"X-Key": "k", "X-Other": "o"}).status_code == 200
    (found,) = eventually(lambda: ids(api, started))
    assert api.get(f"/workflow/{found}").json()["input"] == json.loads(BODY)
    assert api.get(f"/metadata{path}").json()["urlVerified"] is True


def test_calls_that_are_not_believed_do_nothing(api, anybody, make, started):
    path = make(headers={"X-Key": "k", "X-Other": "o"})
    for headers in ({}, {"X-Key": "k"}, {"X-Key": "k", "X-Other": "wrong"}):
        answer = anybody.post(path, content=BODY, headers=headers)
        assert answer.status_code == 401
        assert answer.json()["message"] == "The call could not be verified"
    assert ids(api, started) == []


def test_signed_by_digest(anybody, make):
    path = make(verifier="SIGNATURE_BASED", headerKey="X-Hub-Signature-256", secretValue="k")
    right = "sha256=" + digest(b"k", BODY).hex()
    assert anybody.post(path, content=BODY, headers={"X-Hub-Signature-256": right}).status_code == 200
    assert anybody.post(path, content=BODY + b" ", headers={"X-Hub-Signature-256": right}).status_code == 401
    assert anybody.post(path, content=BODY).status_code == 401


def test_signed_with_a_secret_in_base64(anybody, make):
    path = make(
        verifier="HMAC_BASED", headerKey="Authorization", secretValue=base64.b64encode(b"key").decode()
    )
    right = base64.b64encode(digest(b"key", BODY)).decode()
    for given, expected in ((right, 200), (f"HMAC {right}", 200), ("HMAC nonsense", 401)):
        assert anybody.post(path, content=BODY, headers={"Authorization": given}).status_code == expected


def test_the_secret_may_be_one_of_the_server(api, anybody, make, unique):
    api.put(f"/secrets/{unique}", content="kept apart")
    path = make(verifier="SIGNATURE_BASED", headerKey="X-Sig", secretValue=f"${{workflow.secrets.{unique}}}")
    right = "sha256=" + digest(b"kept apart", BODY).hex()
    assert anybody.post(path, content=BODY, headers={"X-Sig": right}).status_code == 200


def test_slack(anybody, make):
    path = make(verifier="SLACK_BASED", secretValue="k")
    body = json.dumps({"type": "url_verification", "challenge": "say this"}).encode()

    def headers(moment: int) -> dict[str, str]:
        signature = "v0=" + digest(b"k", f"v0:{moment}:".encode() + body).hex()
        return {"X-Slack-Request-Timestamp": str(moment), "X-Slack-Signature": signature}

    now = int(time.time())
    answer = anybody.post(path, content=body, headers=headers(now))
    assert (answer.status_code, answer.text) == (200, "say this")
    assert anybody.post(path, content=body, headers=headers(now - 3600)).status_code == 401


def test_stripe(anybody, make):
    path = make(verifier="STRIPE", secretValue="k")
    now = int(time.time())
    right = digest(b"k", f"{now}.".encode() + BODY).hex()
    for given, expected in (
        (f"t={now},v1={right}", 200),
        (f"t={now},v1=00,v1={right}", 200),
        (f"t={now - 3600},v1={right}", 401),
        (f"t={now},v0={right}", 401),
    ):
        assert anybody.post(path, content=BODY, headers={"Stripe-Signature": given}).status_code == expected


def test_twitter_asks_first(anybody, make):
    path = make(verifier="TWITTER", secretValue="k")
    answer = anybody.get(path, params={"crc_token": "abc"}).json()
    assert answer == {"response_token": "sha256=" + base64.b64encode(digest(b"k", b"abc")).decode()}
    right = "sha256=" + base64.b64encode(digest(b"k", BODY)).decode()
    assert (
        anybody.post(path, content=BODY, headers={"x-twitter-webhooks-signature": right}).status_code == 200
    )


def test_sendgrid(anybody, make):
    private = ec.generate_private_key(ec.SECP256R1())
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    path = make(verifier="SENDGRID", secretValue=base64.b64encode(public).decode())
    now = str(int(time.time()))
    signature = base64.b64encode(private.sign(now.encode() + BODY, ec.ECDSA(SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": now,
    }
    assert anybody.post(path, content=BODY, headers=headers).status_code == 200
    assert anybody.post(path, content=BODY + b"x", headers=headers).status_code == 401


def test_a_form_and_plain_text(api, anybody, make, started):
    path = make(headers={"X-Key": "k"})
    assert anybody.post(path, data={"a": "1"}, headers={"X-Key": "k"}).status_code == 200
    assert anybody.post(path, content="words", headers={"X-Key": "k"}).status_code == 200
    found = eventually(lambda: len(each := ids(api, started)) == 2 and each)
    given = [api.get(f"/workflow/{one}").json()["input"] for one in found]
    assert {"a": "1"} in given
    assert {"body": "words"} in given


def test_a_call_ends_the_task_that_expects_it(api, anybody, make, unique):
    waits = task(
        "hook",
        "WAIT_FOR_WEBHOOK",
        inputParameters={"matches": {"$['event']['type']": "paid", "$['id']": "${workflow.input.id}"}},
    )
    api.post("/metadata/workflow", json=definition(f"{unique}_waiting", waits))
    first, second = (api.post(f"/workflow/{unique}_waiting", json={"id": name}).text for name in ("e1", "e2"))
    path = make(
        headers={"X-Key": "k"}, workflowsToStart={}, receiverWorkflowNamesToVersions={f"{unique}_waiting": 1}
    )
    assert anybody.post(path, content=BODY, headers={"X-Key": "k"}).status_code == 200
    eventually(lambda: status(api, first) == "COMPLETED")
    (record,) = api.get(f"/workflow/{first}").json()["tasks"]
    assert record["outputData"]["event"] == {"type": "paid", "amount": 5}
    assert status(api, second) == "RUNNING"
    assert anybody.post(path, content=b'{"id": "e2"}', headers={"X-Key": "k"}).status_code == 200
    time.sleep(0.3)
    assert status(api, second) == "RUNNING"


def test_a_call_reaches_event_handlers(api, anybody, make, started, unique):
    action = {
        "action": "start_workflow",
        "start_workflow": {"name": started, "input": {"n": "${event.amount}"}},
    }
    api.post(
        "/event", json={"name": unique, "event": f"webhook:{unique}", "active": True, "actions": [action]}
    )
    path = make(headers={"X-Key": "k"}, workflowsToStart={}, receiverWorkflowNamesToVersions={"none": 1})
    anybody.post(path, content=BODY, headers={"X-Key": "k"})
    (found,) = eventually(lambda: ids(api, started))
    assert api.get(f"/workflow/{found}").json()["input"]["n"] == 5


def test_bodies_that_cannot_be_read(anybody, make):
    path = make(headers={"X-Key": "k"})
    headers = {"X-Key": "k", "Content-Type": "application/json"}
    for body, expected in ((b"[" * 100_000, 400), (b'{"a": "\xff"}', 400), (b"{", 400), (b"", 200)):
        answer = anybody.post(path, content=body, headers=headers)
        assert answer.status_code == expected, answer.text
