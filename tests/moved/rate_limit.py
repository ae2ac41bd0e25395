"""Lets each name do something so many times, with the numbers kept in the server's memory."""
from collections import defaultdict

taken = defaultdict(int)
MOST = 2


def allow(call):
    name = call[1]
    if taken[name] >= MOST:
        return "no"
    taken[name] += 1
    return "yes, %d left" % (MOST - taken[name])


def forget(call):
    taken.clear()
    return "forgotten"


GB("CommandReader").map(allow).register(trigger="allow")
GB("CommandReader").map(forget).register(trigger="forget")
