import math
from os.path import basename as base

def area(call):
    return '%.3f' % (math.pi * float(call[1]) ** 2)

def name(call):
    return base(call[1])

def half(call):
    return float(call[1]) / 2

def size(call):
    return len(call) * 100

GB('CommandReader').map(area).register(trigger='area')
GB('CommandReader').map(name).register(trigger='name')
GB('CommandReader').map(half).register(trigger='half of it')
GB('CommandReader').map(size).register(trigger='size', mode='sync')
