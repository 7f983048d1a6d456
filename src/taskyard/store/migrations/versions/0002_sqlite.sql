DROP TABLE element_instances;
DROP TABLE executions;
DROP TABLE leases;
DROP TABLE timers;
CREATE TABLE element_fragments (
    element_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (element_id)
);
CREATE TABLE element_inputs (
    element_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (element_id)
);
CREATE TABLE element_instances (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    execution_id BIGINT NOT NULL,
    parent_id BIGINT,
    fragment_id BIGINT,
    element TEXT NOT NULL,
    suffix TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    phase TEXT NOT NULL,
    outcome TEXT,
    native_state TEXT,
    iteration BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    previous_id BIGINT,
    retried BOOLEAN NOT NULL,
    child_id BIGINT,
    timed BOOLEAN NOT NULL,
    holder TEXT,
    polls BIGINT NOT NULL,
    reason TEXT,
    extra TEXT,
    created_at BIGINT NOT NULL,
    first_at BIGINT NOT NULL,
    started_at BIGINT,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_element_instances_uid UNIQUE (uid),
    CONSTRAINT ck_element_instances_phase CHECK (phase IN ('scheduled', 'ready', 'active', 'waiting', 'closed'))
);
CREATE INDEX ix_element_instances_element ON element_instances (execution_id, element, seq);
CREATE INDEX ix_element_instances_open ON element_instances (execution_id, id) WHERE closed_at IS NULL;
CREATE INDEX ix_element_instances_parent ON element_instances (parent_id, seq);
CREATE INDEX ix_element_instances_seq ON element_instances (execution_id, seq);
CREATE TABLE element_outputs (
    element_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (element_id)
);
CREATE TABLE execution_documents (
    execution_id INTEGER NOT NULL,
    input TEXT NOT NULL,
    output TEXT,
    PRIMARY KEY (execution_id)
);
CREATE TABLE execution_notes (
    execution_id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (execution_id)
);
CREATE TABLE executions (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    definition_id BIGINT,
    version_id BIGINT,
    snapshot_id BIGINT,
    "key" TEXT NOT NULL,
    version BIGINT NOT NULL,
    parent_id BIGINT,
    parent_element_id BIGINT,
    root_id BIGINT,
    phase TEXT NOT NULL,
    outcome TEXT,
    suspended BOOLEAN NOT NULL,
    waiting_for TEXT,
    native_state TEXT,
    business_key TEXT,
    correlation TEXT,
    idempotency_key TEXT,
    limit_key TEXT,
    priority BIGINT NOT NULL,
    creator TEXT,
    reason TEXT,
    steps BIGINT NOT NULL,
    open_steps BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    closed_at BIGINT,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_executions_uid UNIQUE (uid),
    CONSTRAINT ck_executions_phase CHECK (phase IN ('scheduled', 'ready', 'active', 'waiting', 'closed')),
    CONSTRAINT ck_executions_closed_at CHECK ((phase = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX ix_executions_business_key ON executions (business_key, id);
CREATE INDEX ix_executions_correlation ON executions (correlation, id);
CREATE INDEX ix_executions_definition ON executions (definition_id, phase, id);
CREATE INDEX ix_executions_idempotency ON executions ("key", idempotency_key);
CREATE INDEX ix_executions_key ON executions (kind, "key", phase, id);
CREATE INDEX ix_executions_limit ON executions (limit_key, phase, id);
CREATE INDEX ix_executions_parent ON executions (parent_id);
CREATE INDEX ix_executions_phase ON executions (kind, phase, id);
CREATE INDEX ix_executions_updated ON executions (updated_at, id);
CREATE TABLE idempotency_keys (
    name TEXT NOT NULL,
    "key" TEXT NOT NULL,
    PRIMARY KEY (name, "key")
)
 WITHOUT ROWID;
CREATE INDEX ix_incidents_execution ON incidents (execution_id, phase);
CREATE TABLE leases (
    task_id BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    holder TEXT NOT NULL,
    token TEXT NOT NULL,
    queue TEXT NOT NULL,
    domain TEXT NOT NULL,
    rank BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    throttle TEXT,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, slot)
)
 WITHOUT ROWID;
CREATE INDEX ix_leases_expires_at ON leases (expires_at);
CREATE INDEX ix_leases_queue ON leases (queue);
CREATE TABLE messages (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    execution_id BIGINT NOT NULL,
    document TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_messages_uid UNIQUE (uid)
);
CREATE INDEX ix_messages_execution_id_id ON messages (execution_id, id);
CREATE TABLE polls (
    queue TEXT NOT NULL,
    domain TEXT NOT NULL,
    holder TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (queue, domain, holder)
)
 WITHOUT ROWID;
CREATE INDEX ix_polls_queue_domain_at ON polls (queue, domain, at);
CREATE TABLE queue_items (
    task_id INTEGER NOT NULL,
    queue TEXT NOT NULL,
    domain TEXT NOT NULL,
    rank BIGINT NOT NULL,
    ready_at BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    throttle TEXT,
    PRIMARY KEY (task_id)
);
CREATE INDEX ix_queue_items_order ON queue_items (queue, domain, rank, ready_at, task_id);
CREATE TABLE reuses (
    name TEXT NOT NULL,
    "key" TEXT NOT NULL,
    document TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (name, "key")
)
 WITHOUT ROWID;
CREATE INDEX ix_reuses_expires_at ON reuses (expires_at);
CREATE TABLE schedule_runs (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    "key" TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    execution_uid TEXT,
    scheduled_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_schedule_runs_uid UNIQUE (uid)
);
CREATE INDEX ix_schedule_runs_key_id ON schedule_runs ("key", id);
CREATE INDEX ix_schedule_runs_name_id ON schedule_runs (name, id);
CREATE TABLE schedules (
    id INTEGER NOT NULL,
    uid TEXT NOT NULL,
    tenant TEXT NOT NULL,
    name TEXT NOT NULL,
    "key" TEXT NOT NULL,
    paused BOOLEAN NOT NULL,
    paused_reason TEXT,
    next_at BIGINT,
    starts_at BIGINT,
    ends_at BIGINT,
    creator TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT,
    document TEXT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_schedules_name UNIQUE (name),
    CONSTRAINT uq_schedules_uid UNIQUE (uid)
);
CREATE INDEX ix_schedules_key_id ON schedules ("key", id);
CREATE TABLE secrets (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT,
    PRIMARY KEY (tenant, kind, name)
)
 WITHOUT ROWID;
CREATE TABLE snapshots (
    id INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_snapshots_sha256 UNIQUE (sha256)
);
CREATE TABLE task_logs (
    id INTEGER NOT NULL,
    task_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_task_logs_task_id_id ON task_logs (task_id, id);
CREATE TABLE throttles (
    name TEXT NOT NULL,
    most BIGINT NOT NULL,
    per_period BIGINT NOT NULL,
    period_ms BIGINT NOT NULL,
    running BIGINT NOT NULL,
    recent TEXT,
    PRIMARY KEY (name)
)
 WITHOUT ROWID;
CREATE TABLE timers (
    id INTEGER NOT NULL,
    tenant TEXT NOT NULL,
    execution_id BIGINT,
    task_id BIGINT,
    kind TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    document TEXT,
    PRIMARY KEY (id)
);
CREATE INDEX ix_timers_due_at ON timers (due_at);
CREATE INDEX ix_timers_execution_id ON timers (execution_id);
CREATE INDEX ix_timers_task_id_kind ON timers (task_id, kind);
-- downgrade
DROP TABLE element_fragments;
DROP TABLE element_inputs;
DROP TABLE element_instances;
DROP TABLE element_outputs;
DROP TABLE execution_documents;
DROP TABLE execution_notes;
DROP TABLE executions;
DROP TABLE idempotency_keys;
DROP INDEX ix_incidents_execution;
DROP TABLE leases;
DROP TABLE messages;
DROP TABLE polls;
DROP TABLE queue_items;
DROP TABLE reuses;
DROP TABLE schedule_runs;
DROP TABLE schedules;
DROP TABLE secrets;
DROP TABLE snapshots;
DROP TABLE task_logs;
DROP TABLE throttles;
DROP TABLE timers;
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
