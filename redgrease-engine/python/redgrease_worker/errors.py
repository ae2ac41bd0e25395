"""The exceptions that scripts see, and errors as text."""

from __future__ import annotations

import os
import traceback

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType
    from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))


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


def _own(code: CodeType) -> bool:
    return code.co_filename.startswith(_HERE)


def _foreign_frames(trace: TracebackType | None) -> list[tuple[FrameType, int]]:
    """The frames of a traceback that are not the engine's own."""
    frames = []
    while trace is not None:
        if not _own(trace.tb_frame.f_code):
            frames.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return frames


def _lines(exception: BaseException) -> list[str] | None:
    frames = _foreign_frames(exception.__traceback__)
    if not frames:
        return None
    kept = list(traceback.StackSummary.extract(iter(frames)))
    # An unwinding of the whole chain would show frames of the engine again: only the last exception is shown.
    lines = ["Traceback (most recent call last):\n"]
    lines += traceback.format_list([(f.filename, f.lineno or 0, f.name, f.line) for f in kept])
    lines += traceback.format_exception_only(type(exception), exception)
    return lines


def text_of(exception: BaseException) -> str:
    """The text that a client gets for an exception."""
    try:
        if isinstance(exception, flat):
            return str(exception)
        if Settings.with_traceback:
            lines = _lines(exception)
            if lines is not None:
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
