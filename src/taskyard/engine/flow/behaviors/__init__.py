"""One module per type of task: what happens when the flow reaches it and when what it holds is done."""

from taskyard.engine.flow.behaviors import (
    do_while,
    dynamic,
    exclusive_join,
    fork,
    fork_dynamic,
    inline,
    join,
    jq,
    noop,
    set_variable,
    simple,
    sub_workflow,
    switch,
    terminate,
    wait,
    webhook,
)

__all__ = [
    "do_while",
    "dynamic",
    "exclusive_join",
    "fork",
    "fork_dynamic",
    "inline",
    "join",
    "jq",
    "noop",
    "set_variable",
    "simple",
    "sub_workflow",
    "switch",
    "terminate",
    "wait",
    "webhook",
]
