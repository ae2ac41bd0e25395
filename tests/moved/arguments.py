CommandReader().args().map(lambda a: a).register(trigger='arguments')
