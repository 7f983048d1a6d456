"""The operations of the native API."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.native import credentials, definitions, overview, people, tasks, wire
from taskyard.dialects.native import people_wire as pw
from taskyard.dialects.native.operations_executions import EXECUTIONS
from taskyard.http.operation import Handler, Operation
from taskyard.http.operation import served as served_operation


def _row(tag: str) -> Any:
    """`served` for one tag, with what the operation answers."""

    def row(
        method: str, path: str, name: str, handler: Handler, returns: dict[int, Any], **rest: Any
    ) -> Operation:
        summary = rest.pop("summary")
        return served_operation(
            method, path, name, handler, returns=returns, tag=tag, summary=summary, **rest
        )

    return row


_server = _row("server")
_definitions = _row("definitions")
_tasks = _row("tasks")
_users = _row("users")
_groups = _row("groups")
_tokens = _row("tokens")
_grants = _row("grants")

OPERATIONS: tuple[Operation, ...] = (
    _server(
        "GET",
        "/server",
        "getServer",
        overview.get_server,
        {200: overview.ServerInfo},
        auth=False,
        summary="What is mounted and how to connect",
    ),
    _server("GET", "/me", "getMe", people.get_me, {200: pw.Me}, summary="The caller"),
    _server(
        "POST",
        "/session",
        "openSession",
        credentials.open_session,
        {200: wire.Session},
        body=wire.SessionBody,
        auth=False,
        summary="Sign in: a bearer token for user name and password",
    ),
    _server(
        "DELETE",
        "/session",
        "closeSession",
        credentials.close_session,
        {204: None},
        summary="Sign out: revoke the token of this call",
    ),
    _definitions(
        "GET",
        "/definitions",
        "listDefinitions",
        definitions.list_definitions,
        {200: wire.DefinitionPage},
        params=wire.ListParams,
        summary="Definitions of every kind",
    ),
    _definitions(
        "POST",
        "/definitions",
        "createDefinition",
        definitions.create_definition,
        {201: wire.DefinitionDetail},
        body=wire.NewDefinition,
        summary="Create a human-task definition",
    ),
    _definitions(
        "GET",
        "/definitions/{uid}",
        "getDefinition",
        definitions.get_definition,
        {200: wire.DefinitionDetail},
        summary="One definition by id or public id",
    ),
    _tasks(
        "GET",
        "/tasks",
        "listTasks",
        tasks.list_tasks,
        {200: wire.TaskPage},
        params=wire.TaskListParams,
        summary="Tasks of every kind",
    ),
    _tasks(
        "POST",
        "/tasks",
        "createTask",
        tasks.create_task,
        {201: wire.TaskDetail},
        body=wire.NewTaskBody,
        summary="Open a task",
    ),
    _tasks(
        "POST",
        "/tasks/batch",
        "createTasks",
        tasks.create_tasks,
        {201: wire.CreatedTasks},
        body=wire.TaskBatch,
        summary="Open many tasks, all or none",
    ),
    _tasks(
        "GET",
        "/tasks/{id}",
        "getTask",
        tasks.get_task,
        {200: wire.TaskDetail},
        summary="One task by id or public id",
    ),
    _tasks(
        "POST",
        "/tasks/{id}/claim",
        "claimTask",
        tasks.claim_task,
        {200: wire.TaskDetail},
        summary="Take a task",
    ),
    _tasks(
        "POST",
        "/tasks/{id}/complete",
        "completeTask",
        tasks.complete_task,
        {200: wire.TaskDetail},
        body=wire.Completion | None,
        summary="Finish a task with an outcome",
    ),
    *EXECUTIONS,
    _users(
        "GET",
        "/users",
        "listUsers",
        people.list_users,
        {200: pw.UserPage},
        params=pw.PeopleParams,
        summary="Users",
    ),
    _users(
        "POST",
        "/users",
        "createUser",
        people.create_user,
        {201: pw.UserItem},
        body=pw.NewUser,
        summary="Create a user",
    ),
    _users("GET", "/users/{name}", "getUser", people.get_user, {200: pw.UserItem}, summary="One user"),
    _users(
        "PATCH",
        "/users/{name}",
        "changeUser",
        people.change_user,
        {200: pw.UserItem},
        body=pw.UserChange,
        summary="Change a user",
    ),
    _users("DELETE", "/users/{name}", "deleteUser", people.delete_user, {204: None}, summary="Remove a user"),
    _tokens(
        "GET",
        "/users/{name}/tokens",
        "listTokens",
        credentials.list_tokens,
        {200: pw.TokenPage},
        summary="The tokens of a user, without their text",
    ),
    _tokens(
        "POST",
        "/users/{name}/tokens",
        "issueToken",
        credentials.create_token,
        {201: pw.IssuedToken},
        body=pw.NewToken | None,
        summary="Issue a token; its text is shown once",
    ),
    _tokens(
        "DELETE",
        "/users/{name}/tokens/{id}",
        "revokeToken",
        credentials.revoke_token,
        {204: None},
        summary="Revoke a token",
    ),
    _groups(
        "GET",
        "/groups",
        "listGroups",
        people.list_groups,
        {200: pw.GroupPage},
        params=pw.PeopleParams,
        summary="Groups",
    ),
    _groups(
        "POST",
        "/groups",
        "createGroup",
        people.create_group,
        {201: pw.GroupDetail},
        body=pw.NewGroup,
        summary="Create a group",
    ),
    _groups(
        "GET",
        "/groups/{name}",
        "getGroup",
        people.get_group,
        {200: pw.GroupDetail},
        summary="A group with its members",
    ),
    _groups(
        "PATCH",
        "/groups/{name}",
        "changeGroup",
        people.change_group,
        {200: pw.GroupDetail},
        body=pw.GroupChange,
        summary="Change a group",
    ),
    _groups(
        "DELETE", "/groups/{name}", "deleteGroup", people.delete_group, {204: None}, summary="Remove a group"
    ),
    _groups(
        "POST",
        "/groups/{name}/members",
        "addMember",
        people.add_member,
        {204: None},
        body=pw.NewMember,
        summary="Put a user or group into a group",
    ),
    _groups(
        "DELETE",
        "/groups/{name}/members/{member}",
        "removeMember",
        people.remove_member,
        {204: None},
        params=pw.MemberParams,
        summary="Take a member out of a group",
    ),
    _grants(
        "GET",
        "/grants",
        "listGrants",
        credentials.list_grants,
        {200: pw.GrantPage},
        params=pw.GrantParams,
        summary="Permissions given",
    ),
    _grants(
        "POST",
        "/grants",
        "createGrant",
        credentials.create_grant,
        {201: pw.GrantItem},
        body=pw.NewGrant,
        summary="Give a permission",
    ),
    _grants(
        "DELETE",
        "/grants/{id}",
        "deleteGrant",
        credentials.delete_grant,
        {204: None},
        summary="Take a permission back",
    ),
)
"""Every operation of the native API; all are served."""
