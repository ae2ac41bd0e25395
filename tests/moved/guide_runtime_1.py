waiting = {}

def ask(call):
    waiting[call[1]] = gearsFuture()
    return waiting[call[1]]

def answer(call):
    waiting.pop(call[1]).continueRun(call[2])
    return "told"

GB("CommandReader").map(ask).register(trigger="ask", mode="async_local")
GB("CommandReader").map(answer).register(trigger="answer", mode="async_local")
