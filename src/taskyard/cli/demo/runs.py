"""Runs the shop's workflows for a moment, as its people and workers would: some end, some fail, most still wait."""

from __future__ import annotations

from typing import Any

from taskyard.cli.demo import workflows, world

LINES = {
    "lamp": [{"article": "Lamp Fjord", "pieces": 2, "price": 89}],
    "table": [
        {"article": "Table Skerry", "pieces": 1, "price": 640},
        {"article": "Chair Skerry", "pieces": 4, "price": 120},
    ],
    "shelf": [{"article": "Shelf Ness", "pieces": 3, "price": 75}],
}


class Shop:
    """The calls that a workflow's people and workers make. Raises httpx.HTTPStatusError when one is refused."""

    def __init__(self, client: Any, token: str) -> None:
        self._client = client
        self._tokens = {"admin": token}

    async def signed_in(self, name: str) -> None:
        """Let a demo user be the caller of `start` and `decide`."""
        body = {"username": name, "password": world.PASSWORD}
        self._tokens[name] = (await self.call("POST", "/v1/session", json=body)).json()["token"]

    async def call(self, method: str, path: str, caller: str = "admin", **content: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[caller]}"}
        answer = await self._client.request(method, path, headers=headers, **content)
        answer.raise_for_status()
        return answer

    async def start(self, name: str, caller: str = "admin", correlation: str = "", **given: Any) -> str:
        """Start a workflow; the id of its execution."""
        body = {"name": name, "correlationId": correlation or None, "input": given}
        return (await self.call("POST", "/api/workflow", caller, json=body)).text

    async def work(self, task_type: str, worker: str, failure: str | None = None, **output: Any) -> None:
        """Take the oldest task of a type and end it, well unless there is a `failure`; a failure that starts with `!`
        is for good. With nothing to take, nothing happens."""
        query = {"workerid": worker, "count": 1, "timeout": 1000}
        taken = (await self.call("GET", f"/api/tasks/poll/batch/{task_type}", params=query)).json()
        for task in taken:
            result = {
                "workflowInstanceId": task["workflowInstanceId"],
                "taskId": task["taskId"],
                "workerId": worker,
                "status": "COMPLETED",
                "outputData": output,
            }
            if failure is not None:
                final = failure.startswith("!")
                result["status"] = "FAILED_WITH_TERMINAL_ERROR" if final else "FAILED"
                result["reasonForIncompletion"] = failure.lstrip("!")
            await self.call("POST", "/api/tasks", json=result)

    async def take(self, task_type: str, worker: str) -> None:
        """Take the oldest task of a type and keep it."""
        query = {"workerid": worker, "count": 1, "timeout": 1000}
        await self.call("GET", f"/api/tasks/poll/batch/{task_type}", params=query)

    async def decide(self, execution: str, caller: str, outcome: str, **payload: Any) -> None:
        """Complete the first task for people that an execution waits for."""
        waits = (await self.call("GET", f"/v1/executions/{execution}")).json()["waits"]
        task = next(wait["uid"] for wait in waits if wait["kind"] == "human")
        body = {"outcome": outcome, "payload": payload}
        await self.call("POST", f"/v1/tasks/{task}/complete", caller, json=body)


async def register(client: Any, token: str) -> None:
    """Definitions, and what starts them by itself."""
    shop = Shop(client, token)
    for name, value in workflows.ENVIRONMENT.items():
        await shop.call("PUT", f"/api/environment/{name}", content=value)
    await shop.call("POST", "/api/metadata/taskdefs", json=workflows.TASKDEFS)
    await shop.call("PUT", "/api/metadata/workflow", json=workflows.WORKFLOWS)
    for handler in workflows.HANDLERS:
        await shop.call("POST", "/api/event", json=handler)
    await shop.call("POST", "/api/scheduler/schedules", json=workflows.SCHEDULE)


async def run(client: Any, token: str) -> None:
    """What has happened in the shop so far. What ends comes first, so that each worker finds its own task."""
    shop = Shop(client, token)
    await shop.signed_in("bob")
    await shop.signed_in("mia")
    await _ended(shop)
    await _failed(shop)
    await _open(shop)


async def _ended(shop: Shop) -> None:
    for order, article in (("4466", "lamp"), ("4467", "shelf")):
        await shop.start("fulfil_order", "bob", order, orderId=order, lines=LINES[article])
        await shop.work("charge_card", "till-1", receipt=f"R-{order}")
        await shop.work("reserve_stock", "hall-2", reservation=f"S-{order}")
        await shop.work("print_label", "printer-1", label=f"L-{order}")
        await shop.work("notify_customer", "mailer-1", sent=True)
    await shop.start("count_stock", correlation="hall 1", shelves=[{"shelf": "D1"}, {"shelf": "D2"}])
    for pieces in (3, 0):
        await shop.work("count_shelf", "carl's tablet", pieces=pieces)
    decided = await shop.start("approve_purchase", "bob", "PO_145002", what="two glue presses", amount=3400)
    await shop.decide(decided, "mia", "APPROVE", approved=True, remark="Before the season, please.")
    await shop.work("notify_customer", "mailer-1", sent=True)


async def _failed(shop: Shop) -> None:
    await shop.start("fulfil_order", "bob", "4468", orderId="4468", lines=LINES["table"])
    await shop.work("charge_card", "till-1", "!The bank declined the card.")
    await shop.start("refund_order", "bob", "4402", orderId="4402", amount=89)
    for _ in range(3):
        await shop.work("return_money", "till-2", "The bank does not answer.")
    called_off = await shop.start("fulfil_order", "bob", "4469", orderId="4469", lines=LINES["shelf"])
    reason = "The customer called it off."
    await shop.call("DELETE", f"/api/workflow/{called_off}", params={"reason": reason})


async def _open(shop: Shop) -> None:
    await shop.start("approve_purchase", "bob", "PO_145003", what="a delivery van", amount=27500)
    await shop.start("approve_purchase", "bob", "PO_145004", what="varnish for the spring", amount=1850)
    shelves = [{"shelf": shelf} for shelf in ("A1", "A2", "B1", "B2", "C1")]
    await shop.start("count_stock", correlation="hall 2", shelves=shelves)
    for pieces in (38, 12):
        await shop.work("count_shelf", "carl's tablet", pieces=pieces)
    await shop.take("count_shelf", "carl's tablet")
    await shop.start("fulfil_order", "bob", "4470", orderId="4470", lines=LINES["table"])
    await shop.work("reserve_stock", "hall-2", reservation="S-4470")
    paused = await shop.start("fulfil_order", "bob", "4471", orderId="4471", lines=LINES["lamp"])
    await shop.call("PUT", f"/api/workflow/{paused}/pause")
