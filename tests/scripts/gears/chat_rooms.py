# -*- coding: utf-8 -*-
import json
import re

BAD = re.compile(u'\\b(darn|heck)\\b', re.IGNORECASE)
MAX = 2 ** 10


def clean(r):
    message = r['value'].get('text', u'')
    r['value']['text'] = BAD.sub(lambda m: '*' * len(m.group()), message)[:MAX]
    return r


def deliver(r):
    room = r['key'][len('chat:'):] if r['key'].startswith('chat:') else r['key']
    body = json.dumps(r['value'], ensure_ascii=False)
    for user in execute('SMEMBERS', 'room:%s:members' % room):
        execute('RPUSH', 'inbox:%s' % user, body)
        length = execute('LLEN', 'inbox:%s' % user)
        if length > 100:
            execute('LTRIM', 'inbox:%s' % user, length - 100, -1)
        print('delivered', user, length)


if __name__ == '__main__':
    GB('StreamReader').map(clean).foreach(deliver).register('chat:*', batch=1, mode='async_local', trimStream=False)
