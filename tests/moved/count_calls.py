calls = []

def count(call):
    calls.append(call)
    return len(calls)

GB('CommandReader').map(count).register(trigger='count')
