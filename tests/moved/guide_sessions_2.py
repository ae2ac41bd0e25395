GB("CommandReader").map(lambda call: "two").register(trigger="version")
GB("CommandReader").map(lambda call: "hello " + call[1]).register(trigger="greet")
