"""Steps that wait for futures: for many records at a time."""

import time
import types

from .errors import error, forcestopped

# So many futures of one operation may be under way.
_MOST_UNDER_WAY = 1000
# A generator that takes longer for a record, in seconds, gives each record to the steps before it is asked for the next.
_SLOW = 0.005


def overlap(records, ops, fail, wait, async_types):
    """Operations one after the other, each for all records: futures of one operation are under way together.

    The records keep their order.
    """
    for op in ops:
        if op.function is None:
            continue
        made = []
        for at in range(0, len(records), _MOST_UNDER_WAY):
            begun = []
            for record in records[at : at + _MOST_UNDER_WAY]:
                try:
                    value = op.function(record)
                    if value.__class__ in async_types:
                        held, value = [value], None
                        begun.append((record, None, wait.begin(held)))
                    else:
                        begun.append((record, value, None))
                except forcestopped:
                    raise
                except BaseException as problem:
                    fail(problem)
            value = None
            for record, value, later in begun:
                try:
                    _give(op.kind, record, value if later is None else wait.end(later), made)
                except forcestopped:
                    raise
                except BaseException as problem:
                    fail(problem)
        records = made
    return records


def _give(kind, record, value, made):
    """What becomes of a record for which an operation gave this value."""
    if kind == "map":
        made.append(value)
    elif kind == "flatmap":
        made.extend(value[::-1] if isinstance(value, list) else (value,))
    elif kind == "foreach" or value:
        made.append(record)


def read_generator(function, pipeline):
    """Feeds a pipeline from a Python reader: one record at a time, or many where steps wait for futures."""
    generator = function()
    if not isinstance(generator, types.GeneratorType):
        raise error(
            "a PythonReader function must return a generator (use `yield`), not %s" % type(generator).__name__
        )
    records = []
    asked = time.monotonic()
    for record in generator:
        records.append(record)
        quick = pipeline.fail.waits and time.monotonic() - asked < _SLOW
        if not quick or len(records) >= _MOST_UNDER_WAY:
            if pipeline.feed(records):
                return
            records = []
        asked = time.monotonic()
    if records:
        pipeline.feed(records)
