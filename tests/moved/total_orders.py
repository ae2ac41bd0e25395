def total(entry):
    execute('INCRBY', 'total', entry['value']['amount'])

GB('StreamReader').foreach(total).register('orders:*', batch=2, onFailedPolicy='retry', onFailedRetryInterval=3)
