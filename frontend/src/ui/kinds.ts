/** The kinds of task and definition, in the words the page uses. */

export const taskKinds = [
  { value: "worker", label: "Worker" },
  { value: "human", label: "Human" },
  { value: "label", label: "Labelling" },
  { value: "node", label: "Node" },
  { value: "agent", label: "Agent" },
  { value: "system", label: "System" },
];

export const definitionKinds = [
  { value: "process", label: "Process" },
  { value: "workflow", label: "Workflow" },
  { value: "worker", label: "Worker task" },
  { value: "human", label: "Human task" },
  { value: "project", label: "Labelling project" },
  { value: "node", label: "Node task" },
  { value: "agent", label: "Agent skill" },
  { value: "schema", label: "Schema" },
  { value: "event_handler", label: "Event handler" },
  { value: "webhook", label: "Webhook" },
];

export const executionKinds = [
  { value: "workflow", label: "Workflow" },
  { value: "process", label: "Process" },
];

export const incidentKinds = [
  { value: "timer_failed", label: "Timer failed" },
  { value: "lease_failed", label: "Lease failed" },
  { value: "lease_expired", label: "Lease expired" },
  { value: "execution_stuck", label: "Execution stuck" },
];

const hues: Record<string, string> = {
  worker: "blue",
  workflow: "blue",
  process: "rust",
  human: "red",
  label: "violet",
  project: "violet",
  node: "amber",
  agent: "teal",
};

export const hueOf = (kind: string): string => hues[kind] ?? "grey";
