"""The program that evaluates expressions in other languages: `python -m taskyard.app.script_child SECONDS MEMORY OUTPUT`.

It reads one question per line from standard input and writes one answer per line to standard output, JSON both:
`{"language", "expression", "input"}` and `{"value"}` or `{"error"}`. Before the first question it gives up what an
expression could misuse: it can open no file and no connection, and use no more than so much memory; its environment is
empty. An expression has no timers and no modules; `console.log` goes nowhere. A regular expression cannot be
interrupted from inside: whoever started this program ends it when an answer takes too long.
"""

from __future__ import annotations

import contextlib
import resource
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import jq
import msgspec
import quickjs

from taskyard.model.evaluation import Question

STACK = 512 * 1024
"""Bytes of stack of a javascript program."""

HEADROOM = 96 * 1024 * 1024
"""Bytes beside the memory of expressions: the question, the answer, and copies of them."""

PROGRAMS = 128
"""Compiled jq programs that are kept."""

PRELUDE = """
'use strict';
(function (global) {
  const {stringify} = JSON, at = function (index) {
    index = Math.trunc(index) || 0;
    return this[index < 0 ? this.length + index : index];
  };
  const nothing = () => undefined;
  const define = (target, name, value) => {
    if (!(name in target)) Object.defineProperty(target, name, {value, configurable: true, writable: true});
  };
  define(Array.prototype, 'at', at);
  define(String.prototype, 'at', at);
  define(Object, 'hasOwn', (object, name) => Object.prototype.hasOwnProperty.call(object, name));
  define(Array.prototype, 'findLast', function (test) { return [...this].reverse().find(test); });
  define(global, 'console', {log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing});
  define(global, 'print', nothing);
  return value => {
    const text = stringify(value, (key, each) =>
      typeof each === 'bigint' ? Number(each)
        : each instanceof Map ? Object.fromEntries(each)
        : each instanceof Set ? [...each] : each);
    return text === undefined ? 'null' : text;
  };
})(globalThis)
"""
"""What GraalJS has and this engine lacks; its value writes a result as JSON: undefined, functions, NaN become null."""

RETURN_OUTSIDE = "return not in a function"


class _Broken(Exception):
    """The expression has no value; the text says why."""


def javascript(expression: str, text: str, seconds: float, memory: int) -> str:
    """JSON text of the value of an expression, of a program's last statement, or of a function body's `return`."""
    context = quickjs.Context()
    context.set_memory_limit(memory)
    context.set_max_stack_size(STACK)
    context.set_time_limit(seconds)
    try:
        write = context.eval(PRELUDE)
        context.set("$", context.parse_json(text))
        try:
            value = context.eval(expression)
        except quickjs.JSException as fault:
            if RETURN_OUTSIDE not in str(fault):
                raise
            value = context.eval("(function () {" + expression + "\n})()")
        return write(value)
    except quickjs.StackOverflow:
        raise _Broken("The expression calls itself too deep.") from None
    except quickjs.JSException as fault:
        raise _Broken(_javascript_fault(str(fault), seconds, memory)) from None
    except UnicodeError:
        raise _Broken("The value holds text that is not valid Unicode.") from None


def _javascript_fault(text: str, seconds: float, memory: int) -> str:
    first = text.strip().split("\n", 1)[0]
    if first == "InternalError: interrupted":
        return too_slow(seconds)
    if first in ("InternalError: out of memory", "null"):
        return too_big(memory)
    return first


def too_slow(seconds: float) -> str:
    return f"The expression took longer than {seconds:g} seconds."


def too_big(memory: int) -> str:
    return f"The expression used more than {memory} bytes of memory."


@lru_cache(maxsize=PROGRAMS)
def _program(expression: str) -> Any:
    return jq.compile(expression)


def transform(expression: str, text: str) -> str:
    """JSON text of the list of everything that a jq program puts out."""
    try:
        return f"[{_program(expression).input_text(text).text().replace(chr(10), ',')}]"
    except ValueError as fault:
        raise _Broken(str(fault).strip().removesuffix("jq: 1 compile error").strip()) from None


def answer(line: bytes, seconds: float, memory: int, output: int) -> bytes:
    """The answer to one line."""
    try:
        question = msgspec.json.decode(line, type=Question)
        if question.language == "jq":
            value = transform(question.expression, question.input)
        else:
            value = javascript(question.expression, question.input, seconds, memory)
        if len(value) > output:
            raise _Broken(f"The value has more than {output} bytes.")
        return b'{"value":' + value.encode() + b"}"
    except _Broken as fault:
        error = str(fault)
    except (MemoryError, msgspec.DecodeError, UnicodeError) as fault:
        error = too_big(memory) if isinstance(fault, MemoryError) else str(fault)
    return msgspec.json.encode({"error": error[:2_000]})


def confine(memory: int) -> None:
    """Give up files, connections, processes, and memory beyond the limit. Both languages have been used before, so
    that nothing needs to be opened later."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    _limit(resource.RLIMIT_AS, used + memory + HEADROOM)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NOFILE, 3)
    _limit(resource.RLIMIT_NPROC, 0)


def _limit(which: int, most: int) -> None:
    resource.setrlimit(which, (most, most))


def allow_seconds(seconds: float) -> None:
    """End this process when it computes for longer from now on, even if nobody watches it any more."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(spent.ru_utime + spent.ru_stime + seconds) + 2
    with contextlib.suppress(ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main(seconds: float, memory: int, output: int) -> None:
    """Say that all is ready, then answer line by line until standard input ends."""
    javascript("new Date(0).toString(); 'é'.normalize()", "{}", seconds, memory)
    transform("now | localtime | mktime", "{}")
    lines, answers = sys.stdin.buffer, sys.stdout.buffer
    confine(memory)
    answers.write(b"{}\n")
    answers.flush()
    while line := lines.readline():
        allow_seconds(seconds)
        answers.write(answer(line, seconds, memory, output) + b"\n")
        answers.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
