"""Plans of steps, and their translation into one loop of Python code.

A plan is a list of operations. What happens to one record between the reader and the end of the plan becomes the body of
one generated loop, so that a record costs the calls of the user's functions and little more. Operations that need all
records before they give one (accumulate, the groupings) end a stage; the next stage takes what they give.
"""

from __future__ import annotations

from time import perf_counter

from .errors import error, forcestopped, text_of
from .overlap import Flow, Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    # Makes a run of a stage: what takes records, what ends it, and the gates between its operations that overlap.
    Make = Callable[[], tuple[Callable[..., bool], Callable[..., None], list[Any]]]

EMPTY = object()


class Op:
    """One operation: what the engine sees of it, and its function."""

    __slots__ = ("function", "hint", "kind", "name", "numbers")

    def __init__(
        self, kind: str, function: Any = None, numbers: Sequence[int] = (), hint: str | None = None, name: str = ""
    ) -> None:
        self.kind = kind
        self.function = function
        self.numbers = numbers
        # What a composite operation means here, so that the engine may do it without calling its function.
        self.hint = hint
        self.name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return Op, (self.kind, self.function, self.numbers, self.hint, self.name)

    def measured(self, times: list[float], index: int) -> Op:
        """The same operation with a function that adds the time it takes to `times`."""
        function = self.function
        if function is None:
            return self

        def call(*arguments: Any) -> Any:
            begun = perf_counter()
            try:
                return function(*arguments)
            finally:
                times[index] += perf_counter() - begun

        return Op(self.kind, call, self.numbers, self.hint, self.name)

    def describe(self) -> tuple[Any, ...]:
        """What the engine needs to know: kind, hint, numbers, names of the steps that this operation stands for."""
        function = "" if self.function is None else str(self.function)
        return (self.kind, self.hint, tuple(self.numbers), self.name, function)


def key_text(key: Any) -> str:
    """The key of a group as text."""
    return key if key.__class__ is str else str(key)


class _Source:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)


# A stage ends with one of these.
_GATHERING = ("accumulate", "accumulatebykey", "reduce")
# What may run for many records at a time while it waits for futures.
_OVERLAPPING = ("map", "filter", "foreach", "flatmap", "collect", "repartition", "unkey")


def stages(ops: list[Op]) -> list[list[Op]]:
    """The operations cut after each one that gathers."""
    cut: list[list[Op]] = []
    current: list[Op] = []
    for op in ops:
        current.append(op)
        if op.kind in _GATHERING:
            cut.append(current)
            current = []
    cut.append(current)
    return cut


def segments(ops: list[Op]) -> list[tuple[int, int, int]]:
    """Where operations begin that may run for many records at a time, where those begin that may not, and where they end."""
    cut: list[tuple[int, int, int]] = []
    at = 0
    while not cut or at < len(ops):
        overlapping = at
        while overlapping < len(ops) and ops[overlapping].kind in _OVERLAPPING:
            overlapping += 1
        end = overlapping
        while end < len(ops) and ops[end].kind not in _OVERLAPPING:
            end += 1
        cut.append((at, overlapping, end))
        at = end
    return cut


def build(ops: list[Op], wait: Any, async_types: Any) -> tuple[Make, list[tuple[int, list[Op]]]]:
    """A stage as a function giving `feed(records, first, emit, fail, later)`, `finish(emit, fail)` and the gates behind its
    segments, new ones for each run where they have something to remember; and the segments.

    Once a step gives a future or a coroutine, `feed` leaves its record and those after it to `later`.
    """
    source = _Source()
    add = source.add
    add(0, "def make():")
    body = _Source()
    state: list[str] = []
    _emit(ops, 0, 3, body, source, state, "emit(r)", ((0, "it0"),))
    cut = segments(ops)
    for line in state:
        add(1, line)
    names = ", ".join([line.split(" = ")[0] for line in state])
    changes = "nonlocal " + names if names else "pass"
    add(1, "def feed(records, first, emit, fail, later):")
    add(2, changes)
    add(2, "it0 = iter(records)")
    add(2, "for r in it0:")
    source.lines += body.lines
    add(3, "if first and fail.errors: return True")
    add(2, "return False")
    gates = []
    for first, overlapping, end in cut:
        gates.append("gate%d" % first if overlapping < end else "None")
        if overlapping < end:
            add(1, "def gate%d(r, fail):" % first)
            add(2, changes)
            add(2, "for r in (r,):")
            _emit(ops[:end], overlapping, 3, source, source, [], "return (r,)", ())
            add(2, "return ()")
    add(1, "def finish(emit, fail):")
    add(2, changes)
    _finish(ops, source)
    add(1, "return feed, finish, [%s]" % ", ".join(gates))
    space = dict(source.names)
    space.update(EMPTY=EMPTY, Stop=Stop, key_text=key_text, W=wait, A=async_types, forcestopped=forcestopped, error=error)
    exec(compile("\n".join(source.lines), __file__, "exec"), space)
    make = space["make"]
    parts = [(first, ops[first:overlapping]) for first, overlapping, _ in cut]
    if state:
        return make, parts
    made = make()
    return lambda: made, parts


def _emit(
    ops: list[Op],
    index: int,
    depth: int,
    body: _Source,
    source: _Source,
    state: list[str],
    end: str,
    loops: tuple[tuple[int, str], ...],
) -> None:
    """The code for one record `r` from `ops[index]` on, with `end` for what comes through. It is in these loops, the innermost
    first, each over records for an operation.
    """
    add = body.add
    add(depth, "try:")
    depth += 1
    add(depth, "pass")
    while index < len(ops):
        op = ops[index]
        name = "f%d" % index
        if op.function is not None:
            source.names[name] = op.function
        kind = op.kind
        # The first future takes its record, and those after it, out of the loop: they will not wait for each other.
        later = "return later(%d, %%s, w, (%s), first)" % (index, "".join("(%d, %s), " % loop for loop in loops))
        if kind == "map":
            add(depth, "r = %s(r)" % name)
            add(depth, "if r.__class__ in A: w, r = [r], None; " + later % "None")
        elif kind == "filter":
            add(depth, "t = %s(r)" % name)
            add(depth, "if t.__class__ in A: w, t = [t], None; " + later % "r")
            add(depth, "if not t: continue")
        elif kind == "foreach":
            add(depth, "t = %s(r)" % name)
            add(depth, "if t.__class__ in A: w, t = [t], None; " + later % "r")
        elif kind == "flatmap":
            add(depth, "r = %s(r)" % name)
            add(depth, "if r.__class__ in A: w, r = [r], None; " + later % "None")
            inner = "it%d" % (index + 1)
            add(depth, "%s = iter(r[::-1] if isinstance(r, list) else (r,))" % inner)
            add(depth, "for r in %s:" % inner)
            _emit(ops, index + 1, depth + 1, body, source, state, end, ((index + 1, inner),) + loops)
            break
        elif kind == "limit":
            count = "n%d" % index
            state.append("%s = 0" % count)
            length, offset = (number if number >= 0 else 1 << 64 for number in op.numbers)
            add(depth, "%s += 1" % count)
            add(depth, "if %s <= %d: continue" % (count, offset))
            add(depth, "if %s > %d: raise Stop" % (count, offset + length))
        elif kind in ("collect", "repartition") or kind == "unkey":
            pass
        elif kind == "extractkey":
            if op.hint == "key":
                add(depth, "k = r['key']")
            elif op.hint == "identity":
                add(depth, "k = r")
            else:
                add(depth, "k = %s(r)" % name)
            add(depth, "if k.__class__ is not str:")
            add(depth + 1, "if k.__class__ in A: W.refuse(k, 'coroutine are not allow on extractor')")
            add(depth + 1, "k = str(k)")
        elif kind == "group":
            state.append("g%d = {}" % (index + 1))
            add(depth, "g%d.setdefault(k, []).append(r)" % (index + 1))
        elif kind == "accumulate":
            _emit_accumulate(op, index, depth, add, state, name)
        elif kind == "accumulatebykey":
            _emit_by_key(op, index, depth, add, state, name)
        elif kind == "reduce":
            pass
        else:
            raise error("unknown step %s" % kind)
        index += 1
    else:
        if not ops or ops[-1].kind not in _GATHERING:
            add(depth, end)
    depth -= 1
    add(depth, "except Stop: raise")
    add(depth, "except forcestopped: raise")
    add(depth, "except BaseException as e: fail(e)")


def _emit_accumulate(op: Op, index: int, depth: int, add: Callable[[int, str], None], state: list[str], name: str) -> None:
    acc = "a%d" % index
    state.append("%s = EMPTY" % acc)
    hint = op.hint
    if hint == "count":
        add(depth, "%s = 1 if %s is EMPTY else %s + 1" % (acc, acc, acc))
    elif hint == "append":
        add(depth, "if %s is EMPTY: %s = [r]" % (acc, acc))
        add(depth, "else: %s.append(r)" % acc)
    elif hint == "extend":
        add(depth, "if %s is EMPTY: %s = r" % (acc, acc))
        add(depth, "else: %s.extend(r)" % acc)
    elif hint == "add":
        # The record goes through the function only to raise with its own frames.
        add(depth, "if %s is EMPTY: %s = set()" % (acc, acc))
        add(depth, "try: %s.add(r)" % acc)
        add(depth, "except TypeError:")
        add(depth + 1, "t, %s = %s, EMPTY" % (acc, acc))
        add(depth + 1, "%s(t, r)" % name)
    else:
        add(depth, "t, %s = (None if %s is EMPTY else %s), EMPTY" % (acc, acc, acc))
        add(depth, "t = %s(t, r)" % name)
        add(depth, "if t.__class__ in A: w, t = [t], None; t = W(w)")
        add(depth, "%s = t" % acc)


def _emit_by_key(op: Op, index: int, depth: int, add: Callable[[int, str], None], state: list[str], name: str) -> None:
    groups = "g%d" % index
    state.append("%s = {}" % groups)
    if op.hint == "count":
        add(depth, "%s[k] = %s.get(k, 0) + 1" % (groups, groups))
    elif op.hint == "sum":
        add(depth, "%s[k] = %s.get(k, 0) + r['value']" % (groups, groups))
    else:
        add(depth, "try:")
        add(depth + 1, "t = %s(k, %s.get(k), r)" % (name, groups))
        add(depth + 1, "if t.__class__ in A: w, t = [t], None; t = W(w)")
        add(depth + 1, "%s[k] = t" % groups)
        add(depth, "except BaseException:")
        add(depth + 1, "%s.pop(k, None)" % groups)
        add(depth + 1, "raise")


def _finish(ops: list[Op], source: _Source) -> None:
    add = source.add
    last = len(ops) - 1
    op = ops[-1] if ops else None
    if op is None or op.kind not in _GATHERING:
        add(2, "return")
    elif op.kind == "accumulate":
        add(2, "if a%d is not EMPTY: emit(a%d)" % (last, last))
    elif op.kind == "accumulatebykey":
        add(2, "for k, v in g%d.items(): emit({'key': k, 'value': v})" % last)
    else:
        groups = "g%d" % last
        add(2, "for k in reversed(list(%s)):" % groups)
        add(3, "try:")
        add(4, "v = f%d(k, %s[k])" % (last, groups))
        add(4, "if v.__class__ in A: W.refuse(v, 'coroutine are not allow on reduce')")
        add(3, "except forcestopped: raise")
        add(3, "except BaseException as e:")
        add(4, "fail(e)")
        add(4, "continue")
        add(3, "emit({'key': k, 'value': v})")


class Failures:
    """Collects the texts of errors."""

    # Whether an error that asks for a pause stops what an error would not stop.
    may_pause = False

    def __init__(self) -> None:
        self.errors: list[str] = []

    def __call__(self, exception: BaseException) -> None:
        text = text_of(exception)
        self.errors.append(text)
        if self.may_pause and text.startswith("PAUSE"):
            raise Stop


class Pipeline:
    """A plan under way: takes records, then gives results and errors."""

    # How long the function of each operation took, in seconds, if that is measured.
    times: list[float] | None = None
    stopped = False
    # Whether records are worked off although one before them failed.
    carry_on = False
    # Whether it was aborted.
    over = False
    # Under which name to keep the results as they are, for a future.
    keep = None

    def __init__(self, stages: list[tuple[Make, list[tuple[int, list[Op]]]]], wait: Any, async_types: Any) -> None:
        self.fail = Failures()
        self._stages = [_Stage(make(), parts, self.fail, wait, async_types) for make, parts in stages]
        self.results = self._stages[-1].output

    def feed(self, records: Iterable[Any]) -> bool:
        """Works off records, those that wait for futures later; gives True when no more are wanted."""
        fail = self.fail
        fail.may_pause = self.carry_on
        stage = self._stages[0]
        try:
            if stage.feed(records, not self.carry_on):
                self.stopped = True
        except Stop:
            self.stopped = True
            stage.close()
        fail.may_pause = False
        return self.stopped

    def finish(self) -> None:
        """No more records come."""
        given: list[Any] | None = None
        fail = self.fail
        fail.may_pause = self.carry_on
        for stage in self._stages:
            try:
                if given is not None:
                    stage.feed(given, False)
                stage.settle()
            except Stop:
                stage.close()
            fail.may_pause = False
            stage.finish()
            given = stage.output

    def run(self, records: Iterable[Any]) -> None:
        """All records at once."""
        self.feed(records)
        self.finish()


class _Stage:
    """A stage under way."""

    def __init__(self, made: Any, parts: list[tuple[int, list[Op]]], fail: Failures, wait: Any, async_types: Any) -> None:
        self._feed, self._finish, self._gates = made
        self._parts = parts
        self._fail = fail
        self._wait = wait
        self._async_types = async_types
        self.output: list[Any] = []
        # How it goes on from the first future or coroutine on.
        self._flow: Flow | None = None

    def feed(self, records: Iterable[Any], first: bool) -> bool:
        """Takes records; gives whether no more are wanted, because one of them failed and `first` says so."""
        if self._flow is not None:
            return self._flow.feed(records, first)
        return self._feed(records, first, self.output.append, self._fail, self._later)

    def _later(self, index: int, record: Any, held: list[Any], rests: Any, first: bool) -> bool:
        parts = [(at, ops, gate) for (at, ops), gate in zip(self._parts, self._gates)]
        self._flow = Flow(parts, self.output.append, self._fail, self._wait, self._async_types)
        return self._flow.begin(index, record, held, rests, first)

    def settle(self) -> None:
        """Waits for all futures."""
        if self._flow is not None:
            self._flow.settle()

    def close(self) -> None:
        """Waits for nothing any more: an error asks for a pause."""
        if self._flow is not None:
            self._flow.close()

    def finish(self) -> None:
        """Gives what was gathered."""
        self._finish(self.output.append, self._fail)


class Plan:
    """A reader and its operations, ready to run."""

    def __init__(self, ops: list[Op], reader: Any, argument: Any = None, on_registered: Callable[..., Any] | None = None) -> None:
        self.ops = ops
        self.reader = reader
        # The generator function of a reader that is Python, else None.
        self.argument = argument
        self.on_registered = on_registered
        self._stages: dict[int, Any] = {}

    def pipeline(self, start: int, wait: Any, async_types: Any, measure: bool = False) -> Pipeline:
        """A run of the operations from number `start` on; the engine did those before."""
        if measure:
            times = [0.0] * len(self.ops)
            ops = [op.measured(times, index) for index, op in enumerate(self.ops)]
            pipeline = Pipeline([build(stage, wait, async_types) for stage in stages(ops[start:])], wait, async_types)
            pipeline.times = times
            return pipeline
        built = self._stages.get(start)
        if built is None:
            built = [build(stage, wait, async_types) for stage in stages(self.ops[start:])]
            self._stages[start] = built
        return Pipeline(built, wait, async_types)
