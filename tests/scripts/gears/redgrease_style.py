import redgrease
from redgrease import KeysReader, StreamReader, CommandReader, cmd, execute, atomic, hashtag, log

counts = KeysReader().values(type='hash').map(lambda v: v.get('country', '??')).countby().map(
    lambda r: (r['key'], r['value']))


def thumbnail(r):
    cmd.xadd('events:%s' % hashtag(), {'key': r.key, 'what': r.event or 'none'})
    if cmd.hexists(r.key, 'retries') and int(cmd.hget(r.key, 'retries') or 0) > 3:
        log('giving up on %s' % r.key)
        return
    with atomic():
        cmd.hincrby(r.key, 'retries', 1)
        cmd.expire(r.key, 3600)


def greet(who='world', *others):
    return 'hello ' + ' and '.join([who] + list(others))


jobs = KeysReader().foreach(thumbnail).register('job:*', eventTypes=['hset'], mode='async_local')
greeting = CommandReader().apply(greet).register(trigger='greet')
totals = counts.run('person:*')
