from redgrease import GearsBuilder, execute, hashtag, log


def process(x):
    log(f"Key {x}")

# Capture an event
cap = GearsBuilder()
cap.foreach(lambda x: process(x))
cap.register(prefix="expired:*")

# Consume new events
proc = GearsBuilder("StreamReader")
proc.foreach(lambda x: process(x))
proc.register(prefix="expired:*", batch=100, duration=1)
