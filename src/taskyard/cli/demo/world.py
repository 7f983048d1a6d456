"""What the demo shop consists of."""

from __future__ import annotations

from typing import Any

PASSWORD = "harbour-and-pine"
"""The password of every demo user; the demo is for loopback."""

GROUPS = {
    "sales": "Sales",
    "finance": "Finance",
    "warehouse": "Warehouse",
    "labelling": "Labelling",
}
USERS: list[dict[str, Any]] = [
    {"name": "mia", "display_name": "Mia Lindqvist", "email": "mia@example.com", "groups": ["finance"]},
    {
        "name": "ana",
        "display_name": "Ana Ruiz",
        "email": "ana@example.com",
        "groups": ["finance"],
        "manager": "mia",
    },
    {
        "name": "bob",
        "display_name": "Bob Okafor",
        "email": "bob@example.com",
        "groups": ["sales"],
        "manager": "mia",
    },
    {
        "name": "carl",
        "display_name": "Carl Jensen",
        "email": "carl@example.com",
        "groups": ["warehouse"],
        "manager": "mia",
    },
    {"name": "dora", "display_name": "Dora Novak", "email": "dora@example.com", "groups": ["labelling"]},
]
GRANTS: list[dict[str, str]] = [
    {
        "subject_type": "group",
        "subject": "sales",
        "action": "execute",
        "target_type": "kind",
        "target": "process",
    },
    {
        "subject_type": "group",
        "subject": "sales",
        "action": "create",
        "target_type": "kind",
        "target": "human",
    },
    {
        "subject_type": "group",
        "subject": "sales",
        "action": "execute",
        "target_type": "kind",
        "target": "workflow",
    },
    {"subject_type": "group", "subject": "finance", "action": "read", "target_type": "any", "target": ""},
    {
        "subject_type": "group",
        "subject": "warehouse",
        "action": "execute",
        "target_type": "tag",
        "target": "team:warehouse",
    },
]
TASKDEFS: list[dict[str, Any]] = [
    {
        "name": "reserve_stock",
        "description": "Take the pieces of an order off the shelves' count",
        "ownerEmail": "carl@example.com",
        "retryCount": 3,
        "retryLogic": "EXPONENTIAL_BACKOFF",
        "retryDelaySeconds": 5,
        "timeoutSeconds": 300,
        "responseTimeoutSeconds": 60,
        "inputKeys": ["orderId", "pieces"],
        "outputKeys": ["reservation"],
    },
    {
        "name": "charge_card",
        "description": "Charge the customer's card",
        "ownerEmail": "ana@example.com",
        "retryCount": 0,
        "timeoutSeconds": 120,
        "responseTimeoutSeconds": 30,
        "concurrentExecLimit": 5,
        "inputKeys": ["orderId", "amount"],
        "outputKeys": ["receipt"],
    },
    {
        "name": "refund_card",
        "description": "Give the money back",
        "ownerEmail": "ana@example.com",
        "retryCount": 1,
        "timeoutSeconds": 120,
        "responseTimeoutSeconds": 30,
    },
    {
        "name": "print_label",
        "description": "Print the shipping label",
        "ownerEmail": "carl@example.com",
        "retryCount": 5,
        "retryDelaySeconds": 2,
        "timeoutSeconds": 60,
        "responseTimeoutSeconds": 20,
    },
    {
        "name": "notify_customer",
        "description": "Send mail or a message",
        "ownerEmail": "bob@example.com",
        "rateLimitPerFrequency": 100,
        "rateLimitFrequencyInSeconds": 60,
        "responseTimeoutSeconds": 20,
        "timeoutSeconds": 60,
    },
]
TAGS = {
    "reserve_stock": [("team", "warehouse")],
    "print_label": [("team", "warehouse")],
    "charge_card": [("team", "finance"), ("pci", "yes")],
    "refund_card": [("team", "finance"), ("pci", "yes")],
    "notify_customer": [("team", "sales")],
}
WORKFLOW: dict[str, Any] = {
    "name": "ship_order",
    "description": "Reserve, label and tell the customer",
    "version": 1,
    "schemaVersion": 2,
    "ownerEmail": "carl@example.com",
    "inputParameters": ["orderId", "pieces"],
    "timeoutSeconds": 3600,
    "timeoutPolicy": "ALERT_ONLY",
    "tasks": [
        {
            "name": "reserve_stock",
            "taskReferenceName": "reserve",
            "type": "SIMPLE",
            "inputParameters": {"orderId": "${workflow.input.orderId}", "pieces": "${workflow.input.pieces}"},
        },
        {
            "name": "print_label",
            "taskReferenceName": "label",
            "type": "SIMPLE",
            "inputParameters": {"reservation": "${reserve.output.reservation}"},
        },
        {
            "name": "notify_customer",
            "taskReferenceName": "tell",
            "type": "SIMPLE",
            "inputParameters": {"orderId": "${workflow.input.orderId}"},
        },
    ],
}
HUMAN: list[dict[str, Any]] = [
    {
        "title": "Approve purchase of 400 oak boards",
        "definition": "PurchaseApproval",
        "priority": 2,
        "candidate_groups": ["finance"],
        "owner": "mia",
        "reviewers": ["bob"],
        "category": "Purchasing",
        "identification_key": "PO_145001",
        "payload": {"supplier": "Baltic Timber", "amount": 8900},
    },
    {
        "title": "Approve travel to the Milan fair",
        "definition": "TravelApproval",
        "priority": 3,
        "assignee": "mia",
        "category": "Travel",
        "identification_key": "TR_2207",
        "payload": {"days": 4, "amount": 2150},
    },
    {
        "title": "Check invoice 88-1093 of Nordic Lamps",
        "definition": "InvoiceCheck",
        "priority": 1,
        "assignee": "ana",
        "category": "Invoices",
        "identification_key": "INV_881093",
        "payload": {"amount": 1243.5},
    },
    {
        "title": "Write to the customer of order 4471",
        "definition": "CustomerCare",
        "priority": 1,
        "candidate_groups": ["sales"],
        "category": "Complaints",
        "identification_key": "ORD_4471",
    },
    {
        "title": "Count the chairs in hall 2",
        "definition": "StockCount",
        "priority": 4,
        "candidate_users": ["carl"],
        "candidate_groups": ["warehouse"],
        "category": "Stock",
    },
    {
        "title": "Approve price list for spring",
        "definition": "PurchaseApproval",
        "priority": 3,
        "candidate_groups": ["finance", "sales"],
        "owner": "mia",
        "category": "Pricing",
        "identification_key": "PL_2027",
    },
]
LABEL_CONFIG = (
    '<View><Text name="text" value="$text"/>'
    '<Choices name="mood" toName="text" choice="single" showInLine="true">'
    '<Choice value="Happy"/><Choice value="Neutral"/><Choice value="Angry"/></Choices>'
    '<Labels name="part" toName="text"><Label value="Product"/><Label value="Delivery"/><Label value="Money"/></Labels>'
    "</View>"
)
PROJECT: dict[str, Any] = {
    "title": "Customer voices",
    "description": "What customers write, and how they feel about it",
    "label_config": LABEL_CONFIG,
    "expert_instruction": "<p>Choose the mood first, then mark what it is about.</p>",
    "show_instruction": True,
}
MOODS = ("Happy", "Angry", "Happy", "Neutral", "Angry")
