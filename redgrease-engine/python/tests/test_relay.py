"""Runs over several shards: every record arrives once, where it belongs."""

from __future__ import annotations

import random
import unittest
from decimal import Decimal

from redgrease_worker.relay import Relay, Shards, slot_of
from redgrease_worker.steps import Op, Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

COUNT = 3
SLOTS = [(0, 0), (5461, 1), (10923, 2)]


class _Wait:
    """Nothing waits here."""


class Cluster:
    """Shards that exchange records in an order that chance makes."""

    def __init__(self, ops: list[Op], asked: int = 0, trailing: bool = False, seed: int = 1, generator: Any = None) -> None:
        self.random = random.Random(seed)
        self.relays = []
        for own in range(COUNT):
            plan = Plan(list(ops), "KeysReader", generator)

            def make(first: int, end: int, keyed_in: bool, keyed_out: bool, fail: Any, times: Any, plan: Plan = plan) -> Any:
                return plan.part(_Wait(), (), (first, end), (keyed_in, keyed_out), fail, times)

            self.relays.append(Relay(plan, 0, Shards(own, asked, SLOTS), trailing, make))
        self.asked = asked
        # What is on its way, for each pair of shards in order.
        self.links: dict[tuple[int, int], list[Any]] = {}
        self.ended: dict[tuple[int, int], set[int]] = {}

    def _collect(self, own: int) -> None:
        relay = self.relays[own]
        crossing, finished = relay.taken()
        for part, shard, records in crossing:
            self.links.setdefault((own, shard), []).append((part, records))
        for number in finished:
            following = number + 1
            if following == len(relay.parts):
                continue
            for shard in range(COUNT):
                if shard != own and (relay.parts[following].everywhere or shard == self.asked):
                    self.links.setdefault((own, shard), []).append((following, None))

    def _arrive(self, source: int, target: int, part: int, records: bytes | None) -> None:
        relay = self.relays[target]
        if records is not None:
            relay.arrived(part, records)
            return
        ended = self.ended.setdefault((target, part), set())
        ended.add(source)
        if len(ended) == COUNT - 1 or not relay.parts[part - 1].everywhere:
            relay.arrived(part, None)

    def run(self, records: list[Iterable[Any]]) -> None:
        waiting: list[list[Any]] = [[list(one)[at : at + 3] for at in range(0, len(list(one)), 3)] for one in records]
        reading = set(range(COUNT))
        while reading or any(self.links.values()):
            choices: list[Any] = [("read", own) for own in reading] + [pair for pair, queue in self.links.items() if queue]
            chosen = self.random.choice(choices)
            if chosen[0] == "read":
                own = chosen[1]
                if waiting[own] and not self.relays[own].stopped:
                    self.relays[own].feed(waiting[own].pop(0))
                else:
                    reading.discard(own)
                    self.relays[own].finish()
            else:
                source, own = chosen
                self._arrive(source, own, *self.links[chosen].pop(0))
            self._collect(own)
        assert all(relay.is_over for relay in self.relays)

    @property
    def results(self) -> list[Any]:
        return [result for relay in self.relays for result in relay.results]

    @property
    def errors(self) -> list[str]:
        return [error for relay in self.relays for error in relay.fail.errors]


GROUPED = [
    Op("extractkey", lambda r: "k%d" % (r % 10)),
    Op("repartition"),
    Op("accumulatebykey", lambda k, a, r: (a or 0) + 1),
]
COUNTED = [
    Op("accumulate", lambda a, r: 1 + (a or 0), hint="count"),
    Op("collect"),
    Op("accumulate", lambda a, r: r + (a or 0), hint="total"),
]


class Relays(unittest.TestCase):
    def test_groups_are_whole_and_on_their_shard(self) -> None:
        for seed in range(50):
            cluster = Cluster([*GROUPED, Op("collect")], seed=seed, asked=seed % COUNT)
            cluster.run([range(100), range(100, 130), range(0)])
            self.assertEqual(
                sorted(r["key"] for r in cluster.results if r["value"] == 13), ["k%d" % number for number in range(10)]
            )
            for own, relay in enumerate(cluster.relays):
                for result in relay.results:
                    pair = (result["key"], None)
                    self.assertEqual(Shards(own, 0, SLOTS).by_owner([pair]), {own: [pair]})

    def test_what_is_collected_goes_on_where_it_was_asked(self) -> None:
        for seed in range(50):
            asked = seed % COUNT
            cluster = Cluster([*COUNTED, Op("map", lambda r: r + 1), Op("collect")], seed=seed, asked=asked)
            cluster.run([range(10), range(5), range(0)])
            self.assertEqual([relay.results for relay in cluster.relays], [[16] if own == asked else [] for own in range(COUNT)])

    def test_exchanges_may_follow_each_other(self) -> None:
        ops = [*COUNTED, Op("flatmap", lambda r: list(range(r))), *GROUPED, Op("extractkey", lambda r: r["key"][:1])]
        ops += [Op("repartition"), Op("unkey"), Op("map", lambda r: r["value"]), *COUNTED]
        for seed in range(50):
            cluster = Cluster(ops, seed=seed, asked=1)
            cluster.run([range(10), range(5), range(10)])
            self.assertEqual(cluster.results, [10])

    def test_records_stay_where_nothing_collects_them(self) -> None:
        cluster = Cluster([Op("map", lambda r: r)])
        cluster.run([range(2), range(3), range(4)])
        self.assertEqual([len(relay.results) for relay in cluster.relays], [2, 3, 4])

    def test_a_last_collect_brings_records_as_they_are_if_that_is_wanted(self) -> None:
        for trailing in (False, True):
            cluster = Cluster([Op("map", lambda r: (r,)), Op("collect")], trailing=trailing)
            cluster.run([range(2), range(3), range(4)])
            lengths = [9, 0, 0] if trailing else [2, 3, 4]
            self.assertEqual([len(relay.results) for relay in cluster.relays], lengths)

    def test_what_cannot_travel_is_an_error_of_others_alone(self) -> None:
        for trailing in (False, True):
            cluster = Cluster([Op("map", lambda r: Decimal(r)), Op("collect")], trailing=trailing)
            cluster.run([range(2), range(1), range(0)])
            self.assertEqual(cluster.results, [0, 1])
            self.assertEqual(cluster.errors, ["Error type: <class 'ValueError'>, Value: unmarshallable object"])

    def test_an_error_stops_the_reader_and_not_what_comes_from_others(self) -> None:
        def odd(record: int) -> int:
            if record == 1:
                raise ValueError("one")
            return record

        cluster = Cluster([Op("map", odd), Op("extractkey", str), Op("repartition"), Op("unkey"), Op("collect")], seed=3)
        cluster.run([range(20), range(20, 40), range(40, 60)])
        self.assertEqual(len(cluster.errors), 1)
        self.assertLessEqual(set(range(20, 60)), set(cluster.results))
        self.assertLess(len(cluster.results), 43)

    def test_a_generator_is_read_on_every_shard(self) -> None:
        def generate() -> Any:
            yield from range(3000)

        cluster = Cluster([Op("extractkey", str), Op("repartition"), Op("unkey"), *COUNTED], generator=generate)
        sent = []
        for own, relay in enumerate(cluster.relays):
            relay.flush = lambda own=own: sent.append(own) or cluster._collect(own)  # type: ignore[func-returns-value,misc]
            relay.read()
        cluster.run([[], [], []])
        self.assertEqual(cluster.results, [9000])
        self.assertEqual(set(sent), set(range(COUNT)))

    def test_slots_are_those_of_the_server(self) -> None:
        for key, slot in (("k0", 8579), ("123456789", 12739), ("{06S}cnt", 0), ("a{b}c{d}", slot_of("b")), ("{}x", 10595)):
            self.assertEqual(slot_of(key), slot, key)


if __name__ == "__main__":
    unittest.main()
