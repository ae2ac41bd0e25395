"""Which thread takes the frames of the server, and which one reads them from the socket.

Everything here happens under one lock, and nothing here reads, writes, runs or waits: a thread asks what it has to do, does
that, and asks again. What can happen between two questions is therefore all that can happen, and
`tests/lead/model.py` tries every order of it.

* One thread at a time reads. In one step it stops to and hands over what came: answers to those who wait for them, all
  else to the leader.
* One thread at a time leads: it takes what came. A leader that runs something can be replaced at any time: when the server
  says so, which hears nothing of the worker, or when others have read often enough, or itself, what it does not take. One
  that is free stays: it is woken, if it does not read.
* A thread that waits for one answer and takes nothing else reads if nobody does. Whoever stops reading for something
  else to do wakes one that needs somebody to read.
"""

from __future__ import annotations

from collections import deque

from . import wire

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from .contexts import Waiter

    # Kind, number, payload.
    Frame = tuple[Any, int, Any]

# So often something is read while a frame waits for a leader that runs something. The server cannot notice such a leader:
# it hears of the worker all the time.
_MOST_READS = 64

# What a thread has to do, where that is neither a frame nor a waiter.
READ, SLEEP, FLUSH, DONE = "read", "sleep", "flush", "done"


class Seat:
    """The place of one thread."""

    # Whether it is the main thread of the process.
    main = False

    def __init__(self, gate: Any) -> None:
        # Waiters that go on in this thread.
        self.inbox: deque[Waiter] = deque()
        # How many calls wait in this thread while it does other things.
        self.waiting = 0
        # Whether it has nothing to do. It has not while it starts.
        self.free = True
        self.asleep = False
        # A lock that is held unless the thread was woken.
        self._gate = gate
        gate.acquire()

    def sleep(self) -> None:
        """Waits until somebody wakes this thread."""
        self._gate.acquire()

    def wake(self) -> None:
        """Wakes this thread, which sleeps or is about to."""
        self._gate.release()


class Lead:
    """Who takes frames, who reads them, and what came and was not taken."""

    def __init__(
        self, lock: Any, main: Seat, out: deque[Any], start: Callable[[], Seat | None], interrupt: Callable[[], None]
    ) -> None:
        """`out`: what is to be written before a thread waits. `start` gives the seat of a new thread, or None.
        `interrupt` makes whoever reads come back."""
        self._lock = lock
        self._main = main
        self._out = out
        self._start = start
        self._interrupt = interrupt
        # Only under the lock is it still so a moment later.
        self.leader: Seat | None = main
        self._reader: Seat | None = None
        # Threads that sleep and would take the lead.
        self._followers: list[Seat] = []
        # Threads that sleep until something comes through the socket, while somebody else reads it.
        self._needy: list[Seat] = []
        self._frames: deque[Frame] = deque()
        # Frames that restore functions, and go before all others: the server itself may wait for these.
        self._definitions: deque[Frame] = deque()
        # How many of them are worked off, by session; and frames that wait for more.
        self._defined: dict[str, int] = {}
        self._early: dict[str, list[Frame]] = {}
        # How often something was read since the leader last took one.
        self._reads = 0
        # How many bytes came whose frames are here, or were taken.
        self._received = 0
        self._interrupted = False
        # Threads beyond those that the server allows: as many wait for functions.
        self.aside = 0
        # Requests to the server that are not answered: number -> waiter.
        self.waiters: dict[int, Waiter] = {}
        self._ended = False

    # -- what to do

    def next(self, seat: Seat) -> Any:
        """What a thread that has nothing to do does next: a frame, a waiter that goes on, or one of the words above."""
        with self._lock:
            if seat.inbox:
                return self._leave(seat, seat.inbox.popleft())
            if self.leader is None:
                self.leader = seat
            leads = self.leader is seat
            if leads and seat is not self._main and self._goes_back():
                self._pass_to(self._main)
                leads = False
            if leads and (self._definitions or self._frames):
                self._reads = 0
                return self._leave(seat, (self._definitions or self._frames).popleft())
            if self._out:
                return FLUSH
            seat.free = True
            if leads:
                return self._read_or_sleep(seat)
            self._followers.append(seat)
            return self._sleep(seat)

    def until_answered(self, seat: Seat, waiter: Waiter) -> str:
        """The same for a thread that takes nothing but the answer to `waiter`."""
        with self._lock:
            if waiter.there:
                seat.inbox.remove(waiter)
                return self._leave(seat, DONE)
            return FLUSH if self._out else self._read_or_sleep(seat)

    def until_defined(self, seat: Seat, name: str, number: int) -> Any:
        """The same for a thread that needs as many definitions of a session, and for that works them off."""
        with self._lock:
            if self._defined.get(name, 0) >= number:
                return self._leave(seat, DONE)
            if self._definitions:
                return self._leave(seat, self._definitions.popleft())
            return self._read_or_sleep(seat)

    def until_put(self, seat: Seat, waiter: Waiter) -> str:
        """The same for a thread that waits for what another one puts here, and needs nobody to read."""
        with self._lock:
            if waiter.there:
                seat.inbox.remove(waiter)
                return DONE
            return self._sleep(seat)

    def _leave(self, seat: Seat, item: Any) -> Any:
        # It has something to do. Others may need what comes meanwhile.
        seat.free = False
        if self._needy and self._reader is None:
            self._wake(self._needy[-1])
        return item

    def _read_or_sleep(self, seat: Seat) -> str:
        if self._reader is None:
            if self._ended:
                raise EOFError("the server closed the connection")
            self._reader = seat
            return READ
        self._needy.append(seat)
        return self._sleep(seat)

    def _sleep(self, seat: Seat) -> str:
        if self._ended:
            raise EOFError("the server closed the connection")
        seat.asleep = True
        return SLEEP

    def _wake(self, seat: Seat) -> None:
        if not seat.asleep:
            return
        seat.asleep = False
        for sleepers in (self._followers, self._needy):
            if seat in sleepers:
                sleepers.remove(seat)
        seat.wake()

    # -- what came

    def arrived(self, seat: Seat, frames: Iterable[Frame], count: int) -> None:
        """A thread stops reading: what it got, in `count` bytes."""
        with self._lock:
            self._reader = None
            self._interrupted = False
            self._received += count
            for frame in frames:
                kind = frame[0]
                if kind == wire.REPLY:
                    waiter = self.waiters.pop(frame[1], None)
                    if waiter is not None:
                        waiter.payload = frame[2]
                        self._deliver(waiter)
                elif kind == wire.RESTORE:
                    self._definitions.append(frame)
                else:
                    self._frames.append(frame)
            self._note_read()
            self._call(seat)

    def _note_read(self) -> None:
        leader = self.leader
        if leader is None or leader.free or not (self._frames or self._definitions):
            return
        self._reads += 1
        if self._reads >= _MOST_READS:
            self._pass_on(self._followers)

    def _call(self, seat: Seat | None = None) -> None:
        """Somebody who waits may find something now; `seat` looks anyway."""
        if self._definitions:
            self._call_needy()
        leader = self.leader
        if leader is None or leader is seat or not (self._frames or self._definitions):
            return
        if leader.asleep:
            self._wake(leader)
        elif self._reader is leader:
            self._come_back()

    def _call_needy(self) -> None:
        # One of these may wait for definitions.
        for needy in list(self._needy):
            self._wake(needy)
        if self._reader is not None:
            self._come_back()

    def _come_back(self) -> None:
        if not self._interrupted:
            self._interrupted = True
            self._interrupt()

    def look(self) -> None:
        """Has somebody look for what is to be written, unless all threads run something: then the first that is free looks."""
        with self._lock:
            if self._reader is not None:
                self._come_back()
            if self.leader is not None:
                self._wake(self.leader)

    def _deliver(self, waiter: Waiter) -> None:
        if waiter.lock is not None:
            waiter.release()
            return
        seat = waiter.runner
        waiter.there = True
        seat.inbox.append(waiter)
        if seat.asleep:
            self._wake(seat)
        elif self._reader is seat:
            self._come_back()

    def put(self, waiter: Waiter) -> None:
        """What a waiter waits for is there: the thread in which it waits goes on with it."""
        with self._lock:
            self._deliver(waiter)

    def give(self, frames: Sequence[Frame]) -> None:
        """Frames to be taken before all others."""
        with self._lock:
            self._give(frames)

    def _give(self, frames: Sequence[Frame]) -> None:
        for frame in reversed(frames):
            (self._definitions if frame[0] == wire.RESTORE else self._frames).appendleft(frame)
        self._call()

    def add(self, frame: Frame) -> None:
        """A frame to be taken after those that are there."""
        with self._lock:
            self._frames.append(frame)
            self._call()

    # -- definitions

    def is_early(self, name: str, number: int, frame: Frame) -> bool:
        """Whether a frame has to wait for definitions that the server sent before it: `number` of them. It is kept if so."""
        with self._lock:
            if self._defined.get(name, 0) >= number:
                return False
            self._early.setdefault(name, []).append(frame)
            return True

    def define(self, name: str, number: int) -> None:
        """So many definitions of a session are worked off."""
        with self._lock:
            self._defined[name] = number
            self._call_needy()
            self._give(self._early.pop(name, ()))

    def forget(self, name: str) -> None:
        """A session is gone."""
        with self._lock:
            self._defined.pop(name, None)

    # -- who leads

    def promote(self) -> tuple[int, bool]:
        """The server waits for something: gives the lead to another thread if the leader runs something.

        How many bytes came, and whether the leader is free and nothing of what came is left to do.
        """
        with self._lock:
            leader = self.leader
            if leader is not None and leader.free:
                return self._received, not (self._frames or self._definitions or leader.inbox)
            self._pass_on(self._followers)
            return self._received, False

    def hand_over(self, seat: Seat, frame: Frame) -> bool:
        """Leaves a frame that may keep its thread for long to a thread in which no call waits: such a call could not go on
        before the end. Gives whether there is one.
        """
        if not seat.waiting:
            return False
        with self._lock:
            if self.leader is not seat:
                return False
            if not self._pass_on([one for one in self._followers if not one.waiting]):
                self.leader = seat
                return False
            self._frames.appendleft(frame)
        return True

    def step_aside(self, seat: Seat) -> None:
        """A thread waits for a function, which may take long: another one takes its place."""
        with self._lock:
            self.aside += 1
            if self.leader is seat or self.leader is None:
                self._pass_on(self._followers)

    def step_back(self) -> None:
        """It goes on."""
        with self._lock:
            self.aside -= 1

    def _pass_on(self, followers: list[Seat]) -> bool:
        """Gives the lead to one of these, or to a new thread; else it is vacant, and the first one that is free takes it."""
        if followers:
            # The main thread first: only there a signal ends a call of the system.
            self._pass_to(next((one for one in followers if one.main), followers[-1]))
        else:
            self.leader = self._start()
        return self.leader is not None

    def _pass_to(self, follower: Seat) -> None:
        self.leader = follower
        self._wake(follower)

    def _goes_back(self) -> bool:
        """Whether the main thread, which does not lead, has nothing to do and can take the lead."""
        main = self._main
        return main in self._followers and not main.waiting

    def end(self, lock: Any) -> None:
        """In a forked child, which has no other threads: there is nothing to read, and nobody to wait for."""
        self._lock = lock
        self._ended = True
        self._reader = None
        self._frames.clear()
        self._definitions.clear()
