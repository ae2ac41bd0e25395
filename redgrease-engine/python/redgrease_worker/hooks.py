"""Functions of command hooks and of registrations with commands."""

from __future__ import annotations

from . import runtime
from .errors import error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def call_next(*arguments: Any) -> Any:
    """Inside a command hook: runs the next hook or the command itself."""
    context = runtime.hub.context
    hook = None if context is None else context.hook
    if hook is None:
        raise error("Can not get CommandHook ctx")
    if hook[0] is None:
        raise error("Failed executing command")
    words = (hook[1],) + tuple(runtime._argument(argument) for argument in arguments)
    return runtime.to_python(runtime.hub.request("next", hook[0], words, context.database))


def get_command() -> Any:
    """The command that raised the event."""
    context = runtime.hub.context
    if context is None or context.command is None:
        raise error("Can not get command ctx")
    return context.command


def override_reply(value: Any) -> None:
    """Replaces the reply of the command that raised the event."""
    context = runtime.hub.context
    if context is None or context.command is None:
        raise error("Can not get command ctx")
    if context.overridden:
        raise error("Can only override reply once")
    from .records import plain_result

    runtime.hub.request("override", context.number, plain_result(value))
    context.overridden = True


PUBLIC = (call_next, get_command, override_reply)
