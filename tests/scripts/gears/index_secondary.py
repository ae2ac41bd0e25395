def old_and_new(record):
    key = record['key']
    old = execute('HGET', 'idx:byCity:of', key)
    new = (record['value'] or {}).get('city') if record['type'] == 'hash' else None
    return key, old, new


def move(t):
    key, old, new = t
    if old == new:
        return
    if old:
        execute('SREM', 'idx:byCity:%s' % old, key)
    if new:
        execute('SADD', 'idx:byCity:%s' % new, key)
        execute('HSET', 'idx:byCity:of', key, new)
    else:
        execute('HDEL', 'idx:byCity:of', key)


gb = GB('KeysReader', defaultArg='person:*')
gb.map(old_and_new)
gb.foreach(move)
gb.register(prefix='person:*', mode='sync', eventTypes=['hset', 'hmset', 'hdel', 'del', 'expired', 'evicted', 'rename_from', 'rename_to'])
