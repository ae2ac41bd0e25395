"""What the function that runs now belongs to, and what it waits for."""

from __future__ import annotations

import threading

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Waiter:
    """Something that a call waits for: the answer to a request, or what another thread completes."""

    # The thread in which it waits, where the engine started that; else a lock that is held until the end of the wait.
    runner: Any = None
    lock: Any = None
    greenlet: Any = None
    payload: Any = None
    # Whether what it waits for is in its thread's inbox, or was; and whether the call has gone on.
    there = done = False

    def release(self) -> None:
        """Lets a thread go on that waits for the lock; somebody else may have done so already."""
        try:
            self.lock.release()
        except RuntimeError:
            pass


class Context:
    """What the function that runs now belongs to."""

    _cause: Context | None = None
    _overridden = False
    atomic = 0
    async_allowed = True
    # Whether the step that runs now may return a future.
    may_wait = False
    stopped = False
    # Whether the server wants to know when the call waits for a future.
    says_rest = False
    future: Any = None
    waiter: Waiter | None = None
    # Called when the next one may begin that comes after it in order.
    turn_over: Any = None
    # Modules, each with the names that are taken from it, if the engine wants to know whether all of that is imported.
    imports: Any = ()
    # Where its commands run.
    database = 0
    # The id of its registration, where it has records of a stream.
    plan = None

    def __init__(self, number: int, session: Any, cause: Context | None = None, command: Any = None, hook: Any = None) -> None:
        """`cause`: the context of what this acts for. `command`: the words of the command that the function runs for, and `hook`
        the hook that it runs in, with the name of its command.
        """
        self.number = number
        self.session = session
        self.command = command
        self.hook = hook
        if cause is not None:
            self._cause = cause
            self.command = cause.command
            self.hook = cause.hook
            self.database = cause.database
            self.plan = cause.plan

    def derived(self) -> Context:
        """The same for a coroutine, or a thread of a script, that acts for the call."""
        return Context(self.number, self.session, self)

    @property
    def aborted(self) -> bool:
        """Whether the call that this is, or acts for, is to end."""
        return self.stopped or (self._cause is not None and self._cause.aborted)

    def rests(self, hub: Any) -> None:
        """The call waits for a future: the next one may begin that comes after it in order."""
        if self.says_rest:
            self.says_rest = False
            hub.tell(wire.PROGRESS, self.number, b"N")
            if self.turn_over is not None:
                self.turn_over()

    @property
    def overridden(self) -> bool:
        """Whether the reply of the command was replaced, by this or by what it acts for."""
        return self._overridden if self._cause is None else self._cause.overridden

    @overridden.setter
    def overridden(self, overridden: bool) -> None:
        if self._cause is None:
            self._overridden = overridden
        else:
            self._cause.overridden = overridden


class Foreign(threading.local):
    """The context of threads that the engine did not start."""

    context: Context | None = None
