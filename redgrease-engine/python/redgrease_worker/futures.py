"""Futures and coroutines: results of steps that come later.

`asyncio` is imported where it is used: most workers never run a coroutine, and it is half of what they would load.
"""

import threading
import types
from _thread import get_ident

from . import runtime, threads
from .contexts import Context, Waiter
from .errors import error, flat, forcestopped, text_of, words_of
from .runner import Runner

_lock = threading.Lock()


class GearsFuture:
    """A result that comes later. Returned by a step, it stands for the step's result."""

    def __init__(self):
        self._state = "new"
        self._value = None
        # Called with the result when a step has given this future.
        self._done = None
        self._callbacks = []
        self._maker = None

    def __repr__(self):
        return "<GearsFuture %s>" % ("finished" if self._state in ("done", "failed") else "pending")

    # -- completion, from any thread

    def continueRun(self, value=None):
        """The result is there."""
        self._complete("done", value)

    def continueFailed(self, problem=None):
        """There will be no result."""
        self._complete("failed", problem)

    def _complete(self, state, value):
        with _lock:
            if self._state in ("done", "failed", "lost"):
                raise error("Can not continue with the same future twice")
            if self._state == "created" and self._maker == get_ident():
                raise error("Can not handle future untill it returned from the callback")
            self._state = state
            self._value = value
            done = self._done
            callbacks, self._callbacks = self._callbacks, []
        if done is not None:
            done(state == "done", value)
        for callback in callbacks:
            callback()

    def __del__(self):
        done = self._done
        if done is not None and self._state == "waiting":
            self._state = "lost"
            self._value = "Async record did not called continue"
            done(False, self._value)

    def __await__(self):
        import asyncio

        loop = asyncio.get_event_loop()
        done = loop.create_future()

        def finish():
            if done.done():
                return
            if self._state == "done":
                done.set_result(self._value)
            else:
                done.set_exception(flat(words_of(self._value)))

        def callback():
            loop.call_soon_threadsafe(finish)

        with _lock:
            ready = self._state in ("done", "failed")
            if not ready:
                self._callbacks.append(callback)
        if ready:
            finish()
        return done.__await__()


def gearsFuture(*arguments, **keywords):
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

    future = GearsFuture()
    future._state = "created"
    future._maker = get_ident()
    context.future = weakref.ref(future)
    return future


# -- coroutines


class _Loop:
    """The event loop of this worker, in a thread of its own."""

    def __init__(self):
        self._loop = None

    def get(self):
        import asyncio

        with _lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threads.start("coroutines", self._run)
            return self._loop

    def is_own(self, value):
        """Whether a value is this loop."""
        return value is not None and value is self._loop

    def _run(self):
        import asyncio

        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()


loop = _Loop()


class _Task:
    """A coroutine that acts for the context it was made in."""

    def __init__(self, coroutine, context):
        self._coroutine = coroutine
        self._context = context

    def __await__(self):
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


async def _drive(coroutine, context):
    return await _Task(coroutine, context)


def _schedule(coroutine, context, finish, delay=0):
    import asyncio

    running = loop.get()

    async def body():
        try:
            if delay:
                await asyncio.sleep(delay)
            result = await _drive(coroutine, context)
        except BaseException as problem:
            finish(False, problem)
        else:
            finish(True, result)

    asyncio.run_coroutine_threadsafe(body(), running)


def runCoroutine(coroutine, f=None, delay=0, s=None):
    """Runs a coroutine; its result or exception goes to the future `f`."""
    outer = runtime.hub.context

    def finish(ok, value):
        if f is None:
            if not ok:
                runtime.log("Exception in a coroutine: %s" % text_of(value), "warning")
        elif ok:
            f.continueRun(value)
        else:
            f.continueFailed(words_of(value))

    context = s.context() if s is not None else Context(0, None) if outer is None else outer.derived()
    _schedule(coroutine, context, finish, delay)


def createFuture():
    """An asyncio future that other threads may complete."""
    return loop.get().create_future()


def setFutureResults(future, value):
    """Completes a future of `createFuture` from any thread."""
    loop.get().call_soon_threadsafe(future.set_result, value)


def setFutureException(future, problem):
    """Fails a future of `createFuture` from any thread."""
    if not isinstance(problem, BaseException):
        problem = Exception(problem)
    loop.get().call_soon_threadsafe(future.set_exception, problem)


# -- steps that wait

ASYNC_TYPES = frozenset((types.CoroutineType, GearsFuture))


class _Signal:
    """Something that a call waits for, or will not."""

    __slots__ = ("ready", "waiter")

    def __init__(self):
        self.ready = False
        self.waiter = None

    def set(self):
        """It is there; from any thread."""
        # In this order: whoever waits notes it first and then looks.
        self.ready = True
        waiter = self.waiter
        if waiter is not None:
            runtime.hub.complete(waiter)


class _Wait:
    """Waits for the results of steps that are futures or coroutines."""

    signal = _Signal

    def __call__(self, holder):
        """The result, once it is there."""
        signal = _Signal()
        come = []

        def done(ok, value):
            come.append((ok, value))
            signal.set()

        self.begin(holder, done)
        self.until(signal)
        ok, value = come[0]
        if not ok:
            raise flat(words_of(value))
        return value

    def begin(self, holder, done):
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
        with _lock:
            over = result._state not in ("new", "created")
            if not over:
                result._state = "waiting"
                result._done = done
        context.future = None
        if over:
            done(result._state == "done", result._value)
        # From here on only the function's own references keep the future alive: one that nobody can complete any more ends
        # the wait when it is collected.

    def until(self, signal):
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
    def _block(here, waiter):
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
    def refuse(result, text):
        if result.__class__ is not types.CoroutineType:
            raise flat("Step does not support async")
        result.close()
        raise flat(text)


wait = _Wait()

PUBLIC = (GearsFuture, gearsFuture, runCoroutine, createFuture, setFutureResults, setFutureException)
