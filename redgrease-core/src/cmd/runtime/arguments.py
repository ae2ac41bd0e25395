"""What methods send: options, mappings, times."""


def _opt(**options):
    return [a for o in options.items() if o[1] is not None for a in o]


def _flags(**flags):
    return [f for f in flags if flags[f]]


def _list(values, more=()):
    if isinstance(values, (str, bytes, bytearray, memoryview)) or not hasattr(values, "__iter__"):
        values = [values]
    return [*values, *more]


# A dict, what gives one, or a record, which is its attributes.
def _flat(mapping):
    if not hasattr(mapping, "keys") and not hasattr(mapping, "__iter__"):
        mapping = vars(mapping)
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


# `step` is how many values a field takes.
def _fields(fields, step=1):
    return ["FIELDS", len(fields) // step, *fields]


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
