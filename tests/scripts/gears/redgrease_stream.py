from redgrease import StreamReader, cmd, atomic


def parse(entry):
    return entry.key, entry.id, {k: v for k, v in entry.value.items()}


def apply(t):
    key, ident, fields = t
    with atomic():
        cmd.hset('entry:' + ident, mapping=fields)
        cmd.zadd('entries', {ident: float(fields.get('amount', 0))})
        cmd.incr('n:' + key)


fun = StreamReader().map(parse).foreach(apply).register('orders', batch=5, duration=100, trimStream=False)
