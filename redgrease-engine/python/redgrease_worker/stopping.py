"""Stopping a call that runs: by an exception in its thread."""

from __future__ import annotations

import ctypes
import signal
import time

from .errors import forcestopped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .contexts import Context


def stop(runner: Any) -> None:
    """Raises `forcestopped` in the thread of a runner or synchronous channel."""
    if runner.main:
        # It ends calls of the system too.
        signal.pthread_kill(runner.ident, signal.SIGUSR1)
    else:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(runner.ident), ctypes.py_object(forcestopped))


def stoppable(runner: Any, context: Context, body: Callable[..., Any], *arguments: Any) -> Any:
    """Calls `body` for a context so that an abort can reach it."""
    outer_context, outer_target = runner.context, runner.target
    runner.context = context
    try:
        try:
            # In this order: an abort that finds no target is seen here.
            runner.target = context
            if context.stopped:
                raise forcestopped()
            return body(*arguments)
        finally:
            runner.target = None
    finally:
        if context.stopped:
            settle(runner)
        runner.context, runner.target = outer_context, outer_target


def unstoppable(runner: Any, body: Callable[..., Any], *arguments: Any) -> None:
    """Calls `body` so that an abort of the call of this thread comes before or afterwards."""
    target, runner.target = runner.target, None
    try:
        # In this order: an abort that finds the target is noted before.
        if target is not None and target.stopped:
            settle(runner)
        body(*arguments)
    finally:
        runner.target = target
    if target is not None and target.stopped:
        raise forcestopped()


def settle(runner: Any) -> None:
    """After a call that is to end was no target any more: lets an exception that is on its way to its thread come."""
    if runner.main:
        return
    try:
        for _ in range(20):
            time.sleep(0.001)
    except forcestopped:
        pass
