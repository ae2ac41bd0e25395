"""A stand-in for the server: the native builder of RedGears 1.2, its quirks included, over a
dictionary. Runs the scripts in the files argv[1], a path in each line; argv[2] is a JSON list of
triggers with arguments, argv[3] a JSON object of keys. Prints the results as Python literals, one
line each, and a line with nothing but `=====` after each script."""

import copy
import json
import sys
import types

DATA = {}
REGISTERED = {}


def function(value, name):
    if not isinstance(value, types.FunctionType):
        raise TypeError("%s argument must be a function" % name)
    return value


class Builder(object):
    def __init__(self, reader="KeysReader", defaultArg="*", desc=None):
        self.reader, self.pattern, self.desc, self.steps = reader, defaultArg, desc, []

    def step(self, work):
        self.steps.append(work)
        return self

    def map(self, f):
        function(f, "map")
        return self.step(lambda records: [f(r) for r in records])

    def flatmap(self, f):
        function(f, "flatmap")

        def work(records):
            for record in records:
                found = f(record)
                if isinstance(found, list):
                    for part in reversed(found):
                        yield part
                else:
                    yield found

        return self.step(lambda records: list(work(records)))

    def foreach(self, f):
        function(f, "foreach")
        return self.step(lambda records: [(f(r), r)[1] for r in records])

    def filter(self, f):
        function(f, "filter")
        return self.step(lambda records: [r for r in records if f(r)])

    def accumulate(self, f):
        function(f, "accumulate")

        def work(records):
            value = None
            for record in records:
                value = f(value, record)
            return [value] if records else []

        return self.step(work)

    def groupby(self, extractor, reducer):
        function(extractor, "groupby extractor")
        function(reducer, "groupby reducer")

        def work(records):
            groups = {}
            for record in records:
                key = str(extractor(record))
                groups[key] = reducer(key, groups.get(key), record)
            return [{"key": k, "value": v} for k, v in sorted(groups.items())]

        return self.step(work)

    localgroupby = groupby

    def batchgroupby(self, extractor, reducer):
        function(extractor, "batchgroupby extractor")

        def work(records):
            groups = {}
            for record in records:
                groups.setdefault(str(extractor(record)), []).append(record)
            return [{"key": k, "value": reducer(k, v)} for k, v in sorted(groups.items())]

        return self.step(work)

    def limit(self, length, offset=0):
        return self.step(lambda records: records[offset:offset + length])

    def collect(self):
        return self

    def repartition(self, extractor):
        function(extractor, "repartition")
        return self.step(lambda records: [(extractor(r), r)[1] for r in records])

    def aggregate(self, zero, seq, comb):
        z = lambda a: a if a else copy.deepcopy(zero)
        self.accumulate(lambda a, r: seq(z(a), r))
        return self.accumulate(lambda a, r: comb(z(a), r))

    def aggregateby(self, extractor, zero, seq, comb):
        z = lambda a: a if a else copy.deepcopy(zero)
        self.localgroupby(extractor, lambda k, a, r: seq(k, z(a), r))
        return self.groupby(lambda r: r["key"], lambda k, a, r: comb(k, z(a), r["value"]))

    def count(self):
        self.accumulate(lambda a, r: 1 + (a or 0))
        return self.accumulate(lambda a, r: r + (a or 0))

    def countby(self, extractor=lambda x: x):
        return self.aggregateby(extractor, 0, lambda k, a, r: 1 + a, lambda k, a, r: r + a)

    def sort(self, reverse=True):
        self.aggregate([], lambda a, r: a + [r], lambda a, r: a + r)
        self.map(lambda r: sorted(r, reverse=reverse))
        return self.flatmap(lambda r: r)

    def distinct(self):
        self.aggregate(set(), lambda a, r: a | {r}, lambda a, r: a | r)
        return self.flatmap(lambda r: list(r))

    def avg(self, extractor=float):
        self.map(lambda x: extractor(x))
        self.aggregate((0, 0), lambda a, r: (a[0] + r, a[1] + 1),
                       lambda a, r: (a[0] + r[0], a[1] + r[1]))
        return self.map(lambda r: r[0] / r[1])

    def read(self, arg):
        prefix = (arg or self.pattern).rstrip("*") if not callable(arg) else ""
        if self.reader == "PythonReader":
            return list(function(arg, "pyreader")())
        if self.reader == "ShardsIDReader":
            return ["1"]
        keys = [k for k in DATA if k.startswith(prefix)]
        if self.reader == "KeysOnlyReader":
            return keys
        if self.reader == "StreamReader":
            return [{"key": arg, "id": i, "value": v} for i, v in DATA.get(arg, [])]
        kind = lambda v: {dict: "hash", list: "list", str: "string"}[type(v)]
        return [{"event": None, "key": k, "type": kind(DATA[k]), "value": DATA[k]} for k in keys]

    def execute(self, records):
        for step in self.steps:
            records = step(records)
        return records

    def run(self, arg=None, convertToStr=True, collect=True, mode="async", **arguments):
        if convertToStr:
            self.map(lambda r: str(r))
        for record in self.execute(self.read(arg)):
            print(ascii(record))

    def register(self, prefix="*", convertToStr=True, collect=True, mode="async",
                 onRegistered=None, **arguments):
        if onRegistered is not None:
            function(onRegistered, "OnRegistered")()
        given = dict(arguments, prefix=prefix, mode=mode, desc=self.desc, reader=self.reader)
        print("registered %s" % json.dumps(given, sort_keys=True))
        REGISTERED[arguments.get("trigger", self.reader)] = self


def execute(command, *arguments):
    command = command.upper()
    if command == "GET":
        return DATA.get(arguments[0])
    if command == "SET":
        DATA[arguments[0]] = arguments[1]
        return "OK"
    raise ValueError(command)


def log(message, level="notice"):
    if not isinstance(message, str):
        raise TypeError("Log message must be a string")
    print("log %s" % message)


for path in sys.argv[1].split("\n"):
    DATA.clear()
    DATA.update(json.loads(sys.argv[3]))
    REGISTERED.clear()
    session = {"GearsBuilder": Builder, "GB": Builder, "execute": execute, "log": log,
               "hashtag": lambda: "06S", "__name__": "not_main"}
    try:
        exec(compile(open(path).read(), "<string>", "exec"), session)
        for trigger, records in json.loads(sys.argv[2]):
            for record in REGISTERED[trigger].execute(records):
                print(ascii(record))
    except Exception:
        import traceback

        print(traceback.format_exc().strip())
    print("=====")
