"""The engine's own Python dependencies: from this environment, or from the base environment where this one lacks them."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

_places: list[str] = []


def find(places: str) -> None:
    """Where the base environment has its packages; imports the one that every worker needs."""
    _places.extend(place for place in places.split(os.pathsep) if place)
    load("cloudpickle")


def load(name: str) -> ModuleType | None:
    """The package, or None."""
    try:
        return __import__(name)
    except ImportError:
        pass
    sys.path.extend(_places)
    try:
        return __import__(name)
    except ImportError:
        return None
    finally:
        for place in _places:
            sys.path.remove(place)
