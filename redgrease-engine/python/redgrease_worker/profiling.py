"""What the functions of a session spend their time on."""

from __future__ import annotations

import cProfile
import io
import os
import pstats
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .session import Session

# How the text is sorted when nothing else, or nothing that can be sorted by, was asked for.
_ORDER = "tottime"
_change = threading.Lock()
_HERE = os.path.dirname(os.path.abspath(__file__))


def _is_own(function: tuple[str, int, str]) -> bool:
    return function[0].startswith(_HERE) or function[2] == "<method 'disable' of '_lsprof.Profiler' objects>"


def _forget_own(stats: Any) -> None:
    """Takes the engine's own functions out: what is left are those of the script and what they call."""
    for function in [one for one in stats.stats if _is_own(one)]:
        primitive, calls, own_time, _, _ = stats.stats.pop(function)
        stats.prim_calls -= primitive
        stats.total_calls -= calls
        stats.total_tt -= own_time
    for _, _, _, _, callers in stats.stats.values():
        for caller in [one for one in callers if _is_own(one)]:
            del callers[caller]


class Profile:
    """The measured calls of one session."""

    def __init__(self) -> None:
        self.stats: Any = None

    @staticmethod
    def of(session: Session) -> Profile:
        """The profile of a session, a new one where it has none."""
        if session.profile is None:
            session.profile = Profile()
        return session.profile

    def measured(self, body: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, measured."""

        def work(*arguments: Any) -> Any:
            profiler = cProfile.Profile()
            try:
                profiler.enable()
            except ValueError:
                # From CPython 3.12 on only one call of a process can be measured at a time.
                return body(*arguments)
            try:
                return body(*arguments)
            finally:
                profiler.disable()
                self._add(profiler)

        return work

    def _add(self, profiler: cProfile.Profile) -> None:
        stats = pstats.Stats(profiler)
        _forget_own(stats)
        with _change:
            if self.stats is None:
                self.stats = stats
            else:
                self.stats.add(stats)

    def reset(self) -> None:
        """Forgets what was measured."""
        with _change:
            self.stats = None

    def text(self, order: str) -> str:
        """The measured functions, their callers and what they called."""
        with _change:
            stats = self.stats
            if stats is None:
                # Nothing was measured; Python's own words for that are what clients know.
                stats = pstats.Stats(cProfile.Profile())
            stats.stream = io.StringIO()
            try:
                stats.sort_stats(order)
            except KeyError:
                stats.sort_stats(_ORDER)
            stats.print_stats()
            stats.print_callers()
            stats.print_callees()
            return stats.stream.getvalue()
