"""Tries every order in which threads can take their steps.

A world has threads, which are generators. A thread yields before each step that others can see: nothing when it can go on
at any time, or a function that says whether it can. Worlds are made anew and led to a state by the same choices; a
state that was seen before is not gone on from.
"""

from collections import deque


class Stuck(Exception):
    """From some state on the world never comes to its end, or a rule is broken."""


def _key(value, names):
    """Something to compare and hash, equal for equal states. `names` gives objects with a name of their own."""
    if isinstance(value, (int, str, bytes, type(None))):
        return value
    name = names.get(id(value))
    if name is not None:
        return name
    if isinstance(value, (list, tuple, deque)):
        return tuple([_key(item, names) for item in value])
    if isinstance(value, dict):
        return tuple([(_key(key, names), _key(item, names)) for key, item in sorted(value.items())])
    if callable(value):
        return None
    # The second time it is only the same as the first.
    names[id(value)] = "?%d" % len(names)
    return (type(value).__name__, _key(vars(value), names))


def _where(generator, names):
    """How far a thread has come, and what it knows."""
    if generator.gi_frame is None:
        return None
    inner = generator.gi_yieldfrom
    mine = (generator.gi_frame.f_lasti, _key(generator.gi_frame.f_locals, names))
    return mine if inner is None else mine + (_where(inner, names),)


class _Run:
    """A world on its way."""

    def __init__(self, make):
        self.world = make()
        self.world.waits = {}
        self.choices = ()
        for name in list(self.world.threads):
            self._step(name)

    def _step(self, name):
        try:
            self.world.waits[name] = next(self.world.threads[name])
        except StopIteration:
            self.world.waits[name] = lambda: False

    def step(self, name):
        self.choices += (name,)
        self._step(name)
        # Threads that this step started.
        for other in list(self.world.threads):
            if other not in self.world.waits:
                self._step(other)

    def ready(self):
        return [name for name, wait in self.world.waits.items() if wait is None or wait()]

    def state(self):
        world = self.world
        names = {id(value): name for name, value in world.names.items()}
        parts = [_key(vars(value), names) for value in world.names.values() if value is not world]
        threads = [(name, _where(thread, names)) for name, thread in world.threads.items()]
        return tuple(parts + threads + [_key(world.rest(), names)])


def explore(make):
    """Goes through all states of a world; gives how many there are.

    Raises Stuck with the choices that lead to a state from which there is no way to the end, or when one cannot go on.
    """
    numbers, ways, ends, edges = {}, [], set(), []

    def note(run):
        state = run.state()
        number = numbers.get(state)
        if number is not None:
            return number, False
        number = numbers[state] = len(ways)
        ways.append(run.choices)
        edges.append([])
        if run.world.over():
            ends.add(number)
        return number, True

    run = _Run(make)
    first, _ = note(run)
    todo = [(first, name) for name in run.ready()]
    here = first
    while todo:
        number, name = todo.pop()
        if here != number:
            run = _Run(make)
            for choice in ways[number]:
                run.step(choice)
        try:
            run.step(name)
        except AssertionError as problem:
            raise Stuck("%s: %s" % (problem or "a rule is broken", " ".join(run.choices)))
        here, new = note(run)
        edges[number].append(here)
        if new:
            todo += [(here, ready) for ready in run.ready()]
            # The way that was taken first is not always the one that is kept.
            run.choices = ways[here]
    # States with a way to the end.
    back = [[] for _ in ways]
    for number, nexts in enumerate(edges):
        for other in nexts:
            back[other].append(number)
    fine, look = set(ends), list(ends)
    while look:
        for other in back[look.pop()]:
            if other not in fine:
                fine.add(other)
                look.append(other)
    for number, way in enumerate(ways):
        if number not in fine:
            raise Stuck("nobody goes on after: " + " ".join(way))
    return len(ways)
