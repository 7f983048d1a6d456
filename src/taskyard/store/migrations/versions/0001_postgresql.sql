CREATE TABLE attachments (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    task_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C",
    resource_id BIGINT,
    url TEXT COLLATE "C",
    author TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_attachments_uid UNIQUE (uid)
);
CREATE INDEX ix_attachments_task_id_id ON attachments (task_id, id);
CREATE TABLE comments (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    task_id BIGINT NOT NULL,
    submission_id BIGINT,
    author_id BIGINT,
    author TEXT COLLATE "C",
    text TEXT COLLATE "C" NOT NULL,
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
    tenant TEXT COLLATE "C" NOT NULL,
    measure TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    definition_id BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    shard BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (tenant, measure, kind, definition_id, state, shard)
);
CREATE INDEX ix_counters_definition_id ON counters (definition_id);
CREATE TABLE credentials (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    principal_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
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
    type TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (version_id, type, name)
);
CREATE INDEX ix_definition_starters_type_name_version_id ON definition_starters (type, name, version_id);
CREATE TABLE definition_tags (
    definition_id BIGINT NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (definition_id, key, value)
);
CREATE INDEX ix_definition_tags_key_value_definition_id ON definition_tags (key, value, definition_id);
CREATE TABLE definition_versions (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    definition_id BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    latest BOOLEAN NOT NULL,
    name TEXT COLLATE "C",
    description TEXT COLLATE "C",
    category TEXT COLLATE "C",
    version_tag TEXT COLLATE "C",
    deployment_id BIGINT,
    resource_name TEXT COLLATE "C",
    diagram_name TEXT COLLATE "C",
    suspended BOOLEAN NOT NULL,
    startable BOOLEAN NOT NULL,
    history_days BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C",
    updated_at BIGINT NOT NULL,
    updated_by TEXT COLLATE "C",
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_definition_versions_definition_id_version UNIQUE (definition_id, version),
    CONSTRAINT uq_definition_versions_uid UNIQUE (uid)
);
CREATE INDEX ix_definition_versions_deployment_id ON definition_versions (deployment_id);
CREATE INDEX ix_versions_key ON definition_versions (kind, key, version, id, rev);
CREATE INDEX ix_versions_latest ON definition_versions (kind, key, id, rev) WHERE latest;
CREATE INDEX ix_versions_named ON definition_versions (kind, key, uid, id, rev);
CREATE INDEX ix_versions_uid ON definition_versions (kind, uid, id, rev);
CREATE TABLE definitions (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    description TEXT COLLATE "C",
    owner TEXT COLLATE "C",
    suspended BOOLEAN NOT NULL,
    latest BIGINT NOT NULL,
    latest_id BIGINT,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C",
    updated_at BIGINT NOT NULL,
    updated_by TEXT COLLATE "C",
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_definitions_tenant_kind_key UNIQUE (tenant, kind, key),
    CONSTRAINT uq_definitions_uid UNIQUE (uid)
);
CREATE INDEX ix_definitions_key_kind ON definitions (key, kind);
CREATE INDEX ix_definitions_kind_created_at_id_rev ON definitions (kind, created_at, id, rev);
CREATE INDEX ix_definitions_kind_key_id_rev ON definitions (kind, key, id, rev);
CREATE TABLE deployments (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    source TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C",
    activates_at BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT uq_deployments_uid UNIQUE (uid)
);
CREATE INDEX ix_deployments_created_at_id ON deployments (created_at, id);
CREATE INDEX ix_deployments_name_source ON deployments (name, source);
CREATE TABLE element_instances (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    execution_id BIGINT NOT NULL,
    parent_id BIGINT,
    element TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C",
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
    id BIGINT NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    actor TEXT COLLATE "C",
    task_id BIGINT,
    execution_id BIGINT,
    definition_id BIGINT,
    at BIGINT NOT NULL,
    data TEXT COLLATE "C",
    PRIMARY KEY (id)
);
CREATE INDEX ix_events_actor ON events (actor, task_id, type);
CREATE INDEX ix_events_definition ON events (definition_id, id);
CREATE INDEX ix_events_execution ON events (execution_id, id);
CREATE INDEX ix_events_task ON events (task_id, id);
CREATE TABLE executions (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    definition_id BIGINT,
    version_id BIGINT,
    parent_id BIGINT,
    root_id BIGINT,
    phase TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C",
    suspended BOOLEAN NOT NULL,
    waiting_for TEXT COLLATE "C",
    native_state TEXT COLLATE "C",
    business_key TEXT COLLATE "C",
    correlation TEXT COLLATE "C",
    priority BIGINT NOT NULL,
    creator TEXT COLLATE "C",
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
    id BIGINT NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    subject_type TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    target_type TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C",
    PRIMARY KEY (id),
    CONSTRAINT uq_grants_tenant_subject_type_subject_action_target_typ_e1fb UNIQUE (tenant, subject_type, subject, action, target_type, target, role)
);
CREATE INDEX ix_grants_subject_type_subject ON grants (subject_type, subject);
CREATE INDEX ix_grants_target_type_target ON grants (target_type, target);
CREATE TABLE groups (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_groups_name UNIQUE (name),
    CONSTRAINT uq_groups_uid UNIQUE (uid)
);
CREATE TABLE id_blocks (
    name TEXT COLLATE "C" NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE incidents (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    version_id BIGINT,
    execution_id BIGINT,
    task_id BIGINT,
    element TEXT COLLATE "C",
    type TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C",
    phase TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    resolved_at BIGINT,
    PRIMARY KEY (id),
    CONSTRAINT uq_incidents_uid UNIQUE (uid)
);
CREATE INDEX ix_incidents_task ON incidents (task_id);
CREATE INDEX ix_incidents_type ON incidents (type, phase);
CREATE INDEX ix_incidents_version ON incidents (version_id, phase);
CREATE TABLE jobs (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    definition_id BIGINT,
    phase TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C",
    creator TEXT COLLATE "C",
    document TEXT COLLATE "C",
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
    holder TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, slot)
);
CREATE INDEX ix_leases_expires_at ON leases (expires_at);
CREATE TABLE memberships (
    group_name TEXT COLLATE "C" NOT NULL,
    member_type TEXT COLLATE "C" NOT NULL,
    member TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (group_name, member_type, member)
);
CREATE INDEX ix_memberships_member_type_member ON memberships (member_type, member);
CREATE TABLE outbox (
    id BIGINT NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    topic TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_outbox_due_at ON outbox (due_at);
CREATE TABLE principals (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    display_name TEXT COLLATE "C" NOT NULL,
    first_name TEXT COLLATE "C" NOT NULL,
    last_name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    manager TEXT COLLATE "C",
    roles TEXT COLLATE "C" NOT NULL,
    active BOOLEAN NOT NULL,
    password_hash TEXT COLLATE "C",
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
    resource_id BIGINT NOT NULL,
    content BYTEA NOT NULL,
    PRIMARY KEY (resource_id)
);
CREATE TABLE resources (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    deployment_id BIGINT,
    owner_id BIGINT,
    name TEXT COLLATE "C" NOT NULL,
    media_type TEXT COLLATE "C",
    size BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT COLLATE "C",
    PRIMARY KEY (id),
    CONSTRAINT uq_resources_uid UNIQUE (uid)
);
CREATE INDEX ix_resources_deployment_id_name ON resources (deployment_id, name);
CREATE INDEX ix_resources_owner_id_name ON resources (owner_id, name);
CREATE TABLE saved_views (
    id BIGINT NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    definition_id BIGINT NOT NULL,
    owner_id BIGINT,
    title TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_saved_views_definition_id_position ON saved_views (definition_id, position);
CREATE TABLE sequences (
    name TEXT COLLATE "C" NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name)
);
CREATE TABLE submission_documents (
    submission_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (submission_id)
);
CREATE TABLE submissions (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    task_id BIGINT NOT NULL,
    definition_id BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    author_id BIGINT,
    updated_by_id BIGINT,
    parent_id BIGINT,
    origin_id BIGINT,
    cancelled BOOLEAN NOT NULL,
    ground_truth BOOLEAN NOT NULL,
    accepted BOOLEAN,
    action TEXT COLLATE "C",
    model_version TEXT COLLATE "C",
    score FLOAT(53),
    lead_time FLOAT(53),
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
    name TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C",
    number FLOAT(53),
    indexed BOOLEAN NOT NULL,
    PRIMARY KEY (task_id, name)
);
CREATE INDEX ix_task_attributes_number ON task_attributes (name, number, task_id) WHERE "indexed";
CREATE INDEX ix_task_attributes_text ON task_attributes (name, text, task_id) WHERE "indexed";
CREATE TABLE task_candidates (
    task_id BIGINT NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    open BOOLEAN NOT NULL,
    PRIMARY KEY (task_id, role, type, name)
);
CREATE INDEX ix_task_candidates_name ON task_candidates (type, name, open, role, task_id);
CREATE TABLE task_documents (
    task_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (task_id)
);
CREATE TABLE task_progress (
    task_id BIGINT NOT NULL,
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
    review_time FLOAT(53) NOT NULL,
    lead_time FLOAT(53),
    timed BIGINT NOT NULL,
    score FLOAT(53),
    agreement FLOAT(53),
    completed_at BIGINT,
    last_comment_at BIGINT,
    updated_by BIGINT,
    file_upload TEXT COLLATE "C",
    storage_name TEXT COLLATE "C",
    PRIMARY KEY (task_id)
);
CREATE INDEX ix_task_progress_definition_id_task_id ON task_progress (definition_id, task_id);
CREATE TABLE tasks (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    definition_id BIGINT,
    execution_id BIGINT,
    queue TEXT COLLATE "C",
    number BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C",
    suspended BOOLEAN NOT NULL,
    cancel_requested BOOLEAN NOT NULL,
    waiting_for TEXT COLLATE "C",
    native_state TEXT COLLATE "C",
    priority BIGINT NOT NULL,
    assignee TEXT COLLATE "C",
    owner TEXT COLLATE "C",
    creator TEXT COLLATE "C",
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
    id BIGINT NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    execution_id BIGINT,
    task_id BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    document TEXT COLLATE "C",
    PRIMARY KEY (id)
);
CREATE INDEX ix_timers_due_at ON timers (due_at);
CREATE INDEX ix_timers_execution_id ON timers (execution_id);
CREATE TABLE variables (
    execution_id BIGINT NOT NULL,
    scope_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    type TEXT COLLATE "C",
    value TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (execution_id, scope_id, name)
);
CREATE TABLE version_documents (
    version_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (version_id)
);
CREATE TABLE waits (
    id BIGINT NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    execution_id BIGINT NOT NULL,
    element_id BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    target_id BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_waits_execution_id ON waits (execution_id);
CREATE INDEX ix_waits_kind_name ON waits (kind, name);
