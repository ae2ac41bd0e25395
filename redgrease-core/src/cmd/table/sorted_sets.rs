//! Sorted sets.

use super::lists::waits;
use crate::cmd::entry::{Entry, Reply, entry, refused};

pub(super) const ENTRIES: &[Entry] = &[
    refused(
        "bzmpop",
        "BZMPOP",
        waits("use `zmpop`, which answers at once"),
    ),
    refused(
        "bzpopmax",
        "BZPOPMAX",
        waits("use `zpopmax`, which answers at once"),
    ),
    refused(
        "bzpopmin",
        "BZPOPMIN",
        waits("use `zpopmin`, which answers at once"),
    ),
    entry(
        "zadd",
        "name, mapping, nx=False, xx=False, ch=False, incr=False, gt=False, lt=False",
        "ZADD",
    )
    .sends(
        "name, *$flags(NX=nx, XX=xx, CH=ch, INCR=incr, GT=gt, LT=lt), *(a for m, \
         s in dict(mapping).items() for a in (s, m))",
    )
    .gives(Reply::new(
        "int; with incr=True float or None",
        "$added(@, incr)",
    )),
    entry("zcard", "name", "ZCARD").gives(Reply::INT),
    entry("zcount", "name, min, max", "ZCOUNT").gives(Reply::INT),
    entry("zdiff", "keys, withscores=False", "ZDIFF")
        .sends("len(keys), *keys, *$flags(WITHSCORES=withscores)")
        .gives(Reply::LIST)
        .since("6.2"),
    entry("zdiffstore", "dest, keys", "ZDIFFSTORE")
        .sends("dest, len(keys), *keys")
        .gives(Reply::INT)
        .since("6.2"),
    entry("zincrby", "name, amount, value", "ZINCRBY").gives(Reply::FLOAT_OR_NONE),
    entry("zinter", "keys, aggregate=None, withscores=False", "ZINTER")
        .sends("*$weighted(keys, aggregate), *$flags(WITHSCORES=withscores)")
        .gives(Reply::SCORED)
        .since("6.2"),
    entry("zintercard", "numkeys, keys, limit=0", "ZINTERCARD")
        .sends("numkeys, *keys, \"LIMIT\", limit")
        .gives(Reply::INT)
        .since("7.0"),
    entry("zinterstore", "dest, keys, aggregate=None", "ZINTERSTORE")
        .sends("dest, *$weighted(keys, aggregate)")
        .gives(Reply::INT),
    entry("zlexcount", "name, min, max", "ZLEXCOUNT").gives(Reply::INT),
    entry(
        "zmpop",
        "num_keys, keys, min=False, max=False, count=1",
        "ZMPOP",
    )
    .sends(
        "num_keys, *keys, *$flags(MIN=min, MAX=max), *([] if count == 1 else \
         [\"COUNT\", count])",
    )
    .gives(Reply::LIST_OR_NONE)
    .since("7.0"),
    entry("zmscore", "key, members", "ZMSCORE")
        .sends("key, *members")
        .gives(Reply::FLOATS)
        .since("6.2"),
    entry("zpopmax", "name, count=None", "ZPOPMAX")
        .sends("name, *([] if count is None else [count])")
        .gives(Reply::POPPED),
    entry("zpopmin", "name, count=None", "ZPOPMIN")
        .sends("name, *([] if count is None else [count])")
        .gives(Reply::POPPED),
    entry(
        "zrandmember",
        "key, count=None, withscores=False",
        "ZRANDMEMBER",
    )
    .sends("key, *([] if count is None else [count]), *$flags(WITHSCORES=withscores)")
    .gives(Reply::COUNTED)
    .since("6.2"),
    entry(
        "zrange",
        "name, start, end, desc=False, withscores=False, score_cast_func=float, \
         byscore=False, bylex=False, offset=None, num=None",
        "ZRANGE",
    )
    .gives(Reply::new(Reply::SCORED_CAST.value, ""))
    .body(
        "by_rank = not byscore and not bylex and offset is num is None\n\
         if desc and by_rank:\n\
         \x20   return $.zrevrange(name, start, end, withscores, score_cast_func)\n\
         reply = $x(\"ZRANGE\", name, start, end, *$ranging(byscore, bylex, desc, offset, num), \
         *$flags(WITHSCORES=withscores))\n\
         return $scored(reply, withscores, score_cast_func)",
    ),
    entry(
        "zrangebylex",
        "name, min, max, start=None, num=None",
        "ZRANGEBYLEX",
    )
    .sends("name, min, max, *$limit(start, num)")
    .gives(Reply::LIST),
    entry(
        "zrangebyscore",
        "name, min, max, start=None, num=None, withscores=False, \
         score_cast_func=float",
        "ZRANGEBYSCORE",
    )
    .sends("name, min, max, *$limit(start, num), *$flags(WITHSCORES=withscores)")
    .gives(Reply::SCORED_CAST),
    entry(
        "zrangestore",
        "dest, name, start, end, byscore=False, bylex=False, desc=False, \
         offset=None, num=None",
        "ZRANGESTORE",
    )
    .sends("dest, name, start, end, *$ranging(byscore, bylex, desc, offset, num)")
    .gives(Reply::INT)
    .since("6.2"),
    entry(
        "zrank",
        "name, value, withscore=False, score_cast_func=float",
        "ZRANK",
    )
    .sends("name, value, *$flags(WITHSCORE=withscore)")
    .gives(Reply::RANK),
    entry("zrem", "name, +values", "ZREM").gives(Reply::INT),
    entry("zremrangebylex", "name, min, max", "ZREMRANGEBYLEX").gives(Reply::INT),
    entry("zremrangebyrank", "name, min, max", "ZREMRANGEBYRANK").gives(Reply::INT),
    entry("zremrangebyscore", "name, min, max", "ZREMRANGEBYSCORE").gives(Reply::INT),
    entry(
        "zrevrange",
        "name, start, end, withscores=False, score_cast_func=float",
        "ZREVRANGE",
    )
    .sends("name, start, end, *$flags(WITHSCORES=withscores)")
    .gives(Reply::SCORED_CAST),
    entry(
        "zrevrangebylex",
        "name, max, min, start=None, num=None",
        "ZREVRANGEBYLEX",
    )
    .sends("name, max, min, *$limit(start, num)")
    .gives(Reply::LIST),
    entry(
        "zrevrangebyscore",
        "name, max, min, start=None, num=None, withscores=False, \
         score_cast_func=float",
        "ZREVRANGEBYSCORE",
    )
    .sends("name, max, min, *$limit(start, num), *$flags(WITHSCORES=withscores)")
    .gives(Reply::SCORED_CAST),
    entry(
        "zrevrank",
        "name, value, withscore=False, score_cast_func=float",
        "ZREVRANK",
    )
    .sends("name, value, *$flags(WITHSCORE=withscore)")
    .gives(Reply::RANK),
    entry(
        "zscan",
        "name, cursor=0, match=None, count=None, score_cast_func=float",
        "ZSCAN",
    )
    .sends("name, cursor, *$opt(MATCH=match, COUNT=count)")
    .gives(Reply::new(
        "(cursor, list of (member, score))",
        "$scan(@, lambda r: $scored(r, True, score_cast_func))",
    )),
    entry(
        "zscan_iter",
        "name, match=None, count=None, score_cast_func=float",
        "ZSCAN",
    )
    .gives(Reply::new("iterator over (member, score)", ""))
    .body("return $each(lambda cursor: $.zscan(name, cursor, match, count, score_cast_func))"),
    entry("zscore", "name, value", "ZSCORE").gives(Reply::FLOAT_OR_NONE),
    entry(
        "zunion",
        "keys, aggregate=None, withscores=False, score_cast_func=float",
        "ZUNION",
    )
    .sends("*$weighted(keys, aggregate), *$flags(WITHSCORES=withscores)")
    .gives(Reply::SCORED_CAST)
    .since("6.2"),
    entry("zunionstore", "dest, keys, aggregate=None", "ZUNIONSTORE")
        .sends("dest, *$weighted(keys, aggregate)")
        .gives(Reply::INT),
];
