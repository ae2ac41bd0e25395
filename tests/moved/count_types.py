import redgrease

redgrease.KeysReader().map(lambda x: x['type']).countby().run()
