"""The rows of Conductor's surface that this server refuses, each with its reason. Data only.

Sources: the REST controllers of the open server, the Orkes API reference and the Python client's resource
classes.
"""

from __future__ import annotations

from taskyard.http.operation import Operation, refused

EXTERNAL = "payloads are kept in the database, so there is no external storage to name a place in"
EVENT = "only the internal queue (conductor:…) is here; no queues of other systems are connected"
SCHEDULE = "a test of the hosted product's own scheduler"
SECRET = "secrets carry no tags here"
HUMAN = "tasks for people are worked on through the native API (/v1/tasks); Conductor's forms are not kept"
IDENTITY = "users, groups and grants are managed by the native API (/v1/users, /v1/groups, /v1/grants)"
VENDOR = "a feature of the hosted product that has no counterpart here"
ADMIN = "no queues of other systems are connected"
TAGS = "an older form of /metadata/workflow/{name}/tags, which is served"

_TABLE: tuple[tuple[str, str, str], ...] = (
    (
        "Workflow",
        EXTERNAL,
        """
        GET /workflow/externalstoragelocation getWorkflowExternalStorageLocation
        """,
    ),
    (
        "Task",
        EXTERNAL,
        """
        GET /tasks/externalstoragelocation getTaskExternalStorageLocation
        """,
    ),
    (
        "Event",
        EVENT,
        """
        GET /event/queue/config getQueueNames
        GET /event/queue/config/{queueType}/{queueName} getQueueConfig
        PUT /event/queue/config/{queueType}/{queueName} putQueueConfig
        DELETE /event/queue/config/{queueType}/{queueName} deleteQueueConfig
        """,
    ),
    (
        "Scheduler",
        SCHEDULE,
        """
        GET /scheduler/test/timeout testSchedulerTimeout
        """,
    ),
    (
        "Secret",
        SECRET,
        """
        GET /secrets-v2 listSecretsWithTags
        GET /secrets/{key}/tags getSecretTags
        PUT /secrets/{key}/tags putTagForSecret
        DELETE /secrets/{key}/tags deleteTagForSecret
        """,
    ),
    (
        "Human",
        HUMAN,
        """
        POST /human/tasks/search searchHumanTasks
        GET /human/tasks/getTaskDisplayNames getHumanTaskDisplayNames
        GET /human/tasks/{taskId} getHumanTask
        POST /human/tasks/{taskId}/claim claimHumanTask
        POST /human/tasks/{taskId}/externalUser/{userId} assignHumanTaskToExternalUser
        POST /human/tasks/{taskId}/release releaseHumanTask
        POST /human/tasks/{taskId}/reassign reassignHumanTask
        POST /human/tasks/{taskId}/update updateHumanTask
        POST /human/tasks/{taskId}/skip skipHumanTask
        POST /human/tasks/update/taskRef updateHumanTaskByRef
        DELETE /human/tasks/delete/{taskId} deleteHumanTask
        GET /human/template getAllHumanTemplates
        POST /human/template saveHumanTemplate
        GET /human/template/{name}/{version} getHumanTemplate
        DELETE /human/template/{name}/{version} deleteHumanTemplate
        """,
    ),
    (
        "Identity",
        IDENTITY,
        """
        GET /applications listApplications
        POST /applications createApplication
        GET /applications/{id} getApplication
        PUT /applications/{id} updateApplication
        DELETE /applications/{id} deleteApplication
        GET /applications/{id}/accessKeys getAccessKeys
        POST /applications/{id}/accessKeys createAccessKey
        DELETE /applications/{applicationId}/accessKeys/{keyId} deleteAccessKey
        POST /applications/{applicationId}/accessKeys/{keyId}/status toggleAccessKeyStatus
        GET /applications/key/{accessKeyId} getApplicationByAccessKey
        POST /applications/{applicationId}/roles/{role} addRoleToApplicationUser
        DELETE /applications/{applicationId}/roles/{role} removeRoleFromApplicationUser
        GET /applications/{id}/tags getTagsForApplication
        PUT /applications/{id}/tags putTagsForApplication
        DELETE /applications/{id}/tags deleteTagsForApplication
        GET /users listUsers
        GET /users/{id} getUser
        PUT /users/{id} upsertUser
        DELETE /users/{id} deleteUser
        GET /users/{userId}/permissions getGrantedPermissionsForUser
        GET /users/{userId}/checkPermissions checkPermissions
        GET /groups listGroups
        GET /groups/{id} getGroup
        PUT /groups/{id} upsertGroup
        DELETE /groups/{id} deleteGroup
        GET /groups/{id}/users getUsersInGroup
        POST /groups/{groupId}/users addUsersToGroup
        DELETE /groups/{groupId}/users removeUsersFromGroup
        POST /groups/{groupId}/users/{userId} addUserToGroup
        DELETE /groups/{groupId}/users/{userId} removeUserFromGroup
        GET /groups/{groupId}/permissions getGrantedPermissionsForGroup
        GET /roles listAllRoles
        POST /roles createRole
        GET /roles/system listSystemRoles
        GET /roles/custom listCustomRoles
        GET /roles/permissions listAvailablePermissions
        GET /roles/{name} getRole
        PUT /roles/{name} updateRole
        DELETE /roles/{name} deleteRole
        GET /auth/authorization/{type}/{id} getPermissions
        POST /auth/authorization grantPermissions
        DELETE /auth/authorization removePermissions
        """,
    ),
    (
        "Integrations",
        VENDOR,
        """
        GET /integrations/all getAllIntegrations
        GET /integrations/def getIntegrationProviderDefs
        GET /integrations/provider getIntegrationProviders
        GET /integrations/provider/{name} getIntegrationProvider
        POST /integrations/provider/{name} saveIntegrationProvider
        DELETE /integrations/provider/{name} deleteIntegrationProvider
        GET /integrations/provider/{name}/integration getIntegrationApis
        GET /integrations/provider/{name}/integration/all getAvailableIntegrationApis
        GET /integrations/provider/{name}/integration/{integrationName} getIntegrationApi
        POST /integrations/provider/{name}/integration/{integrationName} saveIntegrationApi
        DELETE /integrations/provider/{name}/integration/{integrationName} deleteIntegrationApi
        GET /integrations/provider/{name}/tags getTagsForIntegrationProvider
        PUT /integrations/provider/{name}/tags putTagForIntegrationProvider
        DELETE /integrations/provider/{name}/tags deleteTagForIntegrationProvider
        GET /integrations/provider/{name}/integration/{integrationName}/tags getTagsForIntegration
        PUT /integrations/provider/{name}/integration/{integrationName}/tags putTagForIntegration
        DELETE /integrations/provider/{name}/integration/{integrationName}/tags deleteTagForIntegration
        GET /integrations/provider/{name}/metrics getTokenUsageForProvider
        GET /integrations/provider/{name}/integration/{integrationName}/metrics getTokenUsage
        POST /integrations/provider/{name}/integration/{integrationName}/metrics registerTokenUsage
        GET /integrations/provider/{name}/integration/{integrationName}/prompt getPromptsWithIntegration
        POST /integrations/provider/{name}/integration/{integrationName}/prompt/{promptName} associatePrompt
        GET /prompts getMessageTemplates
        GET /prompts/{name} getMessageTemplate
        POST /prompts/{name} saveMessageTemplate
        DELETE /prompts/{name} deleteMessageTemplate
        GET /prompts/{name}/tags getTagsForPromptTemplate
        PUT /prompts/{name}/tags putTagForPromptTemplate
        DELETE /prompts/{name}/tags deleteTagForPromptTemplate
        POST /prompts/test testMessageTemplate
        GET /registry/service getRegisteredServices
        POST /registry/service addOrUpdateService
        GET /registry/service/{name} getService
        DELETE /registry/service/{name} removeService
        GET /registry/service/{name}/discover discoverServiceMethods
        POST /registry/service/{name}/methods addOrUpdateServiceMethod
        DELETE /registry/service/{name}/methods removeServiceMethod
        POST /registry/service/{name}/circuit-breaker/open openCircuitBreaker
        POST /registry/service/{name}/circuit-breaker/close closeCircuitBreaker
        GET /registry/service/{name}/circuit-breaker/status getCircuitBreakerStatus
        GET /registry/service/protos/{registryName} getAllProtos
        GET /registry/service/protos/{registryName}/{filename} getProtoData
        POST /registry/service/protos/{registryName}/{filename} setProtoData
        DELETE /registry/service/protos/{registryName}/{filename} deleteProto
        GET /gateway/config/auth listGatewayAuthConfigs
        POST /gateway/config/auth createGatewayAuthConfig
        GET /gateway/config/auth/{id} getGatewayAuthConfig
        PUT /gateway/config/auth/{id} updateGatewayAuthConfig
        DELETE /gateway/config/auth/{id} deleteGatewayAuthConfig
        """,
    ),
    (
        "Tags",
        TAGS,
        """
        GET /metadata/tags/workflow/{name} getWorkflowMetadata
        POST /metadata/tags/workflow/{name} createWorkflowMetadata
        DELETE /metadata/tags/workflow/{name} deleteWorkflowMetadata
        """,
    ),
    (
        "Admin",
        ADMIN,
        """
        GET /admin/queues getEventQueues
        """,
    ),
)


def refused_operations() -> tuple[Operation, ...]:
    """Every refused row, in the order of the table."""
    return tuple(
        refused(*line.split(), why=why, tag=area)
        for area, why, lines in _TABLE
        for line in lines.split("\n")
        if line.strip()
    )
