def info(_):
    text = execute('INFO')
    pairs = {}
    for line in text.splitlines():
        if not line or line[0] == '#':
            continue
        k, sep, v = line.partition(':')
        if sep:
            pairs[k] = v
    return {
        'version': pairs.get('redis_version', '?'),
        'memory': int(pairs['used_memory']),
        'keys': execute('DBSIZE'),
        'threads': gearsConfigGet('ExecutionThreads', '3'),
        'tag': hashtag(),
    }


def total(acc, r):
    acc['shards'] = acc.get('shards', 0) + 1
    acc['memory'] = acc.get('memory', 0) + r['memory']
    acc['keys'] = acc.get('keys', 0) + r['keys']
    acc.setdefault('versions', set()).add(r['version'])
    return acc


def merge(a, b):
    return {
        'shards': a.get('shards', 0) + b.get('shards', 0),
        'memory': a.get('memory', 0) + b.get('memory', 0),
        'keys': a.get('keys', 0) + b.get('keys', 0),
        'versions': a.get('versions', set()) | b.get('versions', set()),
    }


GB('ShardsIDReader').map(info).aggregate({}, total, merge).run()
