"""The shop's workflows, and what starts them by itself."""

from __future__ import annotations

from typing import Any

TASKDEFS: list[dict[str, Any]] = [
    {
        "name": "count_shelf",
        "description": "Count the pieces on one shelf",
        "ownerEmail": "carl@example.com",
        "retryCount": 1,
        "timeoutSeconds": 0,
        "responseTimeoutSeconds": 86_400,
        "inputKeys": ["shelf"],
        "outputKeys": ["pieces"],
    },
    {
        "name": "return_money",
        "description": "Ask the bank to send the money back",
        "ownerEmail": "ana@example.com",
        "retryCount": 2,
        "retryLogic": "FIXED",
        "retryDelaySeconds": 0,
        "timeoutSeconds": 120,
        "responseTimeoutSeconds": 30,
        "inputKeys": ["orderId", "amount"],
    },
]


def _task(kind: str, reference: str, name: str | None = None, **members: Any) -> dict[str, Any]:
    return {"name": name or reference, "taskReferenceName": reference, "type": kind, **members}


def _given(**paths: str) -> dict[str, str]:
    return {member: f"${{{path}}}" for member, path in paths.items()}


FULFIL: dict[str, Any] = {
    "name": "fulfil_order",
    "description": "Add up the order, charge and ship it at the same time, and say that it is paid",
    "inputParameters": ["orderId", "lines"],
    "outputParameters": {"total": "${total.output.result}", "receipt": "${charge.output.receipt}"},
    "failureWorkflow": "apologise",
    "tasks": [
        _task(
            "JSON_JQ_TRANSFORM",
            "total",
            inputParameters={
                "lines": "${workflow.input.lines}",
                "queryExpression": "[.lines[] | .pieces * .price] | add",
            },
        ),
        _task(
            "FORK_JOIN",
            "both",
            forkTasks=[
                [
                    _task(
                        "SIMPLE",
                        "charge",
                        "charge_card",
                        inputParameters=_given(
                            orderId="workflow.input.orderId", amount="total.output.result"
                        ),
                    )
                ],
                [
                    _task(
                        "SUB_WORKFLOW",
                        "ship",
                        "ship_order",
                        subWorkflowParam={"name": "ship_order", "version": 1},
                        inputParameters=_given(
                            orderId="workflow.input.orderId", pieces="workflow.input.lines[0].pieces"
                        ),
                    )
                ],
            ],
        ),
        _task("JOIN", "charged_and_shipped", joinOn=["charge", "ship"]),
        _task(
            "EVENT",
            "paid",
            sink="conductor:paid",
            inputParameters=_given(orderId="workflow.input.orderId", total="total.output.result"),
        ),
    ],
}
APPROVE: dict[str, Any] = {
    "name": "approve_purchase",
    "description": "Small purchases pass; for others somebody in finance decides",
    "inputParameters": ["what", "amount"],
    "tasks": [
        _task(
            "INLINE",
            "large",
            inputParameters={
                "evaluatorType": "javascript",
                "expression": "$.amount > 1000 ? 'ask' : 'pass'",
                "amount": "${workflow.input.amount}",
            },
        ),
        _task(
            "SWITCH",
            "whether_to_ask",
            evaluatorType="value-param",
            expression="large",
            inputParameters=_given(large="large.output.result"),
            decisionCases={
                "ask": [
                    _task(
                        "HUMAN",
                        "decide",
                        inputParameters={
                            "what": "${workflow.input.what}",
                            "amount": "${workflow.input.amount}",
                            "__humanTaskDefinition": {
                                "displayName": "Approve the purchase of ${workflow.input.what}",
                                "assignmentCompletionStrategy": "LEAVE_OPEN",
                                "assignments": [
                                    {"assignee": {"userType": "CONDUCTOR_GROUP", "user": "finance"}}
                                ],
                            },
                        },
                    )
                ]
            },
        ),
        _task(
            "SIMPLE",
            "tell",
            "notify_customer",
            inputParameters={
                "from": "${workflow.env.SHOP_NAME}",
                "what": "${workflow.input.what}",
                "decision": "${decide.output}",
            },
        ),
    ],
}
REMIND: dict[str, Any] = {
    "name": "ask_for_opinion",
    "description": "Three days after the payment, ask the customer how it went",
    "inputParameters": ["orderId"],
    "tasks": [
        _task("WAIT", "three_days", inputParameters={"duration": "3 days"}),
        _task(
            "SIMPLE",
            "ask",
            "notify_customer",
            inputParameters={"orderId": "${workflow.input.orderId}", "from": "${workflow.env.SHOP_NAME}"},
        ),
    ],
}
COUNT: dict[str, Any] = {
    "name": "count_stock",
    "description": "Count every shelf, as many at once as there are, and say what runs low",
    "inputParameters": ["shelves"],
    "tasks": [
        _task(
            "FORK_JOIN_DYNAMIC",
            "shelves",
            inputParameters={
                "forkTaskName": "count_shelf",
                "forkTaskInputs": "${workflow.input.shelves}",
            },
        ),
        _task("JOIN", "counted"),
        _task("EVENT", "low", sink="conductor:low", inputParameters=_given(counts="counted.output")),
    ],
}
REFUND: dict[str, Any] = {
    "name": "refund_order",
    "description": "Send the money back; when the bank does not want to, apologise",
    "inputParameters": ["orderId", "amount"],
    "failureWorkflow": "apologise",
    "tasks": [
        _task(
            "SIMPLE",
            "refund",
            "return_money",
            inputParameters=_given(orderId="workflow.input.orderId", amount="workflow.input.amount"),
        ),
    ],
}
APOLOGISE: dict[str, Any] = {
    "name": "apologise",
    "description": "What is started when an order or a refund fails",
    "tasks": [
        _task(
            "SET_VARIABLE",
            "note",
            inputParameters=_given(failed="workflow.input.workflowId", why="workflow.input.reason"),
        ),
        _task(
            "SIMPLE",
            "write",
            "notify_customer",
            inputParameters={"why": "${workflow.variables.why}", "from": "${workflow.env.SHOP_NAME}"},
        ),
    ],
}
WORKFLOWS: list[dict[str, Any]] = [
    {"version": 1, "schemaVersion": 2, "ownerEmail": "carl@example.com", "timeoutSeconds": 0, **document}
    for document in (FULFIL, APPROVE, REMIND, COUNT, REFUND, APOLOGISE)
]
HANDLERS: list[dict[str, Any]] = [
    {
        "name": "opinion_after_payment",
        "description": "Who has paid is asked for an opinion later",
        "event": "conductor:fulfil_order:paid",
        "active": True,
        "actions": [
            {
                "action": "start_workflow",
                "start_workflow": {
                    "name": "ask_for_opinion",
                    "correlationId": "${orderId}",
                    "input": {"orderId": "${orderId}"},
                },
            }
        ],
    },
    {
        "name": "order_what_is_low",
        "description": "Starts a workflow that nobody has registered: after some attempts it is an incident",
        "event": "conductor:count_stock:low",
        "active": True,
        "actions": [
            {
                "action": "start_workflow",
                "start_workflow": {"name": "order_more", "input": {"counts": "${counts}"}},
            }
        ],
    },
]
SCHEDULE: dict[str, Any] = {
    "name": "stock_on_first_of_month",
    "description": "Count the stock on the first of each month at six",
    "cronExpression": "0 0 6 1 * *",
    "zoneId": "Europe/Berlin",
    "startWorkflowRequest": {
        "name": "count_stock",
        "version": 1,
        "input": {"shelves": [{"shelf": "A1"}, {"shelf": "A2"}, {"shelf": "B1"}]},
    },
}
ENVIRONMENT = {"SHOP_NAME": "Harbour & Pine"}
