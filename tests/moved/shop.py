# A shop's shelves: keeps an index of articles by colour, warns when one runs out, and sells.
#
#   HSET article:7 colour red left 2
#   RG.TRIGGER sell article:7 1
#   RG.TRIGGER greeting Ann

import json

from redgrease import atomic, execute, log

LOW = 3


def index(record):
    # one set of articles for each colour
    colour = execute("HGET", record["key"], "colour")
    if colour:
        execute("SADD", "colour:" + colour, record["key"])


def warn(record):
    left = int(execute("HGET", record["key"], "left") or 0)
    if left < LOW:
        text = json.dumps({"article": record["key"], "left": left}, sort_keys=True)
        execute("SADD", "warnings", text)
        log(text, level="warning")


def sell(call):
    _, article, amount = call
    with atomic():
        left = int(execute("HGET", article, "left") or 0)
        if left < int(amount):
            raise Exception("only %d left of %s" % (left, article))
        execute("HINCRBY", article, "left", -int(amount))
    return left - int(amount)


def greeting(call):
    """What the door says."""
    return "Welcome, %s!" % call[1]


GB("KeysReader").foreach(index).register("article:*", eventTypes=["hset"], mode="sync", readValue=False)

running_out = GB("KeysReader")
running_out.foreach(warn)  # also those that are new
running_out.register("article:*", eventTypes=["hset", "hincrby"], readValue=False)

GB("CommandReader").map(sell).register(trigger="sell", mode="async_local")
GB("CommandReader").map(greeting).register(trigger="greeting")
