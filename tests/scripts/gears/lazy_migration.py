VERSION = 3

def v1(h):
    first, _, last = h.pop('name', '').partition(' ')
    h['first'], h['last'] = first, last
    return h

def v2(h):
    h['email'] = h.get('email', '').strip().lower()
    return h

STEPS = {1: v1, 2: v2}

def migrate(key):
    raw = execute('HGETALL', key)
    h = {raw[i]: raw[i + 1] for i in range(0, len(raw), 2)}
    version = int(h.get('_v', 1))
    before = set(h)
    while version < VERSION:
        h = STEPS[version](h)
        version += 1
    h['_v'] = str(version)
    with atomic():
        gone = before - set(h)
        if gone:
            execute('HDEL', key, *sorted(gone))
        execute('HSET', key, *[x for kv in h.items() for x in kv])
    return key

GB('KeysOnlyReader').filter(lambda k: execute('TYPE', k) == 'hash').map(migrate).count().run('user:*')
