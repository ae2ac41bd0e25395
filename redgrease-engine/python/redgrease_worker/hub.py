"""Who runs what: threads that take turns at reading frames, greenlets that wait for the server.

One thread at a time, the leader, reads the socket and runs what the frames ask for. A call that asks the server for
something waits in its greenlet while the same thread goes on with other frames; a call that keeps its thread busy is
noticed by the server, which sends PROMOTE on the control socket, and another thread becomes the leader.
"""

import ctypes
import itertools
import os
import signal
import threading
import time
from _socket import CMSG_SPACE, SCM_RIGHTS, SOL_SOCKET, socket
from _thread import get_ident

from . import wire
from .contexts import Foreign, Waiter
from .errors import error, forcestopped, text_of
from .runner import Runner

# What every script that registers something asks for; the engine has the answer at hand.
_BRIEF = ("id", "check")


class Hub:
    """The worker's centre: streams, runners, requests to the server."""

    def __init__(self, sock, control, threads=3):
        self.stream = wire.Stream(sock)
        self.control = control
        self.handlers = {wire.REPLY: self.reply}
        self.runners = {}
        self.followers = []
        self.vacant = False
        # Threads that wait for a function and do nothing else, beyond those that the server allows.
        self.aside = 0
        self.change = threading.Lock()
        self.threads = threads
        self.waiters = {}
        self.numbers = itertools.count(1)
        self.foreign = Foreign()
        self.sync = {}
        # Channels whose call goes on without the server waiting for it.
        self.detached = []
        # Calls that may be aborted: number -> context; numbers of calls to skip when they come up.
        self.running = {}
        self.skipped = set()
        self.main = self.leader = Runner(self)
        self.main.main = True

    def run(self):
        """Serves until the server goes away."""
        threading.Thread(target=self._control, name="control", daemon=True).start()
        # Not the leader: the server may have asked for another one already.
        self.main.start()

    def main_is_free(self, leader):
        """Gives the lead back to the main thread when that has nothing to do: only there a signal ends a system call.

        Only `leader` may give it, if it still leads: another thread that got the lead meanwhile may be reading, and two
        readers would leave frames to nobody.
        """
        main = self.main
        if main not in self.followers or main.waiting:
            return False
        with self.change:
            if self.leader is not leader or main not in self.followers:
                return False
            self._lead(main)
        return True

    def abandon(self):
        """In a forked child: only the parent speaks for the worker. The child ends when it comes back for more work."""
        for stream in [self.stream] + [channel.stream for channel in self.sync.values()]:
            stream.abandon()
        self.control.close()
        self.change = threading.Lock()

    # -- contexts

    def here(self):
        """The runner or synchronous channel of this thread, if the engine started it."""
        ident = get_ident()
        return self.runners.get(ident) or self.sync.get(ident)

    @property
    def context(self):
        here = self.here()
        return self.foreign.context if here is None else here.context

    # -- requests

    def ask(self, kind, payload, brief=False):
        """Sends a request and gives the server's answer; nothing else runs here until a `brief` one is answered."""
        return self.ask_from(self.here(), kind, payload, brief)

    def ask_from(self, here, kind, payload, brief=False):
        """The same for the thread that this is, as `here` says."""
        if here is not None and here.__class__ is not Runner:
            return here.ask(kind, payload)
        number = next(self.numbers) & 0xFFFFFFFF
        waiter = self.waiters[number] = Waiter()
        # Set before the request can be answered: another thread may read the answer.
        waiter.runner = here
        frame = wire.pack(kind, number, payload)
        if here is None:
            waiter.lock = threading.Lock()
            waiter.lock.acquire()
            self.stream.send(frame)
            waiter.lock.acquire()
        else:
            self.stream.out.append(frame)
            here.wait(waiter, False, brief)
        return wire.loads(waiter.payload)

    def request(self, operation, *arguments):
        """Asks the server for something that is no Redis command."""
        ok, value = self.ask(wire.REQUEST, wire.dumps((operation, arguments)), operation in _BRIEF)
        if not ok:
            raise error(value)
        return value

    def tell(self, kind, number, payload):
        """Sends a frame that has no answer."""
        here = self.here()
        if here is not None and here.__class__ is Runner and self.leader is here:
            self.stream.out.append(wire.pack(kind, number, payload))
        else:
            self.stream.send(wire.pack(kind, number, payload))

    def reply(self, runner, number, payload):
        waiter = self.waiters.pop(number, None)
        if waiter is None:
            return
        waiter.payload = payload
        if waiter.lock is not None:
            waiter.lock.release()
        elif waiter.runner is runner:
            runner.resume(waiter)
        else:
            waiter.runner.inbox.put(waiter)
            self._wake(waiter.runner)

    # -- control

    def _control(self):
        inbox = wire.Stream(self.control)
        space = CMSG_SPACE(16)
        descriptors = []
        while True:
            while inbox.frames:
                kind, number, payload = inbox.frames.popleft()
                try:
                    self._command(kind, number, payload, descriptors)
                except Exception as problem:
                    os.write(2, ("control: %s\n" % text_of(problem)).encode())
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
            inbox.feed(data)

    def _command(self, kind, number, payload, descriptors):
        if kind == wire.PROMOTE:
            self._promote()
        elif kind == wire.ABORT:
            self._abort(number)
        elif kind == wire.SYNC:
            self.handlers[wire.SYNC](socket(fileno=descriptors.pop(0)))
        elif kind == wire.CONFIGURE:
            self.handlers[wire.CONFIGURE](None, number, payload)

    def _promote(self):
        with self.change:
            leader = self.leader
            # In this order: a leader that has taken a frame meanwhile does not receive any more.
            received = self.stream.received
            idle = leader is not None and not self.stream.frames and leader.receiving
            if not idle:
                self._change_leader()
        # An idle leader means that what the server waits for is a future, unless a frame is on its way.
        self.stream.send(wire.pack(wire.LEADING, 2 if idle else 0, wire.dumps(received & 0x7FFFFFFF)))

    def _change_leader(self):
        """Gives the lead to another thread. The caller holds `change`."""
        if self.followers:
            # The main thread first: only there a signal ends a call of the system.
            self._lead(next((one for one in self.followers if one.main), self.followers[-1]))
        elif not self._start_runner():
            self.vacant = True
            self.leader = None

    def _lead(self, follower):
        self.followers.remove(follower)
        self.leader = follower
        follower.inbox.put(None)

    def _start_runner(self):
        """Gives the lead to a new thread, unless there are enough or there is no room for one: memory may be limited."""
        if len(self.runners) >= self.threads + self.aside:
            return False
        runner = Runner(self)
        try:
            threading.Thread(target=runner.start, name="runner", daemon=True).start()
        except RuntimeError as problem:
            os.write(2, ("%s\n" % problem).encode())
            return False
        self.leader = runner
        # It may have looked already, and then waits for this.
        runner.inbox.put(None)
        return True

    def hand_over(self, runner, *left):
        """Leaves frames that may keep their thread for long to a thread on which no call waits for an answer: such a call could
        not go on before the end. Gives whether there is one.
        """
        if not runner.waiting:
            return False
        with self.change:
            if self.leader is not runner:
                return False
            frames = self.stream.frames
            frames.extendleft(reversed(left))
            free = next((one for one in self.followers if not one.waiting), None)
            if free is not None:
                self._lead(free)
            elif not self._start_runner():
                for _ in left:
                    frames.popleft()
                return False
        return True

    def give_back(self, runner, frames):
        """Frames that were taken before their time are to be taken again, before all others."""
        self.stream.frames.extendleft(reversed(frames))
        leader = self.leader
        if leader is not None and leader is not runner:
            self._wake(leader)

    # -- aborting

    def _abort(self, number):
        context = self.running.get(number)
        if context is None:
            self.skipped.add(number)
            self.stream.send(wire.pack(wire.ABORTED, number, b"N"))
            return
        context.stopped = True
        waiter = context.waiter
        if waiter is not None:
            waiter.stopped = True
            if waiter.runner is None:
                waiter.release()
            else:
                waiter.runner.inbox.put(waiter)
                self._wake(waiter.runner)
            return
        for runner in list(self.runners.values()) + list(self.sync.values()) + self.detached:
            if runner.target is context:
                if runner.main:
                    signal.pthread_kill(runner.ident, signal.SIGUSR1)
                else:
                    _raise_in(runner.ident)

    def _wake(self, runner):
        """Makes the leader look at its inbox, which it does not while it waits for the socket: the server answers."""
        with self.change:
            receiving = runner.receiving
        if receiving:
            self.stream.send(wire.pack(wire.LEADING, 1, b"N"))

    def on_signal(self, *_):
        """In the main thread: stops the call that runs there, if it is to be stopped."""
        runner = self.runners.get(get_ident())
        target = runner.target if runner is not None else None
        if target is not None and target.stopped:
            raise forcestopped()

    def stoppable(self, runner, context, body, *arguments):
        """Calls `body` so that an abort can reach it."""
        outer_context, outer_target = runner.context, runner.target
        runner.context = context
        try:
            try:
                runner.target = context
                return body(*arguments)
            finally:
                runner.target = None
        finally:
            try:
                if context.stopped and not runner.main:
                    # The exception may still be on its way to this thread.
                    _settle()
            except forcestopped:
                pass
            runner.context, runner.target = outer_context, outer_target


def _settle():
    for _ in range(20):
        time.sleep(0.001)


def _raise_in(ident):
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(ident), ctypes.py_object(forcestopped))
