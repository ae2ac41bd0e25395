from decimal import Decimal, ROUND_HALF_UP

CENT = Decimal('0.01')
SECONDS = 60


def bucket(r):
    ms = int(r['id'].split('-')[0])
    return '%s:%d' % (r['value']['symbol'], ms // (SECONDS * 1000))


def candle(key, acc, r):
    price = Decimal(r['value']['price']).quantize(CENT, rounding=ROUND_HALF_UP)
    volume = int(r['value'].get('volume', '0'))
    if not acc:
        return {'o': price, 'h': price, 'l': price, 'c': price, 'v': volume}
    acc['h'] = max(acc['h'], price)
    acc['l'] = min(acc['l'], price)
    acc['c'] = price
    acc['v'] += volume
    return acc


def join(key, a, b):
    if not a:
        return b
    return {'o': a['o'], 'h': max(a['h'], b['h']), 'l': min(a['l'], b['l']), 'c': b['c'], 'v': a['v'] + b['v']}


def save(r):
    flat = []
    for name in 'ohlcv':
        flat.append(name)
        flat.append(str(r['value'][name]))
    execute('HSET', 'candle:' + r['key'], *flat)


GB('StreamReader').aggregateby(bucket, {}, candle, join).foreach(save).register('ticks', batch=500, duration=1000)
