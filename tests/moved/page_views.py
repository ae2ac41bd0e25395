"""
Counts the views of pages from a stream, for each day and for all time, and says which
pages are looked at most.

XADD views * page /home user 17
RG.TRIGGER top 10
"""

import time

TOTAL = "views:total"
DAY_FORMAT = "%Y-%m-%d"
KEEP_DAYS = 30


def day_of(entry_id):
    return time.strftime(DAY_FORMAT, time.gmtime(int(entry_id.split("-")[0]) // 1000))


def count_view(entry):
    page = entry["value"].get("page", "unknown")
    day_key = "views:day:" + day_of(entry["id"])
    execute("ZINCRBY", TOTAL, 1, page)
    execute("ZINCRBY", day_key, 1, page)
    # days that nobody asks for any more
    execute("EXPIRE", day_key, KEEP_DAYS * 24 * 3600)


def top(call):
    count = int(call[1]) if len(call) > 1 else 10
    return execute("ZREVRANGE", TOTAL, 0, count - 1, "WITHSCORES")


# several entries at once, and none is lost when one fails
GB("StreamReader").foreach(count_view).register(
    "views",
    batch=10,
    duration=50,
    onFailedPolicy="retry",
    onFailedRetryInterval=5,
)

GB("CommandReader").map(top).register(trigger="top")
