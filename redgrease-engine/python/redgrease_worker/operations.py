"""Operations: for each one what scripts may say, what a record costs in the loop of its stage, and what becomes of a record
that waited for a future.

A new operation is a method of `Operations`, which adds operations of some kinds, and a row of `KINDS` where there is no such
kind yet.
"""

from __future__ import annotations

import copy
import types

from .errors import error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from .steps import Op


def copy_of(value: Any) -> Any:
    """A copy that nobody shares."""
    return copy.deepcopy(value)


def _function(operation: str, value: Any, role: str = "") -> Callable[..., Any]:
    if not isinstance(value, types.FunctionType):
        raise error("%s %sargument must be a function" % (operation, role))
    return value


def _count(operation: str, arguments: tuple[Any, ...], least: int, most: int | None = None) -> None:
    if not least <= len(arguments) <= (least if most is None else most):
        raise error("wrong number of args to %s function" % operation)


# -- what scripts may say

# The names that GETEXECUTION shows.
_MAPPER = "RedisGearsPy_PyCallbackMapper"
_FLAT_MAPPER = "RedisGearsPy_PyCallbackFlatMapper"
_FILTER = "RedisGearsPy_PyCallbackFilter"
_FOREACH = "RedisGearsPy_PyCallbackForEach"
_ACCUMULATE = "RedisGearsPy_PyCallbackAccumulate"
_EXTRACTOR = "RedisGearsPy_PyCallbackExtractor"
_BY_KEY = "RedisGearsPy_PyCallbackAccumulateByKey"
_REDUCER = "RedisGearsPy_PyCallbackReducer"


class Operations:
    """The operations of a builder's context: each checks its arguments, and adds what it stands for."""

    def _add(self, kind: str, function: Any = None, numbers: Sequence[int] = (), hint: str | None = None, name: str = "") -> None:
        raise NotImplementedError

    def map(self, *arguments: Any, **keywords: Any) -> None:
        _count("map", arguments, 1)
        self._add("map", _function("map", arguments[0]), hint=keywords.get("hint"), name=_MAPPER)

    def filter(self, *arguments: Any) -> None:
        _count("filter", arguments, 1)
        self._add("filter", _function("filter", arguments[0]), name=_FILTER)

    def foreach(self, *arguments: Any) -> None:
        _count("foreach", arguments, 1)
        self._add("foreach", _function("foreach", arguments[0]), name=_FOREACH)

    def flatmap(self, *arguments: Any) -> None:
        _count("flatmap", arguments, 1)
        self._add("flatmap", _function("flatmap", arguments[0]), name=_FLAT_MAPPER)

    def limit(self, *arguments: Any) -> None:
        _count("limit", arguments, 1, 2)
        for number in arguments:
            if not isinstance(number, int):
                raise error("limit argument must be a number")
        offset = arguments[1] if len(arguments) > 1 else 0
        self._add("limit", None, (int(arguments[0]), int(offset)), name="limit")

    def accumulate(self, *arguments: Any, **keywords: Any) -> None:
        _count("accumulate", arguments, 1)
        function = _function("accumulate", arguments[0])
        self._add("accumulate", function, hint=keywords.get("hint"), name=_ACCUMULATE)

    def groupby(self, *arguments: Any) -> None:
        _count("groupby", arguments, 2)
        self._grouping(arguments, True)

    def localgroupby(self, *arguments: Any) -> None:
        _count("groupby", arguments, 2)
        self._grouping(arguments, False)

    def _grouping(self, arguments: tuple[Any, ...], everywhere: bool) -> None:
        extractor = _function("groupby", arguments[0], "extractor ")
        reducer = _function("groupby", arguments[1], "reducer ")
        self._add("extractkey", extractor, name=_EXTRACTOR)
        if everywhere:
            self._add("repartition", name="repartition")
        self._add("accumulatebykey", reducer, name=_BY_KEY)

    def batchgroupby(self, *arguments: Any) -> None:
        _count("batchgroupby", arguments, 2)
        extractor = _function("batchgroupby", arguments[0], "extractor ")
        self._add("extractkey", extractor, name=_EXTRACTOR)
        self._add("repartition", name="repartition")
        self._add("group", name="group")
        self._add("reduce", arguments[1], name=_REDUCER)

    def repartition(self, *arguments: Any) -> None:
        _count("repartition", arguments, 1)
        self._add("extractkey", _function("repartition", arguments[0]), name=_EXTRACTOR)
        self._add("repartition", name="repartition")
        self._add("unkey", name="RedisGearsPy_ToPyRecordMapper")

    def collect(self, *arguments: Any) -> None:
        _count("collect", arguments, 0)
        self._add("collect", name="collect")

    def aggregateby(
        self,
        extractor: Any,
        zero: Any,
        sequence: Callable[..., Any],
        combine: Callable[..., Any],
        counting: bool = False,
        identity: bool = False,
    ) -> None:
        """aggregateby and countby: group here, then group the parts."""
        def seq(k: Any, a: Any, r: Any) -> Any:
            return sequence(k, a if a else copy_of(zero), r)

        def comb(k: Any, a: Any, r: Any) -> Any:
            return combine(k, a if a else copy_of(zero), r["value"])

        extractor = _function("groupby", extractor, "extractor ")
        self._add("extractkey", extractor, hint="identity" if identity else None, name=_EXTRACTOR)
        self._add("accumulatebykey", seq, hint="count" if counting else None, name=_BY_KEY)
        self._add("extractkey", lambda r: r["key"], hint="key", name=_EXTRACTOR)
        self._add("repartition", name="repartition")
        self._add("accumulatebykey", comb, hint="sum" if counting else None, name=_BY_KEY)


# Those that the builder of scripts composes of others or renames, before its context sees them.
_COMPOSED = ("aggregateby",)
# Those that it passes on as they are said.
PASSED_ON = tuple(name for name in vars(Operations) if not name.startswith("_") and name not in _COMPOSED)


# -- what a record costs in the loop of its stage


class Lines:
    """The lines of a loop that one operation writes, for the record `r` that has come so far."""

    def __init__(self, index: int, depth: int, add: Callable[[int, str], None], state: list[str], rests: str) -> None:
        self.index = index
        # The operation's function.
        self.name = "f%d" % index
        self._depth = depth
        self._add = add
        self._state = state
        self._rests = rests

    def add(self, line: str, deeper: int = 0) -> None:
        """A line."""
        self._add(self._depth + deeper, line)

    def keep(self, name: str, value: str) -> None:
        """What the operation remembers from record to record: a name, and what it is at the beginning of a run."""
        self._state.append("%s = %s" % (name, value))

    def may_wait(self, variable: str, record: str) -> None:
        """What a function gave: the first future takes its record, and those after it, out of the loop. They will not wait for
        each other.
        """
        held = "if %s.__class__ in A: w, %s = [%s], None; " % (variable, variable, variable)
        self.add(held + "return later(%d, %s, w, (%s), first)" % (self.index, record, self._rests))


def _map(op: Op, lines: Lines) -> None:
    lines.add("r = %s(r)" % lines.name)
    lines.may_wait("r", "None")


def _foreach(op: Op, lines: Lines) -> None:
    lines.add("t = %s(r)" % lines.name)
    lines.may_wait("t", "r")


def _filter(op: Op, lines: Lines) -> None:
    _foreach(op, lines)
    lines.add("if not t: continue")


def _flatmap(op: Op, lines: Lines) -> None:
    _map(op, lines)
    lines.add("r = r[::-1] if isinstance(r, list) else (r,)")


def _limit(op: Op, lines: Lines) -> None:
    count = "n%d" % lines.index
    lines.keep(count, "0")
    length, offset = (number if number >= 0 else 1 << 64 for number in op.numbers)
    lines.add("%s += 1" % count)
    lines.add("if %s <= %d: continue" % (count, offset))
    lines.add("if %s > %d: raise Stop" % (count, offset + length))


def _extract_key(op: Op, lines: Lines) -> None:
    known = {"key": "k = r['key']", "identity": "k = r"}
    lines.add(known.get(op.hint or "", "k = %s(r)" % lines.name))
    lines.add("if k.__class__ is not str:")
    lines.add("if k.__class__ in A: W.refuse(k, 'coroutine are not allow on extractor')", 1)
    lines.add("k = str(k)", 1)


def _group(op: Op, lines: Lines) -> None:
    # For the operation behind it, which makes one of each group.
    groups = "g%d" % (lines.index + 1)
    lines.keep(groups, "{}")
    lines.add("%s.setdefault(k, []).append(r)" % groups)


def _accumulate(op: Op, lines: Lines) -> None:
    acc, name = "a%d" % lines.index, lines.name
    lines.keep(acc, "EMPTY")
    hint = op.hint
    if hint == "count":
        lines.add("%s = 1 if %s is EMPTY else %s + 1" % (acc, acc, acc))
    elif hint == "append":
        lines.add("if %s is EMPTY: %s = [r]" % (acc, acc))
        lines.add("else: %s.append(r)" % acc)
    elif hint == "extend":
        lines.add("if %s is EMPTY: %s = r" % (acc, acc))
        lines.add("else: %s.extend(r)" % acc)
    elif hint == "add":
        # The record goes through the function only to raise with its own frames.
        lines.add("if %s is EMPTY: %s = set()" % (acc, acc))
        lines.add("try: %s.add(r)" % acc)
        lines.add("except TypeError:")
        lines.add("t, %s = %s, EMPTY" % (acc, acc), 1)
        lines.add("%s(t, r)" % name, 1)
    else:
        lines.add("t, %s = (None if %s is EMPTY else %s), EMPTY" % (acc, acc, acc))
        lines.add("t = %s(t, r)" % name)
        lines.add("if t.__class__ in A: w, t = [t], None; t = W(w)")
        lines.add("%s = t" % acc)


def _accumulate_by_key(op: Op, lines: Lines) -> None:
    groups = "g%d" % lines.index
    lines.keep(groups, "{}")
    if op.hint == "count":
        lines.add("%s[k] = %s.get(k, 0) + 1" % (groups, groups))
    elif op.hint == "sum":
        lines.add("%s[k] = %s.get(k, 0) + r['value']" % (groups, groups))
    else:
        lines.add("try:")
        lines.add("t = %s(k, %s.get(k), r)" % (lines.name, groups), 1)
        lines.add("if t.__class__ in A: w, t = [t], None; t = W(w)", 1)
        lines.add("%s[k] = t" % groups, 1)
        lines.add("except BaseException:")
        lines.add("%s.pop(k, None)" % groups, 1)
        lines.add("raise", 1)


def _nothing(op: Op, lines: Lines) -> None:
    """On one shard there is nothing to do."""


# -- what a stage gives when no more records come


def _the_one(index: int) -> tuple[str, ...]:
    return ("if a%d is not EMPTY: emit(a%d)" % (index, index),)


def _the_groups(index: int) -> tuple[str, ...]:
    return ("for k, v in g%d.items(): emit({'key': k, 'value': v})" % index,)


def _the_reduced(index: int) -> tuple[str, ...]:
    groups = "g%d" % index
    return (
        "for k in reversed(list(%s)):" % groups,
        "    try:",
        "        v = f%d(k, %s[k])" % (index, groups),
        "        if v.__class__ in A: W.refuse(v, 'coroutine are not allow on reduce')",
        "    except forcestopped: raise",
        "    except BaseException as e:",
        "        fail(e)",
        "        continue",
        "    emit({'key': k, 'value': v})",
    )


# -- what goes on when the result of a function has come


def _the_result(record: Any, result: Any) -> Sequence[Any]:
    return (result,)


def _the_record(record: Any, result: Any) -> Sequence[Any]:
    return (record,)


def _the_record_if(record: Any, result: Any) -> Sequence[Any]:
    return (record,) if result else ()


def _the_results(record: Any, result: Any) -> Sequence[Any]:
    return result[::-1] if isinstance(result, list) else (result,)


class Kind:
    """What a worker does for a kind of operation."""

    def __init__(
        self,
        emit: Callable[[Op, Lines], None],
        *,
        goes_on: Callable[[Any, Any], Sequence[Any]] | None = None,
        gives: Callable[[int], tuple[str, ...]] | None = None,
        many: bool = False,
    ) -> None:
        # Writes the lines for one record.
        self.emit = emit
        # For operations that may run for many records at a time while those wait for futures: the records that go on behind it,
        # of a record and what the function gave for it.
        self.goes_on = goes_on
        # For operations that need all records before they give one: the lines that give them at the end of a stage.
        self.gives = gives
        # Whether `r` is several records behind it.
        self.many = many


KINDS = {
    "map": Kind(_map, goes_on=_the_result),
    "filter": Kind(_filter, goes_on=_the_record_if),
    "foreach": Kind(_foreach, goes_on=_the_record),
    "flatmap": Kind(_flatmap, goes_on=_the_results, many=True),
    "limit": Kind(_limit),
    "accumulate": Kind(_accumulate, gives=_the_one),
    "extractkey": Kind(_extract_key),
    "accumulatebykey": Kind(_accumulate_by_key, gives=_the_groups),
    "group": Kind(_group),
    "reduce": Kind(_nothing, gives=_the_reduced),
    # They have no function, and are there for what sends records to other shards.
    "collect": Kind(_nothing, goes_on=_the_record),
    "repartition": Kind(_nothing, goes_on=_the_record),
    "unkey": Kind(_nothing, goes_on=_the_record),
}
