CREATE TABLE attachments (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    task_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT,
    resource_id BIGINT,
    url TEXT,
    author TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_attachments_uid UNIQUE (uid)
);
CREATE INDEX ix_attachments_task_id_id ON attachments (task_id, id);
CREATE TABLE comments (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    task_id BIGINT NOT NULL,
    submission_id BIGINT,
    author_id BIGINT,
    author TEXT,
    text TEXT NOT NULL,
    resolved BOOLEAN NOT NULL,
    resolved_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_comments_uid UNIQUE (uid)
);
CREATE INDEX ix_comments_submission_id ON comments (submission_id);
CREATE INDEX ix_comments_task_id_id ON comments (task_id, id);
CREATE TABLE counters (
    tenant TEXT NOT NULL,
    measure TEXT NOT NULL,
    kind TEXT NOT NULL,
    definition_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    shard BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (tenant, measure, kind, definition_id, state, shard)
)
 WITHOUT ROWID;
CREATE INDEX ix_counters_definition_id ON counters (definition_id);
CREATE TABLE credentials (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    principal_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    hash TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT uq_credentials_hash UNIQUE (hash),
    CONSTRAINT uq_credentials_uid UNIQUE (uid)
);
CREATE INDEX ix_credentials_principal_id ON credentials (principal_id);
CREATE TABLE definition_starters (
    version_id BIGINT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (version_id, type, name)
)
 WITHOUT ROWID;
CREATE INDEX ix_definition_starters_type_name_version_id ON definition_starters (type, name, version_id);
CREATE TABLE definition_tags (
    definition_id BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (definition_id, "key", value)
)
 WITHOUT ROWID;
CREATE INDEX ix_definition_tags_key_value_definition_id ON definition_tags ("key", value, definition_id);
CREATE TABLE definition_versions (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    definition_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    version BIGINT NOT NULL,
    latest BOOLEAN NOT NULL,
    name TEXT,
    description TEXT,
    category TEXT,
    version_tag TEXT,
    deployment_id BIGINT,
    resource_name TEXT,
    diagram_name TEXT,
    suspended BOOLEAN NOT NULL,
    startable BOOLEAN NOT NULL,
    history_days BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    updated_at BIGINT NOT NULL,
    updated_by TEXT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_definition_versions_definition_id_version UNIQUE (definition_id, version),
    CONSTRAINT uq_definition_versions_uid UNIQUE (uid)
);
CREATE INDEX ix_definition_versions_deployment_id ON definition_versions (deployment_id);
CREATE INDEX ix_versions_key ON definition_versions (kind, "key", version, id, rev);
CREATE INDEX ix_versions_latest ON definition_versions (kind, "key", id, rev) WHERE latest;
CREATE INDEX ix_versions_named ON definition_versions (kind, "key", uid, id, rev);
CREATE INDEX ix_versions_uid ON definition_versions (kind, uid, id, rev);
CREATE TABLE definitions (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    name TEXT,
    description TEXT,
    owner TEXT,
    suspended BOOLEAN NOT NULL,
    latest BIGINT NOT NULL,
    latest_id BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    updated_at BIGINT NOT NULL,
    updated_by TEXT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_definitions_tenant_kind_key UNIQUE (tenant, kind, "key"),
    CONSTRAINT uq_definitions_uid UNIQUE (uid)
);
CREATE INDEX ix_definitions_key_kind ON definitions ("key", kind);
CREATE INDEX ix_definitions_kind_created_at_id_rev ON definitions (kind, created_at, id, rev);
CREATE INDEX ix_definitions_kind_key_id_rev ON definitions (kind, "key", id, rev);
CREATE TABLE deployments (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT,
    source TEXT,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    activates_at BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT uq_deployments_uid UNIQUE (uid)
);
CREATE INDEX ix_deployments_created_at_id ON deployments (created_at, id);
CREATE INDEX ix_deployments_name_source ON deployments (name, source);
CREATE TABLE element_instances (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    execution_id BIGINT NOT NULL,
    parent_id BIGINT,
    element TEXT NOT NULL,
    kind TEXT NOT NULL,
    phase TEXT NOT NULL,
    outcome TEXT,
    iteration BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_element_instances_uid UNIQUE (uid)
);
CREATE INDEX ix_element_instances_execution_id_id ON element_instances (execution_id, id);
CREATE TABLE events (
    id INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    type TEXT NOT NULL,
    version BIGINT NOT NULL,
    actor TEXT,
    task_id BIGINT,
    execution_id BIGINT,
    definition_id BIGINT,
    at BIGINT NOT NULL,
    data TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX ix_events_actor ON events (actor, task_id, type);
CREATE INDEX ix_events_definition ON events (definition_id, id);
CREATE INDEX ix_events_execution ON events (execution_id, id);
CREATE INDEX ix_events_task ON events (task_id, id);
CREATE TABLE executions (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    definition_id BIGINT,
    version_id BIGINT,
    parent_id BIGINT,
    root_id BIGINT,
    phase TEXT NOT NULL,
    outcome TEXT,
    suspended BOOLEAN NOT NULL,
    waiting_for TEXT,
    native_state TEXT,
    business_key TEXT,
    correlation TEXT,
    priority BIGINT NOT NULL,
    creator TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_executions_uid UNIQUE (uid),
    CONSTRAINT ck_executions_phase CHECK (phase IN ('scheduled', 'ready', 'active', 'waiting', 'closed'))
);
CREATE INDEX ix_executions_business_key ON executions (business_key, id);
CREATE INDEX ix_executions_definition ON executions (definition_id, phase, id, rev);
CREATE INDEX ix_executions_parent ON executions (parent_id);
CREATE TABLE grants (
    id INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    subject_type TEXT NOT NULL,
    subject TEXT NOT NULL,
    action TEXT NOT NULL,
    target_type TEXT NOT NULL,
    target TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_grants_tenant_subject_type_subject_action_target_type_target_role UNIQUE (tenant, subject_type, subject, action, target_type, target, role)
);
CREATE INDEX ix_grants_subject_type_subject ON grants (subject_type, subject);
CREATE INDEX ix_grants_target_type_target ON grants (target_type, target);
CREATE TABLE groups (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_groups_name UNIQUE (name),
    CONSTRAINT uq_groups_uid UNIQUE (uid)
);
CREATE TABLE id_blocks (
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE incidents (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    version_id BIGINT,
    execution_id BIGINT,
    task_id BIGINT,
    element TEXT,
    type TEXT NOT NULL,
    message TEXT,
    phase TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT uq_incidents_uid UNIQUE (uid)
);
CREATE INDEX ix_incidents_task ON incidents (task_id);
CREATE INDEX ix_incidents_type ON incidents (type, phase);
CREATE INDEX ix_incidents_version ON incidents (version_id, phase);
CREATE TABLE jobs (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    definition_id BIGINT,
    phase TEXT NOT NULL,
    outcome TEXT,
    creator TEXT,
    document TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_jobs_uid UNIQUE (uid)
);
CREATE INDEX ix_jobs_definition_id_kind ON jobs (definition_id, kind);
CREATE INDEX ix_jobs_kind_phase ON jobs (kind, phase);
CREATE TABLE leases (
    task_id BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    holder TEXT NOT NULL,
    token TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, slot)
)
 WITHOUT ROWID;
CREATE INDEX ix_leases_expires_at ON leases (expires_at);
CREATE TABLE memberships (
    group_name TEXT NOT NULL,
    member_type TEXT NOT NULL,
    member TEXT NOT NULL,
    PRIMARY KEY (group_name, member_type, member)
)
 WITHOUT ROWID;
CREATE INDEX ix_memberships_member_type_member ON memberships (member_type, member);
CREATE TABLE outbox (
    id INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    topic TEXT NOT NULL,
    "key" TEXT NOT NULL,
    document TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_outbox_due_at ON outbox (due_at);
CREATE TABLE principals (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    display_name TEXT NOT NULL,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL,
    manager TEXT,
    roles TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_principals_name UNIQUE (name),
    CONSTRAINT uq_principals_uid UNIQUE (uid)
);
CREATE INDEX ix_principals_email ON principals (email);
CREATE INDEX ix_principals_manager ON principals (manager);
CREATE TABLE resource_bytes (
    resource_id INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (resource_id)
);
CREATE TABLE resources (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    deployment_id BIGINT,
    owner_id BIGINT,
    name TEXT NOT NULL,
    media_type TEXT,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT,
    PRIMARY KEY (id),
    CONSTRAINT uq_resources_uid UNIQUE (uid)
);
CREATE INDEX ix_resources_deployment_id_name ON resources (deployment_id, name);
CREATE INDEX ix_resources_owner_id_name ON resources (owner_id, name);
CREATE TABLE saved_views (
    id INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    definition_id BIGINT NOT NULL,
    owner_id BIGINT,
    title TEXT NOT NULL,
    position BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_saved_views_definition_id_position ON saved_views (definition_id, position);
CREATE TABLE sequences (
    name TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (name)
)
 WITHOUT ROWID;
CREATE TABLE settings (
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (name)
)
 WITHOUT ROWID;
CREATE TABLE submission_documents (
    submission_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (submission_id)
);
CREATE TABLE submissions (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    task_id BIGINT NOT NULL,
    definition_id BIGINT,
    kind TEXT NOT NULL,
    author_id BIGINT,
    updated_by_id BIGINT,
    parent_id BIGINT,
    origin_id BIGINT,
    cancelled BOOLEAN NOT NULL,
    ground_truth BOOLEAN NOT NULL,
    accepted BOOLEAN,
    action TEXT,
    model_version TEXT,
    score FLOAT,
    lead_time FLOAT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_submissions_uid UNIQUE (uid)
);
CREATE INDEX ix_submissions_author ON submissions (author_id, task_id, kind);
CREATE INDEX ix_submissions_definition ON submissions (definition_id, kind, id);
CREATE INDEX ix_submissions_parent ON submissions (parent_id, kind);
CREATE INDEX ix_submissions_task ON submissions (task_id, kind, id);
CREATE TABLE task_attributes (
    task_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    text TEXT,
    number FLOAT,
    "indexed" BOOLEAN NOT NULL,
    PRIMARY KEY (task_id, name)
)
 WITHOUT ROWID;
CREATE INDEX ix_task_attributes_number ON task_attributes (name, number, task_id) WHERE "indexed";
CREATE INDEX ix_task_attributes_text ON task_attributes (name, text, task_id) WHERE "indexed";
CREATE TABLE task_candidates (
    task_id BIGINT NOT NULL,
    role TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    position BIGINT NOT NULL,
    open BOOLEAN NOT NULL,
    PRIMARY KEY (task_id, role, type, name)
)
 WITHOUT ROWID;
CREATE INDEX ix_task_candidates_name ON task_candidates (type, name, open, role, task_id);
CREATE TABLE task_documents (
    task_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (task_id)
);
CREATE TABLE task_progress (
    task_id INTEGER NOT NULL,
    definition_id BIGINT NOT NULL,
    overlap BIGINT NOT NULL,
    labeled BOOLEAN NOT NULL,
    annotations BIGINT NOT NULL,
    cancelled BIGINT NOT NULL,
    predictions BIGINT NOT NULL,
    drafts BIGINT NOT NULL,
    ground_truths BIGINT NOT NULL,
    comments BIGINT NOT NULL,
    unresolved_comments BIGINT NOT NULL,
    reviews BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    annotators BIGINT NOT NULL,
    reviewers BIGINT NOT NULL,
    commenters BIGINT NOT NULL,
    review_time FLOAT NOT NULL,
    lead_time FLOAT,
    timed BIGINT NOT NULL,
    score FLOAT,
    agreement FLOAT,
    completed_at BIGINT,
    last_comment_at BIGINT,
    updated_by BIGINT,
    file_upload TEXT,
    storage_name TEXT,
    PRIMARY KEY (task_id)
);
CREATE INDEX ix_task_progress_definition_id_task_id ON task_progress (definition_id, task_id);
CREATE TABLE tasks (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    definition_id BIGINT,
    execution_id BIGINT,
    queue TEXT,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    phase TEXT NOT NULL,
    outcome TEXT,
    suspended BOOLEAN NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    waiting_for TEXT,
    native_state TEXT,
    priority BIGINT NOT NULL,
    assignee TEXT,
    owner TEXT,
    creator TEXT,
    created_at BIGINT NOT NULL,
    assigned_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    due_at BIGINT,
    closed_at BIGINT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_tasks_uid UNIQUE (uid),
    CONSTRAINT ck_tasks_phase CHECK (phase IN ('scheduled', 'ready', 'active', 'waiting', 'closed')),
    CONSTRAINT ck_tasks_outcome CHECK (outcome IN ('succeeded', 'failed', 'cancelled', 'rejected', 'expired', 'skipped')),
    CONSTRAINT ck_tasks_closed_at CHECK ((phase = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT ck_tasks_closed_outcome CHECK ((phase = 'closed') = (outcome IS NOT NULL))
);
CREATE INDEX ix_tasks_assignee ON tasks (assignee, phase, id, rev);
CREATE INDEX ix_tasks_creator ON tasks (creator, id);
CREATE INDEX ix_tasks_definition ON tasks (definition_id, id, rev);
CREATE INDEX ix_tasks_definition_phase ON tasks (definition_id, phase, created_at, id, rev);
CREATE INDEX ix_tasks_definition_phase_id ON tasks (definition_id, phase, id, rev);
CREATE INDEX ix_tasks_execution ON tasks (execution_id, id);
CREATE INDEX ix_tasks_kind ON tasks (kind, id, rev);
CREATE INDEX ix_tasks_kind_phase ON tasks (kind, phase, assigned_at, id, rev);
CREATE INDEX ix_tasks_kind_phase_id ON tasks (kind, phase, id, rev);
CREATE INDEX ix_tasks_open ON tasks (kind, assigned_at, id, rev, suspended, phase, native_state) WHERE closed_at IS NULL;
CREATE INDEX ix_tasks_owner ON tasks (owner, id);
CREATE INDEX ix_tasks_queue ON tasks (queue, priority, id) WHERE closed_at IS NULL;
CREATE TABLE timers (
    id INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    execution_id BIGINT,
    task_id BIGINT,
    kind TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    document TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX ix_timers_due_at ON timers (due_at);
CREATE INDEX ix_timers_execution_id ON timers (execution_id);
CREATE TABLE variables (
    execution_id BIGINT NOT NULL,
    scope_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (execution_id, scope_id, name)
)
 WITHOUT ROWID;
CREATE TABLE version_documents (
    version_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (version_id)
);
CREATE TABLE waits (
    id INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    execution_id BIGINT NOT NULL,
    element_id BIGINT,
    kind TEXT NOT NULL,
    name TEXT,
    target_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_waits_execution_id ON waits (execution_id);
CREATE INDEX ix_waits_kind_name ON waits (kind, name);
