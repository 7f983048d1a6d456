DROP TABLE element_instances;
DROP TABLE executions;
DROP TABLE leases;
DROP TABLE timers;
CREATE TABLE element_fragments (
    element_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (element_id)
);
CREATE TABLE element_inputs (
    element_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (element_id)
);
CREATE TABLE element_instances (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    execution_id BIGINT NOT NULL,
    parent_id BIGINT,
    fragment_id BIGINT,
    element TEXT COLLATE "C" NOT NULL,
    suffix TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C",
    native_state TEXT COLLATE "C",
    iteration BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    pending BIGINT NOT NULL,
    previous_id BIGINT,
    retried BOOLEAN NOT NULL,
    child_id BIGINT,
    timed BOOLEAN NOT NULL,
    holder TEXT COLLATE "C",
    polls BIGINT NOT NULL,
    reason TEXT COLLATE "C",
    extra TEXT COLLATE "C",
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
    element_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (element_id)
);
CREATE TABLE execution_documents (
    execution_id BIGINT NOT NULL,
    input TEXT COLLATE "C" NOT NULL,
    output TEXT COLLATE "C",
    PRIMARY KEY (execution_id)
);
CREATE TABLE execution_notes (
    execution_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (execution_id)
);
CREATE TABLE executions (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    definition_id BIGINT,
    version_id BIGINT,
    snapshot_id BIGINT,
    key TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    parent_id BIGINT,
    parent_element_id BIGINT,
    root_id BIGINT,
    phase TEXT COLLATE "C" NOT NULL,
    outcome TEXT COLLATE "C",
    suspended BOOLEAN NOT NULL,
    waiting_for TEXT COLLATE "C",
    native_state TEXT COLLATE "C",
    business_key TEXT COLLATE "C",
    correlation TEXT COLLATE "C",
    idempotency_key TEXT COLLATE "C",
    limit_key TEXT COLLATE "C",
    priority BIGINT NOT NULL,
    creator TEXT COLLATE "C",
    reason TEXT COLLATE "C",
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
CREATE INDEX ix_executions_idempotency ON executions (key, idempotency_key);
CREATE INDEX ix_executions_key ON executions (kind, key, phase, id);
CREATE INDEX ix_executions_limit ON executions (limit_key, phase, id);
CREATE INDEX ix_executions_parent ON executions (parent_id);
CREATE INDEX ix_executions_phase ON executions (kind, phase, id);
CREATE INDEX ix_executions_updated ON executions (updated_at, id);
CREATE TABLE idempotency_keys (
    name TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (name, key)
);
CREATE INDEX ix_incidents_execution ON incidents (execution_id, phase);
CREATE TABLE leases (
    task_id BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    token TEXT COLLATE "C" NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    rank BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    throttle TEXT COLLATE "C",
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, slot)
);
CREATE INDEX ix_leases_expires_at ON leases (expires_at);
CREATE INDEX ix_leases_queue ON leases (queue);
CREATE TABLE messages (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    execution_id BIGINT NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_messages_uid UNIQUE (uid)
);
CREATE INDEX ix_messages_execution_id_id ON messages (execution_id, id);
CREATE TABLE polls (
    queue TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    holder TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (queue, domain, holder)
);
CREATE INDEX ix_polls_queue_domain_at ON polls (queue, domain, at);
CREATE TABLE queue_items (
    task_id BIGINT NOT NULL,
    queue TEXT COLLATE "C" NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    rank BIGINT NOT NULL,
    ready_at BIGINT NOT NULL,
    lease_ms BIGINT NOT NULL,
    throttle TEXT COLLATE "C",
    PRIMARY KEY (task_id)
);
CREATE INDEX ix_queue_items_order ON queue_items (queue, domain, rank, ready_at, task_id);
CREATE TABLE reuses (
    name TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (name, key)
);
CREATE INDEX ix_reuses_expires_at ON reuses (expires_at);
CREATE TABLE schedule_runs (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    execution_uid TEXT COLLATE "C",
    scheduled_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_schedule_runs_uid UNIQUE (uid)
);
CREATE INDEX ix_schedule_runs_key_id ON schedule_runs (key, id);
CREATE INDEX ix_schedule_runs_name_id ON schedule_runs (name, id);
CREATE TABLE schedules (
    id BIGINT NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    paused BOOLEAN NOT NULL,
    paused_reason TEXT COLLATE "C",
    next_at BIGINT,
    starts_at BIGINT,
    ends_at BIGINT,
    creator TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT COLLATE "C",
    document TEXT COLLATE "C" NOT NULL,
    rev BIGINT NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_schedules_name UNIQUE (name),
    CONSTRAINT uq_schedules_uid UNIQUE (uid)
);
CREATE INDEX ix_schedules_key_id ON schedules (key, id);
CREATE TABLE secrets (
    tenant TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    value TEXT COLLATE "C" NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by TEXT COLLATE "C",
    PRIMARY KEY (tenant, kind, name)
);
CREATE TABLE snapshots (
    id BIGINT NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT uq_snapshots_sha256 UNIQUE (sha256)
);
CREATE TABLE task_logs (
    id BIGINT NOT NULL,
    task_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX ix_task_logs_task_id_id ON task_logs (task_id, id);
CREATE TABLE throttles (
    name TEXT COLLATE "C" NOT NULL,
    most BIGINT NOT NULL,
    per_period BIGINT NOT NULL,
    period_ms BIGINT NOT NULL,
    running BIGINT NOT NULL,
    recent TEXT COLLATE "C",
    PRIMARY KEY (name)
);
CREATE TABLE timers (
    id BIGINT NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    execution_id BIGINT,
    task_id BIGINT,
    kind TEXT COLLATE "C" NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    document TEXT COLLATE "C",
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
