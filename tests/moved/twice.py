def twice(call): return call[1] * 2

GB('CommandReader').map(twice).register(trigger='twice')
GB('CommandReader').map(lambda call: len(call)).register(trigger='length', mode='async_local')
