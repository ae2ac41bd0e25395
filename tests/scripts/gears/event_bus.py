import json


def publish(record):
    payload = {
        'key': record['key'],
        'event': record['event'],
        'type': record['type'],
    }
    if record['event'] not in ('del', 'expired', 'evicted'):
        payload['value'] = record['value']
    channel = 'events:%s' % record['key'].split(':')[0]
    receivers = execute('PUBLISH', channel, json.dumps(payload, default=str))
    if not receivers:
        execute('LPUSH', channel + ':missed', json.dumps(payload, default=str))
        execute('LTRIM', channel + ':missed', 0, 99)


for prefix in ['user', 'order', 'cart']:
    GB('KeysReader').foreach(publish).register(
        prefix + ':*',
        eventTypes=['set', 'hset', 'del', 'expired', 'evicted'],
        mode='async_local',
    )
