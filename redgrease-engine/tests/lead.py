"""Who leads the threads of a worker: run by tests/workers.rs with the directory of the package as its argument."""

import socket
import sys
import threading

sys.path.insert(0, sys.argv[1])

from redgrease_worker import wire
from redgrease_worker.contexts import Waiter
from redgrease_worker.hub import Hub
from redgrease_worker.runner import Runner


def hub():
    """A hub whose main thread waits for something to do while another thread, given too, leads."""
    ours, theirs = socket.socketpair()
    made = Hub(theirs, socket.socketpair()[0])
    made.server = ours
    leader = made.leader = Runner(made)
    made.followers.append(made.main)
    return made, leader


# The leader gives the lead back to the main thread, which is woken up.
one, leader = hub()
assert one.main_is_free(leader)
assert one.leader is one.main and not one.followers and one.main.inbox.qsize() == 1

# A thread that has lost the lead meanwhile can not give it: the one that has it may be reading.
one, leader = hub()
late = Runner(one)
assert not one.main_is_free(late)
assert one.leader is leader and one.followers == [one.main] and one.main.inbox.empty()

# A leader that waits for frames keeps the lead, whoever asks for another one; one that works does not.
one, leader = hub()
leader.receiving = True
one._promote()
assert one.leader is leader
leader.receiving = False
one._promote()
assert one.leader is one.main and one.main.inbox.qsize() == 1

# Where no thread can be started, the lead is vacant, and goes to the next one that has nothing to do.
one, leader = hub()
one.followers.clear()


def refuse(*_):
    raise RuntimeError("can't start new thread")


start, threading.Thread.start = threading.Thread.start, refuse
one._promote()
threading.Thread.start = start
assert one.leader is None and one.vacant
late = Runner(one)
late.inbox.put(None)
late.follow()
assert one.leader is late and not one.vacant

# A thread that waits alone keeps answers for other calls of its own, and gives frames back that are no answers.
one, leader = hub()
one.followers.clear()
one.runners[threading.get_ident()] = leader
other = one.waiters[7] = Waiter()
other.runner = leader


def answer():
    """The server's side: answers the other call first, then sends a call, then the answer that is waited for."""
    one.server.recv(4096)
    frames = [(wire.REPLY, 7), (wire.CALL, 8), (wire.REPLY, 1)]
    one.server.sendall(b"".join(wire.pack(kind, number, wire.dumps(number)) for kind, number in frames))


threading.Thread(target=answer, daemon=True).start()
assert one.ask(wire.EXECUTE, wire.dumps(()), True) == 1
assert leader.inbox.get() is other and not other.done
assert [frame[1] for frame in one.stream.frames] == [8]
