# rate limiter: at most N calls per user in a window of seconds
import time

WINDOW = 60
LIMIT = 10


def allow(args):
    name, user = args[0], args[1]
    now = time.time()
    key = '{%s}:calls' % user
    with atomic():
        execute('ZREMRANGEBYSCORE', key, '-inf', now - WINDOW)
        count = execute('ZCARD', key)
        if count >= LIMIT:
            return [0, LIMIT - count]
        execute('ZADD', key, now, '%s:%f' % (name, now))
        execute('EXPIRE', key, WINDOW)
    return [1, LIMIT - count - 1]


gb = GB('CommandReader')
gb.map(allow)
gb.register(trigger='allow', convertToStr=False)
