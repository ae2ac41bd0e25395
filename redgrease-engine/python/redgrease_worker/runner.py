"""A thread that runs calls: it takes frames while it leads, and lets its greenlets wait for the server."""

from _queue import SimpleQueue
from _thread import get_ident

from . import base, wire
from .errors import forcestopped

# A thread keeps at most this many calls waiting; beyond that it takes no new ones.
_MOST_WAITING = 256
_FLUSH_EVERY = 16

# The package `greenlet`, False where there is none. Looked for by the first call that waits: it is a tenth of what an idle
# worker would hold.
_greenlets = None


def _find_greenlets():
    global _greenlets
    _greenlets = base.load("greenlet") or False
    return _greenlets


class Runner:
    """A thread that runs calls."""

    def __init__(self, hub):
        self.hub = hub
        self.inbox = SimpleQueue()
        self.context = None
        # The call that may be stopped by an exception now.
        self.target = None
        self.waiting = 0
        self.idle = []
        self.ident = None
        self.main = False
        # Whether the thread waits for frames, and so is free.
        self.receiving = False

    def start(self):
        self.ident = get_ident()
        self.hub.runners[self.ident] = self
        self.loop()

    # -- frames

    def loop(self, *_):
        hub = self.hub
        handlers = hub.handlers
        inbox = self.inbox
        stream = hub.stream
        frames, out = stream.frames, stream.out
        while True:
            if hub.leader is not self:
                self.take(self.follow())
                continue
            if not self.main and hub.main_is_free(self):
                continue
            if not inbox.empty():
                self.take(inbox.get())
                continue
            if out and (not frames or len(out) >= _FLUSH_EVERY):
                stream.flush()
            try:
                kind, number, payload = frames.popleft()
            except IndexError:
                self.receive()
                continue
            handlers[kind](self, number, payload)

    def receive(self):
        """Waits for frames, if this thread leads and nothing is in its inbox.

        Both are looked at under the lock under which others look at `receiving`: whoever puts something into the inbox
        of a thread that receives asks the server for a frame that ends the wait, and a thread that receives keeps the
        lead.
        """
        hub = self.hub
        with hub.change:
            if hub.leader is not self or not self.inbox.empty():
                return
            self.receiving = True
        try:
            hub.stream.fill()
        finally:
            self.receiving = False

    def follow(self):
        """Not the leader: waits for a reply to a waiting greenlet, which it gives, or for the lead."""
        hub = self.hub
        hub.stream.flush()
        with hub.change:
            if hub.vacant:
                hub.vacant = False
                hub.leader = self
                return None
            hub.followers.append(self)
        item = self.inbox.get()
        with hub.change:
            if self in hub.followers:
                hub.followers.remove(self)
        return item

    def take(self, item):
        if item is not None:
            self.resume(item)

    def answer(self, number, payload):
        """The result of a call."""
        frame = wire.pack(wire.RESULT, number, payload)
        if self.hub.leader is self:
            self.hub.stream.out.append(frame)
        else:
            self.hub.stream.send(frame)

    def resume(self, waiter):
        if waiter.done:
            return
        waiter.done = True
        if waiter.greenlet is None:
            return
        self.idle.append(_greenlets.getcurrent())
        waiter.greenlet.switch()

    # -- waiting for the server

    def wait(self, waiter, long=False, alone=False):
        """Waits until somebody completes `waiter`: the server, soon, or with `long` a function, perhaps much later.

        `alone`, nothing else runs here meanwhile; nor in an atomic block, which would hold the server until that is over.
        """
        context, target = self.context, self.target
        alone = alone or (context is not None and context.atomic)
        greenlets = not alone and (_find_greenlets() if _greenlets is None else _greenlets)
        waiter.runner = self
        if context is not None:
            context.waiter = waiter
        self.context = self.target = None
        try:
            if long and context is not None and context.stopped:
                # The abort came before, and its exception is for bytecode.
                raise forcestopped()
            self.waiting += 1
            try:
                if greenlets and self.waiting <= _MOST_WAITING:
                    waiter.greenlet = greenlets.getcurrent()
                    hub = self.idle.pop() if self.idle else greenlets.greenlet(self.loop)
                    hub.switch()
                elif long:
                    self._wait_aside(waiter)
                else:
                    self._wait_here(waiter, alone)
            finally:
                self.waiting -= 1
        finally:
            self.context, self.target = context, target
            if context is not None:
                context.waiter = None
        if waiter.stopped:
            raise forcestopped()

    def _wait_aside(self, waiter):
        """Waits without running anything else, while another thread takes this one's place."""
        hub = self.hub
        hub.stream.flush()
        others = []
        with hub.change:
            hub.aside += 1
            if hub.leader is self:
                hub._change_leader()
        while not waiter.done:
            item = self.inbox.get()
            if item is waiter:
                waiter.done = True
            elif item is not None:
                others.append(item)
        with hub.change:
            hub.aside -= 1
        for item in others:
            self.inbox.put(item)

    def _wait_here(self, waiter, alone):
        """Waits without running anything else. What comes meanwhile waits too if `alone`, else another thread takes it."""
        hub, stream = self.hub, self.hub.stream
        held = []
        others = []
        stream.flush()
        while not waiter.done:
            if hub.leader is not self or not self.inbox.empty():
                item = self.follow() if hub.leader is not self else self.inbox.get()
                if item is waiter:
                    waiter.done = True
                elif item is not None:
                    others.append(item)
                continue
            self.receive()
            while stream.frames and not waiter.done:
                frame = stream.frames.popleft()
                kind, number, payload = frame
                other = hub.waiters.get(number)
                if kind != wire.REPLY:
                    held.append(frame)
                elif other is not None and other is not waiter and other.runner is self:
                    # It would go on here and now.
                    hub.waiters.pop(number).payload = payload
                    others.append(other)
                else:
                    hub.reply(self, number, payload)
            if held and not alone and not waiter.done and hub.hand_over(self, *held):
                held = []
        if held:
            hub.give_back(self, held)
        for item in others:
            self.inbox.put(item)
