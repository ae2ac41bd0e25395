"""What becomes of replies: values with more than a type."""


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


def _each(scan):
    cursor = None
    while cursor != 0:
        cursor, found = scan(cursor or 0)
        yield from found.items() if isinstance(found, dict) else found


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
