"""Stages: how operations are cut, and what their generated loops do with records and errors."""

from __future__ import annotations

import unittest

from redgrease_worker.errors import forcestopped
from redgrease_worker.operations import KINDS, PASSED_ON
from redgrease_worker.steps import Op, Pipeline, Plan, build, stages

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Refusing:
    """What stands for waiting in plans that wait for nothing."""

    def __call__(self, held: Any) -> Any:
        raise AssertionError("nothing waits here: %r" % (held,))

    def refuse(self, value: Any, text: str) -> None:
        raise AssertionError(text)


def ran(ops: list[Op], records: list[Any], carry_on: bool = True) -> tuple[list[Any], list[str]]:
    """The results and errors of a plan."""
    pipeline = Plan(ops, "PythonReader").pipeline(0, Refusing(), frozenset())
    pipeline.carry_on = carry_on
    pipeline.run(records)
    return pipeline.results, pipeline.fail.errors


class Cut(unittest.TestCase):
    def test_a_stage_ends_after_what_gathers(self) -> None:
        kinds = ["map", "accumulate", "collect", "accumulate", "filter"]
        cut = [[op.kind for op in stage] for stage in stages([Op(kind) for kind in kinds])]
        self.assertEqual(cut, [["map", "accumulate"], ["collect", "accumulate"], ["filter"]])

    def test_nothing_is_one_empty_stage(self) -> None:
        self.assertEqual(stages([]), [[]])


class Kinds(unittest.TestCase):
    def test_scripts_say_all_operations_but_the_composed_ones(self) -> None:
        names = "map filter foreach flatmap limit accumulate groupby localgroupby batchgroupby repartition collect"
        self.assertEqual(list(PASSED_ON), names.split())

    def test_what_gathers_waits_for_no_future_beside_others(self) -> None:
        for name, kind in KINDS.items():
            self.assertFalse(kind.gives is not None and kind.goes_on is not None, name)


class Run(unittest.TestCase):
    def test_records_go_through_operations_in_order(self) -> None:
        ops = [Op("map", lambda r: r + 1), Op("filter", lambda r: r % 2), Op("map", str)]
        self.assertEqual(ran(ops, [0, 1, 2, 3]), (["1", "3"], []))

    def test_flatmap_gives_the_last_first_and_takes_one_for_a_list_of_one(self) -> None:
        self.assertEqual(ran([Op("flatmap", lambda r: r)], [[1, 2], 3, []])[0], [2, 1, 3])

    def test_an_error_costs_its_record(self) -> None:
        results, errors = ran([Op("map", lambda r: 6 // r)], [1, 0, 3])
        self.assertEqual(results, [6, 2])
        self.assertEqual(len(errors), 1)
        self.assertIn("ZeroDivisionError", errors[0])

    def test_what_was_aborted_ends_at_once(self) -> None:
        def stop(r: Any) -> None:
            raise forcestopped

        with self.assertRaises(forcestopped):
            ran([Op("foreach", stop)], [1])

    def test_limit_counts_from_its_offset(self) -> None:
        self.assertEqual(ran([Op("limit", numbers=(2, 1))], [1, 2, 3, 4, 5])[0], [2, 3])

    def test_accumulate_starts_with_none_in_each_run(self) -> None:
        plan = Plan([Op("accumulate", lambda a, r: (a or 0) + r)], "PythonReader")
        for _ in range(2):
            pipeline = plan.pipeline(0, Refusing(), frozenset())
            pipeline.carry_on = True
            pipeline.run([1, 2, 3])
            self.assertEqual(pipeline.results, [6])

    def test_a_hint_does_what_its_function_would(self) -> None:
        def count(a: Any, r: Any) -> int:
            return 1 + (a if a else 0)

        self.assertEqual(ran([Op("accumulate", count)], [7, 7]), ran([Op("accumulate", count, hint="count")], [7, 7]))

    def test_groups_keep_their_own_state(self) -> None:
        ops = [Op("extractkey", lambda r: r % 2), Op("accumulatebykey", lambda k, a, r: (a or 0) + r)]
        results = ran(ops, [1, 2, 3, 4])[0]
        self.assertEqual(sorted((r["key"], r["value"]) for r in results), [("0", 6), ("1", 4)])

    def test_a_group_that_fails_begins_again(self) -> None:
        def add(k: str, a: Any, r: int) -> int:
            if r < 0:
                raise ValueError(r)
            return int(a or 0) + r

        results, errors = ran([Op("extractkey", lambda r: "k"), Op("accumulatebykey", add)], [1, -1, 5])
        self.assertEqual(([r["value"] for r in results], len(errors)), ([5], 1))

    def test_the_next_stage_takes_what_the_one_before_gives(self) -> None:
        ops = [Op("accumulate", lambda a, r: (a or 0) + r), Op("map", lambda r: -r)]
        self.assertEqual(ran(ops, [1, 2])[0], [-3])

    def test_an_unknown_operation_is_refused(self) -> None:
        with self.assertRaisesRegex(Exception, "unknown step turn"):
            build([Op("turn")], Refusing(), frozenset())

    def test_measuring_tells_how_long_each_operation_took(self) -> None:
        plan = Plan([Op("map", lambda r: r), Op("filter", lambda r: True)], "PythonReader")
        pipeline = plan.pipeline(0, Refusing(), frozenset(), measure=True)
        pipeline.carry_on = True
        pipeline.run([1, 2])
        assert pipeline.times is not None
        self.assertEqual(pipeline.results, [1, 2])
        self.assertTrue(all(time > 0 for time in pipeline.times))

    def test_a_pipeline_without_operations_gives_its_records(self) -> None:
        pipeline = Pipeline([build([], Refusing(), frozenset())], Refusing(), frozenset())
        pipeline.carry_on = True
        pipeline.run(iter([1, 2]))
        self.assertEqual(pipeline.results, [1, 2])
