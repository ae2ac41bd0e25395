from redgrease import KeysReader, cmd

KeysReader().foreach(lambda x: cmd.xadd("notifications-stream", {"key": x["key"], "event": x["event"]})).register(
    prefix="person:*", eventTypes=["hset", "hmset"], mode="sync"
)
