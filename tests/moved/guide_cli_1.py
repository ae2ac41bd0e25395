GB('CommandReader').map(lambda x: float(x[1]) * float(x[2])).register(trigger='area')
GB('KeysReader').foreach(lambda x: execute('INCR', 'seen')).register('user:*', mode='sync', eventTypes=['hset'])
