"""The context behind a `GearsBuilder`: checks readers and their arguments, collects the plan, hands it to the engine."""

from __future__ import annotations

import types

from . import natives
from .errors import error
from .operations import Operations
from .steps import Op, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .session import Session

RUN_READERS = ("KeysReader", "StreamReader", "PythonReader")
REGISTER_READERS = ("KeysReader", "StreamReader", "CommandReader")
_KEY_TYPES = ("string", "list", "hash", "set", "zset", "module", "stream", "empty")
_POLICIES = ("continue", "abort", "retry")


class PyFlatExecution(Operations):
    """A reader and the operations on what it gives."""

    __module__ = "redisgears"

    def __init__(self, session: Session, reader: str, desc: str | None) -> None:
        self.session = session
        if not isinstance(reader, str):
            raise error("reader argument must be a string")
        if desc is not None and not isinstance(desc, str):
            raise error("desc argument must be a string")
        session.plans_made += 1
        if reader not in RUN_READERS and reader not in REGISTER_READERS:
            raise error("The given reader does not exists")
        self.reader = reader
        self.desc = desc
        self.ops: list[Op] = []

    def _add(self, kind: str, function: Any = None, numbers: Sequence[int] = (), hint: str | None = None, name: str = "") -> None:
        self.ops.append(Op(kind, function, numbers, hint, name))

    # -- actions

    def run(self, argument: Any = None, **keywords: Any) -> Any:
        """Asks for one execution."""
        if self.reader not in RUN_READERS:
            raise error("Given reader do not support run or not exists")
        mode = keywords.get("mode", "async")
        if not isinstance(mode, str):
            raise error("execution mode must be a string")
        if mode not in ("async", "async_local"):
            raise error("unknown execution mode")
        reader, arguments, generator = self._run_reader(argument, keywords)
        plan = Plan(list(self.ops), self.reader, generator)
        return self.session.add_run(plan, describe(plan, reader, arguments, mode, self.desc, self.session.globals))

    def _run_reader(self, argument: Any, keywords: dict[str, Any]) -> tuple[str, dict[str, Any], Any]:
        if self.reader == "PythonReader":
            if isinstance(argument, NativeReader):
                return argument.name, argument.arguments, argument.generator
            if not isinstance(argument, types.FunctionType):
                raise error("pyreader argument must be a function")
            return "PythonReader", {}, argument
        if self.reader == "StreamReader":
            start = keywords.get("fromId", "0-0")
            if not isinstance(argument, str):
                raise error("stream argument must be a string")
            if not isinstance(start, str):
                raise error("fromId argument must be a string")
            return "StreamReader", {"key": argument, "from": start}, None
        if not isinstance(argument, str):
            raise error("regex argument must be a string")
        exact = _flag(keywords, "noScan", False, "exactMatch value is not boolean")
        read = _flag(keywords, "readValue", True, "readValue value is not boolean")
        return "KeysReader", {"pattern": argument, "exact": exact, "read": read}, None

    def register(self, **keywords: Any) -> str:
        """Asks for a registration; gives its id."""
        if self.reader not in REGISTER_READERS:
            raise error("given reader does not exists or does not support register")
        mode = keywords.get("mode", "async")
        if not isinstance(mode, str):
            raise error("execution mode must be a string")
        if mode not in ("async", "async_local", "sync"):
            raise error("unknown execution mode")
        on_registered = keywords.get("onRegistered")
        if on_registered is not None and not isinstance(on_registered, types.FunctionType):
            raise error("OnRegistered argument must be a function")
        arguments = getattr(self, "_" + self.reader)(keywords, mode)
        plan = Plan(list(self.ops), self.reader, None, on_registered)
        described = describe(plan, self.reader, arguments, mode, self.desc, self.session.globals)
        return self.session.add_registration(plan, described)

    def _CommandReader(self, keywords: dict[str, Any], mode: str) -> dict[str, Any]:
        if "trigger" in keywords:
            if not isinstance(keywords["trigger"], str):
                raise error("trigger argument is not string")
            if "hook" in keywords or "keyprefix" in keywords:
                raise error("trigger argument can not be given with keyprefix or hook")
            arguments: dict[str, Any] = {"trigger": keywords["trigger"]}
        elif "hook" in keywords:
            if not isinstance(keywords["hook"], str):
                raise error("hook argument is not string")
            arguments = {"hook": keywords["hook"]}
            if "keyprefix" in keywords:
                if not isinstance(keywords["keyprefix"], str):
                    raise error("keyprefix argument is not string")
                arguments["keyprefix"] = keywords["keyprefix"]
        elif "keyprefix" in keywords:
            raise error("no trigger or hook argument was given")
        else:
            raise error("no trigger or hook argument was given")
        arguments["inorder"] = _flag(keywords, "inorder", False, "inorder argument is be boolean")
        return arguments

    def _KeysReader(self, keywords: dict[str, Any], mode: str) -> dict[str, Any]:
        if not isinstance(keywords["prefix"], str):
            raise error("regex argument must be a string")
        arguments: dict[str, Any] = {"prefix": keywords["prefix"]}
        arguments["eventTypes"] = _texts(
            keywords, "eventTypes", "given eventTypes is not iterable", "given event type is not string"
        )
        arguments["keyTypes"] = _texts(keywords, "keyTypes", "given keyTypes is not iterable", "given key type is not string")
        if arguments["keyTypes"] is not None:
            for name in arguments["keyTypes"]:
                if name not in _KEY_TYPES:
                    raise error("unknown key type")
        arguments["commands"] = _texts(keywords, "commands", "given commands is not iterable", "given command type is not string")
        arguments["readValue"] = _flag(keywords, "readValue", True, "readValue is not boolean")
        return arguments

    def _StreamReader(self, keywords: dict[str, Any], mode: str) -> dict[str, Any]:
        if not isinstance(keywords["prefix"], str):
            raise error("regex argument must be a string")
        arguments: dict[str, Any] = {"prefix": keywords["prefix"]}
        for name, default, text in (
            ("batch", 1, "batch argument must be a number"),
            ("duration", 0, "duration argument must be a number"),
            ("onFailedRetryInterval", 1, "retryInterval argument must be a number"),
            ("onFailedTries", 0, "onFailedTries argument must be a number"),
        ):
            value = keywords.get(name, default)
            if not isinstance(value, int) or not -(2**63) <= value < 2**63:
                raise error(text)
            arguments[name] = value
        if arguments["batch"] < 1:
            raise error("batch argument must be at least 1")
        policy = keywords.get("onFailedPolicy", "continue")
        if not isinstance(policy, str):
            raise error("onFailedPolicy must be a string (Continue/Abort/Retry)")
        if policy.lower() not in _POLICIES:
            raise error("onFailedPolicy must be Continue/Abort/Retry")
        arguments["onFailedPolicy"] = policy.lower()
        if arguments["onFailedTries"] < 0:
            raise error("onFailedTries argument must not be negative")
        failed = keywords.get("onFailedStream")
        if failed is not None and not isinstance(failed, str):
            raise error("onFailedStream argument must be a string")
        if arguments["onFailedTries"] and policy.lower() != "retry":
            raise error("onFailedTries can only be combined with onFailedPolicy Retry")
        if failed and not arguments["onFailedTries"]:
            raise error("onFailedStream needs onFailedTries: how often an entry is tried")
        arguments["onFailedStream"] = failed or ""
        if mode == "sync" and policy.lower() != "continue":
            raise error("ExecutionMode sync can only be combined with OnFailedPolicy Continue")
        arguments["trimStream"] = _flag(keywords, "trimStream", True, "pyTrimmStream argument must be a boolean")
        return arguments


def _flag(keywords: dict[str, Any], name: str, default: bool, text: str) -> bool:
    value = keywords.get(name, default)
    if not isinstance(value, bool):
        raise error(text)
    return value


def _texts(keywords: dict[str, Any], name: str, not_iterable: str, not_text: str) -> list[str] | None:
    value = keywords.get(name)
    if value is None:
        return None
    try:
        values = list(iter(value))
    except TypeError:
        raise error(not_iterable) from None
    for text in values:
        if not isinstance(text, str):
            raise error(not_text)
    return values


class NativeReader:
    """A reader that scripts see as Python and the engine does itself."""

    def __init__(self, name: str, arguments: dict[str, Any], generator: Any = None) -> None:
        self.name = name
        self.arguments = arguments
        self.generator = generator


def describe(
    plan: Plan, reader: str, arguments: dict[str, Any], mode: str, desc: str | None, names: dict[str, Any]
) -> dict[str, Any]:
    """A plan as the engine keeps it."""
    return {
        "reader": reader,
        "arguments": arguments,
        "mode": mode,
        "desc": desc,
        "ops": [op.describe() for op in plan.ops],
        "onRegistered": plan.on_registered is not None,
        "native": natives.describe(plan.ops, names),
    }
