/** What the native API answers; see /openapi/native.json. */

export interface Command {
  title: string;
  command: string;
}

export interface DialectInfo {
  name: string;
  title: string;
  mounts: string[];
  enabled: boolean;
  served: number;
  partial: number;
  refused: number;
  connect: { summary: string; commands: Command[] };
}

export interface ServerInfo {
  name: string;
  version: string;
  dialects: DialectInfo[];
}

export interface Person {
  name: string;
  display_name?: string | null;
  admin?: boolean;
  groups?: string[];
  roles?: string[];
}

export interface DefinitionRow {
  id: number | string;
  uid: string;
  kind: string;
  key: string;
  name: string | null;
  description: string | null;
  version: number | string | null;
  tags: (string | Tag)[];
  suspended: boolean;
  owner: string | null;
  created_at: string | null;
  updated_at: string | null;
}

export interface Tag {
  key: string;
  value: string;
}

export interface TaskRow {
  id: number | string;
  uid: string;
  kind: string;
  title: string | null;
  phase: string;
  outcome: string | null;
  state: string | null;
  definition: string | Reference | null;
  assignee: string | null;
  priority: number | null;
  created_at: string | null;
  due_at: string | null;
  tags: (string | Tag)[];
}

/** A task with what it carries. `execution_id` is the execution that waits for it. */
export interface TaskDetailRow extends TaskRow {
  attributes?: Record<string, string | number | null>;
  execution_id: number | null;
  payload: unknown;
  result: unknown;
}

export interface DefinitionOf {
  kind: string;
  key: string;
  version: number;
  id: number | null;
}

export interface ExecutionRow {
  id: number;
  uid: string;
  kind: string;
  definition: DefinitionOf;
  phase: string;
  outcome: string | null;
  state: string;
  reason: string | null;
  correlation: string | null;
  creator: string | null;
  steps: number;
  open_steps: number;
  created_at: string;
  updated_at: string;
  closed_at: string | null;
}

/** One thing that an execution waits for; members that do not apply are absent. */
export interface WaitRow {
  kind: string;
  element?: string;
  uid?: string;
  name?: string;
  phase?: string;
  queue?: string;
  assignee?: string;
  holder?: string;
  message?: string;
  since?: string;
  due_at?: string;
}

export interface RecordRow {
  id: number;
  uid: string;
  seq: number;
  element: string;
  type: string;
  name: string;
  status: string;
  phase: string;
  outcome: string | null;
  attempt: number;
  retried: boolean;
  reason: string | null;
  worker: string | null;
  child: string | null;
  created_at: string;
  started_at: string | null;
  closed_at: string | null;
  input: unknown;
  output: unknown;
}

export interface EventRow {
  id: number;
  at: string;
  type: string;
  actor: string | null;
  data: Record<string, unknown> | null;
}

export interface IncidentRow {
  id: number;
  uid: string;
  type: string;
  message: string | null;
  element: string | null;
  state: string;
  execution: string | null;
  definition: DefinitionOf | null;
  created_at: string;
  resolved_at: string | null;
}

export interface ExecutionDetail extends ExecutionRow {
  input: unknown;
  output: unknown;
  variables: Record<string, unknown>;
  parent: string | null;
  waits: WaitRow[];
  incidents: IncidentRow[];
  records: { items: RecordRow[]; next: string | null; total: number };
  timeline: { items: EventRow[]; next: string | null };
}

export interface Reference {
  key: string;
  name?: string | null;
  kind?: string;
}

export interface Page<Row> {
  items: Row[];
  next: string | null;
  total: number | null;
}

/** An RFC 9457 body. */
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  hint?: string;
  instance?: string;
  errors?: { pointer?: string; code?: string; detail?: string }[];
}
