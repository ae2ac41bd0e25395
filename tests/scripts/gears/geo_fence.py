import math

FENCES = {
    'depot': (13.361389, 38.115556, 1500),
    'harbour': (15.087269, 37.502669, 800),
}


def distance(lon1, lat1, lon2, lat2):
    R = 6371000
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    a = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * R * math.atan2(math.sqrt(a), math.sqrt(1 - a))


def check(entry):
    truck = entry['value']['truck']
    lon, lat = float(entry['value']['lon']), float(entry['value']['lat'])
    execute('GEOADD', 'trucks', lon, lat, truck)
    for name, (flon, flat, radius) in FENCES.items():
        inside = distance(lon, lat, flon, flat) <= radius
        was = execute('SISMEMBER', 'in:' + name, truck)
        if inside and not was:
            execute('SADD', 'in:' + name, truck)
            yield {'truck': truck, 'fence': name, 'event': 'enter'}
        elif was and not inside:
            execute('SREM', 'in:' + name, truck)
            yield {'truck': truck, 'fence': name, 'event': 'leave'}


def notify(event):
    execute('XADD', 'fence:events', '*', *sum(([k, v] for k, v in event.items()), []))


GB('StreamReader').flatmap(lambda e: list(check(e))).foreach(notify).register('positions', batch=10)
