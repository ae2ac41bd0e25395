"""Modules that scripts can import without installing anything: `redgrease`, `redisgears` and `gears`."""

import importlib.machinery
import sys
import types

from . import errors, runtime


class _Finder:
    """Finds the built-in modules, after everything that is installed."""

    def __init__(self, modules):
        self._modules = modules

    def find_spec(self, name, path=None, target=None):
        if name in self._modules:
            return importlib.machinery.ModuleSpec(name, self)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__dict__.update(self._modules[spec.name])
        return module

    def exec_module(self, module):
        pass


def install(names):
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
    )
    high_level = {name: value for name, value in names.items() if not name.startswith("_")}
    high_level["hashtag3"] = lambda: "{%s}" % runtime.hashtag()
    sys.meta_path.append(
        _Finder({"gears": gears, "redisgears": low_level, "redgrease": high_level, "redisAI": {}})
    )
