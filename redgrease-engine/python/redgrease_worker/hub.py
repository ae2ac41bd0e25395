"""The worker's centre: its threads, what they ask the server for, and what the server says on the control socket.

One thread at a time, the leader, takes the frames that ask for work and runs them. A call that asks the server for something
waits in its greenlet while the same thread goes on with other frames; a call that keeps its thread busy is noticed by the
server, which sends PROMOTE on the control socket, and another thread becomes the leader. `lead.py` has the rules.
"""

from __future__ import annotations

import itertools
import os
import threading
from _socket import CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET, socket
from _thread import get_ident

from . import threads, wire
from .contexts import Foreign, Waiter
from .errors import error, forcestopped
from .lead import FLUSH, READ, Lead, Seat
from .runner import Runner
from .stopping import stop, stoppable, unstoppable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# What every script that registers something asks for; the engine has the answer at hand.
_BRIEF = ("id", "check", "spreads")
# Stands for the context of a call that was aborted before it came up.
_SKIPPED = object()


class Hub:
    """The worker's centre: streams, runners, requests to the server."""

    def __init__(self, sock: Any, control: Any, threads: int = 3) -> None:
        bell, self._bell = os.pipe()
        self.stream = wire.Stream(sock, bell)
        self.control = control
        self.handlers: dict[int | str, Any] = {}
        # How many threads may run functions.
        self.threads = threads
        self.started = 1
        self.runners: dict[int, Runner] = {}
        self.numbers = itertools.count(1)
        self.foreign = Foreign()
        self.sync: dict[int, Any] = {}
        # Channels whose call goes on without the server waiting for it.
        self.detached: list[Any] = []
        # Calls that may be aborted: number -> context.
        self.running: dict[int, Any] = {}
        self.main = Runner(self)
        self.main.main = True
        self.lead = Lead(threading.Lock(), self.main, self.stream.out, self._start_runner, self._ring)

    def run(self) -> None:
        """Serves until the server goes away."""
        threads.start("control", self._control)
        self.main.start()

    def abandon(self) -> None:
        """In a forked child: only the parent speaks for the worker. The child ends when it comes back for more work."""
        self.lead.end(threading.Lock())
        for stream in [self.stream] + [channel.stream for channel in self.sync.values()]:
            stream.abandon()
        self.control.close()

    def _ring(self) -> None:
        os.write(self._bell, b"!")

    def _start_runner(self) -> Runner | None:
        """The seat of a new thread, unless there are enough or there is no room for one: memory may be limited."""
        if self.started >= self.threads + self.lead.aside:
            return None
        runner = Runner(self)
        try:
            threads.start("runner", runner.start)
        except RuntimeError as problem:
            os.write(2, ("%s\n" % problem).encode())
            return None
        self.started += 1
        return runner

    def act(self, seat: Seat, word: str) -> None:
        """Does what the lead says that a thread has to do."""
        if word is READ:
            try:
                frames, count = self.stream.receive()
                self.lead.arrived(seat, frames, count)
            except BaseException as problem:
                # A function that took this for an error of its own would leave all others waiting.
                threads.end(problem)
        elif word is FLUSH:
            self.stream.flush()
        else:
            seat.sleep()

    # -- contexts

    def here(self) -> Any:
        """The runner or synchronous channel of this thread, if the engine started it."""
        ident = get_ident()
        return self.runners.get(ident) or self.sync.get(ident)

    @property
    def context(self) -> Any:
        here = self.here()
        return self.foreign.context if here is None else here.context

    # -- requests

    def ask(self, kind: int, payload: Any, brief: bool = False) -> Any:
        """Sends a request and gives the server's answer; nothing else runs here until a `brief` one is answered."""
        return self.ask_from(self.here(), kind, payload, brief)

    def ask_from(self, here: Any, kind: int, payload: Any, brief: bool = False) -> Any:
        """The same for the thread that this is, as `here` says."""
        if here is not None and here.__class__ is not Runner:
            return here.ask(kind, payload)
        number = next(self.numbers) & 0xFFFFFFFF
        waiter = Waiter()
        # Set before the request can be answered: another thread may read the answer.
        waiter.runner = here
        frame = wire.pack(kind, number, payload)
        if here is None:
            waiter.lock = threading.Lock()
            waiter.lock.acquire()
            self.lead.waiters[number] = waiter
            self.stream.send(frame)
            waiter.lock.acquire()
        else:
            self.lead.waiters[number] = waiter
            self.stream.out.append(frame)
            here.wait(waiter, False, brief)
        return wire.loads(waiter.payload)

    def request(self, operation: str, *arguments: Any) -> Any:
        """Asks the server for something that is no Redis command."""
        ok, value = self.ask(wire.REQUEST, wire.dumps((operation, arguments)), operation in _BRIEF)
        if not ok:
            raise error(value)
        return value

    def tell(self, kind: int, number: int, payload: Any) -> None:
        """Sends a frame that has no answer."""
        here = self.here()
        frame = wire.pack(kind, number, payload)
        if here is None:
            self.stream.send(frame)
        else:
            here.tell(frame)

    def complete(self, waiter: Any) -> None:
        """What a waiter waits for is there. No abort of the call that says so may come in between."""
        here = self.here()
        if here is None:
            self.lead.put(waiter)
        else:
            unstoppable(here, self.lead.put, waiter)

    # -- control

    def _control(self) -> None:
        inbox = wire.Stream(self.control)
        space = CMSG_SPACE(16)
        descriptors = []
        while True:
            try:
                data, ancillary, _, _ = self.control.recvmsg(65536, space)
            except OSError:
                data, ancillary = b"", ()
            for level, kind, raw in ancillary:
                if level == SOL_SOCKET and kind == SCM_RIGHTS:
                    count = len(raw) // 4
                    descriptors += memoryview(raw[: count * 4]).cast("i").tolist()
            if not data:
                # The server is gone, and nothing that runs here may outlive it.
                os._exit(0)
            frames: list[wire.Frame] = []
            inbox.feed(data, frames)
            for kind, number, payload in frames:
                self._command(kind, number, payload, descriptors)

    def _command(self, kind: int, number: int, payload: Any, descriptors: list[int]) -> None:
        if kind == wire.PROMOTE:
            received, idle = self.lead.promote()
            # An idle leader means that what the server waits for is a future, unless a frame is on its way.
            self._offer(wire.pack(wire.LEADING, 2 if idle else 0, wire.dumps(received & 0x7FFFFFFF)))
        elif kind == wire.ABORT:
            self._abort(number)
        elif kind == wire.SYNC:
            self.handlers[wire.SYNC](socket(fileno=descriptors.pop(0)))
        elif kind == wire.PAGE:
            self.handlers[wire.PAGE](descriptors.pop(0))
        elif kind == wire.CONFIGURE:
            self.handlers[wire.CONFIGURE](None, number, payload)

    def _offer(self, frame: Any) -> None:
        # Not by waiting for room: the server may want something else of this thread meanwhile, and make room only then.
        if not self.stream.offer(frame):
            self.lead.look()

    # -- aborting

    def begins(self, number: int, context: Any) -> bool:
        """Notes a call that may be aborted; gives whether it was before it came up."""
        if self.running.setdefault(number, context) is context:
            return True
        self.running.pop(number, None)
        return False

    def _abort(self, number: int) -> None:
        context = self.running.setdefault(number, _SKIPPED)
        if context is _SKIPPED:
            self._offer(wire.pack(wire.ABORTED, number, b"N"))
            return
        # In this order. Whoever begins to wait, or goes on after that, notes it first and then looks at `stopped`.
        context.stopped = True
        waiter = context.waiter
        if waiter is not None:
            self.lead.put(waiter)
            return
        for runner in list(self.runners.values()) + list(self.sync.values()) + self.detached:
            if runner.target is context:
                stop(runner)

    def on_signal(self, *_: Any) -> None:
        """In the main thread: stops the call that runs there, if it is to be stopped."""
        runner = self.runners.get(get_ident())
        target = runner.target if runner is not None else None
        if target is not None and target.stopped:
            raise forcestopped()

    stoppable = staticmethod(stoppable)
