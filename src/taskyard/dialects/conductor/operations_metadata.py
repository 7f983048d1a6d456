"""The rows of definitions: of tasks, of workflows, of schemas, and their tags."""

from __future__ import annotations

from typing import Any

from taskyard.dialects.conductor import schemas, tags, taskdefs, wire, workflowdefs
from taskyard.dialects.conductor.queries import (
    DefinitionsParams,
    MetadataParams,
    SchemasParams,
    TagResourcesParams,
    WorkflowParams,
    WorkflowsParams,
)
from taskyard.http.operation import Operation, served

ONE_TASK = "/metadata/taskdefs/{tasktype}"
ONE_WORKFLOW = "/metadata/workflow/{name}"

TASK_DEFINITIONS = (
    served(
        "GET",
        "/metadata/taskdefs",
        "getTaskDefs",
        taskdefs.list_all,
        params=DefinitionsParams,
        returns={200: list[wire.TaskDef]},
        summary="All task definitions that the caller may access in the asked-for way, by name",
    ),
    served(
        "POST",
        "/metadata/taskdefs",
        "registerTaskDef",
        taskdefs.register,
        body=Any,
        body_shown=list[wire.TaskDef],
        returns={200: None},
        summary="Register task definitions: make new ones, replace those of the same name, all or nothing",
    ),
    served(
        "PUT",
        "/metadata/taskdefs",
        "updateTaskDef",
        taskdefs.update,
        body=Any,
        body_shown=wire.TaskDef,
        returns={200: None},
        summary="Replace one task definition",
    ),
    served(
        "GET",
        ONE_TASK,
        "getTaskDef",
        taskdefs.get,
        params=MetadataParams,
        returns={200: wire.TaskDef},
        summary="One task definition",
    ),
    served(
        "DELETE",
        ONE_TASK,
        "unregisterTaskDef",
        taskdefs.delete,
        returns={200: None},
        summary="Remove a task definition",
    ),
)

WORKFLOW_DEFINITIONS = (
    served(
        "GET",
        "/metadata/workflow",
        "getAllWorkflows",
        workflowdefs.list_all,
        params=WorkflowsParams,
        returns={200: list[wire.WorkflowDef]},
        summary="Every version of every workflow definition that the caller may access, by name and version",
    ),
    served(
        "POST",
        "/metadata/workflow",
        "createWorkflowDef",
        workflowdefs.create,
        params=workflowdefs.CreateParams,
        body=Any,
        body_shown=wire.WorkflowDef,
        returns={200: None},
        summary="Register a version of a workflow definition",
    ),
    served(
        "PUT",
        "/metadata/workflow",
        "updateWorkflowDefs",
        workflowdefs.update,
        params=workflowdefs.UpdateParams,
        body=Any,
        body_shown=list[wire.WorkflowDef],
        returns={200: wire.BulkResponse},
        summary="Register or replace versions of workflow definitions, each on its own",
    ),
    served(
        "POST",
        "/metadata/workflow/validate",
        "validateWorkflowDef",
        workflowdefs.validate,
        body=Any,
        body_shown=wire.WorkflowDef,
        returns={200: None},
        summary="Check a workflow definition without keeping it",
    ),
    served(
        "GET",
        "/metadata/workflow/names",
        "getWorkflowNames",
        workflowdefs.list_names,
        returns={200: list[str]},
        summary="The names of all workflow definitions",
    ),
    served(
        "GET",
        "/metadata/workflow/names-and-versions",
        "getWorkflowNamesAndVersions",
        workflowdefs.list_names_and_versions,
        returns={200: dict[str, list[wire.VersionItem]]},
        summary="The versions of all workflow definitions, by name",
    ),
    served(
        "GET",
        "/metadata/workflow/latest-versions",
        "getAllWorkflowsWithLatestVersions",
        workflowdefs.list_latest,
        returns={200: list[wire.WorkflowDef]},
        summary="The greatest version of each workflow definition",
    ),
    served(
        "GET",
        "/metadata/workflow/{name}/versions",
        "getWorkflowVersions",
        workflowdefs.list_versions,
        returns={200: list[wire.VersionItem]},
        summary="The versions of one workflow definition",
    ),
    served(
        "GET",
        ONE_WORKFLOW,
        "getWorkflowDef",
        workflowdefs.get,
        params=WorkflowParams,
        returns={200: wire.WorkflowDef},
        summary="One version of a workflow definition",
    ),
    served(
        "DELETE",
        "/metadata/workflow/{name}/{version}",
        "unregisterWorkflowDef",
        workflowdefs.delete,
        returns={200: None},
        summary="Remove one version of a workflow definition",
    ),
)


def _tag_rows(path: str, noun: str, kind: str) -> tuple[Operation, ...]:
    """Read, add, replace and delete the tags of definitions of one kind."""
    return (
        served(
            "GET",
            path,
            f"get{noun}Tags",
            tags.reader(kind),
            returns={200: list[wire.Tag]},
            summary="The tags of a definition",
        ),
        served(
            "POST",
            path,
            f"add{noun}Tag",
            tags.writer(kind, "add"),
            body=Any,
            body_shown=wire.Tag,
            returns={200: None},
            summary="Add a tag to a definition",
        ),
        served(
            "PUT",
            path,
            f"set{noun}Tags",
            tags.writer(kind, "replace"),
            body=Any,
            body_shown=list[wire.Tag],
            returns={200: None},
            summary="Replace the tags of a definition",
        ),
        served(
            "DELETE",
            path,
            f"delete{noun}Tag",
            tags.writer(kind, "remove"),
            body=Any,
            body_shown=wire.Tag,
            returns={200: None},
            summary="Take a tag off a definition",
        ),
    )


TAGS = (
    *_tag_rows("/metadata/task/{name}/tags", "Task", "worker"),
    *_tag_rows("/metadata/workflow/{name}/tags", "Workflow", "workflow"),
    served(
        "GET",
        "/metadata/tags",
        "getTags",
        tags.list_all,
        returns={200: list[wire.Tag]},
        summary="Every tag on a definition that the caller may read",
    ),
    served(
        "GET",
        "/metadata/tags/grouped",
        "getTagsGrouped",
        tags.list_grouped,
        returns={200: list[wire.TagCount]},
        summary="Every tag by kind of definition, with how many carry it",
    ),
    served(
        "GET",
        "/metadata/tags/resources",
        "getTagResources",
        tags.list_resources,
        params=TagResourcesParams,
        returns={200: list[wire.TagResource]},
        summary="The definitions that carry a tag",
    ),
)

SCHEMAS = (
    served(
        "GET",
        "/schema",
        "getAllSchemas",
        schemas.list_all,
        params=SchemasParams,
        returns={200: list[wire.SchemaDef]},
        summary="Every version of every schema, by name and version",
    ),
    served(
        "POST",
        "/schema",
        "saveSchema",
        schemas.save,
        params=schemas.SaveParams,
        body=Any,
        body_shown=wire.SchemaDef,
        returns={200: None},
        summary="Register a schema, or replace it in the same version",
    ),
    served(
        "GET",
        "/schema/{name}",
        "getSchemaByNameWithLatestVersion",
        schemas.get_latest,
        returns={200: wire.SchemaDef},
        summary="The greatest version of a schema",
    ),
    served(
        "GET",
        "/schema/{name}/{version}",
        "getSchemaByNameAndVersion",
        schemas.get,
        returns={200: wire.SchemaDef},
        summary="One version of a schema",
    ),
    served(
        "DELETE",
        "/schema/{name}",
        "deleteSchemaByName",
        schemas.delete_all,
        returns={200: None},
        summary="Remove every version of a schema",
    ),
    served(
        "DELETE",
        "/schema/{name}/{version}",
        "deleteSchemaByNameAndVersion",
        schemas.delete,
        returns={200: None},
        summary="Remove one version of a schema",
    ),
)
