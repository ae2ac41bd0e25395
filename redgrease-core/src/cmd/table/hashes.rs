//! Hashes.

use crate::cmd::entry::{Entry, Reply, because, entry, refused};

pub(super) const ENTRIES: &[Entry] = &[
    entry("hdel", "name, +keys", "HDEL").gives(Reply::INT),
    entry("hexists", "name, key", "HEXISTS").gives(Reply::BOOL),
    entry(
        "hexpire",
        "name, seconds, +fields, nx=False, xx=False, gt=False, lt=False",
        "HEXPIRE",
    )
    .sends("name, $time(seconds), *$flags(NX=nx, XX=xx, GT=gt, LT=lt), *$fields(fields)")
    .gives(Reply::LIST)
    .since("7.4"),
    entry(
        "hexpireat",
        "name, unix_time_seconds, +fields, nx=False, xx=False, gt=False, lt=False",
        "HEXPIREAT",
    )
    .sends(
        "name, $time(unix_time_seconds), *$flags(NX=nx, XX=xx, GT=gt, LT=lt), \
         *$fields(fields)",
    )
    .gives(Reply::LIST)
    .since("7.4"),
    entry("hexpiretime", "key, +fields", "HEXPIRETIME")
        .sends("key, *$fields(fields)")
        .gives(Reply::LIST)
        .since("7.4"),
    entry("hget", "name, key", "HGET").gives(Reply::STR_OR_NONE),
    entry("hgetall", "name", "HGETALL").gives(Reply::DICT),
    entry("hgetdel", "name, +keys", "HGETDEL")
        .sends("name, *$fields(keys)")
        .gives(Reply::LIST)
        .since("8.0"),
    entry(
        "hgetex",
        "name, +keys, ex=None, px=None, exat=None, pxat=None, persist=False",
        "HGETEX",
    )
    .sends("name, *$expiry(ex, px, exat, pxat), *$flags(PERSIST=persist), *$fields(keys)")
    .gives(Reply::LIST)
    .since("8.0"),
    refused(
        "himport_prepare",
        "HIMPORT PREPARE",
        because(
            "it keeps its field sets with a connection",
            "use `hset` with `mapping`",
        ),
    ),
    refused(
        "himport_set",
        "HIMPORT SET",
        because(
            "it keeps its field sets with a connection",
            "use `hset` with `mapping`",
        ),
    ),
    refused(
        "himport_discard",
        "HIMPORT DISCARD",
        because(
            "it keeps its field sets with a connection",
            "use `hset` with `mapping`",
        ),
    ),
    refused(
        "himport_discard_all",
        "HIMPORT DISCARDALL",
        because(
            "it keeps its field sets with a connection",
            "use `hset` with `mapping`",
        ),
    ),
    entry("hincrby", "name, key, amount=1", "HINCRBY").gives(Reply::INT),
    entry("hincrbyfloat", "name, key, amount=1.0", "HINCRBYFLOAT").gives(Reply::FLOAT),
    entry("hkeys", "name", "HKEYS").gives(Reply::LIST),
    entry("hlen", "name", "HLEN").gives(Reply::INT),
    entry("hmget", "name, keys, *args", "HMGET")
        .sends("name, *$list(keys, args)")
        .gives(Reply::LIST),
    entry("hmset", "name, mapping", "HMSET")
        .sends("name, *$flat(mapping)")
        .gives(Reply::BOOL),
    entry("hpersist", "name, +fields", "HPERSIST")
        .sends("name, *$fields(fields)")
        .gives(Reply::LIST)
        .since("7.4"),
    entry(
        "hpexpire",
        "name, milliseconds, +fields, nx=False, xx=False, gt=False, lt=False",
        "HPEXPIRE",
    )
    .sends(
        "name, $time(milliseconds, 1000), *$flags(NX=nx, XX=xx, GT=gt, LT=lt), \
         *$fields(fields)",
    )
    .gives(Reply::LIST)
    .since("7.4"),
    entry(
        "hpexpireat",
        "name, unix_time_milliseconds, +fields, nx=False, xx=False, gt=False, \
         lt=False",
        "HPEXPIREAT",
    )
    .sends(
        "name, $time(unix_time_milliseconds, 1000), *$flags(NX=nx, XX=xx, GT=gt, \
         LT=lt), *$fields(fields)",
    )
    .gives(Reply::LIST)
    .since("7.4"),
    entry("hpexpiretime", "key, +fields", "HPEXPIRETIME")
        .sends("key, *$fields(fields)")
        .gives(Reply::LIST)
        .since("7.4"),
    entry("hpttl", "key, +fields", "HPTTL")
        .sends("key, *$fields(fields)")
        .gives(Reply::LIST)
        .since("7.4"),
    entry(
        "hrandfield",
        "key, count=None, withvalues=False",
        "HRANDFIELD",
    )
    .sends("key, *([] if count is None else [count]), *$flags(WITHVALUES=withvalues)")
    .gives(Reply::COUNTED)
    .since("6.2"),
    entry(
        "hscan",
        "name, cursor=0, match=None, count=None, no_values=None",
        "HSCAN",
    )
    .sends(
        "name, cursor, *$opt(MATCH=match, COUNT=count), *([] if no_values is \
         None else [\"NOVALUES\"])",
    )
    .gives(Reply::new(
        "(cursor, dict)",
        "$scan(@, list if no_values else $dict)",
    )),
    entry(
        "hscan_iter",
        "name, match=None, count=None, no_values=None",
        "HSCAN",
    )
    .gives(Reply::new("iterator over (field, value)", ""))
    .body("return $each(lambda cursor: $.hscan(name, cursor, match, count, no_values))"),
    entry(
        "hset",
        "name, key=None, value=None, mapping=None, items=None",
        "HSET",
    )
    .sends(
        "name, *(items or ()), *(() if key is None else (key, value)), \
         *$flat(mapping or {})",
    )
    .gives(Reply::INT),
    entry(
        "hsetex",
        "name, key=None, value=None, mapping=None, items=None, ex=None, px=None, \
         exat=None, pxat=None, data_persist_option=None, keepttl=False",
        "HSETEX",
    )
    .sends(
        "name, *$expiry(ex, px, exat, pxat), *$choice(data_persist_option), \
         *$flags(KEEPTTL=keepttl), *$fields([*(items or ()), \
         *(() if key is None else (key, value)), *$flat(mapping or {})], 2)",
    )
    .gives(Reply::INT)
    .since("8.0"),
    entry("hsetnx", "name, key, value", "HSETNX").gives(Reply::INT),
    entry("hstrlen", "name, key", "HSTRLEN").gives(Reply::INT),
    entry("httl", "key, +fields", "HTTL")
        .sends("key, *$fields(fields)")
        .gives(Reply::LIST)
        .since("7.4"),
    entry("hvals", "name", "HVALS").gives(Reply::LIST),
];
