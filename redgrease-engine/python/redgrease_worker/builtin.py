"""Modules that scripts can import without installing anything: `redgrease`, `redisgears` and `gears`."""

from __future__ import annotations

import importlib.machinery
import sys
import types

from . import errors, runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any


class _Finder:
    """Finds the built-in modules, after everything that is installed."""

    def __init__(self, modules: dict[str, dict[str, Any]]) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name in self._modules:
            return importlib.machinery.ModuleSpec(name, self)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = types.ModuleType(spec.name)
        module.__dict__.update(self._modules[spec.name])
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


class _Commands:
    """Redis commands as methods: `cmd.get('key')` is `execute('get', 'key')`."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)

        def command(*arguments: Any, **keywords: Any) -> Any:
            if keywords:
                raise TypeError(
                    "cmd.%s takes the words of the command: write %s as execute() would, or require redgrease[runtime]"
                    % (name, ", ".join(sorted(keywords)))
                )
            return runtime.execute(*(name.split("_") + list(arguments)))

        command.__name__ = name
        return command


def _words(name: str, first: str, *others: str, **renamed: str) -> type:
    """A class of texts: each word under its own name."""
    words = {word: word.lower() for word in (first,) + others}
    words.update(renamed)
    return type(name, (), words)


def _keywords() -> dict[str, type]:
    """The classes of texts that arguments of readers take."""
    readers = ("KeysReader", "KeysOnlyReader", "StreamReader", "PythonReader", "ShardsIDReader", "CommandReader")
    classes = (
        _words("ReaderType", *readers, **{name: name for name in readers}),
        _words("TriggerMode", "Async", "Sync", AsyncLocal="async_local"),
        _words("KeyType", "String", "Hash", "List", "Set", "ZSet", "Stream", "Module"),
        _words("FailurePolicy", "Continue", "Abort", "Retry"),
        _words("LogLevel", "Debug", "Verbose", "Notice", "Warning"),
    )
    return {one.__name__: one for one in classes}


def _log(message: Any, level: str = "notice") -> None:
    runtime.log(str(message), level)


def install(names: dict[str, Any]) -> None:
    """Offers the modules."""
    gears = {"error": errors.error, "forcestopped": errors.forcestopped}
    low_level = dict(
        gears,
        executeCommand=runtime.execute,
        atomicCtx=runtime._Atomic,
        getMyHashTag=runtime.hashtag,
        gearsCtx=runtime.gearsCtx,
        gearsFutureCtx=names["gearsFuture"],
        log=runtime.log,
        config_get=runtime.configGet,
        callNext=names["call_next"],
        getCommand=names["get_command"],
        overrideReply=names["override_reply"],
        flatError=runtime.flat_error,
        isAsyncAllow=runtime.isAsyncAllow,
        isInAtomicBlock=runtime.isInAtomicBlock,
        registerTimeEvent=runtime.registerTE,
        getGearsSession=runtime.getGearsSession,
        setGearsSession=runtime.setGearsSession,
        registerGearsThread=runtime.registerGearsThread,
        PyFlatExecution=runtime.PyFlatExecution,
        PyExecutionSession=runtime.PyExecutionSession,
    )
    high_level = {name: value for name, value in names.items() if not name.startswith("_")}
    high_level.update(_keywords(), cmd=_Commands(), log=_log, GEARS_RUNTIME=(1, 2))
    high_level["hashtag3"] = lambda: "{%s}" % runtime.hashtag()
    sys.meta_path.append(_Finder({"gears": gears, "redisgears": low_level, "redgrease": high_level, "redisAI": {}}))
