"""A whole file: imports, helpers, and the function itself."""
import math


def square(x):
    return x * x


def distance(x, y):
    return math.sqrt(square(x) + square(y))
