def parse(record):
    return int(record["value"])

GB("KeysReader").foreach(parse).register("n:*", eventTypes=["set"], mode="sync")
