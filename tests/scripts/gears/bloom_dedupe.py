import hashlib


def digest(r):
    h = hashlib.sha1()
    for k in sorted(r['value']):
        h.update(k.encode('utf-8'))
        h.update(b'\0')
        h.update(r['value'][k].encode('utf-8'))
    r['digest'] = h.hexdigest()
    return r


def is_new(r):
    try:
        return execute('BF.ADD', 'seen', r['digest']) == 1
    except Exception:
        return execute('SADD', 'seen:set', r['digest']) == 1


GB('StreamReader').map(digest).filter(is_new).foreach(
    lambda r: execute('XADD', 'unique', '*', *[x for k in r['value'] for x in (k, r['value'][k])])
).register('raw', batch=25, duration=500)
