"""`GET /process-definition`: every parameter of its document, sorting, paging and errors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.dialects.camunda7.models import DEFINITION, counted, deployed, failure, fresh, listed, process


@pytest.fixture(scope="module")
def shelf(server: Any) -> SimpleNamespace:
    """Two versions of one process and one of another in a tenant of their own."""
    client, tenant, mark = server.as_admin, fresh("tenant-"), fresh()
    invoice, order = f"{mark}_invoice", f"{mark}_order"
    first = deployed(
        client,
        {"invoice.v1.bpmn": process(invoice, name="Invoice Receipt", documentation="Pays", versionTag="v1")},
        deployment_name="shelf",
        tenant_id=tenant,
    )
    second = deployed(
        client,
        {
            "invoice.v2.bpmn": process(invoice, name="Invoice Receipt", historyTimeToLive="P5D"),
            "order.bpmn": process(
                order,
                name="100% Order",
                category="http://example.org/Orders",
                versionTag="v1.1",
                isStartableInTasklist="false",
            ),
            "order.png": b"picture",
        },
        deployment_name="shelf",
        tenant_id=tenant,
    )
    return SimpleNamespace(
        client=client, tenant=tenant, invoice=invoice, order=order, mark=mark, first=first, second=second
    )


def keys(shelf: SimpleNamespace, **params: Any) -> list[str]:
    """`key:version` of the items in the tenant, without the mark; the count must agree."""
    params = {"tenantIdIn": shelf.tenant, **params}
    items = listed(shelf.client, **params)
    if not {"firstResult", "maxResults"} & params.keys():
        assert counted(shelf.client, **params) == len(items)
    return [f"{item['key'].removeprefix(shelf.mark + '_')}:{item['version']}" for item in items]


ALL = ["invoice:1", "invoice:2", "order:1"]


def test_an_item_has_every_member(shelf: SimpleNamespace) -> None:
    items = listed(shelf.client, tenantIdIn=shelf.tenant)
    ids = [item.pop("id") for item in items]
    assert ids[0].startswith(f"{shelf.invoice}:1:")
    assert items[0] == {
        "key": shelf.invoice,
        "category": "http://example.org/tests",
        "description": "Pays",
        "name": "Invoice Receipt",
        "version": 1,
        "resource": "invoice.v1.bpmn",
        "deploymentId": shelf.first["id"],
        "diagram": None,
        "suspended": False,
        "tenantId": shelf.tenant,
        "versionTag": "v1",
        "historyTimeToLive": None,
        "startableInTasklist": True,
    }
    assert (items[1]["historyTimeToLive"], items[1]["versionTag"], items[1]["description"]) == (5, None, None)
    assert (items[2]["diagram"], items[2]["startableInTasklist"]) == ("order.png", False)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, ALL),
        ({"unknownParameter": "x"}, ALL),
        ({"name": "Invoice Receipt"}, ["invoice:1", "invoice:2"]),
        ({"name": "invoice receipt"}, []),
        ({"nameLike": "voice rec"}, ["invoice:1", "invoice:2"]),
        ({"nameLike": "%VOICE%"}, ["invoice:1", "invoice:2"]),
        ({"nameLike": "Invoice%"}, ["invoice:1", "invoice:2"]),
        ({"nameLike": "voice%"}, []),
        ({"nameLike": "100\\% Order"}, ["order:1"]),
        ({"nameLike": "_nvoice%"}, ["invoice:1", "invoice:2"]),
        ({"nameLike": "\\_nvoice%"}, []),
        ({"nameLike": ""}, []),
        ({"nameLike": "%\\"}, []),
        ({"keyLike": "_inv"}, ["invoice:1", "invoice:2"]),
        ({"keyLike": "_INV"}, []),
        ({"keyLike": "%_invoice"}, ["invoice:1", "invoice:2"]),
        ({"keyLike": ""}, []),
        ({"category": "http://example.org/Orders"}, ["order:1"]),
        ({"categoryLike": "/Orders"}, ["order:1"]),
        ({"categoryLike": "%/orders"}, []),
        ({"version": "1"}, ["invoice:1", "order:1"]),
        ({"ver": "2"}, ["invoice:2"]),
        ({"latestVersion": "true"}, ["invoice:2", "order:1"]),
        ({"latest": "true"}, ["invoice:2", "order:1"]),
        ({"latestVersion": "True"}, ["invoice:2", "order:1"]),
        ({"latestVersion": "false"}, ALL),
        ({"latestVersion": "true", "versionTag": "v1"}, []),
        ({"resourceName": "invoice.v1.bpmn"}, ["invoice:1"]),
        ({"resourceNameLike": ".v"}, ["invoice:1", "invoice:2"]),
        ({"resourceNameLike": "%.v_.bpmn"}, ["invoice:1", "invoice:2"]),
        ({"versionTag": "v1"}, ["invoice:1"]),
        ({"versionTagLike": "v1"}, ["invoice:1", "order:1"]),
        ({"versionTagLike": "v1.%"}, ["order:1"]),
        ({"withoutVersionTag": "true"}, ["invoice:2"]),
        ({"withoutVersionTag": "true", "versionTag": "v1"}, ["invoice:2"]),
        ({"startableInTasklist": "true"}, ["invoice:1", "invoice:2"]),
        ({"notStartableInTasklist": "true"}, ["order:1"]),
        ({"startableInTasklist": "true", "notStartableInTasklist": "true"}, []),
        ({"active": "true"}, ALL),
        ({"active": "false", "suspended": "false"}, ALL),
        ({"suspended": "true"}, []),
        ({"active": "true", "suspended": "true"}, []),
        ({"startablePermissionCheck": "true"}, ALL),
        ({"incidentType": "failedJob"}, []),
        ({"deployedAfter": "2020-01-01T00:00:00.000+0000"}, ALL),
        ({"deployedAfter": "2020-01-01T00:00:00.000 0000"}, ALL),
        ({"deployedAfter": "2999-01-01T00:00:00.000+0200"}, []),
        ({"deployedAt": "2020-01-01T00:00:00.000+0000"}, []),
        ({"processDefinitionIdIn": " "}, ALL),
        ({"keysIn": ""}, ALL),
        ({"includeProcessDefinitionsWithoutTenantId": "false"}, ALL),
    ],
    ids=str,
)  # fmt: skip
def test_filters(shelf: SimpleNamespace, params: dict[str, str], found: list[str]) -> None:
    assert keys(shelf, **params) == found


def test_filters_by_values_of_the_server(shelf: SimpleNamespace) -> None:
    ids = [item["id"] for item in listed(shelf.client, tenantIdIn=shelf.tenant)]
    assert keys(shelf, processDefinitionId=ids[1]) == ["invoice:2"]
    assert keys(shelf, processDefinitionIdIn=f"{ids[0]},{ids[2]},nothing") == ["invoice:1", "order:1"]
    assert keys(shelf, processDefinitionId=ids[1], processDefinitionIdIn=ids[0]) == []
    assert keys(shelf, deploymentId=shelf.second["id"]) == ["invoice:2", "order:1"]
    assert keys(shelf, key=shelf.order) == ["order:1"]
    assert keys(shelf, key=shelf.order.upper()) == []
    assert keys(shelf, keysIn=f"{shelf.order},nothing") == ["order:1"]
    moment = shelf.first["deploymentTime"]
    assert keys(shelf, deployedAt=moment) == ["invoice:1"]
    assert keys(shelf, deployedAfter=moment) == ["invoice:2", "order:1"]


def test_the_first_of_repeated_parameters_counts(shelf: SimpleNamespace) -> None:
    params = [("tenantIdIn", shelf.tenant), ("version", "2"), ("version", "1")]
    answer = shelf.client.get(DEFINITION, params=params)
    assert [item["version"] for item in answer.json()] == [2]


@pytest.mark.parametrize(
    ("by", "ascending"),
    [
        ("category", ["order:1", "invoice:1", "invoice:2"]),
        ("key", ["invoice:1", "invoice:2", "order:1"]),
        ("id", ["invoice:1", "invoice:2", "order:1"]),
        ("name", ["order:1", "invoice:1", "invoice:2"]),
        ("version", ["invoice:1", "order:1", "invoice:2"]),
        ("versionTag", ["invoice:2", "invoice:1", "order:1"]),
        ("deployTime", ["invoice:1", "invoice:2", "order:1"]),
        ("deploymentId", ["invoice:1", "invoice:2", "order:1"]),
        ("tenantId", ["invoice:1", "invoice:2", "order:1"]),
    ],
)
def test_sorting(shelf: SimpleNamespace, by: str, ascending: list[str]) -> None:
    assert keys(shelf, sortBy=by, sortOrder="asc") == ascending
    down = keys(shelf, sortBy=by, sortOrder="desc")
    assert sorted(down) == sorted(ascending)
    items = listed(shelf.client, tenantIdIn=shelf.tenant, sortBy=by, sortOrder="desc")
    member = {"deployTime": "deploymentId"}.get(by, by)
    values = [item[member] for item in items]
    present = [value for value in values if value is not None]
    assert present == sorted(present, reverse=True)
    assert values == present + [None] * (len(values) - len(present))


def test_the_order_without_sorting_is_that_of_ids_as_text(server: Any) -> None:
    key, tenant = fresh(), fresh("tenant-")
    for number in range(11):
        deployed(server.as_admin, {"a.bpmn": process(key, name=f"n{number}")}, tenant_id=tenant)
    found = [item["version"] for item in listed(server.as_admin, key=key)]
    assert found == [10, 11, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    by_version = listed(server.as_admin, key=key, sortBy="version", sortOrder="asc")
    assert [item["version"] for item in by_version] == list(range(1, 12))


def test_pages(shelf: SimpleNamespace) -> None:
    assert keys(shelf, maxResults=2) == ["invoice:1", "invoice:2"]
    assert keys(shelf, firstResult=2) == ["order:1"]
    assert keys(shelf, firstResult=1, maxResults=1) == ["invoice:2"]
    assert keys(shelf, firstResult=3, maxResults=10) == []
    assert keys(shelf, maxResults=0) == []
    assert keys(shelf, maxResults=2**31 - 1) == ALL
    assert keys(shelf, firstResult=2**31 - 1) == []
    assert counted(shelf.client, tenantIdIn=shelf.tenant, maxResults=1, firstResult=2) == 3


@pytest.mark.parametrize("by", ["name", "version", "versionTag", "category"])
def test_pages_concatenate_to_the_whole(shelf: SimpleNamespace, by: str) -> None:
    for order in ("asc", "desc"):
        whole = keys(shelf, sortBy=by, sortOrder=order)
        pages = [keys(shelf, sortBy=by, sortOrder=order, firstResult=n, maxResults=1) for n in range(3)]
        assert [key for page in pages for key in page] == whole


def test_tenants(server: Any) -> None:
    key, one, two = fresh(), fresh("tenant-"), fresh("tenant-")
    for tenant in (one, two):
        deployed(server.as_admin, {"a.bpmn": process(key)}, tenant_id=tenant)
    deployed(server.as_admin, {"a.bpmn": process(key)})
    deployed(server.as_admin, {"a.bpmn": process(key)})

    def found(**params: str) -> list[tuple[str | None, int]]:
        items = listed(server.as_admin, key=key, **params)
        assert counted(server.as_admin, key=key, **params) == len(items)
        return sorted(((item["tenantId"], item["version"]) for item in items), key=str)

    assert found() == sorted([(None, 1), (None, 2), (one, 1), (two, 1)], key=str)
    assert found(tenantIdIn=f"{one},{two}") == sorted([(one, 1), (two, 1)], key=str)
    assert found(withoutTenantId="true") == [(None, 1), (None, 2)]
    assert found(withoutTenantId="true", tenantIdIn=one) == [(None, 1), (None, 2)]
    assert found(includeProcessDefinitionsWithoutTenantId="true") == found()
    with_none = found(tenantIdIn=one, includeProcessDefinitionsWithoutTenantId="true")
    assert with_none == sorted([(None, 1), (None, 2), (one, 1)], key=str)
    assert found(latestVersion="true") == sorted([(None, 2), (one, 1), (two, 1)], key=str)


def test_startable_by(server: Any) -> None:
    group, key, tenant = fresh("group"), fresh(), fresh("tenant-")
    member = server.user(fresh("user"), groups=[group])
    named = server.user(fresh("user"))
    stranger = server.user(fresh("user"))
    files = {
        "a.bpmn": process(f"{key}a", candidateStarterGroups=f"other, {group}"),
        "b.bpmn": process(f"{key}b", candidateStarterUsers=f"{named.name},{member.name}"),
        "c.bpmn": process(f"{key}c"),
    }
    deployed(server.as_admin, files, tenant_id=tenant)

    def by(user: str) -> list[str]:
        return [item["key"][-1] for item in listed(server.as_admin, tenantIdIn=tenant, startableBy=user)]

    assert by(member.name) == ["a", "b"]
    assert by(named.name) == ["b"]
    assert by(stranger.name) == []
    assert by("nobody-at-all") == []


def test_suspended_and_active(server: Any) -> None:
    key = fresh()
    for _ in range(2):
        deployed(server.as_admin, {"a.bpmn": process(key)})
    newest = listed(server.as_admin, key=key, latestVersion="true")[0]
    server.as_admin.put(f"{DEFINITION}/{newest['id']}/suspended", json={"suspended": True})
    assert [item["version"] for item in listed(server.as_admin, key=key, suspended="true")] == [2]
    assert [item["version"] for item in listed(server.as_admin, key=key, active="true")] == [1]
    both = listed(server.as_admin, key=key, active="true", suspended="true")
    assert [item["version"] for item in both] == [2]


MONTH_13 = "2020-13-01T00:00:00.000+0000"
CONVERT = "Cannot set query parameter '{0}' to value '{1}': Cannot convert value {1} to java type java.{2}"


@pytest.mark.parametrize("path", ["", "/count"])
@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"sortBy": "foo", "sortOrder": "asc"}, "Cannot set query parameter 'sortBy' to value 'foo'"),
        ({"sortBy": "key", "sortOrder": "up"}, "Cannot set query parameter 'sortOrder' to value 'up'"),
        ({"sortBy": "key", "sortOrder": "ASC"}, "Cannot set query parameter 'sortOrder' to value 'ASC'"),
        ({"sortBy": "key"}, "Only a single sorting parameter specified. sortBy and sortOrder required"),
        ({"sortOrder": "asc"}, "Only a single sorting parameter specified. sortBy and sortOrder required"),
        ({"version": "abc"}, CONVERT.format("version", "abc", "lang.Integer")),
        ({"version": "99999999999"}, CONVERT.format("version", "99999999999", "lang.Integer")),
        ({"version": ""}, CONVERT.format("version", "", "lang.Integer")),
        ({"active": "maybe"}, CONVERT.format("active", "maybe", "lang.Boolean")),
        ({"suspended": "yes"}, CONVERT.format("suspended", "yes", "lang.Boolean")),
        ({"latestVersion": "1"}, CONVERT.format("latestVersion", "1", "lang.Boolean")),
        ({"withoutTenantId": "x"}, CONVERT.format("withoutTenantId", "x", "lang.Boolean")),
        ({"deployedAfter": "yesterday"}, CONVERT.format("deployedAfter", "yesterday", "util.Date")),
        ({"deployedAt": MONTH_13}, CONVERT.format("deployedAt", MONTH_13, "util.Date")),
    ],
    ids=str,
)  # fmt: skip
def test_errors(server: Any, path: str, params: dict[str, str], message: str) -> None:
    answer = server.as_admin.get(DEFINITION + path, params=params)
    failure(answer, 400, "InvalidRequestException", message)
    assert answer.json()["code"] is None


@pytest.mark.parametrize("value", ["0", "-1"])
def test_a_version_starts_at_one(server: Any, value: str) -> None:
    answer = server.as_admin.get(DEFINITION, params={"version": value})
    failure(answer, 400, "ProcessEngineException", "version is not greater than 0")


@pytest.mark.parametrize("name", ["firstResult", "maxResults"])
@pytest.mark.parametrize("value", ["-1", "x", "1.5", "99999999999", ""])
def test_paging_values_that_are_no_paging_values(server: Any, name: str, value: str) -> None:
    answer = server.as_admin.get(DEFINITION, params={name: value})
    assert answer.status_code == 400
    assert answer.json()["type"] == "InvalidRequestException"
    assert f"'{name}' to value '{value}'" in answer.json()["message"]


@pytest.mark.parametrize(
    "value", ["' OR 1=1 --", '"; DROP TABLE tasks', "%27", "../../etc/passwd", "☃", "\\", "_", "a" * 3000]
)
@pytest.mark.parametrize(
    "name", ["key", "keyLike", "nameLike", "incidentMessageLike", "tenantIdIn", "startableBy"]
)
def test_metacharacters_are_only_text(server: Any, name: str, value: str) -> None:
    params = {name: value, "keysIn": fresh()}
    assert listed(server.as_admin, **params) == []
    assert counted(server.as_admin, **params) == 0


def test_the_other_way_to_name_the_engine(shelf: SimpleNamespace) -> None:
    answer = shelf.client.get(
        "/engine-rest/engine/default/process-definition", params={"tenantIdIn": shelf.tenant}
    )
    assert len(answer.json()) == 3


def test_a_long_list_comes_whole(server: Any) -> None:
    tenant, mark = fresh("tenant-"), fresh()
    processes = "".join(
        f'<process id="{mark}_{n:04d}" isExecutable="true"><startEvent id="s{n}"/></process>'
        for n in range(1500)
    )
    head = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="many">'
    deployed(server.as_admin, {"many.bpmn": f"{head}{processes}</definitions>".encode()}, tenant_id=tenant)
    whole = listed(server.as_admin, tenantIdIn=tenant)
    assert [item["key"] for item in whole] == [f"{mark}_{n:04d}" for n in range(1500)]
    most = listed(server.as_admin, tenantIdIn=tenant, maxResults=1200, firstResult=100)
    assert [item["key"] for item in most] == [f"{mark}_{n:04d}" for n in range(100, 1300)]
    assert counted(server.as_admin, tenantIdIn=tenant) == 1500
