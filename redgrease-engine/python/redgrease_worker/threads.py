"""Threads of the worker, none of which may end without the worker: the server answers all who wait for a process that is gone."""

from __future__ import annotations

import os
import threading
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def end(problem: BaseException | None = None) -> None:
    """Ends the worker, in silence when the server closed the connection."""
    if isinstance(problem, EOFError):
        os._exit(0)
    if problem is not None:
        text = "".join(traceback.format_exception(type(problem), problem, problem.__traceback__))
        os.write(2, text.encode("utf-8", "backslashreplace"))
    os._exit(1)


def _run(body: Callable[[], None], may_end: Callable[[], bool]) -> None:
    try:
        body()
    except BaseException as problem:
        end(problem)
    if not may_end():
        end()


def start(name: str, body: Callable[[], None], may_end: Callable[[], bool] = lambda: False) -> None:
    """Starts a thread that runs what goes on until the server goes away, unless `may_end` says otherwise then.

    Raises RuntimeError where the system gives no thread.
    """
    threading.Thread(target=_run, args=(body, may_end), name=name, daemon=True).start()
