from redgrease import GearsBuilder, ReaderType

GearsBuilder(ReaderType.KeysReader).run()
