"""Records side by side: how a stage goes on from the first future or coroutine that one of its steps gives."""

from __future__ import annotations

import types
from collections import deque

from .errors import error, flat, forcestopped, words_of
from .operations import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

# So many results of steps may be under way before more records are taken.
_MOST_UNDER_WAY = 50_000

_WAITS, _READY, _GONE = range(3)


class Stop(Exception):
    """No more records are wanted."""


class _Slot:
    """The place of a record among the others."""

    __slots__ = ("next", "record", "state")

    def __init__(self) -> None:
        self.state = _WAITS
        self.record: Any = None
        self.next: _Slot | None = None


class _Row:
    """Records on their way through operations that may overlap; they leave in order."""

    def __init__(self, ops: list[Any], gate: Callable[..., tuple[Any, ...]] | None) -> None:
        self.ops = ops
        # What all records go through one by one afterwards: gives the record if it goes on.
        self.gate = gate
        self.head = self.tail = _Slot()

    def add(self) -> _Slot:
        """A place behind all others."""
        return self.insert(self.tail)

    def insert(self, before: _Slot) -> _Slot:
        """A place behind another one."""
        slot = _Slot()
        slot.next, before.next = before.next, slot
        if self.tail is before:
            self.tail = slot
        return slot

    def take(self) -> _Slot | None:
        """The first record, once it has come through all operations; places whose record is gone vanish."""
        head = self.head
        while head.next is not None and head.next.state != _WAITS:
            head = self.head = head.next
            if head.state == _READY:
                return head
        return None


class Flow:
    """The records of a stage, from the first one on that waits: none of them waits for another one, but for its place."""

    def __init__(self, segments: list[tuple[int, list[Any], Any]], emit: Callable[[Any], None], fail: Any, wait: Any, kinds: Any):
        """`segments`: number of the first operation, operations that overlap, and the gate behind them if there is one."""
        self._firsts = [first for first, _, _ in segments]
        self._rows = [_Row(ops, gate) for _, ops, gate in segments]
        self._emit = emit
        self._fail = fail
        self._wait = wait
        self._kinds = kinds
        # The rows before this one take no more: a gate, or an error, said that no more records are wanted.
        self._open = 0
        # How many results of steps are under way, by row.
        self._under_way = [0] * len(segments)
        # Steps whose results have come, from any thread.
        self._come: deque[tuple[Any, ...]] = deque()
        self._signal = wait.signal()

    def begin(self, index: int, record: Any, held: list[Any], rests: Iterable[tuple[int, Iterator[Any]]], first: bool) -> bool:
        """Goes on in the middle: operation number `index` gave what is held for a record, and others are left of loops
        at the operations in `rests`, the innermost first. Gives whether no more are wanted.
        """
        at, row, offset = self._place(index)
        slot = row.add()
        try:
            self._hold(at, slot, offset, record, held)
        except forcestopped:
            raise
        except BaseException as problem:
            slot.state = _GONE
            self._fail(problem)
        for number, records in rests:
            self._push(number, records, first)
        return self._is_over(first)

    def feed(self, records: Iterable[Any], first: bool) -> bool:
        """Takes more records; gives whether no more are wanted."""
        self._push(0, records, first)
        return self._is_over(first)

    def _is_over(self, first: bool) -> bool:
        self.settle(_MOST_UNDER_WAY)
        return self._open > 0 or bool(first and self._fail.errors)

    def close(self) -> None:
        """Takes no more, and waits for nothing."""
        self._open = len(self._rows)

    def settle(self, most: int = 0) -> None:
        """Waits until at most so many results are under way, and works off those that have come."""
        while self._come or sum(self._under_way[self._open :]) > most:
            # Made before the look: what comes afterwards sets it.
            signal = self._signal = self._wait.signal()
            if not self._come:
                self._wait.until(signal)
            self._work_off()

    def _work_off(self) -> None:
        """Goes on with the records whose results have come."""
        while self._come:
            at, slot, offset, record, ok, value = self._come.popleft()
            self._under_way[at] -= 1
            if at < self._open:
                continue
            if ok:
                self._give(at, slot, offset, record, value)
            else:
                slot.state = _GONE
                self._fail(flat(words_of(value)))
            self._drain(at)

    def _place(self, index: int) -> tuple[int, _Row, int]:
        at = max(at for at, first in enumerate(self._firsts) if first <= index)
        return at, self._rows[at], index - self._firsts[at]

    def _push(self, index: int, records: Iterable[Any], first: bool) -> None:
        """Begins with records at an operation; no more of the reader's once one has failed, if `first` says so."""
        at, row, offset = self._place(index)
        for record in records:
            self._work_off()
            if at < self._open or (first and index == 0 and self._fail.errors):
                return
            self._advance(at, row.add(), offset, record)
            self._drain(at)
            if self._under_way[at] > _MOST_UNDER_WAY:
                self.settle(_MOST_UNDER_WAY)

    def _advance(self, at: int, slot: _Slot, offset: int, record: Any) -> None:
        """Takes a record through the operations from one on, until the end or one that gives its result later."""
        ops = self._rows[at].ops
        while offset < len(ops):
            function = ops[offset].function
            if function is not None:
                try:
                    value = function(record)
                    if value.__class__ in self._kinds:
                        held, value = [value], None
                        self._hold(at, slot, offset, record, held)
                        return
                except forcestopped:
                    raise
                except BaseException as problem:
                    slot.state = _GONE
                    self._fail(problem)
                    return
                self._give(at, slot, offset, record, value)
                return
            offset += 1
        slot.record = record
        slot.state = _READY

    def _give(self, at: int, slot: _Slot, offset: int, record: Any, value: Any) -> None:
        """What becomes of a record for which an operation gave this value."""
        row = self._rows[at]
        goes_on = KINDS[row.ops[offset].kind].goes_on
        records = (record,) if goes_on is None else goes_on(record, value)
        if len(records) == 1:
            self._advance(at, slot, offset + 1, records[0])
            return
        slots = []
        behind = slot
        for _ in records:
            behind = row.insert(behind)
            slots.append(behind)
        slot.state = _GONE
        for one, inner in zip(slots, records):
            self._advance(at, one, offset + 1, inner)

    def _hold(self, at: int, slot: _Slot, offset: int, record: Any, held: list[Any]) -> None:
        come = self._come

        def done(ok: bool, value: Any) -> None:
            come.append((at, slot, offset, record, ok, value))
            self._signal.set()

        self._under_way[at] += 1
        try:
            self._wait.begin(held, done)
        except BaseException:
            self._under_way[at] -= 1
            raise

    def _drain(self, at: int) -> None:
        """Lets records go on that have come through all operations of a row, and have nobody before them."""
        row = self._rows[at]
        while at >= self._open:
            slot = row.take()
            if slot is None:
                return
            record, slot.record = slot.record, None
            try:
                through = (record,) if row.gate is None else row.gate(record, self._fail)
            except Stop:
                # Those that came through before go on.
                self._open = at + 1
                return
            for record in through:
                if at + 1 == len(self._rows):
                    self._emit(record)
                else:
                    self._advance(at + 1, self._rows[at + 1].add(), 0, record)
                    self._drain(at + 1)


def read_generator(function: Callable[[], Any], pipeline: Any) -> None:
    """Feeds a pipeline from a Python reader, one record after the other."""
    generator = function()
    if not isinstance(generator, types.GeneratorType):
        raise error("a PythonReader function must return a generator (use `yield`), not %s" % type(generator).__name__)
    for record in generator:
        if pipeline.feed((record,)):
            return
