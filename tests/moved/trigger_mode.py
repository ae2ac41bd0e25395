from redgrease import KeysReader, TriggerMode

KeysReader().register(mode=TriggerMode.AsyncLocal)
