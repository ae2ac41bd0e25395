"""How the lead of a worker changes hands: every order of the steps of its threads, tried with the code that does it.

Run by `tests/workers.rs` with the directory of the package as its argument. The threads of the model do what those of the
worker do between two questions to `Lead`; the server is as bad as it can be: it asks for another leader at any time while
something is not answered, and what it sends arrives in any pieces.
"""

import os
import sys
import types
from collections import deque

sys.path.insert(0, sys.argv[1])
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from explore import Stuck, explore
from redgrease_worker import lead as lead_module
from redgrease_worker import wire
from redgrease_worker.calls import Calls
from redgrease_worker.contexts import Waiter
from redgrease_worker.lead import DONE, FLUSH, READ, SLEEP, Lead, Seat


# Few enough that all orders can be tried.
lead_module._MOST_READS = 2

# The number of the run whose frames come one after the other.
RUN = 7


class Lock:
    """Taken for one step, which nobody comes in between."""

    held = False

    def __enter__(self):
        assert not self.held, "the lock is taken twice"
        self.held = True

    def __exit__(self, *_):
        self.held = False


class Gate:
    """What a thread sleeps on."""

    def __init__(self):
        self.held = False

    def acquire(self):
        assert not self.held, "a thread would sleep here"
        self.held = True

    def release(self):
        assert self.held, "a thread is woken twice"
        self.held = False


class Server:
    """What the server has sent, and what it knows."""

    def __init__(self):
        self.socket = []
        # Bytes that were sent: a frame is one.
        self.total = 0
        self.quiet = False
        self.leading = []
        # Calls that are not answered; the synchronous one among them.
        self.open = []
        self.asked = []
        self.bell = False
        self.taken = []

    def send(self, frame, counts=True):
        self.total += counts
        self.quiet = False
        self.socket.append(frame)


class World:
    """A worker and its server, with calls that come one after the other.

    Calls are words: `quick`; `asks` waits in a greenlet for an answer of the server, `alone` without one; `again:x` waits
    alone again and again until x is answered, and the server, which hears of it all the time, asks for no leader; `slow:x` keeps its
    thread until x is answered; `future:x` waits like `asks`, for what the end of x completes; `atomic` waits alone for the server,
    which goes on only after the synchronous call; `define` restores what `sync` and `needs` need; `load` is left to a thread in
    which nothing waits. `begin` and `more:x` are the frames of one run, which are worked off in the order in which they came.
    """

    def __init__(self, calls, threads, kind=Lead, pieces=False, work=Calls):
        self.pieces = pieces
        self.limit = threads
        # Otherwise nobody asks how much came, and counting it would make every state a new one.
        self.promotes = not any(word.startswith("again") for word in calls)
        self.names = {"world": self}
        self.threads = {}
        self.seats = []
        self.server = Server()
        self.out = deque()
        self.calls = calls
        self.pending = {}
        main = self.seat("main")
        main.main = True
        self.lead = kind(Lock(), main, self.out, self.start, self.ring)
        self.names["lead"], self.names["server"] = self.lead, self.server
        self.work = work(types.SimpleNamespace(handlers={}, stream=types.SimpleNamespace(), lead=self.lead), {})
        self.work._batch = lambda _seat, _run, word: self.worked(word)
        if "begin" not in calls:
            self.work.came(wire.BEGIN, RUN, None)
            self.open(self.work.runs[RUN])
        # What is left of the run.
        self.left = [word for word in calls if word.startswith("more")]
        self.threads["main"] = self.runner(main)
        self.threads["server"] = self.serve()
        if self.promotes:
            self.threads["promote"] = self.promote()
        if "sync" in calls:
            self.threads["sync"] = self.sync(self.seat("sync"))

    # -- for the explorer

    def rest(self):
        """What is neither in the threads nor in what has a name."""
        run = self.work.runs.get(RUN)
        return self.out, self.pending, self.sent_all, self.left, run and (run.busy, run.came)

    def over(self):
        return not self.server.open and not self.server.socket and "server" in self.threads and self.sent_all

    sent_all = False

    # -- the worker

    def seat(self, name):
        seat = Seat(Gate())
        self.names[name] = seat
        self.seats.append(seat)
        seat.name = name
        return seat

    def start(self):
        name = "runner%d" % len(self.seats)
        if sum(seat.name != "sync" for seat in self.seats) >= self.limit + self.lead.aside:
            return None
        seat = self.seat(name)
        self.threads[name] = self.runner(seat)
        return seat

    def ring(self):
        self.server.bell = True

    def act(self, seat, word):
        """What `Hub.act` does."""
        server = self.server
        if word is FLUSH:
            yield
            self.flush()
        elif word is READ:
            yield lambda: server.socket or server.bell
            if server.bell:
                server.bell = False
                frames = []
            else:
                count = 1 if self.pieces else len(server.socket)
                frames, server.socket[:count] = server.socket[:count], []
            for frame in frames:
                if frame[1] == RUN:
                    self.work.came(*frame)
            # Here they are cut into frames, and nobody knows of them yet.
            yield
            self.lead.arrived(seat, frames, len(frames) if self.promotes else 0)
        else:
            assert word is SLEEP
            yield lambda: not seat._gate.held
            seat.sleep()

    def flush(self):
        while self.out:
            kind, word = self.out.popleft()
            if kind == "answer":
                self.server.open.remove(word)
            else:
                self.server.asked.append(word)

    def runner(self, seat):
        """What `Runner.loop` does."""
        lead = self.lead
        while True:
            yield
            item = lead.next(seat)
            if isinstance(item, tuple):
                yield from self.handle(seat, item)
            elif isinstance(item, str):
                yield from self.act(seat, item)
            elif not item.done:
                item.done = True
                seat.waiting -= 1
                self.out.append(("answer", item.word))

    def worked(self, word):
        """Records of the run are worked off."""
        assert self.left and self.left[0] == word, "%s is overtaken by %s" % (self.left and self.left[0], word)
        self.left.pop(0)
        self.out.append(("answer", word))

    def piece(self, seat, frame):
        """What `Calls` does with a frame of the run. Its thread has the frame, and others come in between."""
        yield
        if frame[0] == wire.BATCH:
            self.work.batch(seat, RUN, frame[2])
            return
        self.out.append(("answer", frame[2]))
        self.open(self.work.runs[RUN], seat)

    def open(self, run, seat=None):
        """The run is ready."""
        run.pipeline = types.SimpleNamespace(over=False)
        self.work._go_on(seat, run)

    def handle(self, seat, frame):
        if frame[1] == RUN:
            yield from self.piece(seat, frame)
            return
        lead, word = self.lead, frame[1]
        what, _, other = word.partition(":")
        self.server.taken.append(word)
        if what == "define":
            yield
            self.define()
            return
        if what == "needs" and lead.is_early("s", 1, frame):
            self.server.taken.pop()
            return
        if what == "load":
            yield
            if lead.hand_over(seat, frame):
                self.server.taken.pop()
                return
        if what in ("asks", "alone", "atomic"):
            waiter = self.waiter(seat, word)
            lead.waiters[word] = waiter
            self.out.append(("ask", word))
            if what != "asks":
                yield from self.until(seat, waiter)
            else:
                seat.waiting += 1
                return
        elif what == "again":
            while other in self.server.open or not self.sent_all:
                waiter = lead.waiters[word] = self.waiter(seat, word)
                self.out.append(("ask", word))
                yield from self.until(seat, waiter)
        elif what == "future":
            self.pending[other] = self.waiter(seat, word)
            seat.waiting += 1
            return
        elif what == "aside":
            waiter = self.pending[other] = self.waiter(seat, word)
            self.flush()
            yield
            lead.step_aside(seat)
            while True:
                yield
                word_now = lead.until_put(seat, waiter)
                if word_now is DONE:
                    break
                yield from self.act(seat, word_now)
            lead.step_back()
        elif what == "slow":
            yield lambda: other not in self.server.open and self.sent_all
        self.out.append(("answer", word))
        if word in self.pending:
            # Another thread completes it.
            waiter = self.pending.pop(word)
            self.threads["put-" + word] = self.put(waiter)

    def define(self):
        self.lead.define("s", 1)

    def put(self, waiter):
        yield
        self.lead.put(waiter)

    def until(self, seat, waiter):
        """What `Runner._wait_here` does."""
        while True:
            yield
            word = self.lead.until_answered(seat, waiter)
            if word is DONE:
                waiter.done = True
                return
            yield from self.act(seat, word)

    def sync(self, seat):
        """What `SyncChannel.wait_for_definitions` does, and its answer on the socket of its own."""
        server = self.server
        yield lambda: "sync" in server.open
        while True:
            yield
            item = self.lead.until_defined(seat, "s", 1)
            if item is DONE:
                break
            if isinstance(item, tuple):
                server.taken.append(item[1])
                yield
                self.define()
            else:
                yield from self.act(seat, item)
        yield
        server.open.remove("sync")

    def waiter(self, seat, word):
        waiter = Waiter()
        waiter.runner = seat
        waiter.word = word
        return waiter

    # -- the server

    def serve(self):
        server = self.server
        for word in self.calls:
            yield
            if word != "define":
                server.open.append(word)
            if word == "begin" or word.startswith("more"):
                server.send((wire.BEGIN if word == "begin" else wire.BATCH, RUN, word))
            elif word != "sync":
                server.send((wire.RESTORE if word == "define" else wire.CALL, word, word))
        self.sent_all = True
        while True:
            yield lambda: server.leading or any(self.may_answer(word) for word in server.asked)
            if server.leading:
                received = server.leading.pop(0)
                server.quiet = received == server.total
                continue
            word = next(word for word in server.asked if self.may_answer(word))
            server.asked.remove(word)
            server.send((wire.REPLY, word, word), self.promotes)

    def may_answer(self, word):
        return word != "atomic" or "sync" not in self.server.open

    def promote(self):
        server = self.server
        while True:
            yield lambda: any(word != "sync" for word in server.open) and not server.quiet and not server.leading
            received, idle = self.lead.promote()
            # What waits goes along with the answer.
            self.flush()
            if idle:
                server.leading.append(received)


SCENARIOS = {
    "a slow call keeps its thread": (["slow:quick", "quick"], 2),
    "answers come meanwhile": (["asks", "slow:quick", "quick"], 2),
    "a call waits alone": (["alone", "slow:quick", "quick"], 2),
    "two wait alone": (["alone", "alone2"], 2),
    "a call waits alone again and again": (["again:quick", "quick"], 2),
    "a call waits alone again and again beside a slow one": (["again:quick", "slow:quick", "quick"], 3),
    "a call waits alone again and again beside definitions": (["again:needs", "needs", "define"], 2),
    "three threads": (["slow:quick", "slow:quick", "quick"], 3),
    "a future": (["future:quick", "quick"], 2),
    "a future and a slow call": (["future:quick", "slow:quick", "quick"], 2),
    "a future without greenlets": (["aside:quick", "quick"], 1),
    "a synchronous call": (["define", "sync"], 2),
    "an atomic block that has to wait for a synchronous call": (["atomic", "define", "sync"], 1),
    "a slow call before a synchronous one": (["slow:sync", "define", "sync"], 1),
    "a call before its definitions": (["needs", "define"], 2),
    "a script while a call waits": (["asks", "load"], 2),
    "the frames of a run": (["more:1", "more:2"], 2),
    "a run that is not ready": (["begin", "more:1"], 2),
}


class LooksAtFrames(Lead):
    """The old rule: a leader that has received frames, and is about to receive again, can be replaced."""

    def promote(self):
        with self._lock:
            leader = self.leader
            if leader is not None and leader.free and not self._frames:
                return self._received, True
            self._pass_on(self._followers)
            return self._received, False

    def _read_or_sleep(self, seat):
        if self.leader is seat:
            self._reader = None
        return super()._read_or_sleep(seat)


class LeavesNobody(Lead):
    """Who stops reading wakes nobody."""

    def _leave(self, seat, item):
        seat.free = False
        return item


class KeepsDefinitions(Lead):
    """Definitions wait like all else."""

    def _call_needy(self):
        pass


class SaysIdle(Lead):
    """A free leader has nothing to do, whatever came."""

    def promote(self):
        received, idle = super().promote()
        return received, idle or (self.leader is not None and self.leader.free)


class CallsNobody(Lead):
    """Nobody who reads comes back for what another thread puts into the inbox."""

    def _come_back(self):
        pass


class WaitsForTheServer(Lead):
    """The old rule: a leader is replaced only if the server says so."""

    def _note_read(self):
        pass


class StaysVacant(Lead):
    """The old rule: a thread that steps aside looks for another one only if it leads."""

    def step_aside(self, seat):
        with self._lock:
            self.aside += 1
            if self.leader is seat:
                self._pass_on(self._followers)

    def promote(self):
        with self._lock:
            if self.leader is None:
                return self._received, False
        return super().promote()


class QueuesWhatItTook(Calls):
    """The old rule: a frame of a run is queued by the thread that has taken it."""

    def came(self, kind, number, payload):
        if kind == wire.BEGIN:
            super().came(kind, number, payload)

    def _take(self, runner, frame):
        self.runs[frame[1]].came.append((frame[0], frame[2]))
        super()._take(runner, frame)


# Rules that are not good enough, and where that shows.
MUTANTS = [
    (LooksAtFrames, "a call waits alone"),
    (LeavesNobody, "a call waits alone"),
    (KeepsDefinitions, "an atomic block that has to wait for a synchronous call"),
    (SaysIdle, "a slow call keeps its thread"),
    (CallsNobody, "a future"),
    (WaitsForTheServer, "a call waits alone again and again"),
    (WaitsForTheServer, "a call waits alone again and again beside a slow one"),
    (StaysVacant, "a future without greenlets"),
    (QueuesWhatItTook, "the frames of a run"),
]


def main():
    count = 0
    for name, (calls, threads) in SCENARIOS.items():
        # What is read comes all at once, or frame by frame, where more than a few orders are left for that.
        for pieces in (False, True)[: 1 + (len(calls) < 3)]:
            try:
                count += explore(lambda: World(calls, threads, pieces=pieces))
            except Stuck as stuck:
                sys.exit("%s, %s: %s" % (name, calls, stuck))
    for mutant, name in MUTANTS:
        calls, threads = SCENARIOS[name]
        try:
            rule = {"work" if issubclass(mutant, Calls) else "kind": mutant}
            explore(lambda: World(calls, threads, **rule))
        except Stuck as stuck:
            print("%s: %s" % (mutant.__name__, stuck))
        else:
            sys.exit("%s is not found wanting by: %s" % (mutant.__name__, name))
    print("%d states" % count)


main()
