from redgrease import KeysReader

KeysReader().aggregateby(
    lambda record: record["type"],
    set(),
    lambda _, acc, rec: acc | set([rec["key"]]),
    lambda _, acc, lacc: acc | lacc,
).run()
