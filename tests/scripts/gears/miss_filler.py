from __future__ import print_function

import json


def on_miss(r):
    key = r['key']
    kind, _, ident = key.partition(':')
    source = execute('HGET', 'source:' + kind, ident)
    if source is None:
        override_reply(None)
        return
    value = json.loads(source)
    command = get_command()
    if command and command[0].lower() == 'get':
        text = json.dumps(value, sort_keys=True)
        execute('SET', key, text)
        override_reply(text)


GB('KeysReader').foreach(on_miss).register(prefix='obj:*', commands=['get'], eventTypes=['keymiss'], mode='async_local')
