"""The threads that run calls."""

from __future__ import annotations

import types
import unittest
from typing import Any

from redgrease_worker import runner
from redgrease_worker.contexts import Waiter
from redgrease_worker.errors import error
from redgrease_worker.lead import DONE


class Threads(unittest.TestCase):
    """What waits without greenlets."""

    def setUp(self) -> None:
        self.greenlets, runner._greenlets = runner._greenlets, False

    def tearDown(self) -> None:
        runner._greenlets = self.greenlets

    def test_no_more_threads_wait_than_the_most(self) -> None:
        aside = []

        def step_aside(_seat: Any) -> None:
            aside.append(1)

        lead = types.SimpleNamespace(
            aside=runner._MOST_ASIDE - 1, step_aside=step_aside, step_back=aside.clear, until_put=lambda *_: DONE
        )
        hub: Any = types.SimpleNamespace(lead=lead, stream=types.SimpleNamespace(flush=lambda: None))
        seat = runner.Runner(hub)
        waiter = Waiter()
        seat.wait(waiter, long=True)
        self.assertTrue(waiter.done)
        lead.aside += 1
        with self.assertRaisesRegex(error, "4096 calls wait, each in a thread of its own: install greenlet for more"):
            seat.wait(Waiter(), long=True)
        self.assertEqual((seat.waiting, aside), (0, []))


if __name__ == "__main__":
    unittest.main()
