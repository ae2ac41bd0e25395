import math


def distance(x, y):
    return math.sqrt(x * x + z * z)
