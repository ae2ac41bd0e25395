"""What becomes of replies about the server, its clients and the cluster."""


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
