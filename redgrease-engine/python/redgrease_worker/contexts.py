"""What the function that runs now belongs to, and what it waits for."""

import threading


class Waiter:
    """Something that a call waits for: the answer to a request, or what another thread completes."""

    # The thread in which it waits, where the engine started that; else a lock that is held until the end of the wait.
    runner = lock = None
    greenlet = payload = None
    # Whether what it waits for is in its thread's inbox, or was; and whether the call has gone on.
    there = done = False

    def release(self):
        """Lets a thread go on that waits for the lock; somebody else may have done so already."""
        try:
            self.lock.release()
        except RuntimeError:
            pass


class Context:
    """What the function that runs now belongs to."""

    atomic = 0
    async_allowed = True
    # Whether the step that runs now may return a future.
    may_wait = False
    stopped = overridden = False
    future = command = hook = waiter = None
    # Where its commands run.
    database = 0

    def __init__(self, number, session, cause=None):
        self.number = number
        self.session = session
        if cause is not None:
            self.database = cause.database


class Foreign(threading.local):
    """The context of threads that the engine did not start."""

    context = None
