# HSET on anything below session: also gets a time of change and a time to live
import time

TTL = 1800


def hset(args):
    cmd, key = args[0], args[1]
    fields = args[2:]
    if len(fields) % 2 != 0:
        return call_next(*args[1:])
    fields += ['_changed', str(int(time.time()))]
    res = call_next(key, *fields)
    execute('EXPIRE', key, TTL)
    return res


def hgetall(args):
    res = call_next(*args[1:])
    it = iter(res)
    clean = []
    for field, value in zip(it, it):
        if not field.startswith('_'):
            clean.extend((field, value))
    return clean


GB('CommandReader').map(hset).register(hook='hset', keyprefix='session:*', convertToStr=False, mode='sync')
GB('CommandReader').map(hgetall).register(hook='hgetall', keyprefix='session:*', convertToStr=False, mode='sync')
