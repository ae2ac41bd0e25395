"""Plans of steps, and their translation into one loop of Python code.

A plan is a list of operations. What happens to one record between the reader and the end of the plan becomes the body of
one generated loop, so that a record costs the calls of the user's functions and little more. Operations that need all
records before they give one (accumulate, the groupings) end a stage; the next stage takes what they give.
"""

from __future__ import annotations

from time import perf_counter

from .errors import error, forcestopped, text_of
from .operations import KINDS, Kind, Lines
from .overlap import Flow, Stop

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    # A run of a stage: what takes records, what gives what was gathered, and the gates between its operations that overlap.
    Made = tuple[Callable[..., bool], Callable[..., None] | None, list[Any]]
    # The same for all runs, or a new one for each.
    Make = Made | Callable[[], Made]

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


def _kind(op: Op) -> Kind:
    kind = KINDS.get(op.kind)
    if kind is None:
        raise error("unknown step %s" % op.kind)
    return kind


class _Source:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}

    def add(self, depth: int, line: str) -> None:
        self.lines.append("    " * depth + line)


def stages(ops: list[Op]) -> list[list[Op]]:
    """The operations cut after each one that gathers."""
    cut: list[list[Op]] = []
    current: list[Op] = []
    for op in ops:
        current.append(op)
        if _kind(op).gives is not None:
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
        while overlapping < len(ops) and _kind(ops[overlapping]).goes_on is not None:
            overlapping += 1
        end = overlapping
        while end < len(ops) and _kind(ops[end]).goes_on is None:
            end += 1
        cut.append((at, overlapping, end))
        at = end
    return cut


def build(
    ops: list[Op], wait: Any, async_types: Any, keyed_in: bool = False, keyed_out: bool = False
) -> tuple[Make, list[tuple[int, list[Op]]]]:
    """A stage as a function giving `feed(records, first, emit, fail, later)`, `gather(emit, fail)` or None, and the gates behind
    its segments, new ones for each run where they have something to remember; and the segments. Records come, and leave, as
    pairs of a key and a record if `keyed_in` and `keyed_out` say so.

    Once a step gives a future or a coroutine, `feed` leaves its record and those after it to `later`.
    """
    source = _Source()
    add = source.add
    add(0, "def make():")
    body = _Source()
    state: list[str] = []
    given = "(k, r)" if keyed_out else "r"
    _emit(ops, 0, 3, body, source, state, "emit(%s)" % given, ((0, "it0"),))
    cut = segments(ops)
    for line in state:
        add(1, line)
    names = ", ".join([line.split(" = ")[0] for line in state])
    changes = "nonlocal " + names if names else "pass"
    add(1, "def feed(records, first, emit, fail, later):")
    add(2, changes)
    add(2, "it0 = iter(records)")
    add(2, "for k, r in it0:" if keyed_in else "for r in it0:")
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
            last = given if end == len(ops) else "r"
            _emit(ops[:end], overlapping, 3, source, source, [], "return (%s,)" % last, ())
            add(2, "return ()")
    gather = _gather(ops, changes, source)
    add(1, "return feed, %s, [%s]" % (gather, ", ".join(gates)))
    space = dict(source.names)
    space.update(EMPTY=EMPTY, Stop=Stop, key_text=key_text, W=wait, A=async_types, forcestopped=forcestopped, error=error)
    exec(compile("\n".join(source.lines), __file__, "exec"), space)
    make = space["make"]
    parts = [(first, ops[first:overlapping]) for first, overlapping, _ in cut]
    return make if state else make(), parts


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
        kind = _kind(op)
        rests = "".join("(%d, %s), " % loop for loop in loops)
        lines = Lines(index, depth, add, state, rests)
        if op.function is not None:
            source.names[lines.name] = op.function
        kind.emit(op, lines)
        index += 1
        if kind.many:
            inner = "it%d" % index
            add(depth, "%s = iter(r)" % inner)
            add(depth, "for r in %s:" % inner)
            _emit(ops, index, depth + 1, body, source, state, end, ((index, inner),) + loops)
            break
    else:
        if not ops or _kind(ops[-1]).gives is None:
            add(depth, end)
    depth -= 1
    add(depth, "except Stop: raise")
    add(depth, "except forcestopped: raise")
    add(depth, "except BaseException as e: fail(e)")


def _gather(ops: list[Op], changes: str, source: _Source) -> str | None:
    """The function that gives what the last operation has gathered; its name, unless records leave one by one."""
    gives = _kind(ops[-1]).gives if ops else None
    if gives is None:
        return None
    source.add(1, "def gather(emit, fail):")
    source.add(2, changes)
    for line in gives(len(ops) - 1):
        source.add(2, line)
    return "gather"


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
    # Whether an error does not keep it from the records after it, whoever it belongs to.
    goes_on = False
    # Under which name to keep the results as they are, for a future.
    keep = None

    def __init__(
        self, stages: list[tuple[Make, list[tuple[int, list[Op]]]]], wait: Any, async_types: Any, fail: Failures | None = None
    ) -> None:
        self.fail = Failures() if fail is None else fail
        self._stages = []
        for make, parts in stages:
            made = make if isinstance(make, tuple) else make()
            self._stages.append(_Stage(made, parts, self.fail, wait, async_types))
        self.results = self._stages[-1].output

    def feed(self, records: Iterable[Any]) -> bool:
        """Works off records, those that wait for futures later; gives True when no more are wanted."""
        fail, stage = self.fail, self._stages[0]
        fail.may_pause = self.carry_on
        try:
            if stage.feed(records, not (self.carry_on or self.goes_on)):
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
                if stage.flow is not None:
                    stage.flow.settle()
            except Stop:
                stage.close()
            fail.may_pause = False
            if stage.gather is not None:
                stage.gather(stage.output.append, fail)
            given = stage.output

    def run(self, records: Iterable[Any]) -> None:
        """All records at once."""
        self.feed(records)
        self.finish()


class _Stage:
    """A stage under way."""

    __slots__ = ("_async_types", "_fail", "_feed", "_gates", "_parts", "_wait", "flow", "gather", "output")

    def __init__(self, made: Made, parts: list[tuple[int, list[Op]]], fail: Failures, wait: Any, async_types: Any) -> None:
        # `gather` gives what was gathered, where records are.
        self._feed, self.gather, self._gates = made
        self._parts = parts
        self._fail = fail
        self._wait = wait
        self._async_types = async_types
        self.output: list[Any] = []
        # How it goes on from the first future or coroutine on.
        self.flow: Flow | None = None

    def feed(self, records: Iterable[Any], first: bool) -> bool:
        """Takes records; gives whether no more are wanted, because one of them failed and `first` says so."""
        if self.flow is not None:
            return self.flow.feed(records, first)
        return self._feed(records, first, self.output.append, self._fail, self._later)

    def _later(self, index: int, record: Any, held: list[Any], rests: Any, first: bool) -> bool:
        parts = [(at, ops, gate) for (at, ops), gate in zip(self._parts, self._gates)]
        self.flow = Flow(parts, self.output.append, self._fail, self._wait, self._async_types)
        return self.flow.begin(index, record, held, rests, first)

    def close(self) -> None:
        """Waits for nothing any more: an error asks for a pause."""
        if self.flow is not None:
            self.flow.close()


class Plan:
    """A reader and its operations, ready to run."""

    def __init__(self, ops: list[Op], reader: Any, argument: Any = None, on_registered: Callable[..., Any] | None = None) -> None:
        self.ops = ops
        self.reader = reader
        # The generator function of a reader that is Python, else None.
        self.argument = argument
        self.on_registered = on_registered
        self._stages: dict[int, Any] = {}
        self._parts: dict[Any, Any] = {}

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

    def part(
        self,
        wait: Any,
        async_types: Any,
        span: tuple[int, int],
        keyed: tuple[bool, bool],
        fail: Failures,
        times: list[float] | None = None,
    ) -> Pipeline:
        """A run of some operations, whose records come and leave with their keys or without; with the time that each takes
        added to `times`, if that is measured."""
        first, end = span
        keyed_in, keyed_out = keyed
        built = self._parts.get((span, keyed))
        if built is None or times is not None:
            ops = self.ops[first:end]
            if times is not None:
                ops = [op.measured(times, first + index) for index, op in enumerate(ops)]
            cut = stages(ops)
            built = [
                build(stage, wait, async_types, keyed_in and stage is cut[0], keyed_out and stage is cut[-1]) for stage in cut
            ]
            if times is None:
                self._parts[span, keyed] = built
        return Pipeline(built, wait, async_types, fail)
