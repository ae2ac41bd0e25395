"""The exceptions that scripts see, and errors as text."""

from __future__ import annotations

import builtins
import os
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType, TracebackType
    from typing import Any

# What stands between two exceptions of a chain, in Python's own words.
_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
# How many exceptions of a chain are shown.
_CHAIN = 20
# From CPython 3.11 on.
_GROUP: type[BaseException] | None = getattr(builtins, "BaseExceptionGroup", None)

_HERE = os.path.dirname(os.path.abspath(__file__))
# Functions of the builder come from other shards, too, where the same files lie in another folder.
_ANYWHERE = os.sep.join(["", *_HERE.split(os.sep)[-2:], ""])


class error(Exception):
    """What the functions of the engine raise."""

    __module__ = "gears"


class flat(Exception):
    """An error whose text goes to the client as it is."""

    __module__ = "gears"


class forcestopped(BaseException):
    """Raised inside a function whose execution was aborted. Not an `Exception`, so that handlers for those let it pass."""

    __module__ = "gears"


class Settings:
    """What the server configures."""

    with_traceback = True
    profile = False
    # Whether there are other shards.
    shards = False


def _is_own(filename: str) -> bool:
    return filename.startswith(_HERE) or _ANYWHERE in filename


def _foreign_frames(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    """The frames of a traceback that are not the engine's own."""
    frames = []
    while trace is not None:
        if not _is_own(trace.tb_frame.f_code.co_filename):
            frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return frames


def _shown(frames: Iterable[traceback.FrameSummary]) -> list[tuple[str, int, str, str | None]]:
    # Without the places in lines of source that CPython 3.11 and newer would underline.
    return [(f.filename, f.lineno or 0, f.name, f.line) for f in frames]


def _before(exception: BaseException) -> tuple[BaseException | None, str]:
    """The exception that an exception was raised from or after, and what stands between the two."""
    if exception.__cause__ is not None:
        return exception.__cause__, _CAUSE
    if exception.__context__ is not None and not exception.__suppress_context__:
        return exception.__context__, _CONTEXT
    return None, ""


def _is_ours(exception: BaseException) -> bool:
    """Whether it never left the engine's own code: only what was raised in its place concerns a script."""
    return exception.__traceback__ is not None and not _foreign_frames(exception.__traceback__)


def _lines(exception: BaseException) -> list[str]:
    """An exception after those before it in its chain."""
    chain, seen = [(exception, "")], {id(exception)}
    while True:
        before, between = _before(chain[-1][0])
        if before is None or id(before) in seen or _is_ours(before):
            break
        seen.add(id(before))
        chain.append((before, between))
    lines = []
    if len(chain) > _CHAIN:
        lines.append("[%d earlier exceptions are left out]\n" % (len(chain) - _CHAIN))
        lines.append(chain[_CHAIN][1])
        del chain[_CHAIN:]
    # Python's own function goes through the whole chain for each exception.
    told = _alone if not lines else _briefly
    for one, between in reversed(chain):
        lines += told(one)
        if between:
            lines.append(between)
    return lines


def _alone(exception: BaseException) -> list[str]:
    """An exception without its chain."""
    if _GROUP is not None and isinstance(exception, _GROUP):
        return list(_without_own(traceback.TracebackException.from_exception(exception)).format(chain=False))
    try:
        return _frames(exception) + _said(exception)
    except RecursionError:
        # That of CPython before 3.10 does so by recursion.
        return _briefly(exception)


def _said(exception: BaseException) -> list[str]:
    """An exception without its traceback; one that scripts have without an import is named as they name it."""
    lines = traceback.format_exception_only(type(exception), exception)
    own = type(exception).__module__ + "."
    if own == "redgrease_worker.given." and lines[0].startswith(own):
        lines[0] = lines[0][len(own) :]
    return lines


def _briefly(exception: BaseException) -> list[str]:
    return [*_frames(exception), "%s: %s\n" % (type(exception).__qualname__, exception)]


def _frames(exception: BaseException) -> list[str]:
    frames = traceback.StackSummary.extract(iter(_foreign_frames(exception.__traceback__)))
    lines = ["Traceback (most recent call last):\n"] if frames else []
    return lines + traceback.format_list(_shown(frames))


def _without_own(summary: Any) -> Any:
    """The summary of a group without the engine's own frames, in its members and their chains, too."""
    waiting = [summary]
    while waiting:
        one = waiting.pop()
        frames = [frame for frame in one.stack or () if not _is_own(frame.filename)]
        one.stack = traceback.StackSummary.from_list(_shown(frames)) if frames else None
        waiting += one.exceptions or ()
        waiting += [before for before in (one.__cause__, one.__context__) if before is not None]
    return summary


def text_of(exception: BaseException) -> str:
    """The text that a client gets for an exception."""
    try:
        if isinstance(exception, flat):
            return str(exception)
        if Settings.with_traceback:
            lines = _lines(exception)
            # A script's own text, and what it calls wrongly, has no traceback.
            if any("Traceback (most recent call last):" in line for line in lines):
                return str(lines)
        return "Error type: %s, Value: %s" % (type(exception), exception)
    except BaseException as problem:
        return "Error type: %s, Value: <%s while reading the error>" % (
            type(exception).__name__,
            type(problem).__name__,
        )


def words_of(problem: Any) -> str:
    """What became of a future in words, which carry no traceback: an exception that says nothing is named."""
    try:
        text = str(problem)
    except BaseException:
        return type(problem).__name__
    return type(problem).__name__ if not text and isinstance(problem, BaseException) else text
