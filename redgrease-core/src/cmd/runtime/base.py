"""The way to the server and back.

The files of this folder are the helpers of the class that a script gets as `cmd`: one function
after the other. The generator copies a function into the class when a method calls it. They call
one another through the class. Python 3.7 is the oldest that must read them.
"""


# The one way to the server. What `execute` gives back as bytearray is not text: it becomes bytes.
def _x(*args):
    return _rg_cmd._received(execute(*map(_rg_cmd._sent, args)))


def _sent(value):
    if value is None or isinstance(value, bool):
        raise TypeError("cmd cannot send %r: convert it to bytes, str, int or float first" % (value,))
    return bytes(value) if isinstance(value, memoryview) else value


def _received(reply):
    if isinstance(reply, list):
        return [_rg_cmd._received(r) for r in reply]
    return bytes(reply) if isinstance(reply, bytearray) else reply


def __getitem__(self, name):
    value = _rg_cmd.get(name)
    if value is None:
        raise KeyError(name)
    return value


def __setitem__(self, name, value):
    _rg_cmd.set(name, value)


def __delitem__(self, name):
    _rg_cmd.delete(name)


def __contains__(self, name):
    return bool(_rg_cmd.exists(name))
