"""Definitions: what can run, their immutable versions, and how they were deployed."""

from __future__ import annotations

from typing import ClassVar

from taskyard.model.row import Row

KINDS = (
    "worker",
    "workflow",
    "process",
    "project",
    "human",
    "node",
    "agent",
    "schema",
    "event_handler",
    "webhook",
)
"""worker: Conductor task definition; workflow: Conductor workflow; process: BPMN; project: labelling project; human:
human-task definition; node: Puppet task; agent: agent skill; schema: JSON schema in the registry; event_handler: what
Conductor does on a message; webhook: an address that other systems call."""


class Definition(Row, kw_only=True):
    """One definition. `(tenant, kind, key)` is unique. `latest_id` is the version that runs by default."""

    TABLE: ClassVar[str] = "definitions"
    id: int
    uid: str
    tenant: str = ""
    kind: str
    key: str
    name: str | None = None
    description: str | None = None
    owner: str | None = None
    suspended: bool = False
    latest: int = 1
    latest_id: int | None = None
    created_at: int
    created_by: str | None = None
    updated_at: int
    updated_by: str | None = None
    rev: int = 0


class Version(Row, kw_only=True):
    """One immutable version of a definition. `uid` is the native id where the API has one (`invoice:2:0192…`).

    `kind`, `key`, `tenant` repeat the definition's, so that lists need no join. `latest` marks the newest per definition.
    """

    TABLE: ClassVar[str] = "definition_versions"
    id: int
    uid: str
    tenant: str = ""
    definition_id: int
    kind: str
    key: str
    version: int
    latest: bool = True
    name: str | None = None
    description: str | None = None
    category: str | None = None
    version_tag: str | None = None
    deployment_id: int | None = None
    resource_name: str | None = None
    diagram_name: str | None = None
    suspended: bool = False
    startable: bool = True
    history_days: int | None = None
    created_at: int
    created_by: str | None = None
    updated_at: int
    updated_by: str | None = None
    rev: int = 0


class VersionDocument(Row, kw_only=True):
    """What a version says: JSON text of our own struct for its kind."""

    TABLE: ClassVar[str] = "version_documents"
    KEY: ClassVar[tuple[str, ...]] = ("version_id",)
    version_id: int
    document: str


class DefinitionTag(Row, kw_only=True):
    """One `key: value` pair on a definition; a key may have several values."""

    TABLE: ClassVar[str] = "definition_tags"
    KEY: ClassVar[tuple[str, ...]] = ("definition_id", "key", "value")
    definition_id: int
    key: str
    value: str


class Starter(Row, kw_only=True):
    """A user or group that may start a version (Camunda candidate starter). `type` is `user` or `group`."""

    TABLE: ClassVar[str] = "definition_starters"
    KEY: ClassVar[tuple[str, ...]] = ("version_id", "type", "name")
    version_id: int
    type: str
    name: str


class Deployment(Row, kw_only=True):
    """One upload of resources, all or nothing."""

    TABLE: ClassVar[str] = "deployments"
    id: int
    uid: str
    tenant: str = ""
    name: str | None = None
    source: str | None = None
    created_at: int
    created_by: str | None = None
    activates_at: int | None = None


class Resource(Row, kw_only=True):
    """Deployed or uploaded bytes; `owner_id` is a definition's row id for uploads that belong to a project."""

    TABLE: ClassVar[str] = "resources"
    id: int
    uid: str
    tenant: str = ""
    deployment_id: int | None = None
    owner_id: int | None = None
    name: str
    media_type: str | None = None
    size: int
    sha256: str
    created_at: int
    created_by: str | None = None


class ResourceBytes(Row, kw_only=True):
    """The bytes of a resource, apart so that lists never load them."""

    TABLE: ClassVar[str] = "resource_bytes"
    KEY: ClassVar[tuple[str, ...]] = ("resource_id",)
    resource_id: int
    content: bytes
