"""`taskyard user`, `group`, `token` and `grant`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import click

from taskyard.cli.client import call, every
from taskyard.cli.output import output_option, show, show_one

USER_COLUMNS = ("name", "display_name", "email", "groups", "roles", "manager", "active")


@click.group()
def user() -> None:
    """Users: list, show, put, delete."""


@user.command("list")
@output_option
def list_users(output: str | None) -> None:
    show(list(every("/v1/users", None)), USER_COLUMNS, output)


@user.command("show")
@click.argument("name")
@output_option
def show_user(name: str, output: str | None) -> None:
    show_one(call("GET", f"/v1/users/{quote(name, safe='')}"), output)


@user.command("put")
@click.argument("name")
@click.option("--password", help="Or leave it out and use tokens.")
@click.option("--display-name")
@click.option("--email")
@click.option("--manager", help="Name of the user this one reports to.")
@click.option("--group", "groups", multiple=True, help="May be repeated; replaces the present groups.")
@click.option("--role", "roles", multiple=True, help="May be repeated; `admin` may do everything.")
@output_option
def put_user(name: str, output: str | None, **fields: Any) -> None:
    """Create a user, or change one: only what is given changes."""
    body = {key: list(value) if isinstance(value, tuple) else value for key, value in fields.items() if value}
    known = any(item["name"] == name for item in every("/v1/users", None, q=name))
    if known:
        show_one(call("PATCH", f"/v1/users/{quote(name, safe='')}", body), output)
    else:
        show_one(call("POST", "/v1/users", {"name": name, **body}), output)


@user.command("delete")
@click.argument("name")
@click.confirmation_option("--yes", prompt="Delete this user with grants and tokens?")
def delete_user(name: str) -> None:
    call("DELETE", f"/v1/users/{quote(name, safe='')}")


@click.group()
def group() -> None:
    """Groups: list, show, put, delete, add, remove."""


@group.command("list")
@output_option
def list_groups(output: str | None) -> None:
    show(list(every("/v1/groups", None)), ("name", "display_name", "created_at"), output)


@group.command("show")
@click.argument("name")
@output_option
def show_group(name: str, output: str | None) -> None:
    show_one(call("GET", f"/v1/groups/{quote(name, safe='')}"), output)


@group.command("put")
@click.argument("name")
@click.option("--display-name", default="")
@output_option
def put_group(name: str, display_name: str, output: str | None) -> None:
    """Create a group, or change its display name."""
    if any(item["name"] == name for item in every("/v1/groups", None, q=name)):
        show_one(call("PATCH", f"/v1/groups/{quote(name, safe='')}", {"display_name": display_name}), output)
    else:
        show_one(call("POST", "/v1/groups", {"name": name, "display_name": display_name}), output)


@group.command("delete")
@click.argument("name")
@click.confirmation_option("--yes", prompt="Delete this group with its grants?")
def delete_group(name: str) -> None:
    call("DELETE", f"/v1/groups/{quote(name, safe='')}")


@group.command("add")
@click.argument("name")
@click.argument("member")
@click.option("--as-group", is_flag=True, help="The member is a group.")
def add_member(name: str, member: str, as_group: bool) -> None:
    """Put a member into a group."""
    body = {"type": "group" if as_group else "user", "name": member}
    call("POST", f"/v1/groups/{quote(name, safe='')}/members", body)


@group.command("remove")
@click.argument("name")
@click.argument("member")
@click.option("--as-group", is_flag=True, help="The member is a group.")
def remove_member(name: str, member: str, as_group: bool) -> None:
    """Take a member out of a group."""
    path = f"/v1/groups/{quote(name, safe='')}/members/{quote(member, safe='')}"
    call("DELETE", path, type="group" if as_group else "user")


@click.group()
def token() -> None:
    """Tokens: issue, list, revoke."""


@token.command("issue")
@click.argument("user_name")
@click.option("--label", default="", help="What the token is for.")
@click.option("--expires-at", help="ISO-8601 moment.")
@output_option
def issue_token(user_name: str, label: str, expires_at: str | None, output: str | None) -> None:
    """Make a token. It is shown this once."""
    body: dict[str, Any] = {"label": label}
    if expires_at:
        body["expires_at"] = expires_at
    show_one(call("POST", f"/v1/users/{quote(user_name, safe='')}/tokens", body), output)


@token.command("list")
@click.argument("user_name")
@output_option
def list_tokens(user_name: str, output: str | None) -> None:
    items = call("GET", f"/v1/users/{quote(user_name, safe='')}/tokens")["items"]
    show(items, ("id", "label", "created_at", "expires_at", "revoked_at"), output)


@token.command("revoke")
@click.argument("user_name")
@click.argument("token_id", type=int)
def revoke_token(user_name: str, token_id: int) -> None:
    call("DELETE", f"/v1/users/{quote(user_name, safe='')}/tokens/{token_id}")


@click.group()
def grant() -> None:
    """Permissions: list, add, remove."""


@grant.command("list")
@click.option("--subject", help="Only of this user or group.")
@output_option
def list_grants(subject: str | None, output: str | None) -> None:
    columns = ("id", "subject_type", "subject", "action", "target_type", "target", "role")
    show(list(every("/v1/grants", None, subject=subject)), columns, output)


@grant.command("add")
@click.argument("subject")
@click.argument("action")
@click.argument("target_type", type=click.Choice(["any", "kind", "definition", "tag"]))
@click.argument("target", default="")
@click.option("--to-group", is_flag=True, help="The subject is a group.")
@output_option
def add_grant(
    subject: str, action: str, target_type: str, target: str, to_group: bool, output: str | None
) -> None:
    """Let SUBJECT do ACTION on a target, e.g. `grant add bob read definition worker:resize`."""
    body = {
        "subject_type": "group" if to_group else "user",
        "subject": subject,
        "action": action,
        "target_type": target_type,
        "target": target,
    }
    show_one(call("POST", "/v1/grants", body), output)


@grant.command("remove")
@click.argument("grant_id", type=int)
def remove_grant(grant_id: int) -> None:
    call("DELETE", f"/v1/grants/{grant_id}")
