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

    def __init__(self, modules: dict[str, Callable[[], dict[str, Any]]]) -> None:
        self._modules = modules

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name in self._modules:
            return importlib.machinery.ModuleSpec(name, self)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = types.ModuleType(spec.name)
        module.__dict__.update(self._modules[spec.name]())
        return module

    def exec_module(self, module: ModuleType) -> None:
        pass


def _redgrease(names: dict[str, Any]) -> dict[str, Any]:
    from . import given

    return {**names, **given.redgrease.__dict__, "__path__": []}


def _utils() -> dict[str, Any]:
    from . import given

    utils: Any = given.redgrease.utils  # type: ignore[attr-defined]
    return dict(utils.__dict__)


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
    # Packages tell by this module whether they run here, and import names from the program that runs.
    module = sys.modules["redisgears"] = types.ModuleType("redisgears")
    module.__dict__.update(low_level)
    sys.modules["__main__"].__dict__.update(names)
    sys.meta_path.append(
        _Finder(
            {
                "gears": lambda: gears,
                "redgrease": lambda: _redgrease(high_level),
                "redgrease.runtime": lambda: _redgrease(high_level),
                "redgrease.utils": _utils,
                "redisAI": dict,
            }
        )
    )
