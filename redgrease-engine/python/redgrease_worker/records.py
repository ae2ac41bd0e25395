"""Records and results as they travel between the server and a worker."""

from __future__ import annotations

from . import wire
from .runtime import to_python
from .wire import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PLAIN = frozenset((str, bytes, int, float, bool, type(None)))
_OPAQUE = None


def plain_result(value: Any) -> Any:
    """A result as the engine can carry it; what has no encoding of its own becomes None, which is shown so."""
    kind = value.__class__
    if kind in _PLAIN:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, list):
        return [plain_result(item) for item in value]
    return _OPAQUE


def outcome(results: list[Any], errors: list[str], times: list[float] | None = None, imported: bool = False) -> bytes:
    """Results, errors, how long the operations took, and whether what was asked for is imported, as the payload of an answer."""
    answer: tuple[Any, ...] = (results, errors)
    try:
        for result in results:
            if result.__class__ not in _PLAIN:
                answer = ([plain_result(r) for r in results], errors)
                break
        if times is not None or imported:
            answer += (False, [int(1e6 * time) for time in times or ()], imported)
        return dumps(answer)
    except (ValueError, RecursionError) as problem:
        return dumps(([], ["Error type: %s, Value: %s" % (type(problem), problem)]))


def records(kind: int, binary: bool, values: Any) -> list[Any]:
    """Records from the values that the server sent."""
    if binary:
        values = to_python(values)
    if kind == wire.PLAIN:
        return values
    if kind == wire.KEYS:
        return [{"event": e, "key": k, "type": t, "value": v} for e, k, t, v in values]
    if kind == wire.KEYS_ONLY:
        return [{"event": e, "key": k} for e, k in values]
    return [{"key": k, "id": i, "value": v} for k, i, v in values]
