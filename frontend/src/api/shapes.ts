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
