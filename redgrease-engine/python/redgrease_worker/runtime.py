"""The functions that scripts call."""

from __future__ import annotations

import threading
import types

from . import wire
from .builder import NativeReader as NativeReader
from .builder import PyFlatExecution as PyFlatExecution
from .errors import error, flat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, Literal

    from .contexts import Context
    from .hub import Hub
    from .session import Session

# Set once, before anything of a script runs.
hub: Hub = None  # type: ignore[assignment]


def _context() -> Context | None:
    return hub.context


def _session() -> Session:
    context = hub.context
    session = None if context is None else context.session
    if session is None:
        raise error("no gears session is attached to this thread")
    return session


def to_python(value: Any) -> Any:
    """A value that came from Redis: what is not text becomes a bytearray."""
    kind = value.__class__
    if kind is bytes:
        return bytearray(value)
    if kind is list:
        return [to_python(item) for item in value]
    if kind is tuple:
        return tuple(to_python(item) for item in value)
    if kind is dict:
        return {_hashable(key): to_python(item) for key, item in value.items()}
    return value


def _hashable(key: Any) -> Any:
    # A bytearray cannot be the key of a dictionary; bytes can, and lose nothing.
    return key


def _argument(value: Any) -> str | bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    return str(value)


def execute(*arguments: Any) -> Any:
    """Runs a Redis command on this shard."""
    if not arguments:
        return []
    if not isinstance(arguments[0], str):
        raise error("the given command must be a string")
    for argument in arguments:
        if argument.__class__ is not str:
            arguments = tuple([a if a.__class__ is str else _argument(a) for a in arguments])
            break
    kind = wire.EXECUTE
    here = hub.here()
    context = hub.foreign.context if here is None else here.context
    if context is not None:
        hook = None if context.hook is None else context.hook[0]
        if hook is not None or context.database:
            arguments = ((hook, context.database), arguments)
        if context.atomic:
            kind = wire.EXECUTE_ATOMIC
    status, value = hub.ask_from(here, kind, wire.dumps(arguments))
    if status == 0:
        return value
    if status == 2:
        return to_python(value)
    raise error(value if value.__class__ is str else value.decode("utf-8", "replace"))


class _Atomic:
    """Holds the server for a block of commands."""

    def __enter__(self) -> _Atomic:
        context = _context()
        if context is not None and context.atomic:
            raise error("Already inside an atomic block")
        hub.ask(wire.ATOMIC_BEGIN, b"N", True)
        if context is not None:
            context.atomic = 1
        return self

    def __exit__(self, *_: Any) -> Literal[False]:
        context = _context()
        if context is not None:
            if not context.atomic:
                raise error("Not inside an atomic block")
            context.atomic = 0
        hub.ask(wire.ATOMIC_END, b"N", True)
        return False


def atomic() -> _Atomic:
    """A block whose commands nobody else's run between: `with atomic(): ...`."""
    return _Atomic()


def isInAtomicBlock() -> bool:
    """Whether the caller is inside `with atomic()`."""
    context = _context()
    return bool(context is not None and context.atomic)


def hashtag() -> str:
    """A short text whose slot this shard owns."""
    return hub.request("hashtag")


_LEVELS = ("debug", "verbose", "notice", "warning")


def log(*arguments: Any, **keywords: Any) -> None:
    """Writes a line to the server's log: `log(message, level='notice')`."""
    if keywords:
        message = keywords.get("message", keywords.get("msg", arguments[0] if arguments else None))
        arguments = (message, keywords.get("level", arguments[1] if len(arguments) > 1 else "notice"))
    if not arguments:
        raise error("log function must get a log message as input")
    message = arguments[0]
    level = arguments[1] if len(arguments) > 1 else "notice"
    if not isinstance(message, str):
        raise error("Log message must be a string")
    if not isinstance(level, str):
        raise error("Log level must be a sting (debug/verbose/notice/warning)")
    if level not in _LEVELS:
        if message not in _LEVELS:
            raise error("Log level should be one of the following : debug,verbose,notice,warning")
        # The order of arguments of old scripts: level first.
        message, level = level, message
    hub.tell(wire.LOG, 0, wire.dumps((level, message)))


def configGet(*arguments: Any) -> Any:
    """A value of the configuration that the engine itself does not know."""
    if len(arguments) != 1:
        raise error("get_config function must get a single key input")
    if not isinstance(arguments[0], str):
        raise error("get_config key must be a string")
    return hub.request("config", arguments[0])


def gearsConfigGet(key: Any, default: Any = None) -> Any:
    """A value of the configuration, or `default`."""
    value = configGet(key)
    return default if value is None else value


def flat_error(*arguments: Any) -> None:
    """Raises an error whose text is exactly the argument."""
    if not arguments:
        raise error("not enough arguments for time flat error")
    raise flat(arguments[0])


def isAsyncAllow() -> bool:
    """Whether the step that runs now may return a future or coroutine."""
    context = _context()
    return context is not None and context.may_wait and context.async_allowed


def is_aborted() -> bool:
    """Whether the execution that the caller belongs to was aborted, or is beyond its deadline.

    The function itself gets an exception then; this is for coroutines, threads and handlers that go on without it.
    """
    context = _context()
    return context is not None and context.aborted


def gearsCtx(reader: str = "KeysReader", desc: str | None = None) -> PyFlatExecution:
    """The context of a builder."""
    return PyFlatExecution(_session(), reader, desc)


def shards_generator() -> Iterator[str]:
    yield hub.request("shard")


shards_reader = NativeReader("ShardsIDReader", {}, shards_generator)


def keys_only_reader(pattern: Any, count: Any, noScan: Any, patternGenerator: Any) -> NativeReader:
    """Keys without values: by the engine where the arguments are plain, else here."""

    def generate() -> Iterator[Any]:
        wanted, exact = pattern, noScan
        if patternGenerator is not None:
            wanted, exact = patternGenerator()
        if exact:
            if execute("exists", wanted) == 1:
                yield wanted
            return
        cursor = "0"
        while True:
            cursor, keys = execute("scan", cursor, "match", str(wanted), "count", str(count))
            for key in keys:
                yield key
            if cursor == "0":
                return

    plain = patternGenerator is None and isinstance(pattern, str) and isinstance(count, int) and count > 0
    if plain:
        return NativeReader("KeysOnlyReader", {"pattern": pattern, "exact": bool(noScan)}, generate)
    return NativeReader("PythonReader", {}, generate)


def Log(*arguments: Any, **keywords: Any) -> None:
    log("Log function is depricated, use log instead", "warning")
    log(*arguments, **keywords)


def ConfigGet(key: Any) -> Any:
    log("ConfigGet function is depricated, use configGet instead", "warning")
    return configGet(key)


def GearsConfigGet(key: Any, default: Any = None) -> Any:
    log("GearsConfigGet function is depricated, use gearsConfigGet instead", "warning")
    return gearsConfigGet(key, default)


def registerTE(*arguments: Any) -> None:
    """Calls a function again and again: `registerTE(seconds, function[, key])`.

    It stops at the first error, and when the key that holds it goes.
    """
    if len(arguments) < 2:
        raise error("not enough arguments for time event")
    period, callback = arguments[:2]
    if not isinstance(period, int):
        raise error("time argument must be a long")
    if not isinstance(callback, types.FunctionType):
        raise error("callback must be a function")
    key = _argument(arguments[2]) if len(arguments) > 2 else None
    _session().add_timer(period, callback, key)


class PyExecutionSession:
    """A handle on the session of a script, to give to other threads."""

    __module__ = "redisgears"

    def __init__(self, session: Session, context: Any = None) -> None:
        self._session = session
        # Of the call that asked for it: its command and hook go along.
        self._context = context

    def context(self) -> Any:
        """What a thread acts for that takes over."""
        from .contexts import Context

        return Context(0, self._session) if self._context is None else self._context.derived()


def getGearsSession() -> PyExecutionSession:
    """The session of the caller."""
    return PyExecutionSession(_session(), _context())


def setGearsSession(session: Any) -> None:
    """Makes this thread act for a session, or for none."""
    if session is not None and not isinstance(session, PyExecutionSession):
        raise error("Given object is not of type GearsSession")
    foreign: Any = hub.foreign
    foreign.context = None if session is None else session.context()


class GearsSession:
    """A thread acts for a session in a block: `with GearsSession(session): ...`, then for the one before."""

    def __init__(self, s: Any) -> None:
        self.s = s
        self._before: Any = None

    def __enter__(self) -> None:
        foreign: Any = hub.foreign
        self._before = foreign.context
        setGearsSession(self.s)

    def __exit__(self, *_: Any) -> None:
        foreign: Any = hub.foreign
        foreign.context = self._before


def registerGearsThread() -> threading.Thread:
    """Makes this thread known to the engine; nothing is needed for it here."""
    return threading.current_thread()


PUBLIC = (
    execute,
    atomic,
    isInAtomicBlock,
    hashtag,
    log,
    configGet,
    gearsConfigGet,
    flat_error,
    isAsyncAllow,
    is_aborted,
    gearsCtx,
    Log,
    ConfigGet,
    GearsConfigGet,
    PyExecutionSession,
    GearsSession,
    registerTE,
    getGearsSession,
    setGearsSession,
    registerGearsThread,
)
