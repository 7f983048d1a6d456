"""Types of tasks that need systems which are not here: they fail, and say so."""

from __future__ import annotations

from typing import Any

from taskyard.engine.flow.behavior import Behavior, behaves
from taskyard.engine.flow.run import Run
from taskyard.model.execution import ElementInstance
from taskyard.model.flow import WorkflowTask

TYPES = (
    "KAFKA_PUBLISH",
    "BUSINESS_RULE",
    "JDBC",
    "GRPC",
    "UPDATE_SECRET",
    "GET_SIGNED_JWT",
    "QUERY_PROCESSOR",
    "OPS_GENIE",
    "SENDGRID",
    "LLM_TEXT_COMPLETE",
    "LLM_CHAT_COMPLETE",
    "LLM_GENERATE_EMBEDDINGS",
    "LLM_GET_EMBEDDINGS",
    "LLM_STORE_EMBEDDINGS",
    "LLM_SEARCH_INDEX",
    "LLM_SEARCH_EMBEDDINGS",
    "LLM_INDEX_DOCUMENT",
    "LLM_INDEX_TEXT",
    "GET_DOCUMENT",
    "GENERATE_IMAGE",
    "GENERATE_AUDIO",
    "GENERATE_VIDEO",
    "GENERATE_PDF",
    "CALL_MCP_TOOL",
    "LIST_MCP_TOOLS",
    "AGENT",
)


@behaves(*TYPES)
class Refused(Behavior):
    """Not tried again."""

    def enter(self, run: Run, record: ElementInstance, node: WorkflowTask, input: dict[str, Any]) -> None:
        reason = f"Tasks of type {record.kind} are not served here."
        run.finish(record, "FAILED_WITH_TERMINAL_ERROR", {}, reason)
