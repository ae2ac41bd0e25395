'''Average, least and most of the last minute of each sensor, in a time series.'''
from datetime import datetime, timedelta

FIELDS = ('temperature', 'humidity')


def parse(entry):
    ms, _, seq = entry['id'].partition('-')
    return {
        'sensor': entry['key'],
        'time': int(ms),
        'seq': int(seq),
        'values': {f: float(entry['value'][f]) for f in FIELDS if f in entry['value']},
    }


def summarize(entries):
    result = {}
    for field in FIELDS:
        values = [e['values'][field] for e in entries if field in e['values']]
        if not values:
            continue
        result[field] = (min(values), sum(values) / len(values), max(values))
    until = datetime.utcfromtimestamp(entries[-1]['time'] / 1000.0)
    result['until'] = (until + timedelta(seconds=1)).isoformat()
    return entries[0]['sensor'], result


def store(result):
    sensor, fields = result
    for name, value in fields.items():
        if name == 'until':
            execute('HSET', sensor + ':last', 'until', value)
            continue
        for kind, number in zip(('min', 'avg', 'max'), value):
            try:
                execute('TS.ADD', '%s:%s:%s' % (sensor, name, kind), '*', number)
            except Exception as e:
                log('no time series: %s' % e, level='debug')
                execute('HSET', sensor + ':last', '%s.%s' % (name, kind), number)


GB('StreamReader')\
    .map(parse)\
    .accumulate(lambda a, e: (a or []) + [e])\
    .map(summarize)\
    .foreach(store)\
    .register('sensor:*', batch=60, duration=60000, trimStream=True)
