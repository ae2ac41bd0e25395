def index(record):
    key = record["key"]
    is_person = execute("TYPE", key) == "hash"
    team = (execute("HGET", key, "team") or "none") if is_person else None
    before = execute("HGET", "people:teams", key)
    if before is not None and before != team:
        execute("SREM", "people:in:" + before, key)
        execute("HDEL", "people:teams", key)
    if is_person:
        execute("SADD", "people:in:" + team, key)
        execute("HSET", "people:teams", key, team)

GB("KeysReader").foreach(index).register("person:*", mode="sync", readValue=False)
GB("CommandReader").foreach(lambda call: [index({"key": key}) for key in execute("KEYS", "person:*")]).register(trigger="reindex", mode="sync")
