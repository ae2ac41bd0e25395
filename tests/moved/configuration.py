from redgrease import configGet, gearsConfigGet

foo = configGet("ProfileExecutions")
bar = gearsConfigGet("foo", default="bar")
GB("CommandReader").map(lambda _: str((foo, bar))).register(trigger="configuration")
