"""What the function that runs now belongs to, and what it waits for."""

import threading


class Waiter:
    """A request that waits for the server's answer."""

    runner = greenlet = lock = payload = None
    stopped = done = False

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

    def __init__(self, number, session):
        self.number = number
        self.session = session


class Foreign(threading.local):
    """The context of threads that the engine did not start."""

    context = None
