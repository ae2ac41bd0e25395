"""The synchronous channel: calls that the server waits for."""

from __future__ import annotations

from _thread import allocate_lock, get_ident

from . import threads, wire
from .errors import error
from .lead import DONE, Seat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .calls import Calls


class SyncChannel(Seat):
    """A thread that runs synchronous calls while the server waits for each of them.

    It may wait for nothing that the server, or another thread of this process, does only after that call: it writes to
    its own socket alone, and restores functions itself.
    """

    def __init__(self, calls: Calls, stream: wire.Stream) -> None:
        super().__init__(allocate_lock())
        self.calls = calls
        self.hub = calls.hub
        self.stream = stream
        self.frames: list[wire.Frame] = []
        self.context: Any = None
        self.target: Any = None
        self.ident = 0
        self.depth = 0
        self.detached = False
        self.answers: dict[int, Any] = {}

    def serve(self) -> None:
        """Runs calls, until one of them goes on without the server waiting for it."""
        self.ident = get_ident()
        self.hub.sync[self.ident] = self
        while not self.detached:
            self._handle(self._frame())
        self.hub.detached.remove(self)

    def _frame(self) -> Any:
        # Nobody else reads or writes here: the server waits for this thread, which answers it.
        if not self.frames:
            self.frames, _ = self.stream.receive()
        return self.frames.pop(0)

    def _handle(self, frame: Any) -> None:
        kind, number, payload = frame
        if kind == wire.REPLY:
            self.answers[number] = payload
            return
        self.depth += 1
        outer = self.context, self.target
        try:
            self.hub.handlers[kind](self, number, payload)
        finally:
            self.depth -= 1
            self.context, self.target = outer

    def ask(self, kind: int, payload: Any) -> Any:
        """A request while the server waits: it answers at once, or first asks for another call."""
        number = next(self.hub.numbers) & 0xFFFFFFFF
        context, target = self.context, self.target
        self.stream.sock.sendall(wire.pack(kind, number, payload))
        while number not in self.answers:
            self._handle(self._frame())
        self.context, self.target = context, target
        return wire.loads(self.answers.pop(number))

    def tell(self, frame: Any) -> None:
        """Sends a frame that has no answer."""
        if self.detached:
            self.hub.stream.send(frame)
        else:
            self.stream.sock.sendall(frame)

    def answer(self, number: int, payload: Any) -> None:
        """The result of a call."""
        self.tell(wire.pack(wire.RESULT, number, payload))

    def wait_for_definitions(self, name: str, number: int) -> None:
        """Waits until as many definitions of a session are worked off: by this thread, if need be."""
        lead = self.hub.lead
        while True:
            item = lead.until_defined(self, name, number)
            if item is DONE:
                return
            if item.__class__ is tuple:
                self.calls.restore(self, item[1], item[2])
            else:
                self.hub.act(self, item)

    def wait(self, waiter: Any, long: bool = False) -> None:
        """A synchronous call does not wait for functions."""
        raise error("Creating async record is not allowed")

    def detach(self, context: Any) -> None:
        """The call goes on in this thread without the server waiting for it; another thread serves the channel."""
        if self.depth != 1:
            raise error("Creating async record is not allowed")
        self.detached = True
        self.hub.detached.append(self)
        self.hub.sync.pop(self.ident, None)
        self.hub.foreign.context = context
        self.stream.sock.sendall(wire.pack(wire.PROGRESS, context.number, b"N"))
        SyncChannel(self.calls, self.stream).start()

    def start(self) -> None:
        """Starts the thread."""
        threads.start("sync", self.serve, lambda: self.detached)
