//! Hashes.

use crate::cmd::entry::{Entry, Reply, because, entry, refused};

pub(super) const ENTRIES: &[Entry] = &[
    entry("hdel", "name, +keys", "HDEL"),
    entry("hexists", "name, key", "HEXISTS").gives(Reply::BOOL),
    entry(
        "hexpire",
        "name, seconds, +fields, nx=False, xx=False, gt=False, lt=False",
        "HEXPIRE",
    )
    .sends("name, $time(seconds), *$flags(NX=nx, XX=xx, GT=gt, LT=lt), *$fields(fields)")
    .since("7.4"),
    entry(
        "hexpireat",
        "name, unix_time_seconds, +fields, nx=False, xx=False, gt=False, lt=False",
        "HEXPIREAT",
    )
    .sends("name, $time(unix_time_seconds), *$flags(NX=nx, XX=xx, GT=gt, LT=lt), *$fields(fields)")
    .since("7.4"),
    entry("hexpiretime", "key, +fields", "HEXPIRETIME")
        .sends("key, *$fields(fields)")
        .since("7.4"),
    entry("hget", "name, key", "HGET"),
    entry("hgetall", "name", "HGETALL").gives(Reply::DICT),
    entry("hgetdel", "name, +keys", "HGETDEL")
        .sends("name, *$fields(keys)")
        .since("8.0"),
    entry(
        "hgetex",
        "name, +keys, ex=None, px=None, exat=None, pxat=None, persist=False",
        "HGETEX",
    )
    .sends("name, *$expiry(ex, px, exat, pxat), *$flags(PERSIST=persist), *$fields(keys)")
    .since("8.0"),
    refused(
        "himport_prepare",
        "HIMPORT PREPARE",
        because("it keeps its field sets with a connection", "use `hset` with `mapping`"),
    ),
    refused(
        "himport_set",
        "HIMPORT SET",
        because("it keeps its field sets with a connection", "use `hset` with `mapping`"),
    ),
    refused(
        "himport_discard",
        "HIMPORT DISCARD",
        because("it keeps its field sets with a connection", "use `hset` with `mapping`"),
    ),
    refused(
        "himport_discard_all",
        "HIMPORT DISCARDALL",
        because("it keeps its field sets with a connection", "use `hset` with `mapping`"),
    ),
    entry("hincrby", "name, key, amount=1", "HINCRBY"),
    entry("hincrbyfloat", "name, key, amount=1.0", "HINCRBYFLOAT").gives(Reply::FLOAT),
    entry("hkeys", "name", "HKEYS"),
    entry("hlen", "name", "HLEN"),
    entry("hmget", "name, keys, *args", "HMGET").sends("name, *$list(keys, args)"),
    entry("hmset", "name, mapping", "HMSET")
        .sends("name, *$flat(mapping)")
        .gives(Reply::BOOL),
    entry("hpersist", "name, +fields", "HPERSIST")
        .sends("name, *$fields(fields)")
        .since("7.4"),
    entry(
        "hpexpire",
        "name, milliseconds, +fields, nx=False, xx=False, gt=False, lt=False",
        "HPEXPIRE",
    )
    .sends("name, $time(milliseconds, 1000), *$flags(NX=nx, XX=xx, GT=gt, LT=lt), *$fields(fields)")
    .since("7.4"),
    entry(
        "hpexpireat",
        "name, unix_time_milliseconds, +fields, nx=False, xx=False, gt=False, lt=False",
        "HPEXPIREAT",
    )
    .sends("name, $time(unix_time_milliseconds, 1000), *$flags(NX=nx, XX=xx, GT=gt, LT=lt), *$fields(fields)")
    .since("7.4"),
    entry("hpexpiretime", "key, +fields", "HPEXPIRETIME")
        .sends("key, *$fields(fields)")
        .since("7.4"),
    entry("hpttl", "key, +fields", "HPTTL")
        .sends("key, *$fields(fields)")
        .since("7.4"),
    entry("hrandfield", "key, count=None, withvalues=False", "HRANDFIELD")
        .sends("key, *([] if count is None else [count]), *$flags(WITHVALUES=withvalues)")
        .since("6.2"),
    entry("hscan", "name, cursor=0, match=None, count=None, no_values=None", "HSCAN")
        .sends("name, cursor, *$opt(MATCH=match, COUNT=count), *([] if no_values is None else [\"NOVALUES\"])")
        .gives(Reply::new(
            "(cursor, dict)",
            "$scan(@, list if no_values else $dict)",
        )),
    entry("hscan_iter", "name, match=None, count=None, no_values=None", "HSCAN")
        .gives(Reply::new("iterator over (field, value)", ""))
        .body("cursor = None\nwhile cursor != 0:\n    cursor, found = $.hscan(name, cursor or 0, match, count, no_values)\n    yield from found if no_values else found.items()"),
    entry("hset", "name, key=None, value=None, mapping=None, items=None", "HSET")
        .sends("name, *(items or ()), *(() if key is None else (key, value)), *$flat(mapping or {})"),
    entry(
        "hsetex",
        "name, key=None, value=None, mapping=None, items=None, ex=None, px=None, exat=None, pxat=None, data_persist_option=None, keepttl=False",
        "HSETEX",
    )
    .body(
        "pairs = [*(items or ()), *(() if key is None else (key, value)), *$flat(mapping or {})]\nreturn $x(\"HSETEX\", name, *$expiry(ex, px, exat, pxat), *$choice(data_persist_option), *$flags(KEEPTTL=keepttl), \"FIELDS\", len(pairs) // 2, *pairs)",
    )
    .since("8.0"),
    entry("hsetnx", "name, key, value", "HSETNX"),
    entry("hstrlen", "name, key", "HSTRLEN"),
    entry("httl", "key, +fields", "HTTL")
        .sends("key, *$fields(fields)")
        .since("7.4"),
    entry("hvals", "name", "HVALS"),
];
