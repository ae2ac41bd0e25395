import io
import time

try:
    import numpy as np
    import cv2
except ImportError:
    np = cv2 = None

import redisAI

_mspf = 1000 / 10.0


class SimpleMovingAverage(object):
    ''' Simple moving average '''
    def __init__(self, value=0.0, count=7):
        self.count = int(count)
        self.current = float(value)
        self.samples = [self.current] * self.count

    def __str__(self):
        return str(round(self.current, 3))

    def add(self, value):
        v = float(value)
        self.samples.insert(0, v)
        o = self.samples.pop()
        self.current = self.current + (v - o) / self.count


prf = {k: SimpleMovingAverage() for k in ('read', 'resize', 'model', 'store', 'total')}
last = 0


def downsample(x):
    global last
    execute('TS.INCRBY', 'camera:0:in_fps', 1, 'RESET', 1)
    current = float(x['id'].split('-')[0])
    ms = current - last
    if ms >= _mspf:
        last = current
        return True
    return False


def run_model(x):
    start = time.time()
    buf = io.BytesIO(x['value']['image'])
    numpy_img = cv2.imdecode(np.frombuffer(buf.getvalue(), dtype=np.uint8), cv2.IMREAD_COLOR)
    prf['read'].add((time.time() - start) * 1000)
    img_ba = bytearray(numpy_img.tobytes())
    image_tensor = redisAI.createTensorFromBlob('FLOAT', [1, 416, 416, 3], img_ba)
    runner = redisAI.createModelRunner('yolo:model')
    redisAI.modelRunnerAddInput(runner, 'input', image_tensor)
    redisAI.modelRunnerAddOutput(runner, 'output')
    replies = redisAI.modelRunnerRun(runner)
    boxes = redisAI.tensorToFlatList(replies[0])
    return x['key'], x['id'], len(boxes) // 7, boxes


def store(x):
    ref, msec, people, boxes = x
    execute('XADD', 'camera:0:yolo', 'MAXLEN', '~', 1000, '*', 'ref', ref, 'id', msec, 'people', people, 'boxes', str(boxes))
    for name in prf:
        execute('TS.ADD', 'camera:0:prf_{}'.format(name), str(int(time.time() * 1000)), prf[name].current)


GearsBuilder('StreamReader')\
    .filter(downsample)\
    .map(run_model)\
    .foreach(store)\
    .register('camera:0')
