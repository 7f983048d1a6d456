"""Secrets and environment variables: kept, listed by name, shown to few, never in clear in the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_a_secret_is_kept_and_shown_to_who_may_replace_it(api, unique):
    name = f"{unique}.db-password"
    assert (
        api.put(f"/secrets/{name}", content="s3cr3t", headers={"Content-Type": "application/json"}).text == ""
    )
    answer = api.get(f"/secrets/{name}")
    assert (answer.status_code, answer.text) == (200, "s3cr3t")
    assert answer.headers["content-type"].startswith("text/plain")
    assert api.get(f"/secrets/{name}/exists").json() is True
    api.put(f"/secrets/{name}", content="other")
    assert api.get(f"/secrets/{name}").text == "other"


def test_a_json_string_is_the_text_it_says(api, unique):
    api.put(f"/secrets/{unique}", json='a "quoted" word')
    assert api.get(f"/secrets/{unique}").text == 'a "quoted" word'
    api.put(f"/secrets/{unique}", content='{"user": "x"}')
    assert api.get(f"/secrets/{unique}").text == '{"user": "x"}'


def test_lists_hold_names_only(api, unique):
    api.put(f"/secrets/{unique}", content="hidden value")
    for answer in (api.get("/secrets"), api.post("/secrets", json={})):
        assert unique in answer.json()
        assert "hidden value" not in answer.text


def test_a_secret_that_is_not_there(api, unique):
    for answer in (api.get(f"/secrets/{unique}"), api.delete(f"/secrets/{unique}")):
        assert answer.status_code == 404
        assert answer.json()["message"] == f"No such secret found: {unique}"
    assert api.get(f"/secrets/{unique}/exists").json() is False


def test_a_removed_secret_is_gone(api, unique):
    api.put(f"/secrets/{unique}", content="x")
    assert api.delete(f"/secrets/{unique}").status_code == 200
    assert api.get(f"/secrets/{unique}").status_code == 404


def test_names_and_values_that_are_refused(api, unique):
    assert api.put("/secrets/a%20b", content="x").status_code == 400
    assert api.put(f"/secrets/{unique}", content="").status_code == 400
    assert api.put(f"/secrets/{unique}", content="x" * 70_000).status_code == 413
    assert api.put(f"/secrets/{unique}", content=b"\xff\xfe").status_code == 400


def test_without_a_grant_nothing_is_seen(server, connect, api, grant, unique):
    api.put(f"/secrets/{unique}", content="mine")
    user = server.user(f"{unique}user")
    client = connect(user.token)
    assert unique not in client.post("/secrets", json={}).json()
    assert client.get(f"/secrets/{unique}").status_code == 403
    assert client.put(f"/secrets/{unique}", content="x").status_code == 403
    assert client.delete(f"/secrets/{unique}").status_code == 403
    grant(user.name, "read", "definition", f"secret:{unique}")
    assert unique in client.post("/secrets", json={}).json()
    assert unique not in client.get("/secrets").json()
    assert client.get(f"/secrets/{unique}").status_code == 403
    grant(user.name, "update", "definition", f"secret:{unique}")
    assert client.get(f"/secrets/{unique}").text == "mine"


def test_roles_of_this_api_do_not_open_secrets(server, connect, api, unique):
    api.put(f"/secrets/{unique}", content="mine")
    user = server.user(f"{unique}manager", roles=["conductor.metadata_manager"])
    assert connect(user.token).get(f"/secrets/{unique}").status_code == 403


def test_environment_variables(api, unique):
    name = unique.upper()
    assert api.put(f"/environment/{name}", content="eu-west").status_code == 200
    assert api.get(f"/environment/{name}").text == "eu-west"
    assert {"name": name, "value": "eu-west"} in api.get("/environment").json()
    assert api.delete(f"/environment/{name}").status_code == 200
    assert api.get(f"/environment/{name}").status_code == 404


def test_the_database_holds_no_secret_in_clear(spawn: Any, tmp_path: Path):
    one = spawn()
    one.client(one.token).put("/api/secrets/plain", content="find-me-if-you-can")
    one.client(one.token).put("/api/environment/PLAIN", content="find-me-indeed")
    one.stop()
    stored = b"".join(file.read_bytes() for file in one.data.rglob("*") if file.is_file())
    assert b"find-me-indeed" in stored
    assert b"find-me-if-you-can" not in stored


def test_the_key_may_be_given_and_changed(spawn: Any, tmp_path: Path):
    data = tmp_path / "keyed"
    first = spawn(data=data, secret_key="first key")
    first.client(first.token).put("/api/secrets/kept", content="value")
    first.stop()
    second = spawn(data=data, secret_key="second key, first key")
    assert second.client(second.token).get("/api/secrets/kept").text == "value"
    second.stop()
    third = spawn(data=data, secret_key="third key")
    answer = third.client(third.token).get("/api/secrets/kept")
    assert answer.status_code == 503
    assert "value" not in answer.text


def test_a_worker_gets_the_value_and_nobody_else(api, unique):
    """Executions keep the name of the secret; the value is put in when the task is handed out."""
    api.put(f"/secrets/{unique}", content='{"user": "ana", "password": "hidden-word"}')
    given = {
        "all": f"${{workflow.secrets.{unique}}}",
        "text": f"Basic ${{workflow.secrets.{unique}.password}}",
    }
    node = {"name": unique, "taskReferenceName": "work", "type": "SIMPLE", "inputParameters": given}
    api.post("/metadata/workflow", json={"name": unique, "version": 1, "schemaVersion": 2, "tasks": [node]})
    execution = api.post(f"/workflow/{unique}", json={}).text
    handed = api.get(f"/tasks/poll/{unique}", params={"workerid": "w"}).json()
    assert handed["inputData"]["text"] == "Basic hidden-word"
    shown = api.get(f"/workflow/{execution}")
    assert shown.json()["tasks"][0]["inputData"] == given
    for path in (f"/workflow/{execution}", f"/tasks/{handed['taskId']}", f"/workflow/{execution}/tasks"):
        assert "hidden-word" not in api.get(path).text


def test_the_environment_is_put_in_when_a_task_is_reached(api, unique):
    name = unique.upper()
    api.put(f"/environment/{name}", content="eu-west")
    node = {
        "name": unique,
        "taskReferenceName": "work",
        "type": "SIMPLE",
        "inputParameters": {"region": f"${{workflow.env.{name}}}"},
    }
    api.post("/metadata/workflow", json={"name": unique, "version": 1, "schemaVersion": 2, "tasks": [node]})
    execution = api.post(f"/workflow/{unique}", json={}).text
    (record,) = api.get(f"/workflow/{execution}").json()["tasks"]
    assert record["inputData"] == {"region": "eu-west"}
