GB("CommandReader").map(lambda call: "one").register(trigger="version")
