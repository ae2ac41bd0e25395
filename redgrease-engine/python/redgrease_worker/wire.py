"""Frames: length (u32, counting what follows), type (u8), number (u32), marshalled payload. Little endian."""

import marshal
import os
import struct
import threading
from _socket import MSG_DONTWAIT
from collections import deque
from time import perf_counter

HELLO, LOAD, RESTORE, CALL, BATCH, REPLY, ABORT, DROP, PROMOTE, CONFIGURE, SYNC, OVER, REGISTERED, PROFILE, BEGIN = range(1, 16)
READY, RESULT, PROGRESS, EXECUTE, ATOMIC_BEGIN, ATOMIC_END, REQUEST, LOG, ABORTED, LEADING, EXECUTE_ATOMIC, BEGUN = range(65, 77)

_HEAD = struct.Struct("<IBI")
_VERSION = 2
# What is received at once. The buffer is kept: one of this size per frame would cost more system calls than the frame.
_ROOM = 262144
# For how many seconds a reader looks again and again before it sleeps, where the last frame came quickly: to be woken up
# takes longer than most round trips.
_AWAKE = 0.00005
# Others go first: on a busy machine the server itself may wait for this processor.
_give_way = getattr(os, "sched_yield", lambda: None)

loads = marshal.loads


def dumps(value):
    """`value` marshalled."""
    return marshal.dumps(value, _VERSION)


def pack(kind, number, payload):
    """A frame around a marshalled payload."""
    return _HEAD.pack(len(payload) + 5, kind, number) + payload


class Nobody:
    """What a forked child has instead of the worker's socket: nobody listens, and nothing comes."""

    def sendall(self, data):
        """Loses the data."""

    def recv_into(self, buffer, size=0, flags=0):
        """The end of file."""
        return 0


class Stream:
    """A socket that carries frames; any thread may write, one at a time reads."""

    def __init__(self, sock):
        self.sock = sock
        self.frames = deque()
        # How many bytes have come, counted once their frames are in `frames`.
        self.received = 0
        self.reading = threading.Lock()
        self._writing = threading.Lock()
        # Frames that wait for a flush.
        self.out = deque()
        # Called with the number of a run whose records come in pieces, before anybody can take one of its frames.
        self.begun = None
        self._rest = b""
        self._room = None
        self._quick = False

    def flush(self):
        """Writes what waits."""
        out = self.out
        while out:
            with self._writing:
                pieces = []
                while out:
                    pieces.append(out.popleft())
                if pieces:
                    try:
                        self.sock.sendall(b"".join(pieces))
                    except OSError:
                        # What runs here can tell nobody what becomes of it; the server answers those who wait.
                        os._exit(1)

    def send(self, frame):
        """Writes a frame now, after what waits."""
        self.out.append(frame)
        self.flush()

    def fill(self):
        """Blocks until at least one whole frame is there. The caller holds `reading`."""
        frames = self.frames
        room = self._room
        if room is None:
            room = self._room = memoryview(bytearray(_ROOM))
        while not frames:
            begun = perf_counter()
            count = self._look(room, begun + _AWAKE) if self._quick else None
            if count is None:
                count = self.sock.recv_into(room)
                self._quick = perf_counter() - begun < 2 * _AWAKE
            if not count:
                raise EOFError("the server closed the connection")
            self.feed(bytes(room[:count]))
            self.received += count
            if len(frames) > 1:
                # There is more than one caller: somebody else has use for the processor.
                self._quick = False

    def _look(self, room, end):
        """Receives what comes until `end`; None when nothing has."""
        receive = self.sock.recv_into
        while True:
            try:
                return receive(room, 0, MSG_DONTWAIT)
            except BlockingIOError:
                if perf_counter() > end:
                    return None
            _give_way()

    def feed(self, data):
        """Cuts bytes into frames."""
        if self._rest:
            data = self._rest + data
        at, end = 0, len(data)
        while end - at >= 9:
            length, kind, number = _HEAD.unpack_from(data, at)
            stop = at + 4 + length
            if stop > end:
                break
            if kind == BEGIN:
                self.begun(number)
            self.frames.append((kind, number, data[at + 9 : stop]))
            at = stop
        self._rest = data[at:]

    def abandon(self):
        """In a forked child: the socket, what waits in it, and the locks of threads that are not here belong to the parent."""
        self.reading = threading.Lock()
        self._writing = threading.Lock()
        self.out.clear()
        self.frames.clear()
        sock, self.sock = self.sock, Nobody()
        sock.close()
