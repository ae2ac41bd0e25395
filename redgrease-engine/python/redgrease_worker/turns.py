"""The calls of a registration whose events keep their order: one has its turn, the others were sent before theirs.

A call begins when the one before is over, or waits for a future. Its record was read when it was sent. Should the key have been
written since, the server has counted that on a page of memory that it shares with the worker, and the record is read anew.
"""

from __future__ import annotations

import threading
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Turns:
    """The calls of all registrations that were sent before their turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # The number of the call whose turn it is, and frames of those behind it, by session and plan.
        self._lanes: dict[tuple[str, str], tuple[int, deque[Any]]] = {}
        self._page: Any = None
        # Calls whose records are as they were read although the page has changed, and the page then.
        self._fresh: tuple[frozenset[int], bytes] = (frozenset(), b"")

    def share(self, descriptor: int) -> None:
        """Takes the page over on which the server counts writes of keys whose records it has sent."""
        import mmap
        import os

        self._page = mmap.mmap(descriptor, 8, prot=mmap.PROT_READ)
        os.close(descriptor)

    def take(self, lane: tuple[str, str], number: int, frame: Any) -> bool:
        """Whether it is the turn of a call; its frame is kept if not."""
        with self._lock:
            if lane not in self._lanes:
                self._lanes[lane] = number, deque()
            elif self._lanes[lane][0] != number:
                self._lanes[lane][1].append(frame)
                return False
            return True

    def is_over(self, lane: tuple[str, str], number: int) -> Any:
        """The turn of a call is over, if it was its: gives the frame of the next one, if there is one."""
        with self._lock:
            turn, behind = self._lanes.get(lane, (None, None))
            if turn != number or behind is None:
                return None
            if not behind:
                del self._lanes[lane]
                return None
            frame = behind.popleft()
            self._lanes[lane] = frame[1], behind
            return frame

    def is_fresh(self, number: int, read: bytes) -> bool:
        """Whether no key was written since a call's record was read, when the page was so."""
        if self._page is None:
            return False
        now = self._page[:8]
        return now == read or (number in self._fresh[0] and now == self._fresh[1])

    def renew(self, numbers: list[int], page: bytes) -> None:
        """The records of these calls are what they were when the page was so."""
        self._fresh = (frozenset(numbers), page)
