"""Runs over several shards: the parts of a plan between its exchanges, and the records that go from shard to shard."""

from __future__ import annotations

from binascii import crc_hqx

from .errors import text_of
from .steps import Failures
from .wire import dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .steps import Op, Pipeline, Plan

COLLECT, REPARTITION = "collect", "repartition"
# So many records travel together.
_TOGETHER = 1024
_SLOTS = 16384


def slot_of(key: str) -> int:
    """The slot of a key, as the server has it."""
    name = key.encode("utf-8", "surrogatepass")
    opened = name.find(b"{")
    if opened >= 0:
        closed = name.find(b"}", opened + 1)
        if closed > opened + 1:
            name = name[opened + 1 : closed]
    return crc_hqx(name, 0) % _SLOTS


class Shards:
    """The shards of a run, by number, and whose slot is which."""

    def __init__(self, own: int, asked: int, slots: Iterable[tuple[int, int]]) -> None:
        """`asked` is the one whose client waits; `slots` has the first slot of each range and the shard that owns it."""
        self.own = own
        self.asked = asked
        ranges = list(slots)
        ends = [first for first, _ in ranges[1:]] + [_SLOTS]
        self._count = 1 + max([shard for _, shard in ranges], default=0)
        # The owner of each slot, once somebody asks.
        self._owners: list[int] = []
        self._ranges = [(shard, end - first) for (first, shard), end in zip(ranges, ends)]

    def by_owner(self, pairs: Iterable[tuple[str, Any]]) -> dict[int, list[Any]]:
        """Pairs of a key and a record by the shards that own the keys."""
        owners = self._owners
        if not owners:
            for shard, count in self._ranges:
                owners += [shard] * count
        routed: list[list[Any]] = [[] for _ in range(self._count)]
        add = [one.append for one in routed]
        crc, last = crc_hqx, _SLOTS - 1
        for pair in pairs:
            key = pair[0]
            slot = slot_of(key) if "{" in key else crc(key.encode("utf-8", "surrogatepass"), 0) & last
            add[owners[slot]](pair)
        return {shard: records for shard, records in enumerate(routed) if records}


class Part:
    """What one shard does between two exchanges."""

    def __init__(self, first: int, end: int, before: str | None, everywhere: bool) -> None:
        self.first = first
        self.end = end
        # The exchange that it gets its records from.
        self.before = before
        # Whether all shards have it, or the asked one alone.
        self.everywhere = everywhere
        self.pipeline: Pipeline | None = None
        # No more records come from this shard's part before, and from those of the others.
        self.ended_here = False
        self.ended_elsewhere = False
        self.finished = False


def parts_of(ops: list[Op], start: int, trailing: bool) -> list[Part]:
    """The parts of a plan from an operation on. A last collect is one more exchange only if `trailing` says so: else what
    the parts before it give are the results, which the engine collects."""
    end = len(ops)
    if not trailing and end > start and ops[end - 1].kind == COLLECT:
        end -= 1
    parts = []
    first, before, everywhere = start, None, True
    for at in range(start, end):
        kind = ops[at].kind
        if kind in (COLLECT, REPARTITION):
            parts.append(Part(first, at, before, everywhere))
            first, before, everywhere = at + 1, kind, kind == REPARTITION
    parts.append(Part(first, end, before, everywhere))
    return parts


class Relay:
    """A plan under way on several shards, this one's share of it."""

    def __init__(
        self,
        plan: Plan,
        start: int,
        shards: Shards,
        trailing: bool,
        make: Callable[[int, int, bool, bool, Failures, list[float] | None], Pipeline],
        times: list[float] | None = None,
    ) -> None:
        """`make` gives the pipeline of a part: its operations, whether records come and leave with their keys."""
        self.fail = Failures()
        self.times = times
        self.over = False
        # Under which name to keep the results as they are, for a future.
        self.keep: Any = None
        self.carry_on = False
        # The generator function of a reader that is Python.
        self.generator = plan.argument
        self.shards = shards
        self.parts = parts_of(plan.ops, start, trailing)
        # Whether the results go to another shard.
        self._results_leave = not trailing and bool(plan.ops) and plan.ops[-1].kind == COLLECT
        # Called now and then where much may be to be sent.
        self.flush: Callable[[], None] = lambda: None
        # What is to be sent: part, shard, records.
        self.crossing: list[tuple[int, int, bytes]] = []
        self.finished: list[int] = []
        is_asked = shards.own == shards.asked
        for number, part in enumerate(self.parts):
            if not (part.everywhere or is_asked):
                part.finished = True
                continue
            follows = number + 1 < len(self.parts) and self.parts[number + 1].before == REPARTITION
            part.pipeline = make(part.first, part.end, part.before == REPARTITION, follows, self.fail, times)
            # An error keeps the reader from more records, and no other shard's.
            part.pipeline.goes_on = number > 0
            before = self.parts[number - 1] if number else None
            part.ended_here = before is not None and before.finished
            part.ended_elsewhere = before is None or (not before.everywhere and is_asked)

    @property
    def stopped(self) -> bool:
        """Whether no more records of the reader are wanted."""
        pipeline = self.parts[0].pipeline
        return pipeline is None or pipeline.stopped

    @property
    def is_over(self) -> bool:
        """Whether all parts are."""
        return self.over or all(part.finished for part in self.parts)

    @property
    def results(self) -> list[Any]:
        """What the last part gave on this shard."""
        pipeline = self.parts[-1].pipeline
        if pipeline is None:
            return []
        if self._results_leave and self.shards.own != self.shards.asked and self.parts[-1].everywhere:
            return self._that_may_leave(pipeline.results)
        return pipeline.results

    # -- records

    def feed(self, records: Iterable[Any]) -> None:
        """Takes records of the reader."""
        self._feed(0, records)

    def read(self) -> None:
        """Takes all records of the reader that is Python."""
        from .overlap import read_generator

        pipeline = self.parts[0].pipeline
        if self.generator is not None and pipeline is not None:
            read_generator(self.generator, _Tap(self, pipeline))
            self.pass_on(0)

    def finish(self) -> None:
        """The reader has no more."""
        part = self.parts[0]
        if not part.finished:
            part.ended_here = True
            self._settle()

    def arrived(self, number: int, records: bytes | None) -> None:
        """Records of another shard for a part; None when there are no more of any."""
        part = self.parts[number]
        if part.finished:
            return
        if records is None:
            part.ended_elsewhere = True
            self._settle()
        else:
            self._feed(number, loads(records))

    def _feed(self, number: int, records: Iterable[Any]) -> None:
        pipeline = self.parts[number].pipeline
        if pipeline is not None:
            pipeline.feed(records)
            self.pass_on(number)

    def pass_on(self, number: int) -> None:
        """Gives what a part has given to the next one, here and elsewhere."""
        pipeline = self.parts[number].pipeline
        if pipeline is None or number + 1 == len(self.parts) or not pipeline.results:
            return
        given = pipeline.results[:]
        del pipeline.results[:]
        shards = self.shards
        if self.parts[number + 1].before == COLLECT:
            routed = {shards.asked: given}
        else:
            routed = shards.by_owner(given)
        own = routed.pop(shards.own, None)
        for shard, records in routed.items():
            for at in range(0, len(records), _TOGETHER):
                self._send(number + 1, shard, records[at : at + _TOGETHER])
        if own:
            self._feed(number + 1, own)

    def _send(self, number: int, shard: int, records: list[Any]) -> None:
        try:
            self.crossing.append((number, shard, dumps(records)))
        except (ValueError, RecursionError):
            records = self._that_may_leave(records)
            if records:
                self.crossing.append((number, shard, dumps(records)))

    def _that_may_leave(self, records: list[Any]) -> list[Any]:
        """The records that can be sent; the others become errors."""
        try:
            dumps(records)
            return records
        except (ValueError, RecursionError):
            pass
        kept = []
        for record in records:
            try:
                dumps(record)
                kept.append(record)
            except (ValueError, RecursionError) as problem:
                self.fail.errors.append("Error type: %s, Value: %s" % (type(problem), problem))
        return kept

    def _settle(self) -> None:
        """Finishes the parts that get no more records."""
        for number, part in enumerate(self.parts):
            if part.finished or not (part.ended_here and part.ended_elsewhere):
                continue
            pipeline = part.pipeline
            if pipeline is not None:
                try:
                    pipeline.finish()
                finally:
                    self.pass_on(number)
            part.finished = True
            self.finished.append(number)
            if number + 1 < len(self.parts):
                self.parts[number + 1].ended_here = True

    def failed(self, problem: BaseException) -> None:
        """Something went wrong that belongs to no record."""
        self.fail.errors.append(text_of(problem))

    def taken(self) -> tuple[list[tuple[int, int, bytes]], list[int]]:
        """What is to be sent, and the parts that are finished since this was last asked."""
        crossing, finished = self.crossing, self.finished
        self.crossing, self.finished = [], []
        return crossing, finished


class _Tap:
    """A pipeline to a reader that is Python."""

    def __init__(self, relay: Relay, pipeline: Pipeline) -> None:
        self._relay = relay
        self._pipeline = pipeline
        self._count = 0

    def feed(self, records: Iterable[Any]) -> bool:
        stopped = self._pipeline.feed(records)
        self._count += 1
        if self._count % _TOGETHER == 0:
            self._relay.pass_on(0)
            self._relay.flush()
        return stopped
