//! Keys, whatever they hold.

use crate::cmd::entry::{Entry, Reply, entry};

pub(super) const ENTRIES: &[Entry] = &[
    entry(
        "copy",
        "source, destination, destination_db=None, replace=False",
        "COPY",
    )
    .sends("source, destination, *$opt(DB=destination_db), *$flags(REPLACE=replace)")
    .gives(Reply::BOOL)
    .since("6.2"),
    entry("delete", "+names", "DEL").gives(Reply::INT),
    entry("dump", "name", "DUMP").gives(Reply::BYTES),
    entry("exists", "+names", "EXISTS").gives(Reply::INT),
    entry(
        "expire",
        "name, time, nx=False, xx=False, gt=False, lt=False",
        "EXPIRE",
    )
    .sends("name, $time(time), *$flags(NX=nx, XX=xx, GT=gt, LT=lt)")
    .gives(Reply::BOOL),
    entry(
        "expireat",
        "name, when, nx=False, xx=False, gt=False, lt=False",
        "EXPIREAT",
    )
    .sends("name, $time(when), *$flags(NX=nx, XX=xx, GT=gt, LT=lt)")
    .gives(Reply::BOOL),
    entry("expiretime", "key", "EXPIRETIME")
        .gives(Reply::INT)
        .since("7.0"),
    entry("keys", "pattern=\"*\"", "KEYS").gives(Reply::LIST),
    entry(
        "migrate",
        "host, port, keys, destination_db, timeout, copy=False, replace=False, \
         auth=None",
        "MIGRATE",
    )
    .sends(
        "host, port, \"\", destination_db, timeout, *$flags(COPY=copy, \
         REPLACE=replace), *$opt(AUTH=auth or None), \"KEYS\", *$list(keys)",
    )
    .gives(Reply::STR),
    entry("move", "name, db", "MOVE").gives(Reply::BOOL),
    entry("object", "infotype, key", "OBJECT"),
    entry("persist", "name", "PERSIST").gives(Reply::BOOL),
    entry(
        "pexpire",
        "name, time, nx=False, xx=False, gt=False, lt=False",
        "PEXPIRE",
    )
    .sends("name, $time(time, 1000), *$flags(NX=nx, XX=xx, GT=gt, LT=lt)")
    .gives(Reply::BOOL),
    entry(
        "pexpireat",
        "name, when, nx=False, xx=False, gt=False, lt=False",
        "PEXPIREAT",
    )
    .sends("name, $time(when, 1000), *$flags(NX=nx, XX=xx, GT=gt, LT=lt)")
    .gives(Reply::BOOL),
    entry("pexpiretime", "key", "PEXPIRETIME")
        .gives(Reply::INT)
        .since("7.0"),
    entry("pttl", "name", "PTTL").gives(Reply::INT),
    entry("randomkey", "", "RANDOMKEY").gives(Reply::STR_OR_NONE),
    entry("rename", "src, dst", "RENAME").gives(Reply::OK),
    entry("renamenx", "src, dst", "RENAMENX").gives(Reply::BOOL),
    entry(
        "restore",
        "name, ttl, value, replace=False, absttl=False, idletime=None, frequency=None",
        "RESTORE",
    )
    .sends(
        "name, ttl, value, *$flags(REPLACE=replace, ABSTTL=absttl), \
         *$opt(IDLETIME=idletime, FREQ=frequency)",
    )
    .gives(Reply::STR),
    entry(
        "scan",
        "cursor=0, match=None, count=None, _type=None",
        "SCAN",
    )
    .sends("cursor, *$opt(MATCH=match, COUNT=count, TYPE=_type)")
    .gives(Reply::new("(cursor, list)", "$scan(@)")),
    entry("scan_iter", "match=None, count=None, _type=None", "SCAN")
        .gives(Reply::new("iterator over the keys", ""))
        .body("return $each(lambda cursor: $.scan(cursor, match, count, _type))"),
    entry("touch", "+args", "TOUCH").gives(Reply::INT),
    entry("ttl", "name", "TTL").gives(Reply::INT),
    entry("type", "name", "TYPE").gives(Reply::STR),
    entry("unlink", "+names", "UNLINK").gives(Reply::INT),
];
