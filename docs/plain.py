"""The script of a gear or a function in a plain Python, without a server.

    python3 plain.py [--data FILE.json] SCRIPT [trigger NAME ARGUMENT...]
                                               [event NAME KEY]
                                               [entry STREAM FIELD VALUE...]

The script runs with a stand-in for what the server gives it: `execute`, `GB`, `log`, and so on. What it runs, runs over
the keys of FILE.json; what it registers is called with the trigger, event or entry that is named. Results are printed,
and so are the commands that `execute` got. Breakpoints, print and pdb work as everywhere:

    python3 -m pdb plain.py SCRIPT ...

Keys with a time to live go when it is over: `Redis.now` is the clock, which a test may move.

`Redis` knows the commands that are methods of it, in lower case. Add those that the script needs, or give it another
object: `Plain(execute=redis.Redis(decode_responses=True).execute_command)` is a real server.
"""

import asyncio
import contextlib
import fnmatch
import inspect
import json
import pickle
import sys
import time


class Redis:
    """Keys in a dict: str, dict (hash), list, set, and list of (id, dict) (stream)."""

    now = staticmethod(time.time)

    def __init__(self, keys=None):
        self.keys = dict(keys or {})
        self.ends = {}  # when keys expire

    def __call__(self, command, *arguments):
        self.expire_keys()
        method = getattr(type(self), "do_" + command.lower(), None)
        if method is None:
            raise NotImplementedError("the stand-in has no %s: add a method do_%s to Redis" % (command, command.lower()))
        sent = [a.decode() if isinstance(a, (bytes, bytearray)) else str(a) for a in arguments]
        reply = method(self, *sent)
        print("execute", command, *map(repr, arguments), "->", repr(reply), file=sys.stderr)
        return reply

    def expire_keys(self):
        for key in [key for key, end in self.ends.items() if end <= self.now() or key not in self.keys]:
            self.keys.pop(key, None)
            del self.ends[key]

    def do_get(self, key):
        return self.keys.get(key)

    def do_set(self, key, value, *options):
        options = [option.upper() for option in options]
        if "NX" in options and key in self.keys or "XX" in options and key not in self.keys:
            return None
        self.keys[key] = value
        if "KEEPTTL" not in options:
            self.ends.pop(key, None)
        for name, unit in (("EX", 1), ("PX", 0.001)):
            if name in options:
                self.ends[key] = self.now() + float(options[options.index(name) + 1]) * unit
        return "OK"

    def do_setex(self, key, seconds, value):
        return self.do_set(key, value, "EX", seconds)

    def do_expire(self, key, seconds):
        return self.do_pexpire(key, float(seconds) * 1000)

    def do_pexpire(self, key, milliseconds):
        if key not in self.keys:
            return 0
        self.ends[key] = self.now() + float(milliseconds) / 1000
        self.expire_keys()
        return 1

    def do_persist(self, key):
        return 0 if self.ends.pop(key, None) is None else 1

    def do_ttl(self, key):
        milliseconds = self.do_pttl(key)
        return milliseconds if milliseconds < 0 else (milliseconds + 500) // 1000

    def do_pttl(self, key):
        if key not in self.keys:
            return -2
        return round((self.ends[key] - self.now()) * 1000) if key in self.ends else -1

    def do_del(self, *keys):
        return sum(self.keys.pop(key, None) is not None for key in keys)

    def do_exists(self, *keys):
        return sum(key in self.keys for key in keys)

    def do_incr(self, key):
        return self.do_incrby(key, 1)

    def do_incrby(self, key, amount):
        self.keys[key] = str(int(self.keys.get(key, 0)) + int(amount))
        return int(self.keys[key])

    def do_decrby(self, key, amount):
        return self.do_incrby(key, -int(amount))

    def do_hget(self, key, field):
        return self.keys.get(key, {}).get(field)

    def do_hset(self, key, *pairs):
        hash_ = self.keys.setdefault(key, {})
        new = dict(zip(pairs[::2], pairs[1::2]))
        added = len(new.keys() - hash_.keys())
        hash_.update(new)
        return added

    def do_hgetall(self, key):
        return [part for pair in self.keys.get(key, {}).items() for part in pair]

    def do_hincrby(self, key, field, amount):
        hash_ = self.keys.setdefault(key, {})
        hash_[field] = str(int(hash_.get(field, 0)) + int(amount))
        return int(hash_[field])

    def do_sadd(self, key, *members):
        set_ = self.keys.setdefault(key, set())
        before = len(set_)
        set_.update(members)
        return len(set_) - before

    def do_srem(self, key, *members):
        set_ = self.keys.get(key, set())
        before = len(set_)
        set_.difference_update(members)
        return before - len(set_)

    def do_smembers(self, key):
        return sorted(self.keys.get(key, set()))

    def do_rpush(self, key, *values):
        list_ = self.keys.setdefault(key, [])
        list_.extend(values)
        return len(list_)

    def do_xadd(self, key, id, *pairs):
        stream = self.keys.setdefault(key, [])
        id = "%d-0" % (len(stream) + 1) if id == "*" else id
        stream.append((id, dict(zip(pairs[::2], pairs[1::2]))))
        return id


def kind(value):
    if isinstance(value, list):
        return "stream" if value and isinstance(value[0], tuple) else "list"
    return {str: "string", dict: "hash", set: "set"}.get(type(value), "empty")


class Future:
    """A gearsFuture: the result is there when the function returns, or the script has to say when it comes."""

    done = False

    def continueRun(self, record):
        self.done, self.record = True, record

    def continueFailed(self, message):
        raise RuntimeError(message)


class Gear:
    """What GB() gives in the server: the steps, one after the other, over a list of records."""

    def __init__(self, plain, reader="KeysReader", defaultArg="*", desc=None, **_):
        self.plain, self.reader, self.default, self.steps = plain, reader, defaultArg, []

    def step(self, work):
        self.steps.append(work)
        return self

    def each(self, function, use):
        def work(records):
            out = []
            for record in records:
                result = function(record)
                if inspect.iscoroutine(result):
                    result = asyncio.run(result)
                if isinstance(result, Future):
                    if not result.done:
                        raise RuntimeError("the gearsFuture waits for something that does not run here")
                    result = result.record
                use(out, record, result)
            return out
        return self.step(work)

    def map(self, f):
        return self.each(f, lambda out, record, result: out.append(result))

    def foreach(self, f):
        return self.each(f, lambda out, record, result: out.append(record))

    def filter(self, f):
        return self.each(f, lambda out, record, result: out.append(record) if result else None)

    def flatmap(self, f):
        return self.each(f, lambda out, _, result: out.extend(result[::-1] if isinstance(result, list) else [result]))

    def accumulate(self, f):
        return self.aggregate(None, f)

    def aggregate(self, zero, op, comb=None):
        def work(records):
            value = zero
            for record in records:
                value = op(value, record)
            return [value] if records else []
        return self.step(work)

    def groups(self, by, reduce):
        def work(records):
            groups = {}
            for record in records:
                groups.setdefault(by(record), []).append(record)
            return [{"key": key, "value": reduce(key, values)} for key, values in groups.items()]
        return self.step(work)

    def aggregateby(self, by, zero, op, comb=None):
        def reduce(key, records):
            value = zero
            for record in records:
                value = op(key, value, record)
            return value
        return self.groups(by, reduce)

    def groupby(self, by, op):
        return self.aggregateby(by, None, op)

    localgroupby = groupby

    def batchgroupby(self, by, f):
        return self.groups(by, f)

    def countby(self, by=lambda record: record):
        return self.groups(by, lambda key, records: len(records))

    def count(self):
        return self.step(lambda records: [len(records)] if records else [])

    def avg(self, by=float):
        return self.step(lambda records: [sum(map(by, records)) / len(records)] if records else [])

    def sort(self, reverse=True):
        return self.step(lambda records: sorted(records, reverse=not reverse))

    def distinct(self):
        return self.step(lambda records: list(dict.fromkeys(records)))

    def limit(self, length, start=0):
        return self.step(lambda records: records[start:start + length])

    def collect(self):
        return self

    def repartition(self, by):
        return self

    def work(self, records):
        for step in self.steps:
            records = step(records)
        return records

    def run(self, arg=None, convertToStr=True, collect=True, **_):
        records = self.work(self.plain.records(self.reader, arg or self.default))
        self.plain.show(self.plain.plain_values(records))

    def register(self, prefix="*", **arguments):
        self.plain.registered.append((self, dict(arguments, prefix=prefix)))


class Plain:
    """A server that is not there."""

    def __init__(self, keys=None, execute=None):
        self.redis = Redis(keys)
        self.execute = execute or self.redis
        self.registered = []

    def names(self):
        def builder(*arguments, **keywords):
            return Gear(self, *arguments, **keywords)
        return {
            "__name__": "not_main",
            "execute": self.execute, "GB": builder, "GearsBuilder": builder, "gearsFuture": Future,
            "log": lambda message, level="notice": print("log", level, message, file=sys.stderr),
            "atomic": contextlib.nullcontext, "hashtag": lambda: "06S", "hashtag3": lambda: "{06S}",
            "configGet": lambda key: None, "gearsConfigGet": lambda key, default=None: default,
        }

    def records(self, reader, arg):
        if reader == "PythonReader":
            return list(arg())
        if reader == "ShardsIDReader":
            return ["1"]
        if reader == "StreamReader":
            return [{"key": arg, "id": id, "value": value} for id, value in self.redis.keys.get(arg, [])]
        found = [key for key in self.redis.keys if fnmatch.fnmatchcase(key, arg)]
        return found if reader == "KeysOnlyReader" else [self.record(key) for key in found]

    def record(self, key, event=None):
        value = self.redis.keys.get(key)
        shown = value if kind(value) in ("string", "hash", "list") else None
        return {"key": key, "value": shown, "type": kind(value), "event": event}

    def load(self, path):
        with open(path) as script:
            exec(compile(script.read(), path, "exec"), self.names())

    def show(self, records):
        for record in records:
            print(record)

    def plain_values(self, records):
        """The records as they are, and what a typed function has pickled as what it was."""
        out = []
        for record in records:
            if isinstance(record, bytes):
                try:
                    record = pickle.loads(record)
                except Exception:
                    with contextlib.suppress(UnicodeDecodeError):
                        record = record.decode()
            out.append(record)
        return out

    def trigger(self, name, *arguments):
        """Calls a function; gives the list of what it returns."""
        for gear, options in self.registered:
            if gear.reader == "CommandReader" and options.get("trigger") == name:
                return self.plain_values(gear.work([[name, *map(str, arguments)]]))
        raise LookupError("no function with the trigger " + name)

    def event(self, name, key):
        """Says that something has happened to a key; gives what the functions return."""
        out = []
        for gear, options in self.registered:
            events = options.get("eventTypes")
            if gear.reader == "KeysReader" and key.startswith(options["prefix"].rstrip("*")) and (not events or name in events):
                out += self.plain_values(gear.work([self.record(key, name)]))
        return out

    def entry(self, stream, *pairs):
        """Adds an entry to a stream; gives what the functions return."""
        out = []
        id = self.redis.do_xadd(stream, "*", *pairs)
        value = dict(zip(pairs[::2], pairs[1::2]))
        for gear, options in self.registered:
            if gear.reader == "StreamReader" and stream.startswith(options["prefix"].rstrip("*")):
                out += self.plain_values(gear.work([{"key": stream, "id": id, "value": value}]))
        return out


def main(arguments):
    keys = {}
    if arguments[:1] == ["--data"]:
        with open(arguments[1]) as data:
            keys = json.load(data)
        arguments = arguments[2:]
    if not arguments:
        sys.exit(__doc__)
    plain = Plain(keys)
    plain.load(arguments[0])
    if len(arguments) > 1:
        call = {"trigger": plain.trigger, "event": plain.event, "entry": plain.entry}[arguments[1]]
        plain.show(call(*arguments[2:]))


if __name__ == "__main__":
    main(sys.argv[1:])
