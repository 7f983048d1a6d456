"""Deployments: creating, filtering duplicates, all or nothing, listing, resources, deleting."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.dialects.camunda7.models import (
    DEFINITION,
    DEPLOYMENT,
    counted,
    deploy,
    deployed,
    failure,
    fresh,
    listed,
    process,
)


def test_a_deployment_answers_what_it_made(server: Any) -> None:
    key, name = fresh(), fresh("deployment ")
    answer = deploy(
        server.as_admin, {"a.bpmn": process(key, name="A")}, deployment_name=name, deployment_source="test"
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    made = answer.json()
    (found,) = listed(server.as_admin, key=key)
    assert made.pop("deployedProcessDefinitions") == {found["id"]: found}
    (link,) = made.pop("links")
    assert (link["method"], link["rel"]) == ("GET", "self")
    shown = server.as_admin.get(f"{DEPLOYMENT}/{made['id']}").json()
    assert server.as_admin.get(link["href"]).json() == shown
    assert shown.pop("links") == []
    nothing = dict.fromkeys(
        (
            "deployedCaseDefinitions",
            "deployedDecisionDefinitions",
            "deployedDecisionRequirementsDefinitions",
        )
    )
    assert made == shown | nothing
    assert (shown["name"], shown["source"], shown["tenantId"]) == (name, "test", None)
    assert shown["deploymentTime"][23:] == "+0000"


def test_many_resources_of_all_kinds(server: Any) -> None:
    mark = fresh()
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
    two = "".join(f'<process id="{mark}{n}" isExecutable="true"/>' for n in "bc")
    files = {
        "a.bpmn": process(f"{mark}a"),
        "two.bpmn20.xml": f"{head}{two}</definitions>".encode(),
        "described.bpmn": f'{head}<process id="{mark}d"/></definitions>'.encode(),
        "plain.xml": b"<not-bpmn",
        "folder/form.html": b"<form/>",
        "table.dmn": b"<definitions/>",
        "data.bin": bytes(range(256)),
    }
    made = deployed(server.as_admin, files)
    assert sorted(d["key"] for d in made["deployedProcessDefinitions"].values()) == [mark + n for n in "abc"]
    resources = server.as_admin.get(f"{DEPLOYMENT}/{made['id']}/resources").json()
    assert {resource["name"] for resource in resources} == set(files)
    for resource in resources:
        assert resource["deploymentId"] == made["id"]
        path = f"{DEPLOYMENT}/{made['id']}/resources/{resource['id']}"
        assert server.as_admin.get(path).json() == resource
        data = server.as_admin.get(f"{path}/data")
        assert data.content == files[resource["name"]]
        assert data.headers["content-disposition"].startswith("attachment")


def test_a_deployment_without_an_executable_process(server: Any) -> None:
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
    made = deployed(server.as_admin, {"a.bpmn": f'{head}<process id="{fresh()}"/></definitions>'.encode()})
    assert made["deployedProcessDefinitions"] is None


def test_versions_count_per_key_and_tenant(server: Any) -> None:
    key, tenant = fresh(), fresh("tenant-")
    versions = []
    for given in ("", tenant, "", tenant, ""):
        fields = {"tenant_id": given} if given else {}
        made = deployed(server.as_admin, {"a.bpmn": process(key)}, **fields)
        (definition,) = made["deployedProcessDefinitions"].values()
        versions.append((definition["tenantId"], definition["version"]))
    assert versions == [(None, 1), (tenant, 1), (None, 2), (tenant, 2), (None, 3)]


def test_parts_need_a_file_name(server: Any) -> None:
    answer = server.as_admin.post(
        f"{DEPLOYMENT}/create", files=[("a.bpmn", (None, process(fresh()))), ("b", ("b.txt", b"x"))]
    )
    message = "No file name found in the deployment resource described by form parameter 'a.bpmn'."
    failure(answer, 400, "InvalidRequestException", message)
    answer = deploy(server.as_admin, {}, deployment_name="empty")
    message = "No deployment resources contained in the form upload."
    failure(answer, 400, "InvalidRequestException", message)


def test_two_files_of_one_name(server: Any) -> None:
    parts = [("one", ("a.txt", b"1")), ("two", ("a.txt", b"2"))]
    answer = server.as_admin.post(f"{DEPLOYMENT}/create", files=parts)
    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")


def test_bodies_that_are_no_forms(server: Any) -> None:
    path = f"{DEPLOYMENT}/create"
    answer = server.as_admin.post(path, json={"deployment-name": "x"})
    assert (answer.status_code, answer.json()["type"]) == (415, "NotSupportedException")
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    for content in (b"", b"nonsense", b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n1"):
        answer = server.as_admin.post(path, content=content, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")


def test_all_or_nothing(server: Any) -> None:
    good, name = fresh(), fresh("nothing ")
    broken = process(fresh(), body='<startEvent id="s"/>\n<sequenceFlow id="f" sourceRef="s" targetRef="x"/>')
    files = {"good.bpmn": process(good), "broken.bpmn": broken, "worse.bpmn": b"<definitions"}
    answer = deploy(server.as_admin, files, deployment_name=name)
    assert answer.status_code == 400
    body = answer.json()
    assert body["type"] == "ParseException"
    assert body["message"].startswith("ENGINE-09005 Could not parse BPMN process. Errors: ")
    assert (
        "* Invalid destination 'x' of sequence flow 'f' | resource broken.bpmn | line 5 | column 1"
        in body["message"]
    )
    assert set(body["details"]) == {"broken.bpmn", "worse.bpmn"}
    (error,) = body["details"]["broken.bpmn"]["errors"]
    assert (error["line"], error["column"], error["mainElementId"]) == (5, 1, "f")
    assert error["elementIds"] == ["f", "x"]
    assert body["details"]["broken.bpmn"]["warnings"] == []
    assert listed(server.as_admin, key=good) == []
    assert server.as_admin.get(f"{DEPLOYMENT}/count", params={"name": name}).json() == {"count": 0}


def test_one_key_twice_in_a_deployment(server: Any) -> None:
    key = fresh()
    answer = deploy(server.as_admin, {"a.bpmn": process(key), "b.bpmn": process(key)})
    assert (answer.status_code, answer.json()["type"]) == (400, "ParseException")
    assert f"definitions with the same key '{key}'" in answer.json()["message"]
    assert listed(server.as_admin, key=key) == []


def test_hostile_files(server: Any) -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;">]><definitions>&b;</definitions>'
    outside = b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><definitions>&a;</definitions>'
    deep = b"<a>" * 100_000
    for content in (bomb, outside, deep, b"", b"\x00"):
        answer = deploy(server.as_admin, {"a.bpmn": content})
        assert (answer.status_code, answer.json()["type"]) == (400, "ParseException")
        assert "root:" not in answer.text


def test_enable_duplicate_filtering(server: Any) -> None:
    one, two, name = fresh(), fresh(), fresh("filtered ")
    files = {"one.bpmn": process(one), "two.bpmn": process(two)}
    fields = {"deployment_name": name, "deployment_source": "ci", "enable_duplicate_filtering": "true"}
    first = deployed(server.as_admin, files, **fields)
    assert len(first["deployedProcessDefinitions"]) == 2
    again = deployed(server.as_admin, files, **fields)
    assert (again["id"], again["deployedProcessDefinitions"]) == (first["id"], None)
    assert counted(server.as_admin, keysIn=f"{one},{two}") == 2
    changed = deployed(server.as_admin, files | {"two.bpmn": process(two, name="new")}, **fields)
    assert changed["id"] != first["id"]
    assert len(changed["deployedProcessDefinitions"]) == 2
    other_name = deployed(server.as_admin, files, **fields | {"deployment_name": name + "!"})
    assert other_name["id"] not in (first["id"], changed["id"])
    other_source = deployed(server.as_admin, files, **fields | {"deployment_source": "else"})
    assert other_source["deployedProcessDefinitions"] is not None
    other_tenant = deployed(server.as_admin, files, **fields, tenant_id=fresh("tenant-"))
    assert other_tenant["deployedProcessDefinitions"] is not None


def test_deploy_changed_only(server: Any) -> None:
    one, two, name = fresh(), fresh(), fresh("changed ")
    fields = {"deployment_name": name, "deploy_changed_only": "true"}
    files = {"one.bpmn": process(one), "two.bpmn": process(two)}
    first = deployed(server.as_admin, files, **fields)
    assert first["source"] == "process application"
    second = deployed(server.as_admin, files | {"two.bpmn": process(two, name="new")}, **fields)
    assert [d["key"] for d in second["deployedProcessDefinitions"].values()] == [two]
    resources = server.as_admin.get(f"{DEPLOYMENT}/{second['id']}/resources").json()
    assert [resource["name"] for resource in resources] == ["two.bpmn"]
    third = deployed(server.as_admin, files | {"two.bpmn": process(two, name="new")}, **fields)
    assert (third["id"], third["deployedProcessDefinitions"]) == (second["id"], None)
    back = deployed(server.as_admin, files, **fields)
    assert [d["version"] for d in back["deployedProcessDefinitions"].values()] == [3]


def test_without_filtering_every_deployment_is_new(server: Any) -> None:
    key, name = fresh(), fresh("twice ")
    for _ in range(2):
        deployed(server.as_admin, {"a.bpmn": process(key)}, deployment_name=name)
    assert counted(server.as_admin, key=key) == 2


def test_deployments_at_once_number_their_versions_one_by_one(server: Any) -> None:
    key, name = fresh(), fresh("at once ")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: deploy(server.as_admin, {"a.bpmn": process(key)}), range(24)))
    assert {answer.status_code for answer in answers} == {200}
    items = listed(server.as_admin, key=key, sortBy="version", sortOrder="asc")
    assert [item["version"] for item in items] == list(range(1, 25))
    assert len(listed(server.as_admin, key=key, latestVersion="true")) == 1
    fields = {"deployment_name": name, "enable_duplicate_filtering": "true"}
    other = {"a.bpmn": process(fresh())}
    with ThreadPoolExecutor(8) as pool:
        ids = {
            made["id"] for made in pool.map(lambda _: deployed(server.as_admin, other, **fields), range(16))
        }
    assert len(ids) == 1


def test_a_moment_to_come_is_refused(server: Any) -> None:
    files = {"a.bpmn": process(fresh())}
    answer = deploy(server.as_admin, files, deployment_activation_time="2999-01-01T00:00:00.000+0000")
    assert (answer.status_code, answer.json()["type"]) == (501, "RestException")
    answer = deploy(server.as_admin, files, deployment_activation_time="2020-01-01T00:00:00.000+0000")
    assert answer.status_code == 200


def test_redeploy(server: Any) -> None:
    key, other = fresh(), fresh()
    first = deployed(
        server.as_admin, {"a.bpmn": process(key), "b.bpmn": process(other)}, deployment_name="again"
    )
    path = f"{DEPLOYMENT}/{first['id']}/redeploy"
    second = server.as_admin.post(path, json={"source": "second"}).json()
    assert (second["name"], second["source"]) == ("again", "second")
    assert sorted(d["version"] for d in second["deployedProcessDefinitions"].values()) == [2, 2]
    third = server.as_admin.post(path, json={"resourceNames": ["b.bpmn"]}).json()
    assert [(d["key"], d["version"]) for d in third["deployedProcessDefinitions"].values()] == [(other, 3)]
    missing = server.as_admin.post(path, json={"resourceNames": ["c.bpmn"]})
    assert (missing.status_code, missing.json()["type"]) == (404, "InvalidRequestException")


def test_deleting_a_deployment(server: Any) -> None:
    key = fresh()
    first = deployed(server.as_admin, {"a.bpmn": process(key)})
    second = deployed(server.as_admin, {"a.bpmn": process(key)})
    path = f"{DEPLOYMENT}/{second['id']}"
    resource = server.as_admin.get(f"{path}/resources").json()[0]["id"]
    answer = server.as_admin.delete(path, params={"cascade": "true", "skipCustomListeners": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    failure(
        server.as_admin.get(path),
        404,
        "InvalidRequestException",
        f"Deployment with id '{second['id']}' does not exist",
    )
    assert server.as_admin.get(f"{path}/resources").status_code == 404
    assert server.as_admin.get(f"{path}/resources/{resource}/data").status_code == 404
    (left,) = listed(server.as_admin, key=key, latestVersion="true")
    assert (left["version"], left["deploymentId"]) == (1, first["id"])
    answer = server.as_admin.delete(path)
    assert answer.status_code == 404


def test_listing_deployments(server: Any) -> None:
    mark, tenant = fresh("list"), fresh("tenant-")
    made = [
        deployed(server.as_admin, {"a.txt": b"1"}, deployment_name=f"{mark} one", tenant_id=tenant),
        deployed(
            server.as_admin,
            {"a.txt": b"2"},
            deployment_name=f"{mark} two",
            deployment_source=mark,
            tenant_id=tenant,
        ),
        deployed(server.as_admin, {"a.txt": b"3"}, deployment_name=f"{mark} three"),
    ]

    def names(**params: Any) -> list[str]:
        found = server.as_admin.get(DEPLOYMENT, params=params)
        assert found.status_code == 200, found.text
        if not {"firstResult", "maxResults"} & params.keys():
            count = server.as_admin.get(f"{DEPLOYMENT}/count", params=params).json()
            assert count == {"count": len(found.json())}
        return [item["name"].removeprefix(f"{mark} ") for item in found.json()]

    assert sorted(names(nameLike=mark)) == ["one", "three", "two"]
    assert names(nameLike=f"{mark}%o", tenantIdIn=tenant) == ["two"]
    assert names(name=f"{mark} one") == ["one"]
    assert names(id=made[1]["id"]) == ["two"]
    assert names(source=mark) == ["two"]
    assert names(nameLike=mark, withoutSource="true", tenantIdIn=tenant) == ["one"]
    assert names(nameLike=mark, withoutTenantId="true") == ["three"]
    both = names(nameLike=mark, tenantIdIn=tenant, includeDeploymentsWithoutTenantId="true")
    assert sorted(both) == ["one", "three", "two"]
    assert names(nameLike=mark, after=made[2]["deploymentTime"]) == []
    assert names(nameLike=mark, before=made[0]["deploymentTime"]) == []
    assert names(nameLike=mark, sortBy="name", sortOrder="desc") == ["two", "three", "one"]
    assert names(nameLike=mark, sortBy="deploymentTime", sortOrder="asc") == ["one", "two", "three"]
    paged = {"nameLike": mark, "sortBy": "name", "sortOrder": "asc"}
    assert names(**paged, firstResult=1, maxResults=1) == ["three"]
    assert names(**paged, maxResults=0) == []


@pytest.mark.parametrize(
    "params",
    [
        {"sortBy": "foo", "sortOrder": "asc"},
        {"sortBy": "name"},
        {"before": "yesterday"},
        {"withoutSource": "true", "source": "x"},
        {"maxResults": "-1"},
        {"withoutTenantId": "x"},
    ],
    ids=str,
)
def test_wrong_parameters(server: Any, params: dict[str, str]) -> None:
    answer = server.as_admin.get(DEPLOYMENT, params=params)
    assert (answer.status_code, answer.json()["type"]) == (400, "InvalidRequestException")


def test_resources_of_nothing(server: Any) -> None:
    made = deployed(server.as_admin, {"a.txt": b"1"})
    other = deployed(server.as_admin, {"b.txt": b"1"})
    resource = server.as_admin.get(f"{DEPLOYMENT}/{other['id']}/resources").json()[0]["id"]
    for wrong in ("nothing", resource):
        for tail in ("", "/data"):
            answer = server.as_admin.get(f"{DEPLOYMENT}/{made['id']}/resources/{wrong}{tail}")
            message = (
                f"Deployment resource with resource id '{wrong}' for deployment id '{made['id']}' does not "
                f"exist."
            )
            failure(answer, 404, "InvalidRequestException", message)


def test_the_other_way_to_name_the_engine(server: Any) -> None:
    key = fresh()
    prefix = "/engine-rest/engine/default"
    assert deploy(server.as_admin, {"a.bpmn": process(key)}, prefix=prefix).status_code == 200
    assert server.as_admin.get(f"{DEFINITION}/key/{key}").status_code == 200
