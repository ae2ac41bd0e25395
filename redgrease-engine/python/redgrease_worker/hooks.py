"""Functions of command hooks and of registrations with commands."""

from .errors import error
from . import runtime


def call_next(*arguments):
    """Inside a command hook: runs the next hook or the command itself."""
    context = runtime.hub.context
    hook = None if context is None else context.hook
    if hook is None:
        raise error("Can not get CommandHook ctx")
    if hook[0] is None:
        raise error("Failed executing command")
    words = (hook[1],) + tuple(runtime._argument(argument) for argument in arguments)
    return runtime.to_python(runtime.hub.request("next", hook[0], words))


def get_command():
    """The command that raised the event."""
    context = runtime.hub.context
    if context is None or context.command is None:
        raise error("Can not get command ctx")
    return context.command


def override_reply(value):
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
