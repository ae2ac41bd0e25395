//! Sets and HyperLogLogs.

use crate::cmd::entry::{Entry, Reply, entry};

pub(super) const ENTRIES: &[Entry] = &[
    entry("pfadd", "name, *values", "PFADD").gives(Reply::INT),
    entry("pfcount", "+sources", "PFCOUNT").gives(Reply::INT),
    entry("pfmerge", "dest, *sources", "PFMERGE").gives(Reply::OK),
    entry("sadd", "name, +values", "SADD").gives(Reply::INT),
    entry("scard", "name", "SCARD").gives(Reply::INT),
    entry("sdiff", "keys, *args", "SDIFF")
        .sends("*$list(keys, args)")
        .gives(Reply::SET),
    entry("sdiffcard", "numkeys, keys, limit=0", "SDIFFCARD")
        .sends("numkeys, *keys, \"LIMIT\", limit")
        .gives(Reply::INT)
        .since("8.10"),
    entry("sdiffstore", "dest, keys, *args", "SDIFFSTORE")
        .sends("dest, *$list(keys, args)")
        .gives(Reply::INT),
    entry("sinter", "keys, *args", "SINTER")
        .sends("*$list(keys, args)")
        .gives(Reply::SET),
    entry("sintercard", "numkeys, keys, limit=0", "SINTERCARD")
        .sends("numkeys, *keys, \"LIMIT\", limit")
        .gives(Reply::INT)
        .since("7.0"),
    entry("sinterstore", "dest, keys, *args", "SINTERSTORE")
        .sends("dest, *$list(keys, args)")
        .gives(Reply::INT),
    entry("sismember", "name, value", "SISMEMBER").gives(Reply::INT),
    entry("smembers", "name", "SMEMBERS").gives(Reply::SET),
    entry("smismember", "name, values, *args", "SMISMEMBER")
        .sends("name, *$list(values, args)")
        .gives(Reply::LIST)
        .since("6.2"),
    entry("smove", "src, dst, value", "SMOVE").gives(Reply::BOOL),
    entry("spop", "name, count=None", "SPOP")
        .sends("name, *([] if count is None else [count])")
        .gives(Reply::COUNTED),
    entry("srandmember", "name, number=None", "SRANDMEMBER")
        .sends("name, *([] if number is None else [number])")
        .gives(Reply::COUNTED),
    entry("srem", "name, +values", "SREM").gives(Reply::INT),
    entry("sscan", "name, cursor=0, match=None, count=None", "SSCAN")
        .sends("name, cursor, *$opt(MATCH=match, COUNT=count)")
        .gives(Reply::new("(cursor, list)", "$scan(@)")),
    entry("sscan_iter", "name, match=None, count=None", "SSCAN")
        .gives(Reply::new("iterator over the members", ""))
        .body("return $each(lambda cursor: $.sscan(name, cursor, match, count))"),
    entry("sunion", "keys, *args", "SUNION")
        .sends("*$list(keys, args)")
        .gives(Reply::SET),
    entry(
        "sunioncard",
        "numkeys, keys, limit=0, approx=False",
        "SUNIONCARD",
    )
    .sends("numkeys, *keys, *$flags(APPROX=approx), \"LIMIT\", limit")
    .gives(Reply::INT)
    .since("8.10"),
    entry("sunionstore", "dest, keys, *args", "SUNIONSTORE")
        .sends("dest, *$list(keys, args)")
        .gives(Reply::INT),
];
