"""The functions of plans as bytes, for other workers and for after a restart."""

from __future__ import annotations

import copyreg
import io
import marshal
import pickle
import sys
from collections import ChainMap
from types import CodeType

from .errors import error
from .future import loop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .steps import Op, Plan

try:
    import cloudpickle
except ImportError:
    cloudpickle = None

# Older ones lose names of functions from Python 3.11 on.
_OLDEST = (2, 1)

# Stands for the globals of a session in a pickle: whoever loads it puts the session's own there.
_GLOBALS = {"globals of a session": True}
_GLOBALS_ID = "session globals"
_LOOP_ID = "event loop"

# A pickled function holds code for one minor version of Python: another one would run it into the ground.
_VERSION = b"%d.%d\n" % sys.version_info[:2]

# A script may put others in their place.
_code_from, _code_as_bytes = marshal.loads, marshal.dumps


def dumps(plan: Plan, names: dict[str, Any]) -> bytes:
    """The functions of a plan of a session whose globals are `names`."""
    if cloudpickle is None:
        raise error("Error occured when serialized a python callback, cloudpickle is not installed")
    if tuple(int(part) for part in cloudpickle.__version__.split(".")[:2]) < _OLDEST:
        raise error(
            "Error occured when serialized a python callback, cloudpickle %s is too old: install %d.%d or newer"
            % ((cloudpickle.__version__,) + _OLDEST)
        )
    try:
        value = (plan.ops, plan.reader, plan.on_registered)
        return _VERSION + _pickled(value if plan.argument is None else (*value, plan.argument), names)
    except Exception as problem:
        named = [op.function.__name__ for op in plan.ops if hasattr(op.function, "__name__")]
        raise error(
            "Error occured when serialized a python callback, callback=%s error=%s"
            % (_culprit(plan.ops, names) or (named[0] if named else "?"), problem)
        ) from None


def loads(blob: bytes, names: dict[str, Any]) -> tuple[list[Op], Any, Any, Callable[..., Any] | None]:
    """What the plan that `dumps` was given is made of: steps, reader, the reader's argument, and the function that is called
    when it is registered."""
    version, _, pickled = blob.partition(b"\n")
    if version + b"\n" != _VERSION:
        raise error(
            "its functions are code for Python %s and this is %d.%d: send its script again, or have the module argument "
            "PythonExecutable name a Python %s"
            % ((version.decode("ascii", "replace"),) + sys.version_info[:2] + (version.decode("ascii", "replace"),))
        )
    ops, reader, on_registered, *argument = _Unpickler(io.BytesIO(pickled), names).load()
    return ops, reader, argument[0] if argument else None, on_registered


def _pickled(value: Any, names: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, names).dump(value)
    return buffer.getvalue()


def _culprit(ops: list[Op], names: dict[str, Any]) -> str | None:
    for op in ops:
        try:
            _pickled(op, names)
        except Exception:
            return getattr(op.function, "__name__", None)
    return None


def _reduce_code(code: CodeType) -> tuple[Callable[..., CodeType], tuple[Any, ...]]:
    """Code with its file, names and lines, and that of the functions in it: cloudpickle keeps them or not, by its version."""
    try:
        return _code, (_code_as_bytes(code),)
    except ValueError:
        # A constant that no compiler makes.
        return _code, (_code_as_bytes(code.replace(co_consts=())), code.co_consts)


def _code(blob: bytes, constants: tuple[Any, ...] | None = None) -> CodeType:
    code = _code_from(blob)
    return code if constants is None else code.replace(co_consts=constants)


if cloudpickle is not None:

    class _Pickler(cloudpickle.CloudPickler):  # type: ignore[misc]
        dispatch_table = ChainMap(
            {CodeType: _reduce_code}, getattr(cloudpickle.CloudPickler, "dispatch_table", copyreg.dispatch_table)
        )

        def __init__(self, file: io.BytesIO, names: dict[str, Any]) -> None:
            super().__init__(file, protocol=4)
            # cloudpickle rebuilds functions around a dictionary of globals per origin; ours is the session's.
            self.globals_ref[id(names)] = _GLOBALS
            self._names = names

        def persistent_id(self, value: Any) -> str | None:
            if value is _GLOBALS or value is self._names:
                return _GLOBALS_ID
            return _LOOP_ID if loop.is_own(value) else None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, names: dict[str, Any]) -> None:
        super().__init__(file)
        self._names = names

    def persistent_load(self, identity: Any) -> Any:
        if identity == _LOOP_ID:
            return loop.get()
        if identity != _GLOBALS_ID:
            raise pickle.UnpicklingError("unknown reference %r" % (identity,))
        return self._names
