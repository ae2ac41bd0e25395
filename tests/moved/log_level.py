from redgrease import KeysOnlyReader, LogLevel, log

KeysOnlyReader().map(lambda k: log(f"Processing key: {k}", level=LogLevel.Debug)).run()
