// Drives the JavaScript client through definitions, executions, tasks and workers; prints what it saw as JSON.
// Arguments: the address, the admin's token, a word for names.
"use strict";

const conductor = require("@io-orkes/conductor-javascript");

const [url, token, word] = process.argv.slice(2);
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function statusOf(call) {
  try {
    await call();
    return null;
  } catch (refusal) {
    return refusal.status ?? refusal.response?.status ?? refusal.body?.status ?? refusal.message;
  }
}

async function definitions(metadata) {
  const name = `${word}_def`;
  await metadata.registerTask({ name, description: "first", retryCount: 1 });
  const seen = { task: [(await metadata.getTask(name)).description, (await metadata.getTask(name)).responseTimeoutSeconds] };
  await metadata.updateTask({ name, description: "second" });
  seen.changed = (await metadata.getTask(name)).description;
  seen.listed = (await metadata.getAllTaskDefs()).some((each) => each.name === name);
  await metadata.addTaskTag({ key: "team", value: "blue" }, name);
  await metadata.addTaskTag({ key: "team", value: "red" }, name);
  await metadata.deleteTaskTag({ key: "team", value: "blue" }, name);
  seen.tags = (await metadata.getTaskTags(name)).map((each) => [each.key, each.value]);
  await metadata.unregisterTask(name);
  seen.gone = await statusOf(() => metadata.getTask(name));
  const flow = conductor.workflow(name, [conductor.simpleTask("one", name, {})]);
  await metadata.registerWorkflowDef({ ...flow, version: 1 });
  await metadata.registerWorkflowDef({ ...flow, version: 2, description: "newer" }, true);
  seen.latest = (await metadata.getWorkflowDef(name)).version;
  seen.first = (await metadata.getWorkflowDef(name, 1)).tasks[0].taskReferenceName;
  seen.versions = (await metadata.getAllWorkflowDefs()).filter((each) => each.name === name).length;
  await metadata.unregisterWorkflow(name, 2);
  seen.left = (await metadata.getWorkflowDef(name)).version;
  return seen;
}

async function executions(executor) {
  const name = `${word}_flow`;
  const wait = (reference) => ({ name: reference, taskReferenceName: reference, type: "WAIT", inputParameters: {} });
  await executor.registerWorkflow(true, {
    ...conductor.workflow(name, [wait("first"), wait("second")]),
    version: 1,
    outputParameters: { said: "${second.output.taskOutput.said}" },
  });
  const id = await executor.startWorkflow({ name, version: 1, input: { n: 1 }, correlationId: `${word}-c` });
  const seen = { id: /^[0-9a-f-]{36}$/.test(id), status: (await executor.getWorkflowStatus(id, true, true)).status };
  await executor.pause(id);
  seen.paused = (await executor.getWorkflow(id, false)).status;
  await executor.resume(id);
  const first = (await executor.getWorkflow(id, true)).tasks[0];
  seen.byName = (await executor.updateTaskByRefName("first", id, "COMPLETED", { a: 1 })) === first.taskId;
  await executor.updateVariables(id, { v: 7 });
  seen.variables = (await executor.getExecution(id)).variables;
  const after = await executor.updateTaskSync("second", id, "COMPLETED", { said: "done" });
  seen.done = [after.status, after.output];
  const found = await executor.search(0, 5, `workflowType=${name} AND status=COMPLETED`, "*");
  seen.search = [found.totalHits, found.results[0].workflowId === id];
  const blocked = await executor.executeWorkflow(
    { name, version: 1, input: {} }, name, 1, `${word}-r`, "", 5,
    conductor.Consistency.DURABLE, conductor.ReturnStrategy.BLOCKING_TASK,
  );
  seen.blocked = [blocked.responseType, blocked.referenceTaskName];
  const again = blocked.targetWorkflowId;
  const next = await executor.signal(again, "COMPLETED", {}, conductor.ReturnStrategy.BLOCKING_TASK);
  seen.next = next.referenceTaskName;
  await executor.signalAsync(again, "FAILED", {});
  seen.failed = (await executor.getWorkflow(again, false)).status;
  await executor.retry(again, false);
  seen.retried = (await executor.getWorkflow(again, false)).status;
  await executor.terminate(again, "enough");
  await executor.restart(again, false);
  seen.restarted = (await executor.getWorkflow(again, true)).tasks.length;
  const batch = await executor.getByCorrelationIds(
    { correlationIds: [`${word}-c`], workflowNames: [name] }, true, false,
  );
  seen.correlated = batch[`${word}-c`].length;
  await executor.terminate(again, "enough");
  await executor.deleteWorkflow(again);
  seen.deleted = await statusOf(() => executor.getWorkflow(again, false, 0));
  return seen;
}

async function byHand(executor, tasks) {
  const name = `${word}_hand`;
  await executor.registerWorkflow(true, { ...conductor.workflow(name, [conductor.simpleTask("one", name, {})]), version: 1 });
  const id = await executor.startWorkflow({ name, version: 1, input: {} });
  const task = (await executor.getWorkflow(id, true)).tasks[0];
  await tasks.addTaskLog(task.taskId, 'said "hello"');
  const seen = {
    size: await tasks.getQueueSizeForTask([name]),
    log: (await tasks.getTaskLogs(task.taskId)).map((each) => each.log),
    search: (await tasks.search(0, 5, undefined, "*", `taskType=${name}`)).results.map((each) => each.taskId === task.taskId),
  };
  await executor.updateTask(task.taskId, id, "COMPLETED", { x: 1 });
  seen.got = [(await tasks.getTask(task.taskId)).status, (await executor.getWorkflow(id, false)).status];
  return seen;
}

async function working(clients, executor, metadata) {
  const names = { plain: `${word}_plain`, flaky: `${word}_flaky`, hopeless: `${word}_hopeless`, patient: `${word}_patient`, slow: `${word}_slow` };
  for (const name of Object.values(names)) {
    await metadata.registerTask({ name, retryCount: 1, retryDelaySeconds: 0, timeoutSeconds: 0, responseTimeoutSeconds: name === names.slow ? 5 : 60 });
    await executor.registerWorkflow(true, { ...conductor.workflow(name, [conductor.simpleTask("one", name, { n: "${workflow.input.n}" })]), version: 1 });
  }
  const completed = (outputData) => ({ status: "COMPLETED", outputData });
  const workers = [
    { taskDefName: names.plain, concurrency: 5, execute: async (task) => completed({ doubled: task.inputData.n * 2 }) },
    { taskDefName: names.flaky, execute: async (task) => (task.retryCount ? completed({ attempt: task.retryCount }) : { status: "FAILED", reasonForIncompletion: "once" }) },
    { taskDefName: names.hopeless, execute: async () => { throw new conductor.NonRetryableException("never will"); } },
    { taskDefName: names.patient, execute: async (task) => (task.pollCount < 2 ? { status: "IN_PROGRESS", callbackAfterSeconds: 1 } : completed({ polls: task.pollCount })) },
    { taskDefName: names.slow, leaseExtendEnabled: true, execute: async () => { await pause(7000); return completed({ still: "here" }); } },
  ];
  const manager = new conductor.TaskManager(clients.getClient(), workers, { logger: quiet, options: { pollInterval: 20, concurrency: 2, workerID: "node" } });
  manager.startPolling();
  const started = {};
  for (const [kind, name] of Object.entries(names)) started[kind] = await executor.startWorkflow({ name, version: 1, input: { n: 21 } });
  const many = await Promise.all([...Array(50).keys()].map((n) => executor.startWorkflow({ name: names.plain, version: 1, input: { n } })));
  const open = new Set([...Object.values(started), ...many]);
  for (const end = Date.now() + 40000; open.size && Date.now() < end; await pause(100))
    for (const id of open) if ((await executor.getWorkflowStatus(id, false, false)).status !== "RUNNING") open.delete(id);
  await manager.stopPolling();
  const seen = { open: open.size };
  for (const [kind, id] of Object.entries(started)) {
    const found = await executor.getWorkflow(id, true);
    seen[kind] = [found.status, found.tasks.map((each) => each.status), found.tasks.at(-1).outputData];
  }
  const outputs = await Promise.all(many.map(async (id) => (await executor.getWorkflow(id, true)).tasks[0].outputData.doubled));
  seen.many = outputs.every((value, n) => value === 2 * n);
  seen.worker = (await executor.getWorkflow(started.plain, true)).tasks[0].workerId;
  return seen;
}

async function main() {
  const clients = await conductor.OrkesClients.from({ serverUrl: url, keyId: "admin", keySecret: token, logger: quiet });
  const [executor, metadata, tasks] = [clients.getWorkflowClient(), clients.getMetadataClient(), clients.getTaskClient()];
  const seen = {
    definitions: await definitions(metadata),
    executions: await executions(executor),
    byHand: await byHand(executor, tasks),
    working: await working(clients, executor, metadata),
  };
  console.log(JSON.stringify(seen));
  process.exit(0); // the client keeps a timer that renews its token
}

main().catch((fault) => {
  console.error(fault);
  process.exit(1);
});
