"""Whether the scripts of a workflow definition can be read, asked before the definition is kept."""

from __future__ import annotations

from taskyard.app.application import Application
from taskyard.engine.expressions.script import syntax_question
from taskyard.model.flow import WorkflowDef
from taskyard.notations.flowjson.script_rule import scripts_of
from taskyard.notations.flowjson.violation import Violation


async def script_violations(app: Application, workflow: WorkflowDef) -> list[Violation]:
    """A violation for each script that cannot be read. None of them is run. Raises `Rejected` (unavailable)."""
    asked = [(script, syntax_question(script.source)) for script in scripts_of(workflow)]
    if not asked or app.scripts is None:
        return []
    answers = await app.scripts.evaluate([question for _, question in asked])
    return [
        script.violation(error)
        for script, question in asked
        if (error := answers[question].error) is not None
    ]
