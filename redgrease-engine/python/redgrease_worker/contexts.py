"""What the function that runs now belongs to, and what it waits for."""

import threading


class Waiter:
    """A request that waits for the server's answer."""

    __slots__ = ("runner", "greenlet", "lock", "payload", "stopped", "done")

    def __init__(self):
        self.runner = None
        self.greenlet = None
        self.lock = None
        self.payload = None
        self.stopped = False
        self.done = False


class Context:
    """What the function that runs now belongs to."""

    __slots__ = (
        "number",
        "session",
        "atomic",
        "async_allowed",
        "may_wait",
        "future",
        "stopped",
        "command",
        "hook",
        "overridden",
        "waiter",
    )

    def __init__(self, number, session, async_allowed=True):
        self.number = number
        self.session = session
        self.atomic = 0
        self.async_allowed = async_allowed
        # Whether the step that runs now may return a future.
        self.may_wait = False
        self.future = None
        self.stopped = False
        self.command = None
        self.hook = None
        self.overridden = False
        self.waiter = None


class Foreign(threading.local):
    """The context of threads that the engine did not start."""

    context = None
