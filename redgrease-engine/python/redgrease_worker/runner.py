"""A thread that runs calls: it takes frames while it leads, and lets its greenlets wait for the server."""

from __future__ import annotations

from _thread import allocate_lock, get_ident

from . import base, wire
from .errors import error, forcestopped
from .lead import DONE, Seat
from .stopping import settle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .hub import Hub

# A thread keeps at most this many calls waiting; beyond that it takes no new ones.
_MOST_WAITING = 4096
_FLUSH_EVERY = 16
# Without greenlets every call that waits for a function has a thread, of which there are no more than this.
_MOST_ASIDE = 4096

# The package `greenlet`, False where there is none. Looked for by the first call that waits: it is a tenth of what an idle
# worker would hold.
_greenlets: Any = None


def _find_greenlets() -> Any:
    global _greenlets
    _greenlets = base.load("greenlet") or False
    return _greenlets


class Runner(Seat):
    """A thread that runs calls.

    Its calls run in greenlets that are all made by the first one, the root, in which none runs: one that is made inside
    a call begins at the depth of that call, and a few dozen of them would reach the limit of recursion.
    """

    def __init__(self, hub: Hub) -> None:
        super().__init__(allocate_lock())
        self.hub = hub
        self.context: Any = None
        # The call that may be stopped by an exception now.
        self.target: Any = None
        # Greenlets without a call.
        self.idle: list[Any] = []
        self.root: Any = None
        self.ident: int | None = None

    def start(self) -> None:
        """Runs calls until the server goes away."""
        self.ident = get_ident()
        self.hub.runners[self.ident] = self
        if not _greenlets:
            self.loop()
        self.root = _greenlets.getcurrent()
        while True:
            _greenlets.greenlet(self.loop).switch()

    # -- frames

    def loop(self, *_: Any) -> None:
        """Runs one call after the other; comes back when it could do so in greenlets, and does not."""
        hub = self.hub
        handlers = hub.handlers
        following = hub.lead.next
        out = hub.stream.out
        while True:
            if len(out) >= _FLUSH_EVERY:
                hub.stream.flush()
            item = following(self)
            if item.__class__ is tuple:
                kind, number, payload = item
                handlers[kind](self, number, payload)
                if self.root is None and _greenlets:
                    return
            elif item.__class__ is str:
                hub.act(self, item)
            else:
                self.resume(item)

    def tell(self, frame: Any) -> None:
        """Sends a frame that has no answer: with others, if this thread looks for what is to be written before it waits."""
        if self.hub.lead.leader is self:
            self.hub.stream.out.append(frame)
        else:
            self.hub.stream.send(frame)

    def answer(self, number: int, payload: Any) -> None:
        """The result of a call."""
        self.tell(wire.pack(wire.RESULT, number, payload))

    def resume(self, waiter: Any) -> None:
        """Goes on with a call that waited here."""
        if waiter.done:
            return
        waiter.done = True
        self.idle.append(_greenlets.getcurrent())
        waiter.greenlet.switch()

    # -- waiting for the server

    def wait(self, waiter: Any, long: bool = False, alone: bool = False) -> None:
        """Waits until somebody completes `waiter`: the server, soon, or with `long` a function, perhaps much later.

        `alone`, nothing else runs here meanwhile; nor in an atomic block, which would hold the server until that is over.
        """
        context, target = self.context, self.target
        alone = alone or (context is not None and context.atomic)
        waiter.runner = self
        self.context = self.target = None
        if context is not None:
            context.waiter = waiter
        try:
            if context is not None and context.stopped:
                # The abort came before, and may have sent an exception to this thread.
                waiter.done = True
                settle(self)
            else:
                self._wait(waiter, long, alone)
        finally:
            self.context, self.target = context, target
            if context is not None:
                context.waiter = None
        # Not before: an abort that finds no waiter any more finds the target.
        if context is not None and context.stopped:
            raise forcestopped()

    def _wait(self, waiter: Any, long: bool, alone: bool) -> None:
        self.waiting += 1
        try:
            greenlets = not alone and (_find_greenlets() if _greenlets is None else _greenlets)
            if greenlets and self.root is not None and self.waiting <= _MOST_WAITING:
                waiter.greenlet = greenlets.getcurrent()
                (self.idle.pop() if self.idle else self.root).switch()
            elif long and self.hub.lead.aside >= _MOST_ASIDE:
                raise error("%d calls wait, each in a thread of its own: install greenlet for more" % _MOST_ASIDE)
            elif long:
                self._wait_aside(waiter)
            else:
                self._wait_here(waiter)
        finally:
            self.waiting -= 1

    def _wait_here(self, waiter: Any) -> None:
        """Waits without running anything else."""
        hub = self.hub
        while True:
            word = hub.lead.until_answered(self, waiter)
            if word is DONE:
                break
            hub.act(self, word)
        waiter.done = True

    def _wait_aside(self, waiter: Any) -> None:
        """The same for what a function completes, while another thread takes this one's place."""
        lead = self.hub.lead
        self.hub.stream.flush()
        lead.step_aside(self)
        while lead.until_put(self, waiter) is not DONE:
            self.sleep()
        lead.step_back()
        waiter.done = True
