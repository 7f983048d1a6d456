"""BPMN documents and deployments for the tests of this dialect."""

from __future__ import annotations

import uuid
from typing import Any

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="{category}">\n'
)
DEFINITION = "/engine-rest/process-definition"
DEPLOYMENT = "/engine-rest/deployment"


def process(
    key: str,
    *,
    name: str | None = None,
    category: str = "http://example.org/tests",
    documentation: str = "",
    body: str = '<startEvent id="start"/>',
    **attributes: str,
) -> bytes:
    """A document with one executable process; `attributes` are vendor attributes of it."""
    extra = "".join(f' camunda:{word}="{value}"' for word, value in attributes.items())
    named = f' name="{name}"' if name is not None else ""
    told = f"<documentation>{documentation}</documentation>" if documentation else ""
    text = f'<process id="{key}"{named} isExecutable="true"{extra}>\n{told}{body}\n</process></definitions>'
    return (HEAD.format(category=category) + text).encode()


def fresh(stem: str = "p") -> str:
    """A word that no other test uses."""
    return f"{stem}{uuid.uuid4().hex[:12]}"


def deploy(client: Any, files: dict[str, bytes], *, prefix: str = "/engine-rest", **fields: str) -> Any:
    """The response of a deployment; an underscore in a field's name stands for its dash."""
    parts: list[tuple[str, Any]] = [(name, (name, content)) for name, content in files.items()]
    parts += [(name.replace("_", "-"), (None, value)) for name, value in fields.items()]
    return client.post(f"{prefix}/deployment/create", files=parts)


def deployed(client: Any, files: dict[str, bytes], **fields: str) -> dict[str, Any]:
    """A deployment that must succeed."""
    answer = deploy(client, files, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(client: Any, **params: Any) -> list[dict[str, Any]]:
    """The items of a list of definitions that must succeed."""
    answer = client.get(DEFINITION, params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def counted(client: Any, **params: Any) -> int:
    """The count of definitions for the same parameters."""
    answer = client.get(f"{DEFINITION}/count", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["count"]


def failure(answer: Any, status: int, kind: str, message: str) -> None:
    """The answer is exactly this error."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert (body["type"], body["message"]) == (kind, message)
    assert "code" in body
