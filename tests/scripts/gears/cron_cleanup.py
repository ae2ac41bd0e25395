import time

INTERVAL = 30
state = dict(last=0.0, runs=0)


def cleanup():
    removed = 0
    for key in execute('SMEMBERS', 'leases'):
        if not execute('EXISTS', key):
            removed += execute('SREM', 'leases', key)
    return removed


def tick(r):
    now = time.time()
    if now - state['last'] < INTERVAL:
        return None
    state['last'] = now
    state['runs'] += 1
    n = cleanup()
    log('cleanup %d removed %d leases' % (state['runs'], n), level='notice')
    return n


GB('StreamReader').map(tick).filter(lambda n: n is not None).register('__tick', batch=1, trimStream=True)
