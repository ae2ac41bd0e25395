import operator
from functools import reduce

percentiles = [50, 90, 99, 99.9]


def pct(values, q):
    if not values:
        return float('nan')
    k = (len(values) - 1) * q / 100.0
    lo, hi = int(k), min(int(k) + 1, len(values) - 1)
    return values[lo] + (values[hi] - values[lo]) * (k - lo)


GB('KeysReader')\
    .filter(lambda x: x['type'] == 'list')\
    .map(lambda x: (x['key'].rsplit(':', 1)[0], [float(v) for v in x['value']]))\
    .batchgroupby(lambda x: x[0], lambda k, rs: sorted(reduce(operator.add, (r[1] for r in rs), [])))\
    .map(lambda g: {'name': g['key'], 'n': len(g['value']), 'p': {q: pct(g['value'], q) for q in percentiles}})\
    .run('latency:*')
