from itertools import combinations


def pairs(key):
    items = sorted(execute('SMEMBERS', key))
    return list(combinations(items, 2))


def store(r):
    (a, b), n = r['key'], r['value']
    execute('ZADD', 'also:%s' % a, n, b)
    execute('ZADD', 'also:%s' % b, n, a)
    return n


GB('KeysReader') \
    .filter(lambda r: r['type'] == 'set') \
    .map(lambda r: r['key']) \
    .flatmap(pairs) \
    .repartition(lambda p: p[0]) \
    .localgroupby(lambda p: p, lambda k, a, r: (a or 0) + 1) \
    .filter(lambda r: r['value'] > 1) \
    .map(store) \
    .avg(lambda n: n) \
    .run('basket:*', collect=True)
