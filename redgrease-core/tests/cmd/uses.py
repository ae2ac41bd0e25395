"""Scripts as people write them, with the text of `cmd` before them, on an `execute` that notes calls.

    uses.py <text of cmd>

Runs on every Python that a server may have, from 3.7 on.
"""

import sys
import types

with open(sys.argv[1]) as file:
    SOURCE = file.read()


def run(body, replies=()):
    """What a body sends, when `execute` gives `replies` one after the other."""
    calls, replies = [], list(replies)

    def execute(command, *args):
        assert isinstance(command, str), "the given command must be a string"
        calls.append([command, *(bytes(a) if isinstance(a, (bytes, bytearray)) else str(a) for a in args)])
        return replies.pop(0) if replies else None

    scope = {"execute": execute, "__name__": "__main__"}
    exec(SOURCE, scope)
    left = set(scope) - {"execute", "__name__", "__builtins__", "cmd"}
    assert all(name.startswith("_rg_") for name in left), left
    exec(body, scope)
    return calls


# A whole stream record into a hash named by its id.
calls = run("x = {'key': 's', 'id': '1-0', 'value': {'f': 'v'}}\ncmd.hmset(x['id'], x)")
assert calls == [["HMSET", "1-0", "key", "s", "id", "1-0", "value", "{'f': 'v'}"]], calls

# A whole record of a hash into a stream.
calls = run("cmd.xadd('notes', {'key': 'person:1', 'value': {'name': 'A'}, 'event': 'hset'})")
assert calls == [["XADD", "notes", "*", "key", "person:1", "value", "{'name': 'A'}", "event", "hset"]], calls

# What is not a dict but gives one, such as a record class.
calls = run(
    "class Record:\n"
    "    def keys(self): return ['key']\n"
    "    def __getitem__(self, name): return 'k'\n"
    "cmd.xadd('notes', Record())"
)
assert calls == [["XADD", "notes", "*", "key", "k"]], calls

calls = run(
    "class Record:\n"
    "    def __init__(self): self.key, self.event = 'k', 'hset'\n"
    "cmd.xadd('notes', Record())"
)
assert calls == [["XADD", "notes", "*", "key", "k", "event", "hset"]], calls

# The engine's own commands.
FIELDS = ["id", "a", "ip", "127.0.0.1", "port", 6379, "minHslot", 0, "maxHslot", 16383]
CLUSTER = ["MyId", "a", "MyRunId", "r", [FIELDS, FIELDS]]
body = "info = cmd.gears.infocluster(); assert info.my_id == 'a' and [s.port for s in info.shards] == [6379, 6379]"
assert run(body, [CLUSTER]) == [["RG.INFOCLUSTER"]]
assert run("assert cmd.gears.infocluster() is None", ["no cluster mode"]) == [["RG.INFOCLUSTER"]]
body = "(one,) = cmd.gears.dumpregistrations(); assert one.RegistrationData.args == {'eventTypes': ['set', 'del']}"
assert run(body, [[["id", "a-1", "RegistrationData", ["mode", "sync", "args", ["eventTypes", ["set", "del"]]]]]])
assert run("assert cmd.gears.unregister('a-1')", ["OK"]) == [["RG.UNREGISTER", "a-1"]]
assert run("gears = cmd.gears; gears.trigger('f', 1)") == [["RG.TRIGGER", "f", "1"]]

# A method as a callback: RedisGears takes functions only.
calls = run("for key in 'ab': callback = cmd.delete; callback(key)")
assert calls == [["DEL", "a"], ["DEL", "b"]], calls
scope = {"execute": None}
exec(SOURCE, scope)
assert isinstance(scope["cmd"].delete, types.FunctionType)

# Expiry from a key event.
assert run("(lambda x: cmd.expire(x, 3600))('k')") == [["EXPIRE", "k", "3600"]]

# A cache of bytes, with what the server gives for what is no text.
body = """
assert cmd.exists('u') == 0
assert cmd.set('u', b'\\xff\\x00') is True
assert cmd.get('u') == b'\\xff\\x00' and type(cmd.get('u')) is bytes
assert cmd.hmget('h', 'a', 'b') == ['1', None]
assert cmd.lrange('l', 0, -1) == ['a', b'\\xff']
"""
binary = bytearray(b"\xff\x00")
calls = run(body, [0, "OK", binary, binary, ["1", None], ["a", bytearray(b"\xff")]])
assert calls[1] == ["SET", "u", b"\xff\x00"], calls

# What would be stored as the word None or True is an error before it is sent.
for value in "None", "True":
    try:
        run("cmd.set('k', %s)" % value)
    except TypeError as error:
        assert value in str(error), error
    else:
        raise AssertionError(value)

# As a mapping.
calls = run("cmd['k'] = 1\nassert cmd['k'] == '1'\nassert 'k' in cmd\ndel cmd['k']", ["OK", "1", 1, 1])
assert calls == [["SET", "k", "1"], ["GET", "k"], ["EXISTS", "k"], ["DEL", "k"]], calls
try:
    run("cmd['k']")
except KeyError:
    pass
else:
    raise AssertionError("no KeyError")

# The name of a method that comes at run time.
assert run("getattr(cmd, 'zadd')('z', {'a': 1})") == [["ZADD", "z", "1", "a"]]

# Waiting is refused at run time too.
for call in "cmd.xread({'x': '0'}, block=0)", "cmd.blpop('l')":
    try:
        run(call)
    except (TypeError, AttributeError):
        pass
    else:
        raise AssertionError(call)

print("ran on", sys.version.split()[0])
