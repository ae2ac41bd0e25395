def shard_delete(_):
    cursor, deleted = '0', 0
    while True:
        cursor, keys = execute('SCAN', cursor, 'MATCH', 'tmp:*', 'COUNT', 1000)
        if keys:
            deleted += execute('UNLINK', *keys)
        if cursor == '0':
            break
    return deleted

GB('ShardsIDReader').map(shard_delete).aggregate(0, lambda a, x: a + x, lambda a, x: a + x).run()
