"""The synchronous channel: calls that the server waits for."""

import threading
from _thread import get_ident

from . import wire
from .errors import error


class SyncChannel:
    """A thread that runs synchronous calls while the server waits for each of them."""

    main = False
    # No call of this thread waits while another one runs.
    waiting = 0

    def __init__(self, calls, stream):
        self.calls = calls
        self.hub = calls.hub
        self.stream = stream
        self.context = None
        self.target = None
        self.ident = None
        self.depth = 0
        self.detached = False
        self.answers = {}

    def serve(self):
        self.ident = get_ident()
        self.hub.sync[self.ident] = self
        try:
            while not self.detached:
                self._handle(self._frame())
        except (EOFError, OSError):
            self.hub.sync.pop(self.ident, None)
        finally:
            if self.detached:
                self.hub.detached.remove(self)

    def _frame(self):
        # Nobody else reads or writes here: the server waits for this thread, which answers it.
        stream = self.stream
        if not stream.frames:
            stream.fill()
        return stream.frames.popleft()

    def _handle(self, frame):
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

    def ask(self, kind, payload):
        """A request while the server waits: it answers at once, or first asks for another call."""
        number = next(self.hub.numbers) & 0xFFFFFFFF
        context, target = self.context, self.target
        self.stream.sock.sendall(wire.pack(kind, number, payload))
        while number not in self.answers:
            self._handle(self._frame())
        self.context, self.target = context, target
        return wire.loads(self.answers.pop(number))

    def answer(self, number, payload):
        """The result of a call."""
        frame = wire.pack(wire.RESULT, number, payload)
        if self.detached:
            self.hub.stream.send(frame)
        else:
            self.stream.sock.sendall(frame)

    def wait(self, waiter, long=False):
        raise error("Creating async record is not allowed")

    def detach(self, context):
        """The call goes on in this thread without the server waiting for it; another thread serves the channel."""
        if self.depth != 1:
            raise error("Creating async record is not allowed")
        self.detached = True
        self.hub.detached.append(self)
        self.hub.sync.pop(self.ident, None)
        self.hub.foreign.context = context
        self.stream.sock.sendall(wire.pack(wire.PROGRESS, context.number, b"N"))
        successor = SyncChannel(self.calls, self.stream)
        threading.Thread(target=successor.serve, name="sync", daemon=True).start()
