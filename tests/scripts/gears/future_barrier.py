waiting = {}


def wait_for(args):
    name = args[1]
    count = int(args[2])
    future = gearsFuture()
    futures = waiting.setdefault(name, [])
    futures.append(future)
    if len(futures) == count:
        for i, f in enumerate(waiting.pop(name)):
            f.continueRun('%s %d of %d' % (name, i + 1, count))
    return future


def cancel(args):
    futures = waiting.pop(args[1], [])
    for f in futures:
        f.continueFailed('cancelled')
    return len(futures)


GB('CommandReader').map(wait_for).register(trigger='barrier', mode='async_local')
GB('CommandReader').map(cancel).register(trigger='cancel', mode='async_local', convertToStr=True)
