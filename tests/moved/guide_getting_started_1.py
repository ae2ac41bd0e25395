def add_up(order):
    item = order["value"]["item"]
    execute("HINCRBY", "sold", item, order["value"]["amount"])

GB("StreamReader").foreach(add_up).register("orders", batch=10, duration=100)
GB("CommandReader").map(lambda args: execute("HGET", "sold", args[1])).register(trigger="sold")
