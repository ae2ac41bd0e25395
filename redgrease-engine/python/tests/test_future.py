"""The future of steps and runs: an asyncio.Future that any thread may complete."""

from __future__ import annotations

import asyncio
import pickle
import threading
import unittest
from unittest import mock

from redgrease_worker import future

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any


def start(_: str, run: Callable[[], None]) -> None:
    """Starts a thread that nobody waits for."""
    threading.Thread(target=run, daemon=True).start()


def soon(act: Callable[..., Any], *arguments: Any) -> None:
    """Does something in another thread."""
    threading.Timer(0.01, act, arguments).start()


class Futures(unittest.TestCase):
    """What asyncio does with futures of its own, it does with these."""

    def run_here(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """The result of a coroutine that runs in the worker's loop."""
        with mock.patch("redgrease_worker.threads.start", start):
            loop = future.loop.get()
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

    def test_it_is_one(self) -> None:
        async def check() -> None:
            one = future.new()
            self.assertIsInstance(one, asyncio.Future)
            self.assertTrue(asyncio.isfuture(one))
            self.assertEqual(repr(one), "<GearsFuture pending>")
            self.assertIs(pickle.loads(pickle.dumps(type(one))), type(one))
            self.assertIn(type(one), future.ASYNC_TYPES)

        self.run_here(check())

    def test_it_is_waited_for_as_one(self) -> None:
        async def check() -> None:
            first, second, never = future.new(), future.new(), future.new()
            soon(first.continueRun, 1)
            soon(second.continueRun, 2)
            self.assertEqual(await asyncio.gather(first, second), [1, 2])
            done, pending = await asyncio.wait([first, never], timeout=0.01)
            self.assertEqual((done, pending), ({first}, {never}))
            self.assertEqual(await asyncio.shield(first), 1)
            called: Any = asyncio.Event()
            third = future.new()
            third.add_done_callback(lambda over: called.set() if over is third else None)
            soon(third.continueRun, 3)
            await called.wait()
            self.assertEqual((third.done(), third.result(), third.exception()), (True, 3, None))

        self.run_here(check())

    def test_what_failed_says_so(self) -> None:
        async def check() -> None:
            one = future.new()
            soon(one.continueFailed, "no")
            with self.assertRaisesRegex(Exception, "^no$"):
                await one
            self.assertEqual(str(one.exception()), "no")
            with self.assertRaises(asyncio.InvalidStateError):
                one.set_result(1)
            with self.assertRaises(asyncio.InvalidStateError):
                future.new().result()

        self.run_here(check())

    def test_it_can_be_cancelled(self) -> None:
        async def wait_for(one: Any) -> Any:
            return await one

        async def check() -> None:
            one, other = future.new(), future.new()
            with self.assertRaises(asyncio.TimeoutError):
                await asyncio.wait_for(one, 0.01)
            task = asyncio.ensure_future(wait_for(other))
            await asyncio.sleep(0)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertTrue(one.cancelled() and other.cancelled())
            self.assertFalse(one.end("done", 1))

        self.run_here(check())

    def test_other_loops_can_wait_too(self) -> None:
        async def check() -> Any:
            with mock.patch("redgrease_worker.threads.start", start):
                one = future.new()
            soon(one.continueRun, 1)
            return await one

        self.assertEqual(asyncio.run(check()), 1)

    def test_a_promise_is_waited_for_as_well(self) -> None:
        async def check() -> Any:
            one = future.Promise()
            soon(one.continueRun, 1)
            return await one

        self.assertEqual(self.run_here(check()), 1)


if __name__ == "__main__":
    unittest.main()
