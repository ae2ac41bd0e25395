"""The result that comes later, of steps and of runs.

To scripts it is an `asyncio.Future`. Most workers never run a coroutine, and `asyncio` is half of what they would load: until
something imports it, futures are plain promises, and nobody can tell.
"""

from __future__ import annotations

import sys
import threading
from _thread import get_ident

from . import threads
from .errors import error, flat, words_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Guards the stages of futures, and the loop.
lock = threading.Lock()

_OVER = ("done", "failed", "cancelled", "lost")
_SHOWN = {"done": "finished", "failed": "finished", "cancelled": "cancelled"}


class Promise:
    """A result that comes later. Returned by a step, it stands for the step's result."""

    def __init__(self) -> None:
        self.stage = "new"
        self.outcome: Any = None
        # Called with the result when a step has given this future.
        self.told: Any = None
        self.maker: int | None = None
        self._waiting: list[Callable[[], Any]] = []

    def __repr__(self) -> str:
        return "<GearsFuture %s>" % _SHOWN.get(self.stage, "pending")

    # -- completion, from any thread

    def continueRun(self, value: Any = None) -> None:
        """The result is there."""
        self._complete("done", value)

    def continueFailed(self, problem: Any = None) -> None:
        """There will be no result."""
        self._complete("failed", problem)

    def _complete(self, stage: str, outcome: Any) -> None:
        if self.stage == "created" and self.maker == get_ident():
            raise error("Can not handle future untill it returned from the callback")
        if not self.end(stage, outcome):
            raise error("Can not continue with the same future twice")

    def end(self, stage: str, outcome: Any) -> bool:
        """Ends it, unless it is over; says which."""
        with lock:
            if self.stage in _OVER:
                return False
            self.stage = stage
            self.outcome = outcome
            told = self.told
            waiting, self._waiting = self._waiting, []
        if told is not None:
            told(stage == "done", outcome)
        for callback in waiting:
            callback()
        return True

    def when_over(self, callback: Callable[[], Any]) -> None:
        """Has something called, in whatever thread, when it is over; at once, if it is."""
        with lock:
            ready = self.stage in _OVER
            if not ready:
                self._waiting.append(callback)
        if ready:
            callback()

    def __del__(self) -> None:
        told = self.told
        if told is not None and self.stage == "waiting":
            self.stage = "lost"
            self.outcome = "Async record did not called continue"
            told(False, self.outcome)

    def __await__(self) -> Any:
        import asyncio

        here = asyncio.get_event_loop()
        done = here.create_future()

        def finish() -> None:
            if done.done():
                return
            if self.stage == "done":
                done.set_result(self.outcome)
            elif self.stage == "failed":
                done.set_exception(flat(words_of(self.outcome)))
            else:
                done.cancel()

        self.when_over(lambda: here.call_soon_threadsafe(finish))
        return done.__await__()


# The types of what a step may return to have its result later; the class of futures joins when there is one.
ASYNC_TYPES: set[Any] = {Promise}


class _Loop:
    """The event loop of this worker, in a thread of its own."""

    def __init__(self) -> None:
        self._loop: Any = None

    def get(self) -> Any:
        import asyncio

        with lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threads.start("coroutines", self._run)
            return self._loop

    def is_own(self, value: Any) -> bool:
        """Whether a value is this loop."""
        return value is not None and value is self._loop

    def _run(self) -> None:
        import asyncio

        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()


loop = _Loop()


def _make() -> Any:
    import asyncio

    base: Any = asyncio.Future

    class GearsFuture(Promise, base):  # type: ignore[misc]
        """A future of asyncio's that any thread may complete."""

        def __init__(self, *, loop: Any = None) -> None:
            base.__init__(self, loop=loop or _own_loop())
            Promise.__init__(self)
            self._callbacks_of: list[Any] = []

        def done(self) -> bool:
            return self.stage in _OVER

        def cancelled(self) -> bool:
            return self.stage == "cancelled"

        def cancel(self, msg: Any = None) -> bool:
            return self.end("cancelled", asyncio.CancelledError())

        def result(self) -> Any:
            if self.stage == "done":
                return self.outcome
            problem = self.exception()
            assert problem is not None
            raise problem

        def exception(self) -> Any:
            if not self.done():
                raise asyncio.InvalidStateError("Result is not ready.")
            if self.stage == "cancelled":
                raise asyncio.CancelledError
            return flat(words_of(self.outcome)) if self.stage == "failed" else None

        def set_result(self, result: Any) -> None:
            self._set("done", result)

        def set_exception(self, exception: Any) -> None:
            self._set("failed", exception() if isinstance(exception, type) else exception)

        def _set(self, stage: str, outcome: Any) -> None:
            if not self.end(stage, outcome):
                raise asyncio.InvalidStateError("invalid state")

        def add_done_callback(self, fn: Any, *, context: Any = None) -> None:
            if context is None:
                import contextvars

                context = contextvars.copy_context()
            entry = (fn, context)
            self._callbacks_of.append(entry)

            def call() -> None:
                if entry in self._callbacks_of:
                    self._callbacks_of.remove(entry)
                    self.get_loop().call_soon_threadsafe(fn, self, context=context)

            self.when_over(call)

        def remove_done_callback(self, fn: Any) -> int:
            left = [entry for entry in self._callbacks_of if entry[0] != fn]
            removed = len(self._callbacks_of) - len(left)
            self._callbacks_of[:] = left
            return removed

        def __await__(self) -> Any:
            # In another loop than the worker's own it is waited for as well.
            if asyncio._get_running_loop() is not self.get_loop():
                return (yield from Promise.__await__(self))
            if not self.done():
                self._asyncio_future_blocking = True
                yield self
            return self.result()

        __iter__ = __await__

    GearsFuture.__module__ = __name__
    GearsFuture.__qualname__ = "GearsFuture"
    ASYNC_TYPES.add(GearsFuture)
    return GearsFuture


def _own_loop() -> Any:
    return loop.get()


_made: list[Any] = []
_making = threading.RLock()


def __getattr__(name: str) -> Any:
    if name != "GearsFuture":
        raise AttributeError(name)
    with _making:
        if not _made:
            _made.append(_make())
        return _made[0]


def new() -> Any:
    """A new future."""
    return __getattr__("GearsFuture")() if "asyncio" in sys.modules else Promise()
