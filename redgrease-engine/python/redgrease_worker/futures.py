"""Futures and coroutines: results of steps that come later.

`asyncio` is imported where it is used: most workers never run a coroutine, and it is half of what they would load.
"""

from __future__ import annotations

import threading
import types
from _thread import get_ident

from . import future as later
from . import runtime
from .contexts import Context, Waiter
from .errors import error, flat, forcestopped, text_of, words_of
from .future import loop
from .runner import Runner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def gearsFuture(*arguments: Any, **keywords: Any) -> Any:
    """A future for the step that runs now to return."""
    if arguments or keywords:
        raise error("Future gets no arguments")
    context = runtime.hub.context
    if context is None or not context.may_wait:
        raise error("Future object can only be created inside certain execution steps")
    if not context.async_allowed:
        raise error("Creating async record is not allowed")
    if context.future is not None and context.future() is not None:
        raise error("Can not create async record twice on the same step")
    import weakref

    future = later.new()
    future.stage = "created"
    future.maker = get_ident()
    context.future = weakref.ref(future)
    return future


# -- coroutines


class _Task:
    """A coroutine that acts for the context it was made in."""

    def __init__(self, coroutine: Any, context: Any) -> None:
        self._coroutine = coroutine
        self._context = context

    def __await__(self) -> Any:
        # Every step of the coroutine runs with its context; others run in between.
        foreign = runtime.hub.foreign
        send, value = self._coroutine.send, None
        while True:
            outer, foreign.context = foreign.context, self._context
            try:
                waited = send(value)
            except StopIteration as stop:
                return stop.value
            finally:
                foreign.context = outer
            if self._context is not None and self._context.atomic:
                self._coroutine.close()
                raise error("await is not allow inside atomic block")
            try:
                value = yield waited
                send = self._coroutine.send
            except BaseException as problem:
                send, value = self._coroutine.throw, problem


async def _drive(coroutine: Any, context: Any) -> Any:
    return await _Task(coroutine, context)


def _schedule(coroutine: Any, context: Any, finish: Callable[[bool, Any], None], delay: float = 0) -> None:
    import asyncio

    running = loop.get()

    async def body() -> None:
        try:
            if delay:
                await asyncio.sleep(delay)
            result = await _drive(coroutine, context)
        except BaseException as problem:
            finish(False, problem)
        else:
            finish(True, result)

    asyncio.run_coroutine_threadsafe(body(), running)


def runCoroutine(coroutine: Any, f: Any = None, delay: float = 0, s: Any = None) -> None:
    """Runs a coroutine; its result or exception goes to the future `f`."""
    outer = runtime.hub.context

    def finish(ok: bool, value: Any) -> None:
        if f is None:
            if not ok:
                runtime.log("Exception in a coroutine: %s" % text_of(value), "warning")
        elif ok:
            f.continueRun(value)
        else:
            f.continueFailed(words_of(value))

    context = s.context() if s is not None else Context(0, None) if outer is None else outer.derived()
    _schedule(coroutine, context, finish, delay)


def createFuture() -> Any:
    """An asyncio future that other threads may complete."""
    return loop.get().create_future()


def setFutureResults(future: Any, value: Any) -> None:
    """Completes a future of `createFuture` from any thread."""
    loop.get().call_soon_threadsafe(future.set_result, value)


def setFutureException(future: Any, problem: Any) -> None:
    """Fails a future of `createFuture` from any thread."""
    if not isinstance(problem, BaseException):
        problem = Exception(problem)
    loop.get().call_soon_threadsafe(future.set_exception, problem)


# -- steps that wait

ASYNC_TYPES = later.ASYNC_TYPES
ASYNC_TYPES.add(types.CoroutineType)


class _Signal:
    """Something that a call waits for, or will not."""

    __slots__ = ("ready", "waiter")

    def __init__(self) -> None:
        self.ready = False
        self.waiter: Waiter | None = None

    def set(self) -> None:
        """It is there; from any thread."""
        # In this order: whoever waits notes it first and then looks.
        self.ready = True
        waiter = self.waiter
        if waiter is not None:
            runtime.hub.complete(waiter)


class _Wait:
    """Waits for the results of steps that are futures or coroutines."""

    signal = _Signal

    def __call__(self, holder: list[Any]) -> Any:
        """The result, once it is there."""
        signal = _Signal()
        come = []

        def done(ok: bool, value: Any) -> None:
            come.append((ok, value))
            signal.set()

        self.begin(holder, done)
        self.until(signal)
        ok, value = come[0]
        if not ok:
            raise flat(words_of(value))
        return value

    def begin(self, holder: list[Any], done: Callable[[bool, Any], None]) -> None:
        """Has a coroutine run, or notes who wants to know of a future's completion: `done` gets whether it went well, and the
        result or what went wrong, from any thread.
        """
        # The list is the only reference: a future that nobody else holds must be able to die while it is waited for.
        result = holder.pop()
        hub = runtime.hub
        here = hub.here()
        context = hub.context
        coroutine = result if result.__class__ is types.CoroutineType else None
        if context is not None and not context.async_allowed:
            if coroutine is not None:
                coroutine.close()
            raise error("Creating async record is not allowed")
        if here is not None and here.__class__ is not Runner:
            here.detach(context)
        if coroutine is not None:
            _schedule(coroutine, context.derived(), lambda ok, value: done(ok, value if ok else words_of(value)))
            return
        with later.lock:
            over = result.stage not in ("new", "created")
            if not over:
                result.stage = "waiting"
                result.told = done
        context.future = None
        if over:
            done(result.stage == "done", result.outcome)
        # From here on only the function's own references keep the future alive: one that nobody can complete any more ends
        # the wait when it is collected.

    def until(self, signal: _Signal) -> None:
        """Waits until a signal is set."""
        if signal.ready:
            return
        hub = runtime.hub
        here = hub.here()
        waiter = Waiter()
        if here is None:
            waiter.lock = threading.Lock()
            waiter.lock.acquire()
        else:
            waiter.runner = here
        hub.context.rests(hub)
        signal.waiter = waiter
        # Set before the first look or after it: whoever sets it sees the waiter or is seen.
        if not signal.ready:
            self._block(here, waiter)

    @staticmethod
    def _block(here: Any, waiter: Any) -> None:
        if here is not None:
            here.wait(waiter, True)
            return
        context = runtime.hub.context
        context.waiter = waiter
        try:
            # An abort that came before finds no waiter, and its exception no bytecode.
            if not context.stopped:
                waiter.lock.acquire()
        finally:
            context.waiter = None
        if context.stopped:
            raise forcestopped()

    @staticmethod
    def refuse(result: Any, text: str) -> None:
        if result.__class__ is not types.CoroutineType:
            raise flat("Step does not support async")
        result.close()
        raise flat(text)


wait = _Wait()

PUBLIC = (gearsFuture, runCoroutine, createFuture, setFutureResults, setFutureException)
