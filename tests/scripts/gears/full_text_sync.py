import re

INDEX = 'idx:articles'
STOP = frozenset('a an and are as at be by for from in is it of on or that the to with'.split())
WORD = re.compile(r'[a-z0-9]+', re.I)


def tokens(text):
    return [w for w in (m.group(0).lower() for m in WORD.finditer(text or '')) if w not in STOP]


def index(weight, field, record):
    old = execute('SMEMBERS', '%s:terms:%s' % (INDEX, record['key']))
    for term in old:
        execute('ZREM', '%s:%s' % (INDEX, term), record['key'])
    for term in tokens(record['value'].get(field)):
        execute('ZINCRBY', '%s:%s' % (INDEX, term), weight, record['key'])
        execute('SADD', '%s:terms:%s' % (INDEX, record['key']), term)


def remove(record):
    for term in execute('SMEMBERS', '%s:terms:%s' % (INDEX, record['key'])):
        execute('ZREM', '%s:%s' % (INDEX, term), record['key'])
    execute('DEL', '%s:terms:%s' % (INDEX, record['key']))


def search(args):
    words = tokens(' '.join(args[1:]))
    if not words:
        return []
    destination = '{%s}:tmp' % INDEX
    try:
        execute('ZINTERSTORE', destination, len(words), *['%s:%s' % (INDEX, w) for w in words])
        return execute('ZREVRANGE', destination, 0, 9, 'WITHSCORES')
    finally:
        execute('DEL', destination)


GB().foreach(lambda r: index(1, 'body', r)).register('article:*', eventTypes=['hset'])
GB().foreach(remove).register('article:*', eventTypes=['del', 'expired'], readValue=False)
GB('CommandReader').map(search).register(trigger='search')
