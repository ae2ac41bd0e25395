"""Runs cases for the tests of native functions: the same functions and records, in a real Python.

Reads lines of JSON: {"script", "records", "replies"}; the script defines `f`. Writes for each one line of JSON:
{"described": text of a literal or null, "outcomes": [...]}.
"""

import json
import os
import resource
import sys

resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))
sys.path.insert(0, sys.argv[1])
from redgrease_worker import errors, natives  # noqa: E402

calls = []
replies = []


def execute(*arguments):
    if not arguments:
        return []
    if not isinstance(arguments[0], str):
        raise errors.error("the given command must be a string")
    words = [bytes(a) if isinstance(a, (bytes, bytearray)) else str(a) for a in arguments]
    calls.append(("execute", words))
    reply = replies.pop(0) if replies else None
    if isinstance(reply, bytes):
        return bytearray(reply)
    if isinstance(reply, tuple):
        raise errors.error(reply[0])
    return reply


_LEVELS = ("debug", "verbose", "notice", "warning")


def log(message, level="notice"):
    if not isinstance(message, str):
        raise errors.error("Log message must be a string")
    if not isinstance(level, str):
        raise errors.error("Log level must be a sting (debug/verbose/notice/warning)")
    if level not in _LEVELS:
        if message not in _LEVELS:
            raise errors.error("Log level should be one of the following : debug,verbose,notice,warning")
        message, level = level, message
    calls.append(("log", level, message))


def hashtag():
    return "06S"


# The frames of these are not the function's business.
for function in (execute, log, hashtag):
    code = function.__code__
    name = os.path.join(os.path.dirname(os.path.abspath(errors.__file__)), "driver.py")
    if hasattr(code, "replace"):
        function.__code__ = code.replace(co_filename=name)
    else:
        import types

        function.__code__ = types.CodeType(
            code.co_argcount, code.co_kwonlyargcount, code.co_nlocals, code.co_stacksize, code.co_flags, code.co_code,
            code.co_consts, code.co_names, code.co_varnames, name, code.co_name, code.co_firstlineno, code.co_lnotab,
            code.co_freevars, code.co_cellvars,
        )  # fmt: skip

SERVICES = {id(execute): "execute", id(log): "log", id(hashtag): "hashtag"}


def run(case):
    names = {"__name__": "not_main", "__builtins__": __builtins__, "execute": execute, "log": log, "hashtag": hashtag}
    try:
        exec(compile(case["script"], "<string>", "exec"), names)
    except SyntaxError as problem:
        return {"described": None, "outcomes": [], "syntax": str(problem)}
    described = natives.Describer(names, SERVICES).describe(names["f"])
    outcomes = []
    for record in case["records"]:
        arguments = eval(record)
        calls[:] = []
        replies[:] = eval(case["replies"])
        try:
            outcome = "gave " + repr(names["f"](*arguments))
        except (MemoryError, RecursionError) as problem:
            outcome = "limit " + repr(problem)
        except BaseException as problem:
            # Without the frame of this one.
            problem.__traceback__ = problem.__traceback__.tb_next
            outcome = "raised " + errors.text_of(problem)
        # What a change to the arguments would show, too.
        try:
            outcomes.append("%s after %r with %r" % (outcome, calls, arguments))
        except (MemoryError, RecursionError) as problem:
            outcomes.append("limit " + repr(problem))
    return {"described": None if described is None else repr(described), "outcomes": outcomes}


def main():
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    for line in sys.stdin:
        out.write(json.dumps(run(json.loads(line))) + "\n")
        out.flush()


main()
