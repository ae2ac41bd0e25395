from redgrease import KeysReader, KeyType

KeysReader().register(keyTypes=[KeyType.List, KeyType.Set, KeyType.ZSet])
