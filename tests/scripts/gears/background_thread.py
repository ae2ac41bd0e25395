import threading
import time
from collections import deque

queue = deque()


def worker():
    while True:
        try:
            job = queue.popleft()
        except IndexError:
            time.sleep(0.05)
            continue
        try:
            job['future'].continueRun(sum(int(d) for d in job['text'] if d.isdigit()))
        except Exception as e:
            job['future'].continueFailed(str(e))


def start():
    t = threading.Thread(target=worker)
    t.daemon = True
    t.start()


def submit(args):
    f = gearsFuture()
    queue.append({'text': args[1], 'future': f})
    return f


GB('CommandReader').map(submit).register(trigger='digits', onRegistered=start, mode='async_local')
