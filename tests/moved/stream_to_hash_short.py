from redgrease import StreamReader, cmd

StreamReader().foreach(lambda x: cmd.hmset(x["id"], x["value"])).register( # write to Redis Hash
    "mystream"
)
