"""Runs whose records come in pieces, and their threads."""

from __future__ import annotations

import types
import unittest
from typing import Any

from redgrease_worker import wire
from redgrease_worker.calls import Calls
from redgrease_worker.channel import SyncChannel
from redgrease_worker.errors import forcestopped
from redgrease_worker.stopping import stoppable


def hub() -> Any:
    """What runs need of one: nobody else takes a frame."""
    lead = types.SimpleNamespace(hand_over=lambda runner, frame: False)
    return types.SimpleNamespace(lead=lead, stream=types.SimpleNamespace(), handlers={})


class Pieces(unittest.TestCase):
    """The frames of a run."""

    def test_threads_that_overtake_each_other_leave_the_order(self) -> None:
        frames = [(wire.BATCH, b"first"), (wire.ARRIVAL, b"second"), (wire.ARRIVAL, b"third")]
        for is_ready in (True, False):
            worked: list[bytes] = []
            calls: Any = Calls(hub(), {})
            calls._batch = calls._arrive = lambda runner, run, payload, worked=worked: worked.append(payload)
            calls.came(wire.BEGIN, 1, None)
            run = calls.runs[1]
            run.pipeline = types.SimpleNamespace(over=False)
            run.busy = not is_ready
            for kind, payload in frames:
                calls.came(kind, 1, payload)
            # Each thread has taken one frame, and the last comes first.
            for kind, payload in reversed(frames):
                (calls.batch if kind == wire.BATCH else calls.arrival)(None, 1, payload)
            if not is_ready:
                self.assertEqual(worked, [])
                calls._go_on(None, run)
            self.assertEqual(worked, [b"first", b"second", b"third"])
            self.assertFalse(run.busy)

    def test_frames_of_a_run_that_is_over_are_nothing(self) -> None:
        calls = Calls(hub(), {})
        calls.came(wire.ARRIVAL, 1, b"late")
        calls.arrival(None, 1, b"late")
        self.assertEqual(calls.runs, {})


class Stopped(unittest.TestCase):
    """Runs that are aborted while no thread has them."""

    def test_nothing_of_it_runs_any_more(self) -> None:
        runner = types.SimpleNamespace(context=None, target=None, main=True)
        context: Any = types.SimpleNamespace(stopped=True)
        ran: list[int] = []
        with self.assertRaises(forcestopped):
            stoppable(runner, context, ran.append, 1)
        self.assertEqual((ran, runner.target), ([], None))

    def test_who_waits_with_the_server_is_told_by_its_own_socket(self) -> None:
        parts = hub()
        parts.begins = lambda number, context: False
        calls: Any = Calls(parts, {})
        calls._plan = lambda name, plan_id: (None, types.SimpleNamespace(reader="CommandReader"))
        told: list[bytes] = []
        runner: Any = SyncChannel.__new__(SyncChannel)
        runner.tell = told.append
        self.assertIs(calls._open(runner, wire.CALL, 7, ("session", "plan", 0, 0, 0, 0, [], None, None)), False)
        self.assertEqual(told, [wire.pack(wire.ABORTED, 7, b"N")])
