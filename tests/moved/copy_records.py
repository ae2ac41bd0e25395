def whole(record):
    execute('SET', 'copy', str(record))

GB('KeysReader').map(whole).register('w:*', mode='sync')
