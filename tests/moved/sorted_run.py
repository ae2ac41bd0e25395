execute('MSET', 'a', '1', 'b', '2')
GB('KeysReader').map(lambda r: r['key'] + '=' + r['value']).sort().run('?')
