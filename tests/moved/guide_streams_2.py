def work(entry):
    execute("HSET", entry["value"]["order"], "state", "paid")

GB("StreamReader").foreach(work).register("orders:new", onFailedPolicy="retry", onFailedTries=5, onFailedStream="orders-failed")
