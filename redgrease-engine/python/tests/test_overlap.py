"""Records side by side: whatever waits, for whatever time, results and errors are those of records one by one."""

from __future__ import annotations

import random
import unittest

from redgrease_worker.errors import flat
from redgrease_worker.steps import Op, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Later:
    """The result of a step, which comes when the test says so."""

    def __init__(self, ok: bool, value: Any) -> None:
        self.ok = ok
        self.value = value


class Signal:
    """What is waited for."""

    def set(self) -> None:
        """It is there."""


class Wait:
    """Completes what is under way in any order, when somebody waits or before."""

    signal = Signal

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.under_way: list[tuple[Callable[..., None], Later]] = []
        # How many were under way at a time, at most.
        self.most = 0

    def __call__(self, held: list[Any]) -> Any:
        later = held.pop()
        if not later.ok:
            raise flat(later.value)
        return later.value

    def begin(self, held: list[Any], done: Callable[..., None]) -> None:
        """Some are there at once."""
        self.under_way.append((done, held.pop()))
        self.most = max(self.most, len(self.under_way))
        if self.chance.random() < 0.2:
            self.until(None)

    def until(self, _signal: Any) -> None:
        """One of them comes."""
        done, later = self.under_way.pop(self.chance.randrange(len(self.under_way)))
        done(later.ok, later.value)


def steps(chance: random.Random, share: float) -> list[Op]:
    """Operations, each of which gives some of its results later: `share` of them."""

    def perhaps(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def call(record: Any) -> Any:
            # The same records wait, or fail, whatever came before.
            fate = random.Random(repr((function.__name__, record))).random()
            value = function(record)
            if fate < share:
                return Later(fate > share / 10, value if fate > share / 10 else "no %s" % (record,))
            return value

        return call

    def double(record: Any) -> Any:
        return record * 2

    def odd(record: Any) -> Any:
        return record % 3 != 0

    def split(record: Any) -> Any:
        return [record, record + 1, record + 5][: record % 4]

    def see(record: Any) -> Any:
        return None

    kinds: list[Callable[[], Op]] = [
        lambda: Op("map", perhaps(double)),
        lambda: Op("filter", perhaps(odd)),
        lambda: Op("flatmap", perhaps(split)),
        lambda: Op("foreach", perhaps(see)),
        lambda: Op("limit", None, (chance.randrange(1, 20), chance.randrange(3))),
        lambda: Op("collect"),
    ]
    ops = [chance.choice(kinds)() for _ in range(chance.randrange(1, 6))]
    if chance.random() < 0.3:
        ops.append(Op("accumulate", perhaps_gather(share)))
        ops.append(Op("flatmap", lambda gathered: gathered[::-1]))
    return ops


def perhaps_gather(share: float) -> Callable[[Any, Any], Any]:
    """Gathers records in a list, which it gives later for some."""

    def gather(gathered: Any, record: Any) -> Any:
        gathered = (gathered or []) + [record]
        return Later(True, gathered) if random.Random(repr(gathered)).random() < share else gathered

    return gather


def ran(ops: list[Op], batches: list[list[int]], wait: Wait) -> tuple[list[Any], list[str]]:
    """The results and errors of a plan over records that come in batches."""
    pipeline = Plan(ops, "PythonReader").pipeline(0, wait, frozenset((Later,)))
    pipeline.carry_on = True
    for batch in batches:
        if pipeline.feed(batch):
            break
    pipeline.finish()
    return pipeline.results, sorted(pipeline.fail.errors)


class OneByOne(Wait):
    """Whatever is given is there at once."""

    def begin(self, held: list[Any], done: Callable[..., None]) -> None:
        """At once."""
        later = held.pop()
        done(later.ok, later.value)


class Never(random.Random):
    """Nothing comes before somebody waits."""

    def random(self) -> float:
        return 0.9


class Overlap(unittest.TestCase):
    def test_results_are_those_of_records_one_by_one(self) -> None:
        for seed in range(400):
            chance = random.Random(seed)
            ops = steps(chance, chance.choice((0.1, 0.5, 1.0)))
            records = [chance.randrange(50) for _ in range(chance.randrange(30))]
            cut = chance.randrange(len(records) + 1)
            wanted, errors = ran(ops, [records[:cut], records[cut:]], OneByOne(chance))
            found, failed = ran(ops, [records[:cut], records[cut:]], Wait(chance))
            self.assertEqual(found, wanted, (seed, [op.kind for op in ops], records))
            if all(op.kind != "limit" for op in ops):
                # Behind a limit fewer records may begin.
                self.assertEqual(failed, errors, seed)

    def test_all_are_under_way_together(self) -> None:
        for ops in (
            [Op("map", lambda r: Later(True, r))],
            [Op("flatmap", lambda r: [r]), Op("filter", lambda r: Later(True, r))],
            [Op("limit", None, (2000, 0)), Op("foreach", lambda r: Later(True, r))],
        ):
            wait = Wait(Never())
            self.assertEqual(len(ran(ops, [list(range(1, 1001)), list(range(1, 1001))], wait)[0]), 2000)
            self.assertEqual(wait.most, 2000)


if __name__ == "__main__":
    unittest.main()
