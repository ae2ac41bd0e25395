"""Frames: length (u32, counting what follows), type (u8), number (u32), marshalled payload. Little endian."""

from __future__ import annotations

import marshal
import os
import select
import struct
import threading
from _socket import MSG_DONTWAIT
from collections import deque
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    # Kind, number, payload.
    Frame = tuple[Any, int, Any]

HELLO, LOAD, RESTORE, CALL, BATCH, REPLY, ABORT, DROP, PROMOTE, CONFIGURE, SYNC, OVER, REGISTERED, PROFILE, BEGIN = range(1, 16)
ARRIVAL, PAGE, TRY = range(16, 19)
READY, RESULT, PROGRESS, EXECUTE, ATOMIC_BEGIN, ATOMIC_END, REQUEST, LOG, ABORTED, LEADING, EXECUTE_ATOMIC, BEGUN = range(65, 77)
CROSSING = 77

# How the records of a batch are laid out.
PLAIN, KEYS, KEYS_ONLY, STREAM, GENERATOR = 0, 1, 2, 3, 9
# Bits of its flags.
LAST, BINARY, NO_ASYNC, CARRY_ON, SAY_BEGUN, SAY_RESTS, IN_TURN, AHEAD = 1, 2, 4, 8, 16, 32, 64, 128

_HEAD = struct.Struct("<IBI")
_NUMBER = struct.Struct("<I")
_VERSION = 2
# What is received at once. The buffer is kept: one of this size per frame would cost more system calls than the frame.
_ROOM = 262144
# For how many seconds a reader looks again and again before it sleeps, where the last frame came quickly: to be woken up
# takes longer than most round trips.
_AWAKE = 0.00005
# Others go first: on a busy machine the server itself may wait for this processor.
_give_way: Callable[[], None] = getattr(os, "sched_yield", lambda: None)

# A script may put others in their place.
loads, _dumps = marshal.loads, marshal.dumps


def dumps(value: Any) -> bytes:
    """`value` marshalled."""
    return _dumps(value, _VERSION)


def pack(kind: int, number: int, payload: bytes) -> bytes:
    """A frame around a marshalled payload."""
    return _HEAD.pack(len(payload) + 5, kind, number) + payload


class Nobody:
    """What a forked child has instead of the worker's socket: nobody listens, and nothing comes."""

    def sendall(self, data: bytes) -> None:
        """Loses the data."""

    def send(self, data: bytes, flags: int = 0) -> int:
        """Loses the data."""
        return len(data)

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0) -> int:
        """The end of file."""
        return 0


# The frames of runs whose records come in pieces.
_PIECES = frozenset((BEGIN, BATCH, ARRIVAL))


class Stream:
    """A socket that carries frames; any thread may write, one at a time reads."""

    def __init__(self, sock: Any, bell: int | None = None) -> None:
        """Whoever reads comes back when there is something to read from `bell`, a descriptor."""
        self.sock = sock
        # Frames that wait for a flush.
        self.out: deque[bytes] = deque()
        # Called with each frame of a run whose records come in pieces, in their order, before anybody can take it.
        self.came: Callable[[int, int, Any], None] = lambda kind, number, payload: None
        self._bell = bell
        self._poll: select.poll | None = None
        self._writing = threading.Lock()
        self._room: memoryview | None = None
        self._rest = b""
        # A frame that is larger than what is received at once, and how much of it is there.
        self._large: bytearray | None = None
        self._filled = 0
        self._quick = False

    # -- writing

    def flush(self) -> None:
        """Writes what waits."""
        out = self.out
        while out:
            with self._writing:
                try:
                    self.sock.sendall(self._taken())
                except OSError:
                    # What runs here can tell nobody what becomes of it; the server answers those who wait.
                    os._exit(1)

    def send(self, frame: bytes) -> None:
        """Writes a frame now, after what waits."""
        self.out.append(frame)
        self.flush()

    def offer(self, frame: bytes) -> bool:
        """Writes a frame, and what waits, without waiting for room; gives whether nothing is left to be written."""
        out = self.out
        out.append(frame)
        while out:
            if not self._writing.acquire(False):
                # Whoever writes looks again afterwards.
                return True
            try:
                data = self._taken()
                try:
                    data = data[self.sock.send(data, MSG_DONTWAIT) :]
                except BlockingIOError:
                    pass
                except OSError:
                    os._exit(1)
                if data:
                    out.appendleft(data)
                    return False
            finally:
                self._writing.release()
        return True

    def _taken(self) -> bytes:
        # The caller holds `_writing`.
        out = self.out
        pieces = []
        while out:
            pieces.append(out.popleft())
        return b"".join(pieces)

    # -- reading

    def receive(self) -> tuple[list[Frame], int]:
        """The whole frames that come next, and in how many bytes: none of them when the bell rang. One thread at a time."""
        frames: list[Frame] = []
        total = 0
        while not frames:
            large = self._large
            if large is not None:
                view = memoryview(large)[self._filled :]
            else:
                if self._room is None:
                    self._room = memoryview(bytearray(_ROOM))
                view = self._room
            count = self._some(view)
            if count is None:
                break
            if not count:
                raise EOFError("the server closed the connection")
            total += count
            if large is None:
                self.feed(view[:count], frames)
            else:
                self._filled += count
                if self._filled == len(large):
                    self._large = None
                    self._add(frames, large[4], _NUMBER.unpack_from(large, 5)[0], memoryview(large)[9:])
        if len(frames) > 1:
            # There is more than one caller: somebody else has use for the processor.
            self._quick = False
        return frames, total

    def _some(self, view: memoryview) -> int | None:
        """Receives what is there or comes; None when the bell rang."""
        receive = self.sock.recv_into
        begun = perf_counter()
        end = begun + _AWAKE if self._quick else begun
        # Where no bell rings it can sleep in the call itself.
        flags = 0 if self._bell is None and not self._quick else MSG_DONTWAIT
        while True:
            try:
                count = receive(view, 0, flags)
                break
            except BlockingIOError:
                if perf_counter() < end:
                    _give_way()
                    continue
            if self._bell is None:
                flags = 0
            elif self._rang():
                return None
        self._quick = perf_counter() - begun < 2 * _AWAKE
        return count

    def _rang(self) -> bool:
        """Sleeps until there is something to receive, or the bell rings: gives whether it did."""
        poll = self._poll
        if poll is None:
            poll = self._poll = select.poll()
            poll.register(self.sock.fileno(), select.POLLIN)
            if self._bell is not None:
                poll.register(self._bell, select.POLLIN)
        for descriptor, _ in poll.poll():
            if descriptor == self._bell:
                os.read(descriptor, 64)
                return True
        return False

    def feed(self, data: Any, frames: list[Frame]) -> None:
        """Cuts bytes into frames; what is left belongs to the next one."""
        data = self._rest + data if self._rest else bytes(data)
        at, end = 0, len(data)
        while end - at >= 9:
            length, kind, number = _HEAD.unpack_from(data, at)
            stop = at + 4 + length
            if stop > end:
                if length >= _ROOM:
                    # Bytes that come in many pieces are not put together anew with each of them.
                    self._large = bytearray(4 + length)
                    self._filled = end - at
                    self._large[: self._filled] = data[at:]
                    at = end
                break
            self._add(frames, kind, number, data[at + 9 : stop])
            at = stop
        self._rest = data[at:]

    def _add(self, frames: list[Frame], kind: int, number: int, payload: Any) -> None:
        if kind in _PIECES:
            self.came(kind, number, payload)
        frames.append((kind, number, payload))

    def abandon(self) -> None:
        """In a forked child: the socket, what waits in it, and the locks of threads that are not here belong to the parent."""
        self._writing = threading.Lock()
        self.out.clear()
        self._quick = False
        sock, self.sock = self.sock, Nobody()
        sock.close()
