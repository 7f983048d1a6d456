"""Operations on projects: settings, imports, kept files, members, roles, storages."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.labelstudio import imports, members, projects, storages
from taskyard.dialects.labelstudio import project_wire as wire
from taskyard.http.operation import Operation, served

UPLOADS = ("application/json", "multipart/form-data", "application/x-www-form-urlencoded")
ONE = "/projects/{id}/"

_projects: dict[str, Any] = {"tag": "projects"}
_imports: dict[str, Any] = {"tag": "import"}
_members: dict[str, Any] = {"tag": "members"}
_storages: dict[str, Any] = {"tag": "storages"}


def _page(handler: Any, path: str, name: str, summary: str) -> Operation:
    return served(
        "GET",
        path,
        name,
        handler,
        params=wire.ProjectListParams,
        returns={200: wire.ProjectPage},
        summary=summary,
        **_projects,
    )


def _change(method: str, name: str, handler: Any) -> Operation:
    return served(
        method,
        ONE,
        name,
        handler,
        body=wire.ProjectBody,
        returns={200: wire.Project},
        summary="Change a project; what is left out stays",
        **_projects,
    )


PROJECTS = (
    _page(projects.list_, "/projects/", "projects.list", "The projects that the caller may see"),
    _page(projects.counts, "/projects/counts/", "projects.list_counts", "Their counts"),
    served(
        "POST",
        "/projects/",
        "projects.create",
        projects.create,
        body=wire.ProjectBody,
        returns={201: wire.Project},
        summary="Make a project",
        **_projects,
    ),
    served("GET", ONE, "projects.get", projects.get, returns={200: wire.Project}, **_projects),
    _change("PATCH", "projects.update", projects.update),
    _change("PUT", "projects.replace", projects.replace),
    served("DELETE", ONE, "projects.delete", projects.delete, returns={204: None}, **_projects),
    served(
        "POST",
        "/projects/validate/",
        "projects.validate",
        projects.validate_config,
        body=wire.LabelConfigBody,
        returns={204: None},
        auth=False,
        summary="Check a label config",
        **_projects,
    ),
    served(
        "POST",
        "/projects/{id}/validate/",
        "projects.validate_label_config",
        projects.validate_change,
        body=wire.LabelConfigBody,
        returns={200: wire.ConfigChange},
        summary="Check a label config that would replace the project's",
        **_projects,
    ),
    served(
        "GET",
        "/projects/{id}/model-versions/",
        "projects.model_versions",
        projects.model_versions,
        returns={200: dict[str, int]},
        summary="Predictions by model version",
        **_projects,
    ),
)

IMPORTS = (
    served(
        "POST",
        "/projects/{id}/import",
        "projects.import_tasks",
        imports.create,
        params=wire.ImportParams,
        body=bytes,
        body_media=UPLOADS,
        returns={201: wire.ImportResult | wire.ImportStarted},
        summary="Import tasks from JSON or files, all or nothing; async=true answers at once",
        **_imports,
    ),
    served(
        "POST",
        "/projects/{id}/tasks/bulk/",
        "projects.import_tasks_bulk",
        imports.create,
        params=wire.ImportParams,
        body=bytes,
        body_media=UPLOADS,
        returns={201: wire.ImportResult | wire.ImportStarted},
        summary="The former name of import",
        **_imports,
    ),
    served(
        "GET",
        "/projects/{id}/imports/{import_pk}/",
        "tasks.create_many_status",
        imports.get,
        returns={200: wire.ProjectImport},
        summary="Where a recorded import stands",
        **_imports,
    ),
    served(
        "POST",
        "/projects/{id}/import/predictions",
        "projects.import_predictions",
        imports.predictions,
        body=bytes,
        returns={201: wire.PredictionsCreated},
        summary="Add predictions to tasks that exist",
        **_imports,
    ),
    served(
        "POST",
        "/projects/{id}/reimport",
        "projects.reimport",
        imports.reimport,
        body=wire.ReimportBody,
        returns={201: wire.ImportResult, 204: None},
        summary="Read kept files again",
        **_imports,
    ),
    served(
        "GET",
        "/projects/{id}/file-uploads",
        "files.list",
        imports.list_,
        params=wire.FileUploadsParams,
        returns={200: list[wire.FileUploadOut]},
        **_imports,
    ),
    served(
        "DELETE",
        "/projects/{id}/file-uploads",
        "files.delete_many",
        imports.delete,
        body=wire.DeleteUploadsBody | None,
        returns={200: wire.DeletedUploads},
        **_imports,
    ),
    served(
        "GET",
        "/import/file-upload/{id}",
        "files.get",
        imports.get_upload,
        returns={200: wire.FileUploadOut},
        **_imports,
    ),
    served(
        "DELETE",
        "/import/file-upload/{id}",
        "files.delete",
        imports.delete_upload,
        returns={204: None},
        **_imports,
    ),
    served(
        "GET",
        "/data/upload/{project}/{file}",
        "files.download",
        imports.download,
        returns={200: bytes},
        absolute=True,
        summary="The bytes of a kept file",
        **_imports,
    ),
)

MEMBERS = (
    served(
        "POST",
        "/projects/{id}/members/",
        "projects.members.add",
        members.create,
        body=wire.MemberBody,
        returns={201: wire.MemberOut},
        **_members,
    ),
    served(
        "DELETE",
        "/projects/{id}/members/",
        "projects.members.remove",
        members.delete,
        params=wire.MemberParams,
        returns={204: None},
        **_members,
    ),
    served(
        "GET",
        "/projects/{id}/members/paginated/",
        "projects.members.paginated.list",
        members.list_,
        params=wire.MemberListParams,
        returns={200: wire.ProjectPage},
        **_members,
    ),
    served(
        "POST",
        "/projects/{id}/members/bulk/",
        "projects.members.bulk.post",
        members.bulk_add,
        params=wire.MemberListParams,
        body=wire.BulkMembersBody,
        returns={200: wire.BulkMembersOut},
        **_members,
    ),
    served(
        "DELETE",
        "/projects/{id}/members/bulk/",
        "projects.members.bulk.delete",
        members.bulk_remove,
        params=wire.BulkMembersParams,
        returns={200: wire.BulkMembersOut},
        **_members,
    ),
    served(
        "GET",
        "/projects/roles/",
        "projects.roles.list",
        members.roles,
        params=wire.RoleParams,
        returns={200: list[wire.RoleOut]},
        **_members,
    ),
    served(
        "POST",
        "/projects/roles/",
        "projects.roles.add",
        members.create_role,
        body=wire.RoleBody,
        returns={201: wire.RoleOut},
        **_members,
    ),
    served(
        "DELETE",
        "/projects/roles/{id}/",
        "projects.roles.remove",
        members.delete_role,
        returns={204: None},
        **_members,
    ),
    served(
        "GET",
        "/projects/{id}/roles",
        "projects.roles.get",
        members.project_roles,
        returns={200: list[wire.RoleOut]},
        **_members,
    ),
)


def _storage(kind: str, list_: Any, create: Any, validate: Any) -> tuple[Operation, ...]:
    """The operations of one type of import storage."""
    base, noun = f"/storages/{kind}/", f"import_storage.{kind}"
    one = base + "{id}"
    return (
        served(
            "GET",
            base,
            f"{noun}.list",
            list_,
            params=storages.StorageParams,
            returns={200: list[storages.StorageOut]},
            **_storages,
        ),
        served(
            "POST",
            base,
            f"{noun}.create",
            create,
            body=storages.StorageBody,
            returns={201: storages.StorageOut},
            **_storages,
        ),
        served(
            "POST",
            f"{base}validate",
            f"{noun}.validate",
            validate,
            body=storages.StorageBody,
            returns={200: dict[str, str]},
            **_storages,
        ),
        served("GET", one, f"{noun}.get", storages.get, returns={200: storages.StorageOut}, **_storages),
        served(
            "PATCH",
            one,
            f"{noun}.update",
            storages.update,
            body=storages.StorageBody,
            returns={200: storages.StorageOut},
            **_storages,
        ),
        served("DELETE", one, f"{noun}.delete", storages.delete, returns={204: None}, **_storages),
    )


STORAGES = (
    served(
        "GET",
        "/storages/types",
        "import_storage.list_types",
        storages.types,
        returns={200: list[storages.StorageType]},
        **_storages,
    ),
    *_storage("s3", storages.list_s3, storages.create_s3, storages.validate_s3),
    *_storage("localfiles", storages.list_local, storages.create_local, storages.validate_local),
    served(
        "GET",
        "/tasks/{id}/resolve/",
        "tasks.resolve",
        storages.resolve,
        params=storages.ResolveParams,
        returns={200: bytes, 303: None},
        absolute=True,
        summary="Open an address of a task's data",
        **_storages,
    ),
    served(
        "GET",
        "/data/local-files/",
        "files.local",
        storages.local,
        params=storages.LocalFileParams,
        returns={200: bytes},
        absolute=True,
        summary="A local file that a storage of the caller's projects holds",
        **_storages,
    ),
)

OPERATIONS: tuple[Operation, ...] = (*PROJECTS, *IMPORTS, *MEMBERS, *STORAGES)
