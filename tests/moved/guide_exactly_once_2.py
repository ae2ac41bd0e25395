BOOK = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('INCRBY', KEYS[2], ARGV[2])
return 1
"""

def book(entry):
    amount = int(entry["value"]["amount"])
    execute("EVAL", BOOK, 2, "noted", "sum", entry["id"], amount)

GB("StreamReader").foreach(book).register("payments", batch=10, onFailedPolicy="retry")
