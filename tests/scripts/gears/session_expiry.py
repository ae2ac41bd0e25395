def _decode(x):
    return x.decode() if isinstance(x, bytes) else x


def archive(r):
    user = r['key'].split(':')[1]
    shadow = execute('HGETALL', 'shadow:{%s}' % user)
    pairs = dict(zip(shadow[::2], shadow[1::2]))
    if not pairs:
        return
    pairs['ended'] = 'expired'
    args = []
    for k, v in sorted(pairs.items(), key=lambda kv: kv[0]):
        args += [_decode(k), _decode(v)]
    execute('XADD', 'ended', 'MAXLEN', '~', '10000', '*', *args)
    execute('DEL', 'shadow:{%s}' % user)


GB().foreach(archive).register('session:*', eventTypes=['expired'], mode='async_local', readValue=False)
