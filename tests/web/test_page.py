"""The page in a real browser against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from tests.conftest import Spawn
from tests.server import Server
from tests.web.conftest import OPEN_TASKS, Visit, fill

Visitor = Callable[..., Visit]


def expect_query(page: Page, wanted: dict[str, list[str]]) -> None:
    """Wait until the address bar has this query; it follows what is on screen by a moment."""
    found: dict[str, list[str]] = {}
    for _ in range(50):
        found = parse_qs(urlsplit(page.url).query)
        if found == wanted:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the address has {found}, not {wanted}")


def test_the_overview_shows_each_api_with_its_coverage(visit: Visitor, yard: Server) -> None:
    tab = visit()
    page = tab.go("/")
    for dialect in yard.get("/v1/server").json()["dialects"]:
        row = page.locator(f'[data-dialect="{dialect["name"]}"]')
        expect(row).to_contain_text(dialect["title"])
        total = dialect["served"] + dialect["partial"] + dialect["refused"]
        expect(row).to_contain_text(f"{dialect['served']} of {total}")
    expect(page.get_by_role("link", name="Ready tasks")).to_contain_text(str(OPEN_TASKS))
    assert tab.faults == []


@pytest.mark.parametrize(
    "path", ["/", "/tasks", "/executions", "/incidents", "/definitions", "/reference?api=conductor"]
)
def test_every_view_loads_without_a_fault_and_from_this_server_only(
    visit: Visitor, yard: Server, path: str
) -> None:
    tab = visit()
    page = tab.go(path)
    expect(page.locator("h1")).to_be_visible()
    assert tab.faults == []
    assert {f"{p.scheme}://{p.netloc}" for p in map(urlsplit, tab.requests)} == {yard.url}


def test_the_reference_lists_every_operation_by_its_verdict(visit: Visitor, yard: Server) -> None:
    conductor, *_ = [one for one in yard.get("/v1/server").json()["dialects"] if one["name"] == "conductor"]
    tab = visit()
    page = tab.go("/reference?api=conductor")
    rows = page.locator("details")
    expect(rows).to_have_count(conductor["served"] + conductor["partial"] + conductor["refused"])
    page.get_by_role("button", name=re.compile("^Served")).click()
    expect(rows).to_have_count(conductor["served"])
    page.get_by_role("searchbox").fill("get /api/metadata/taskdefs")
    expect(rows.first).to_contain_text("/api/metadata/taskdefs")
    rows.first.click()
    expect(rows.first).to_contain_text("access")
    expect_query(page, {"api": ["conductor"], "verdict": ["served"], "q": ["get /api/metadata/taskdefs"]})
    assert tab.faults == []


def test_a_command_is_shown_without_the_token_and_copied_with_it(visit: Visitor, yard: Server) -> None:
    tab = visit()
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = tab.go("/?api=native")
    assert yard.token not in page.content()
    page.get_by_role("button", name=re.compile("^Copy: ")).first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert yard.token in copied
    assert yard.url in copied


def test_signed_out_a_list_asks_to_sign_in_and_comes_back_to_the_same_view(
    visit: Visitor, yard: Server
) -> None:
    tab = visit(token=None)
    page = tab.go("/tasks?q=Invoice+007")
    expect(page.get_by_text("Sign in to see this")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_label("Access token").fill("wrong")
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("does not know this token")
    page.get_by_label("Access token").fill(yard.token)
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.locator("tbody .lead")).to_have_text("Invoice 007")
    expect_query(page, {"q": ["Invoice 007"]})


def test_the_command_for_a_token_is_one_that_there_is(visit: Visitor) -> None:
    page = visit(token=None).go("/tasks")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    words = page.get_by_role("dialog").locator("code").inner_text().split()
    assert words[0] == "taskyard"
    done = subprocess.run([sys.executable, "-m", *words, "--help"], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_signing_in_with_a_password_and_out_again(visit: Visitor, yard: Server) -> None:
    page = visit(token=None).go("/tasks")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Password").click()
    page.get_by_label("Name").fill("admin")
    page.get_by_label("Password", exact=True).fill(yard.password)
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.get_by_test_id("total")).to_have_text(str(OPEN_TASKS))
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Sign in to see this")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('taskyard.token')") is None


def test_filters_stand_in_the_address_and_survive_a_reload(visit: Visitor) -> None:
    tab = visit()
    page = tab.go("/tasks")
    page.get_by_role("searchbox").fill("Invoice 04")
    expect(page.get_by_test_id("total")).to_have_text("10")
    page.get_by_role("combobox", name="Kind").select_option("human")
    page.get_by_role("button", name="Ready", exact=True).click()
    expect(page.get_by_test_id("total")).to_have_text("10")
    expect_query(page, {"q": ["Invoice 04"], "kind": ["human"], "phase": ["ready"]})
    page.reload()
    expect(page.get_by_test_id("total")).to_have_text("10")
    expect(page.get_by_role("searchbox")).to_have_value("Invoice 04")
    page.get_by_role("button", name="Closed", exact=True).click()
    expect(page.get_by_text("Nothing matches these filters")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_test_id("total")).to_have_text(str(OPEN_TASKS))
    expect_query(page, {})
    assert tab.faults == []


def test_the_filter_language_is_applied_and_its_errors_are_shown(visit: Visitor) -> None:
    page = visit().go("/tasks")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_label("Filter expression").fill("priority = 2 and title ~ 'Invoice 00'")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_test_id("total")).to_have_text("2")
    assert sorted(page.locator("tbody .lead").all_inner_texts()) == ["Invoice 001", "Invoice 006"]
    page.get_by_label("Filter expression").fill("priority = = 2")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Filter expression").fill("colour = red")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("alert").get_by_text("unknown name 'colour'")).to_have_count(1)
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_test_id("total")).to_have_text(str(OPEN_TASKS))


def test_pages_follow_each_other_without_gaps(visit: Visitor) -> None:
    tab = visit()
    page = tab.go("/tasks")
    seen: list[str] = []
    for _ in range(3):
        page.wait_for_load_state("networkidle")
        expect(page.locator("table")).to_have_attribute("aria-busy", "false")
        seen += tab.titles()
        following = page.get_by_role("button", name="Next page")
        if following.is_enabled():
            before = tab.titles()[0]
            following.click()
            expect(page.locator("tbody .lead").first).not_to_have_text(before)
    assert sorted(seen) == [f"Invoice {number:03}" for number in range(OPEN_TASKS)]
    page.get_by_role("button", name="First page").click()
    expect(page.locator("tbody .lead").first).to_have_text(seen[0])
    assert tab.faults == []


def test_the_keyboard_is_enough(visit: Visitor) -> None:
    tab = visit()
    page = tab.go("/tasks")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next row")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    for key in ("j", "j", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator("tr.selected")).to_have_attribute("data-row", "1")
    wanted = tab.titles()[1]
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(wanted)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect_query(page, {})
    page.keyboard.press("g")
    page.keyboard.press("d")
    expect(page.locator("h1")).to_have_text("Definitions")
    assert tab.faults == []


def test_a_link_to_a_task_opens_its_details(visit: Visitor, yard: Server) -> None:
    task = yard.as_admin.get("/v1/tasks", params={"q": "Invoice 011"}).json()["items"][0]
    page = visit().go(f"/tasks?open={task['uid']}")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Invoice 011")
    expect(dialog).to_contain_text("Definition invoice")
    expect(dialog).to_contain_text(task["uid"])


def test_definitions_of_several_kinds_stand_side_by_side(visit: Visitor) -> None:
    tab = visit()
    page = tab.go("/definitions")
    assert {"Approve an invoice", "resize_small", "resize_large"} <= set(tab.titles())
    page.get_by_role("combobox", name="Kind").select_option("worker")
    expect(page.get_by_test_id("total")).to_have_text("2")
    page.get_by_role("link", name="resize_small").click()
    expect(page.get_by_role("dialog")).to_contain_text("Makes pictures small.")


def test_a_caller_without_grants_sees_the_empty_state(visit: Visitor, yard: Server) -> None:
    nobody = yard.user("page-nobody")
    page = visit(token=nobody.token).go("/tasks")
    expect(page.get_by_text("No tasks yet")).to_be_visible()
    expect(page.locator("figure pre")).to_contain_text("/v1/tasks")


def test_a_server_that_is_gone_is_named(visit: Visitor, spawn: Spawn) -> None:
    server = spawn()
    page = visit(at=server).go("/tasks")
    expect(page.get_by_text("No tasks yet")).to_be_visible()
    server.stop()
    page.get_by_role("button", name="Ready", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")


def test_it_works_under_a_path_prefix(visit: Visitor, spawn: Spawn) -> None:
    server = spawn(path_prefix="/yard")
    fill(server)
    tab = visit(at=server, prefix="/yard")
    page = tab.go("/")
    expect(page.locator("[data-dialect=native]")).to_be_visible()
    page.get_by_role("link", name="Tasks", exact=True).click()
    expect(page.get_by_test_id("total")).to_have_text(str(OPEN_TASKS))
    assert urlsplit(page.url).path == "/yard/tasks"
    assert all(urlsplit(url).path.startswith("/yard/") for url in tab.requests)
    assert tab.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_system_until_chosen(visit: Visitor, scheme: str) -> None:
    page = visit(scheme=scheme).go("/")

    def lightness() -> int:
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return sum(int(part) for part in re.findall(r"\d+", colour)[:3])

    assert (lightness() > 380) == (scheme == "light")
    page.get_by_role("button", name=re.compile("^System theme")).click()
    assert lightness() > 380
    page.get_by_role("button", name=re.compile("^Light theme")).click()
    assert lightness() < 380
    page.reload()
    assert lightness() < 380


SERIOUS = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations
    .filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => one.id + ': ' + one.nodes.map((node) => node.target.join(' ')).join(', '));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tasks",
        "/tasks?q=nothing-like-this",
        "/definitions",
        "/reference?api=native",
        "detail",
        "sign in",
    ],
)
def test_nothing_stands_in_the_way_of_assistive_technology(
    visit: Visitor, yard: Server, axe: str, path: str, scheme: str
) -> None:
    if path == "sign in":
        page = visit(token=None, scheme=scheme).go("/tasks")
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
    elif path == "detail":
        uid = yard.as_admin.get("/v1/tasks").json()["items"][0]["uid"]
        page = visit(scheme=scheme).go(f"/tasks?open={uid}")
    else:
        page = visit(scheme=scheme).go(path)
    page.wait_for_timeout(300)
    page.evaluate(axe)
    assert page.evaluate(SERIOUS) == []
