def book(entry):
    # all that is slow, or may fail, comes before the one step
    amount = int(entry["value"]["amount"])
    with transaction() as t:
        t.execute("INCR", "booked")
        t.execute("INCRBY", "total", amount)
        t.acknowledge(entry)

GB("StreamReader").foreach(book).register("payments", batch=10, onFailedPolicy="retry")
