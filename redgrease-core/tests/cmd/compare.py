"""Makes each call of `cases.py` through `cmd` and through redis-py, and says where they differ.

    compare.py <directory> <port> <cluster port>

The directory holds what the Rust test wrote: `cmd_source.py`, the text of `cmd` with all methods,
and `cmd_table.py`, the table as Python data. `cmd` runs on an `execute` that keeps the contract of
the server's: what is bytes goes as it is, the rest as its `str`; text comes back as `str`, what is
no text as `bytearray`, errors are raised.
"""

import ast
import inspect
import socket
import socketserver
import sys
import threading

import redis

import cases

directory, port, cluster_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
sys.path.insert(0, directory)
import cmd_table  # noqa: E402


class ReplyError(Exception):
    """An error reply of the server."""


class Wire:
    """A RESP2 connection that keeps the bytes of the last reply and the commands that were sent."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")
        self.sent = []

    def call(self, *words):
        self.sent.append(tuple(words))
        frame = b"*%d\r\n" % len(words)
        for word in words:
            frame += b"$%d\r\n%s\r\n" % (len(word), word)
        self.socket.sendall(frame)
        self.raw = b""
        return self.read()

    def all(self, commands):
        """Many commands at once; what is wrong with one of them is raised."""
        frames = b""
        for words in commands:
            frames += b"*%d\r\n" % len(words)
            frames += b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
        self.socket.sendall(frames)
        self.raw = b""
        for words in commands:
            reply = self.read()
            if isinstance(reply, ReplyError):
                raise SystemExit("%s: %s" % (words, reply))

    def take(self, count=None):
        data = self.reader.readline() if count is None else self.reader.read(count)
        if not data:
            raise ConnectionError("the server is gone")
        self.raw += data
        return data[:-2]

    def read(self):
        line = self.take()
        kind, rest = line[:1], line[1:]
        if kind == b"+":
            return rest
        if kind == b"-":
            return ReplyError(rest.decode())
        if kind == b":":
            return int(rest)
        size = int(rest)
        if size < 0:
            return None
        if kind == b"$":
            return self.take(size + 2)
        return [self.read() for _ in range(size)]


def words_of(args):
    return [bytes(a) if isinstance(a, (bytes, bytearray)) else str(a).encode() for a in args]


def reply_of(value, nested=False):
    if isinstance(value, list):
        return [reply_of(v, True) for v in value]
    if isinstance(value, ReplyError):
        if nested:
            return str(value)
        raise value
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return bytearray(value)
    return value


class Script:
    """The globals of a generated script on a server."""

    def __init__(self, port, source):
        self.wire = Wire(port)
        self.globals = {"execute": self.execute}
        exec(source, self.globals)
        self.client = self.globals["cmd"]

    def execute(self, command, *args):
        assert isinstance(command, str), "the given command must be a string"
        return reply_of(self.wire.call(*words_of((command, *args))))

    def sent(self):
        sent, self.wire.sent = self.wire.sent, []
        return sent


def greeting(words):
    """What redis-py sends by itself when it connects."""
    return words[0] == b"HELLO" or tuple(words[:2]) == (b"CLIENT", b"SETINFO")


class Recorded:
    """redis-py's client, with the commands that it sends."""

    def __init__(self, port, **options):
        self.client = redis.Redis(host="127.0.0.1", port=port, **options)
        self.log = log = []

        class Connection(redis.Connection):
            def send_command(self, *args, **options):
                log.append((*args[0].encode().split(), *map(self.encoder.encode, args[1:])))
                return super().send_command(*args, **options)

        self.client.connection_pool.connection_class = Connection

    def sent(self):
        sent = [tuple(bytes(w) for w in words) for words in self.log]
        self.log.clear()
        return [words for words in sent if not greeting(words)]


class Fake(socketserver.ThreadingTCPServer):
    """A server that gives the same reply to whatever is asked."""

    allow_reuse_address = daemon_threads = True
    reply = b"+OK\r\n"

    def __init__(self):
        super().__init__(("127.0.0.1", 0), None)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def finish_request(self, request, address):
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = request.makefile("rb")
        while True:
            line = reader.readline()
            if not line:
                return
            words = []
            for _ in range(int(line[1:])):
                size = int(reader.readline()[1:])
                words.append(reader.read(size + 2)[:-2])
            request.sendall(b"+OK\r\n" if greeting(words) else self.reply)


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return a == b


TYPES = {
    "bool": bool,
    "bytes": bytes,
    "dict": dict,
    "float": float,
    "int": int,
    "list": list,
    "set": set,
    # What is no text comes as bytes.
    "str": (str, bytes),
}


def as_said(value, said):
    """Whether a value is what the table says, where it says no more than a type."""
    kind = said[: -len(" or None")] if said.endswith(" or None") else said
    if value is None and kind != said:
        return True
    if kind.startswith(("list of ", "dict of ")) and ";" not in kind:
        kind = kind[:4]
    return kind not in TYPES or isinstance(value, TYPES[kind])


def outcome(client, text):
    try:
        return eval(text, {"c": client, "cases": cases}), None
    except Exception as error:
        return None, error


class Comparison:
    def __init__(self):
        with open(directory + "/cmd_source.py") as file:
            source = file.read()
        ast.parse(source, feature_version=(3, 7))
        self.problems, self.calls, self.differs_on_resp3 = [], 0, set()
        self.fake = Fake()
        self.setup = Wire(port)
        ports = {"live": port, "cluster": cluster_port, "fake": self.fake.port}
        self.script = {where: Script(p, source) for where, p in ports.items()}
        text = {"decode_responses": True}
        self.redis_py = {where: Recorded(p, protocol=2, **text) for where, p in ports.items()}
        self.resp3 = Recorded(port, **text)
        self.binary = Recorded(port, protocol=2)

    def prepare(self):
        self.setup.all([words_of(words) for words in cases.DATA])

    def digest(self):
        return self.setup.call(b"DEBUG", b"DIGEST")

    def run(self, name, case):
        where, reply = case.where, case.reply
        if case.replay:
            # What changes from call to call is asked once and given to both.
            self.prepare()
            value, error = outcome(self.script[where].client, case.text)
            if error:
                return self.problem(name, case, "fails", error)
            where, reply = "fake", self.script[where].wire.raw
        self.fake.reply = reply or b""
        mine = self.once(self.script[where], case)
        theirs = self.once(self.redis_py[where] if not case.binary else self.binary, case)
        self.compare(name, case, mine, theirs)
        if where == "live" and not case.binary:
            other = self.once(self.resp3, case)
            if not same(theirs[0], other[0]):
                self.differs_on_resp3.add(name)

    def once(self, side, case):
        self.prepare()
        side.sent()
        value, error = outcome(side.client, case.text)
        return value, error, side.sent(), self.digest()

    def compare(self, name, case, mine, theirs):
        self.calls += 1
        if mine[1] or theirs[1]:
            if not (case.raises and mine[1] and theirs[1]):
                self.problem(name, case, "raises", mine[1], theirs[1])
            return
        if case.raises:
            self.problem(name, case, "raises nothing", mine[0], theirs[0])
        if case.text.startswith("c.%s(" % name) and not as_said(mine[0], cmd_table.METHODS[name][2]):
            self.problem(name, case, "is no %s" % cmd_table.METHODS[name][2], mine[0])
        if not same(mine[0], theirs[0]):
            self.problem(name, case, "gives", mine[0], theirs[0])
        if mine[2] != theirs[2] and not case.sends_other:
            self.problem(name, case, "sends", mine[2], theirs[2])
        if mine[2] == theirs[2] and case.sends_other:
            self.problem(name, case, "sends the same, against the case", mine[2])
        if mine[3] != theirs[3]:
            self.problem(name, case, "leaves other data", mine[3], theirs[3])

    def problem(self, name, case, what, mine, theirs=""):
        self.problems.append("%s: %s %s\n    cmd      %r\n    redis-py %r" % (name, case.text, what, mine, theirs))


def parameters(text):
    """The parameters as `inspect` sees them, by compiling a function that has them."""
    scope = {}
    exec("def f(%s): pass" % text, scope)
    return list(inspect.signature(scope["f"]).parameters.values())


def check_signatures(problems):
    """Same parameters in the same places with the same defaults as redis-py's methods."""
    for name, (signature, *_) in cmd_table.METHODS.items():
        theirs = list(inspect.signature(getattr(redis.Redis, name)).parameters.values())
        theirs = [p for p in theirs[name != "from_url" :] if p.kind is not p.VAR_KEYWORD]
        mine = parameters(signature)
        describe = lambda p: (p.name, p.kind, () if p.default == [] else p.default)  # noqa: E731
        if list(map(describe, mine)) != list(map(describe, theirs)):
            problems.append("%s: takes %s, redis-py takes %s" % (name, mine, theirs))


def check_names(problems):
    """Every public method of redis-py's client is in the table, and every usable one has cases."""
    known = {*cmd_table.METHODS, *cmd_table.REFUSED, *cases.INTERNAL}
    for name in dir(redis.Redis):
        if not name.startswith("_") and callable(getattr(redis.Redis, name)) and name not in known:
            problems.append("%s: redis-py has it, the table has not" % name)
    for name in cmd_table.METHODS.keys() ^ cases.CASES.keys():
        problems.append("%s: is not in both the table and the cases" % name)


def release(text):
    """`7.0` or `7.0.15`, comparable."""
    return tuple(map(int, text.split(".")[:2]))


def check_versions(problems, wire, version):
    """The table's versions are the server's own, and what the server lacks is newer than it."""
    newer = []
    for name, (_, command, _, since) in cmd_table.METHODS.items():
        if not command:
            continue
        words = command.lower().encode().split()
        (info,) = wire.call(b"COMMAND", b"INFO", words[0])
        # Some commands read their second word themselves: they list no subcommands.
        word = b"|".join(words) if info and info[9] else words[0]
        docs = wire.call(b"COMMAND", b"DOCS", word)
        if not docs:
            newer.append("%s (%s)" % (name, since))
            if since is None or release(since) <= version:
                problems.append("%s: since %s, and the server does not know it" % (name, since))
            continue
        known = dict(zip(docs[1][::2], docs[1][1::2]))[b"since"].decode()
        expected = None if release(known) <= (6, 0) else "%d.%d" % release(known)
        if since != expected:
            problems.append("%s: since %s, and the server says %s" % (name, since, known))
    print("newer than the server, compared on recorded replies:", ", ".join(newer))


def main():
    comparison = Comparison()
    wire = comparison.setup
    version = [line for line in wire.call(b"INFO", b"server").split(b"\r\n") if line.startswith(b"redis_version:")]
    version = release(version[0].split(b":")[1].decode())
    problems = comparison.problems
    check_signatures(problems)
    check_names(problems)
    check_versions(problems, wire, version)
    for name, calls in cases.CASES.items():
        for case in calls:
            comparison.run(name, case)
    if comparison.differs_on_resp3 != cases.DIFFERS_ON_RESP3:
        problems.append("redis-py's RESP3 replies differ for %r" % sorted(comparison.differs_on_resp3))
    print("%d calls of %d methods, redis-py %s" % (comparison.calls, len(cases.CASES), redis.__version__))
    for problem in problems:
        print(problem)
    print("%d problems" % len(problems))
    sys.exit(bool(problems))


main()
