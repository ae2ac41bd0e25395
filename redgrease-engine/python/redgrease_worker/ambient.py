"""What scripts find under a bare name beside the functions: the modules that the original's own Python imports, and
what redgrease gives."""

from __future__ import annotations

import importlib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

# The names, and what they stand for; without a second part, the module itself.
_NAMES = {
    "Future": ("asyncio", "Future"),
    "GearsFuture": ("redgrease_worker.future", "GearsFuture"),
    "StringIO": ("io", "StringIO"),
    "Thread": ("threading", "Thread"),
    "asyncio": ("asyncio", None),
    "cProfile": ("cProfile", None),
    "copy": ("copy", None),
    "dis": ("dis", None),
    "importlib": ("importlib", None),
    "io": ("io", None),
    "itertools": ("itertools", None),
    "logging": ("logging", None),
    "opcode": ("opcode", None),
    "operator": ("operator", None),
    "partial": ("functools", "partial"),
    "pickle": ("pickle", None),
    "pstats": ("pstats", None),
    "redisgears": ("redisgears", None),
    "rg": ("redisgears", None),
    "struct": ("struct", None),
    "sys": ("sys", None),
    "traceback": ("traceback", None),
    "types": ("types", None),
    "weakref": ("weakref", None),
    # redgrease's own, whatever is installed
    "Record": ("redgrease_worker.given", "Record"),
    "Refused": ("redgrease_worker.given", "Refused"),
    "StreamRecord": ("redgrease_worker.given", "StreamRecord"),
    "cmd": ("redgrease_worker.given", "cmd"),
    "hashtag3": ("redgrease_worker.given", "hashtag3"),
    "redgrease": ("redgrease", None),
}

# Who says one of these may find any name.
_ANY = frozenset(("__dict__", "dir", "eval", "exec", "globals", "locals", "vars"))


def _said(code: CodeType) -> set[str]:
    """The names that code says, its functions included."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            names |= _said(constant)
    return names


def found_by(code: CodeType) -> dict[str, Any]:
    """What a script that says some of the names finds under them. The others are not imported: workers stay small."""
    said = _said(code)
    anything = not said.isdisjoint(_ANY)
    found = {}
    for name, (module, member) in _NAMES.items():
        if anything or name in said:
            value = importlib.import_module(module)
            found[name] = value if member is None else getattr(value, member)
    if anything or "loop" in said:
        from .future import loop

        found["loop"] = loop.get()
    return found
