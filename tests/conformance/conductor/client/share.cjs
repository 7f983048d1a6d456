// A worker in JavaScript until it is told to end. Arguments: the address, the admin's token, the name of its tasks.
// Prints a line when it is about to poll.
"use strict";

const conductor = require("@io-orkes/conductor-javascript");

const [serverUrl, keySecret, taskDefName] = process.argv.slice(2);
const logger = { debug() {}, info() {}, warn() {}, error: console.error };

async function execute(task) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const number = task.inputData.number;
  return { status: "COMPLETED", outputData: { language: "javascript", square: number * number } };
}

async function main() {
  const clients = await conductor.OrkesClients.from({ serverUrl, keyId: "admin", keySecret, logger });
  const options = { pollInterval: 10, concurrency: 2, workerID: "script" };
  new conductor.TaskManager(clients.getClient(), [{ taskDefName, execute }], { logger, options }).startPolling();
  console.log("polling");
}

main();
