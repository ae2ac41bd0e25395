"""The helpers of the class that a script gets as `cmd`: one function after the other.

The generator copies a function into the class when a method calls it, as a static method. They
call one another through the class. Python 3.7 is the oldest that must read them.
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


# Arguments


def _opt(**options):
    return [a for o in options.items() if o[1] is not None for a in o]


def _flags(**flags):
    return [f for f in flags if flags[f]]


def _list(values, more=()):
    if isinstance(values, (str, bytes, bytearray, memoryview)) or not hasattr(values, "__iter__"):
        values = [values]
    return [*values, *more]


def _flat(mapping):
    return [a for item in dict(mapping).items() for a in item]


# A timedelta or a datetime in seconds, or in parts of a second. Everything else is a number.
def _time(value, unit=1):
    for method in "total_seconds", "timestamp":
        if hasattr(value, method):
            return int(getattr(value, method)() * unit)
    return value


def _limit(start, num):
    return [] if start is num is None else ["LIMIT", start, num]


def _expiry(ex, px, exat, pxat):
    return _rg_cmd._opt(
        EX=_rg_cmd._time(ex),
        PX=_rg_cmd._time(px, 1000),
        EXAT=_rg_cmd._time(exat),
        PXAT=_rg_cmd._time(pxat, 1000),
    )


def _ranging(byscore, bylex, desc, offset, num):
    return [*_rg_cmd._flags(BYSCORE=byscore, BYLEX=bylex, REV=desc), *_rg_cmd._limit(offset, num)]


def _fields(fields):
    return ["FIELDS", len(fields), *fields]


def _weighted(keys, aggregate):
    weights = ["WEIGHTS", *keys.values()] if isinstance(keys, dict) else []
    return [len(keys), *keys, *weights, *(["AGGREGATE", aggregate] if aggregate else [])]


def _trim(maxlen, minid, approximate):
    about = ["~"] if approximate else []
    return [
        *(["MAXLEN", *about, maxlen] if maxlen is not None else []),
        *(["MINID", *about, minid] if minid is not None else []),
    ]


def _block(block):
    if block is not None:
        raise TypeError("cmd cannot block the server: leave block out and read what is there")
    return []


def _radius(unit, withdist, withcoord, withhash, count, sort, store, store_dist, any):
    return [
        unit or "m",
        *_rg_cmd._flags(WITHDIST=withdist, WITHCOORD=withcoord, WITHHASH=withhash),
        *_rg_cmd._opt(COUNT=count),
        *_rg_cmd._flags(ANY=any),
        *([sort] if sort else []),
        *_rg_cmd._opt(STORE=store or None, STOREDIST=store_dist or None),
    ]


def _search(member, longitude, latitude, unit, radius, width, height, sort, count, any):
    return [
        *_rg_cmd._opt(FROMMEMBER=member),
        *([] if longitude is latitude is None else ["FROMLONLAT", longitude, latitude]),
        *(["BYRADIUS", radius, unit] if radius else []),
        *(["BYBOX", width, height, unit] if width and height else []),
        *([sort.upper()] if sort else []),
        *(["COUNT", count] if count else []),
        *_rg_cmd._flags(ANY=any),
    ]


def _sorting(start, num, by, get, desc, alpha):
    return [
        *_rg_cmd._opt(BY=by),
        *_rg_cmd._limit(start, num),
        *(a for g in ([] if get is None else _rg_cmd._list(get)) for a in ("GET", g)),
        *_rg_cmd._flags(DESC=desc, ALPHA=alpha),
    ]


# The builder of redis-py: operations are kept until `execute`.
def _bitfield(key, overflow):
    class _rg_bitfield:
        def __init__(self):
            self.reset()

        def reset(self):
            self.operations, self.last = [], "WRAP"
            self.overflow(overflow or "WRAP")

        def _add(self, *operation):
            self.operations.append(operation)
            return self

        def overflow(self, overflow):
            if overflow.upper() != self.last:
                self.last = overflow.upper()
                self._add("OVERFLOW", self.last)
            return self

        def incrby(self, fmt, offset, increment, overflow=None):
            if overflow is not None:
                self.overflow(overflow)
            return self._add("INCRBY", fmt, offset, increment)

        def get(self, fmt, offset):
            return self._add("GET", fmt, offset)

        def set(self, fmt, offset, value):
            return self._add("SET", fmt, offset, value)

        @property
        def command(self):
            return ["BITFIELD", key, *(a for o in self.operations for a in o)]

        def execute(self):
            command = self.command
            self.reset()
            return _rg_cmd._x(*command)

    return _rg_bitfield()


# One of redis-py's enums, or its value.
def _choice(value):
    return [getattr(value, "value", value)] if value else []


# ACL rules that add or take away: their first sign becomes that of the server.
def _rules(rules, plus, minus):
    signs = {"+": plus, "-": minus}
    rules = [r.decode() if isinstance(r, bytes) else r for r in _rg_cmd._list(rules or ())]
    for rule in rules:
        if rule[:1] not in signs:
            raise ValueError("an ACL rule begins with + or -, found %r" % rule)
    return [signs[r[0]] + (r[2:] if plus == "+@" and r[1:2] == "@" else r[1:]) for r in rules]


def _pattern(key):
    return key if key[:1] in ("%", "~") else "~" + key


# Replies


def _set_reply(reply, get):
    return reply if get or reply is None else reply == "OK"


def _float(reply):
    return None if reply is None else float(reply)


def _bytes(reply):
    return reply.encode() if isinstance(reply, str) else reply


def _ok_or_count(reply):
    return reply if isinstance(reply, int) else reply == "OK"


def _dict(reply):
    return dict(zip(reply[::2], reply[1::2])) if reply else {}


def _pairs(reply):
    return list(zip(reply[::2], reply[1::2]))


# Python's int reads no "1e+20" and no "1.5": what a score cannot be made of as text is tried as float.
def _score(score, cast):
    try:
        return cast(score)
    except (TypeError, ValueError):
        return cast(float(score))


def _scored(reply, withscores, cast=float):
    if not withscores or not reply:
        return reply
    return [(m, _rg_cmd._score(s, cast)) for m, s in zip(reply[::2], reply[1::2])]


def _added(reply, incr):
    return _rg_cmd._float(reply) if incr else reply


def _ranked(reply, withscore, cast):
    if not withscore or not reply:
        return reply
    return [reply[0], _rg_cmd._score(reply[1], cast)]


def _entries(reply):
    if reply is None:
        return None
    return [(e[0], _rg_cmd._dict(e[1]), *e[2:]) if e else (None, None) for e in reply]


def _claimed(reply, justid):
    if justid:
        return reply[1]
    return [reply[0], _rg_cmd._entries(reply[1]), *reply[2:]]


def _pending(reply):
    names = [{"name": n, "pending": int(p)} for n, p in reply[3] or ()]
    return {"pending": reply[0], "min": reply[1], "max": reply[2], "consumers": names}


def _pending_range(reply):
    keys = "message_id", "consumer", "time_since_delivered", "times_delivered"
    return [dict(zip(keys, r)) for r in reply]


def _stream(reply, full):
    stream = _rg_cmd._dict(reply)
    if full:
        stream["entries"] = {i: _rg_cmd._dict(e) for i, e in stream["entries"]}
        stream["groups"] = [_rg_cmd._dict(g) for g in stream["groups"]]
        for group in stream["groups"]:
            group["consumers"] = [_rg_cmd._dict(c) for c in group["consumers"]]
        return stream
    for name in "first-entry", "last-entry":
        entry = stream[name]
        if entry and entry[0] is not None:
            stream[name] = (entry[0], _rg_cmd._dict(entry[1]))
    return stream


def _grouped(reply, groups):
    if not groups or not reply:
        return reply
    return list(zip(*(reply[i::groups] for i in range(groups))))


def _scan(reply, into=list):
    return int(reply[0]), into(reply[1])


def _positions(reply):
    return [p and (float(p[0]), float(p[1])) for p in reply]


def _places(reply, withdist, withcoord, withhash, stored=False):
    if stored or not (withdist or withcoord or withhash):
        return reply
    places = []
    for place, *rest in reply:
        found = [place]
        if withdist:
            found.append(float(rest.pop(0)))
        if withhash:
            found.append(int(rest.pop(0)))
        if withcoord:
            found.append(tuple(map(float, rest.pop(0))))
        places.append(found)
    return places


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


# Replies about the server


def _debug(reply):
    found = dict(word.split(":") for word in ("type:" + reply).split())
    for name in "refcount", "serializedlength", "lru", "lru_seconds_idle":
        if name in found:
            found[name] = int(found[name])
    return found


def _datetime(reply):
    import datetime

    return datetime.datetime.fromtimestamp(reply) if reply else None


def _memory(reply):
    stats = _rg_cmd._dict(reply)
    for name, value in stats.items():
        if name.startswith("db.") and isinstance(value, list):
            stats[name] = _rg_cmd._dict(value)
    return stats


def _slowlog(reply):
    names = "id", "start_time", "duration", "command", "client_address", "client_name"
    entries = [dict(zip(names, r)) for r in reply]
    for entry in entries:
        entry["command"] = b" ".join(map(_rg_cmd._bytes, entry["command"]))
        for name in names[4:]:
            if name in entry:
                entry[name] = _rg_cmd._bytes(entry[name])
    return entries


def _commands(reply):
    names = "name", "arity", "flags", "first_key_pos", "last_key_pos", "step_count"
    names += "acl_categories", "tips", "key_specifications", "subcommands"
    return {r[0]: dict(zip(names, r)) for r in reply}


def _number(text):
    for number in int, float:
        if number is int or "." in text:
            try:
                return number(text)
            except ValueError:
                pass
    return text


# The value of an INFO field: a number or a text, a list of such, or fields of its own.
def _info_value(text):
    if "=" in text:
        fields = (part.rpartition("=") for part in text.split(",") if part)
        return {k or v: _rg_cmd._info_value(v) if e else True for k, e, v in fields}
    if "," in text:
        return [_rg_cmd._info_value(part) for part in text.split(",") if part]
    return _rg_cmd._number(text)


def _info(reply):
    info = {}
    for line in reply.splitlines():
        name, colon, value = line.partition(":")
        if name == "cmdstat_host":
            name, colon, value = line.rpartition(":")
        if not line or line.startswith("#"):
            continue
        if not colon:
            info.setdefault("__raw__", []).append(line)
        elif name == "module":
            info.setdefault("modules", []).append(_rg_cmd._info_value(value))
        else:
            info[name] = _rg_cmd._info_value(value)
    return info


def _client_info(text):
    numbers = "id age idle db sub psub multi qbuf qbuf-free obl argv-mem oll omem tot-mem".split()
    info = dict(field.split("=") for field in text.split())
    return {k: int(v) if k in numbers else v for k, v in info.items()}


def _acl_log(reply):
    entries = [_rg_cmd._dict(e) for e in reply]
    for entry in entries:
        entry["client-info"] = _rg_cmd._client_info(entry["client-info"])
        entry["age-seconds"] = float(entry["age-seconds"])
    return entries


def _user(reply):
    if reply is None:
        return None
    user = _rg_cmd._dict(reply)
    for name in "keys", "channels":
        if isinstance(user.get(name), str):
            user[name] = user[name].split(" ") if user[name] else []
    rules = user["commands"].split(" ")
    user["commands"] = [r for r in rules if "@" not in r]
    user["categories"] = [r for r in rules if "@" in r]
    user["enabled"] = "on" in user["flags"]
    return user


# A value may hold spaces: what follows without "=" belongs to the field before it.
def _clients(reply):
    clients = []
    for line in reply.splitlines():
        client = {}
        for word in line.split(" "):
            name, equals, value = word.partition("=")
            if equals:
                client[name], last = value, name
            else:
                client[last] += " " + word
        clients.append(client)
    return clients


def _cluster_reply(command, reply):
    if command == "INFO":
        return dict(line.split(":") for line in reply.splitlines() if line)
    if command in ("NODES", "REPLICAS", "SLAVES"):
        lines = reply.splitlines() if isinstance(reply, str) else reply
        return dict(map(_rg_cmd._node, lines))
    return True if reply == "OK" else reply


def _node(line):
    node, address, flags, master, ping, pong, epoch, state, *ranges = line.split(" ")
    address, _, bus = address.partition("@")
    slots, migrations = [], []
    for text in ranges:
        for arrow, moving in ("->-", "migrating"), ("-<-", "importing"):
            if arrow in text:
                slot, other = text[1:-1].split(arrow, 1)
                migrations.append({"slot": slot, "node_id": other, "state": moving})
                break
        else:
            slots.append(text.split("-"))
    return address, {
        "node_id": node,
        "hostname": bus.split(",")[1] if "," in bus else "",
        "flags": flags,
        "master_id": master,
        "last_ping_sent": ping,
        "last_pong_rcvd": pong,
        "epoch": epoch,
        "slots": slots,
        "migrations": migrations,
        "connected": state == "connected",
    }
