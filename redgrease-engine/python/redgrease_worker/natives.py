"""What the engine needs to know of a function to run it without Python: where it stands in the script, and what the names
in it stand for."""

from __future__ import annotations

import builtins
import sys
import types

from . import operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .steps import Op

# What the names of builtins stood for before any script ran.
_BUILTINS = dict(vars(builtins))
_PLAIN = (type(None), bool, int, float, str, bytes)
# Generators, coroutines, and those that take any number of arguments.
_UNFIT = 0x04 | 0x08 | 0x20 | 0x80 | 0x200
_MOST = 50
# How deep functions of the builder call each other.
_DEEPEST = 4
# What the builder's functions call the function that they are given.
_GIVEN = ("extractor", "seqOp", "combOp", "sequence", "combine")


def _is_constant(value: Any, depth: int = 0) -> bool:
    kind = value.__class__
    if kind in _PLAIN:
        return True
    return kind is tuple and depth < 10 and all(_is_constant(item, depth + 1) for item in value)


def _is_fresh(value: Any, names: dict[str, Any], seen: list[Any], depth: int = 0) -> bool:
    """Whether a value is what its text says, as often as it is copied: no two parts of it are one, and no name stands for it."""
    kind = value.__class__
    if kind in _PLAIN:
        return True
    if depth >= 10 or kind not in (list, dict, tuple):
        return False
    if kind is not tuple:
        if any(value is other for other in seen) or any(value is other for other in names.values()):
            return False
        seen.append(value)
    items = [*value, *value.values()] if kind is dict else value
    return all(_is_fresh(item, names, seen, depth + 1) for item in items)


def _said(code: types.CodeType, names: set[str]) -> None:
    """The names that code says, those of functions in it included."""
    names.update(code.co_names)
    for constant in code.co_consts:
        if constant.__class__ is types.CodeType:
            _said(constant, names)


def _inner(code: types.CodeType) -> tuple[int, int] | None:
    """Line and column where the first thing in a function begins, from Python 3.11 on."""
    positions = getattr(code, "co_positions", None)
    if positions is None:
        return None
    places = [
        (line, column)
        for line, end_line, column, end_column in positions()
        if line is not None and column is not None and (end_line, end_column) > (line, column)
    ]
    return min(places) if places else None


# The functions of the server that the engine does itself, by the names that it knows them by.
_services: dict[str, Any] = {}
# The globals of the builder.
_builders: list[dict[str, Any]] = []


def serve(services: dict[str, Any], builder: dict[str, Any]) -> None:
    """Makes functions known that the engine does itself, by the names that it knows them by; and the globals of the builder."""
    _services.update(services)
    _builders.append(builder)


def describe(ops: list[Op], names: dict[str, Any]) -> dict[str, Any]:
    """The functions of a plan, for each operation the description or nothing."""
    services = {id(function): name for name, function in _services.items()}
    # Only where a script has named one of them.
    given = sys.modules.get(__package__ + ".given")
    if given is not None:
        services[id(given.hashtag3)] = "hashtag3"
        services[id(given.log)] = "redgrease.log"
    describer = Describer(names, services)
    functions = [describer.operation(op.function) for op in ops]
    return {"minor": sys.version_info[1], "functions": functions}


def are_imported(imports: Sequence[tuple[str, tuple[str, ...]]]) -> bool:
    """Whether modules were imported to their end, with the names that are taken from them: importing them runs no code then."""
    return all(_is_imported(*one) for one in imports)


def _is_imported(name: str, taken: tuple[str, ...]) -> bool:
    names: dict[str, Any] = {}
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        module = sys.modules.get(".".join(parts[:count]))
        if module.__class__ is not types.ModuleType:
            return False
        names = vars(module)
        if getattr(names.get("__spec__"), "_initializing", False):
            return False
    return all(one in names for one in taken)


class Describer:
    """Describes functions of one script."""

    def __init__(self, names: dict[str, Any], services: dict[int, str]) -> None:
        self._globals = names
        # The functions of the server by their identity.
        self._services = services
        self._functions: list[types.FunctionType] = []
        self._described: list[dict[str, Any]] = []

    def operation(self, function: Any, depth: int = 0) -> Any:
        """A function of the script, or one of the builder with that of the script which it calls; nothing when it cannot be
        either."""
        if function.__class__ is not types.FunctionType or function.__globals__ is self._globals:
            return self.describe(function)
        code = function.__code__
        if code.co_filename == "<string>" and any(function.__globals__ is names for names in _builders):
            line = code.co_firstlineno
        elif function.__globals__ is operations.__dict__:
            # No traceback shows it.
            line = 0
        else:
            return None
        described: dict[str, Any] = {"line": line, "cells": {}, "of_value": code.co_name == "comb"}
        for name, cell in zip(code.co_freevars, function.__closure__ or ()):
            try:
                value = cell.cell_contents
            except ValueError:
                return None
            if name in _GIVEN and depth < _DEEPEST:
                described["calls"] = self.operation(value, depth + 1)
            elif name == "zero" and (_is_fresh(value, self._globals, []) or (value.__class__ is set and not value)):
                described["zero"] = value
            elif _is_constant(value):
                described["cells"][name] = value
            else:
                return None
        return described

    def describe(self, function: Any) -> list[dict[str, Any]] | None:
        """The function and those that it may call, or nothing when it cannot be such a function."""
        if function.__class__ is not types.FunctionType:
            return None
        self._functions, self._described = [], []
        if not self._add(function):
            return None
        at = 0
        while at < len(self._functions):
            self._described.append(self._one(self._functions[at]))
            at += 1
        return self._described

    def _add(self, function: types.FunctionType) -> int:
        """The number of a function, from 1; 0 when it is none that could be described."""
        for number, known in enumerate(self._functions, 1):
            if known is function:
                return number
        code = function.__code__
        fits = (
            function.__globals__ is self._globals
            and code.co_filename == "<string>"
            and not code.co_flags & _UNFIT
            and not code.co_kwonlyargcount
            and not function.__kwdefaults__
            and _is_constant(function.__defaults__ or ())
            and len(self._functions) < _MOST
        )
        if not fits:
            return 0
        self._functions.append(function)
        return len(self._functions)

    def _one(self, function: types.FunctionType) -> dict[str, Any]:
        code = function.__code__
        names: set[str] = set()
        _said(code, names)
        meanings = {}
        for name in names:
            meaning = self._meaning(name)
            if meaning is not None:
                meanings[name] = meaning
        cells = {}
        for name, cell in zip(code.co_freevars, function.__closure__ or ()):
            try:
                value = cell.cell_contents
            except ValueError:
                continue
            if _is_constant(value):
                cells[name] = value
        return {
            "name": code.co_name,
            "line": code.co_firstlineno,
            "inner": _inner(code),
            "parameters": code.co_varnames[: code.co_argcount],
            "defaults": function.__defaults__ or (),
            "names": meanings,
            "cells": cells,
        }

    def _meaning(self, name: str) -> tuple[str, Any] | None:
        if name not in self._globals:
            return ("builtin", name) if name in _BUILTINS and _BUILTINS[name] is vars(builtins).get(name) else None
        value = self._globals[name]
        if _is_constant(value):
            return ("value", value)
        service = self._services.get(id(value))
        if service is not None:
            return ("server", service)
        if value.__class__ is types.FunctionType:
            number = self._add(value)
            return ("function", number - 1) if number else None
        known = getattr(value, "__name__", None)
        if known.__class__ is str and _BUILTINS.get(known) is value:
            return ("builtin", known)
        return None
