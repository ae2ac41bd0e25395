//! Strings, counters and bits.

use crate::cmd::entry::{Entry, Reply, because, entry, refused};

const GET_OR_OK: Reply = Reply::new(
    "bool, or None where nothing was set; with get=True the old value",
    "$set_reply(@, get)",
);

pub(super) const ENTRIES: &[Entry] = &[
    entry("append", "key, value", "APPEND").gives(Reply::INT),
    entry(
        "bitcount",
        "key, start=None, end=None, mode=None",
        "BITCOUNT",
    )
    .sends(
        "key, *([] if start is end is None else [start, end]), *([] if mode is \
         None else [mode])",
    )
    .gives(Reply::INT),
    entry("bitfield", "key, default_overflow=None", "BITFIELD")
        .gives(Reply::new(
            "a builder; its execute() gives a list of int or None",
            "",
        ))
        .body("return $bitfield(key, default_overflow)"),
    entry(
        "bitfield_ro",
        "key, encoding, offset, items=None",
        "BITFIELD_RO",
    )
    .sends(
        "key, *(a for i in [(encoding, offset), *(items or ())] for a in \
         (\"GET\", *i))",
    )
    .gives(Reply::LIST),
    entry("bitop", "operation, dest, +keys", "BITOP").gives(Reply::INT),
    entry(
        "bitpos",
        "key, bit, start=None, end=None, mode=None",
        "BITPOS",
    )
    .sends("key, bit, *(a for a in (start, end, mode) if a is not None)")
    .gives(Reply::INT),
    entry("decr", "name, amount=1", "DECRBY").gives(Reply::INT),
    entry("decrby", "name, amount=1", "DECRBY").gives(Reply::INT),
    entry(
        "delex",
        "name, ifeq=None, ifne=None, ifdeq=None, ifdne=None",
        "DELEX",
    )
    .sends("name, *$opt(IFEQ=ifeq, IFNE=ifne, IFDEQ=ifdeq, IFDNE=ifdne)")
    .gives(Reply::INT)
    .since("8.4"),
    entry("digest", "name", "DIGEST")
        .gives(Reply::STR_OR_NONE)
        .since("8.4"),
    refused(
        "digest_local",
        "",
        because(
            "it asks no server and needs a package that is not in the script",
            "use `digest`",
        ),
    ),
    entry("get", "name", "GET").gives(Reply::STR_OR_NONE),
    entry("getbit", "name, offset", "GETBIT").gives(Reply::INT),
    entry("getdel", "name", "GETDEL")
        .gives(Reply::STR_OR_NONE)
        .since("6.2"),
    entry(
        "getex",
        "name, ex=None, px=None, exat=None, pxat=None, persist=False",
        "GETEX",
    )
    .sends("name, *$expiry(ex, px, exat, pxat), *$flags(PERSIST=persist)")
    .gives(Reply::STR_OR_NONE)
    .since("6.2"),
    entry("getrange", "key, start, end", "GETRANGE").gives(Reply::STR),
    entry("getset", "name, value", "GETSET").gives(Reply::STR_OR_NONE),
    entry("incr", "name, amount=1", "INCRBY").gives(Reply::INT),
    entry("incrby", "name, amount=1", "INCRBY").gives(Reply::INT),
    entry("incrbyfloat", "name, amount=1.0", "INCRBYFLOAT").gives(Reply::FLOAT),
    entry(
        "increx",
        "name, *, byfloat=None, byint=None, lbound=None, ubound=None, \
         saturate=False, ex=None, px=None, exat=None, pxat=None, persist=False, \
         enx=False",
        "INCREX",
    )
    .sends(
        "name, *$opt(BYFLOAT=byfloat, BYINT=byint, LBOUND=lbound, \
         UBOUND=ubound), *$flags(SATURATE=saturate), *$expiry(ex, px, exat, \
         pxat), *$flags(PERSIST=persist, ENX=enx)",
    )
    .gives(Reply::LIST)
    .since("8.8"),
    entry(
        "lcs",
        "key1, key2, len=False, idx=False, minmatchlen=0, withmatchlen=False",
        "LCS",
    )
    .sends(
        "key1, key2, *$flags(LEN=len, IDX=idx), *$opt(MINMATCHLEN=minmatchlen or \
         None), *$flags(WITHMATCHLEN=withmatchlen)",
    )
    .gives(Reply::new("str; with len int; with idx list", "@"))
    .since("7.0"),
    entry("mget", "keys, *args", "MGET")
        .gives(Reply::new("list", ""))
        .body(
            "keys = $list(keys, args)\n\
         return $x(\"MGET\", *keys) if keys else []",
        ),
    entry("mset", "mapping", "MSET")
        .sends("*$flat(mapping)")
        .gives(Reply::OK),
    entry(
        "msetex",
        "mapping, data_persist_option=None, ex=None, px=None, exat=None, \
         pxat=None, keepttl=False",
        "MSETEX",
    )
    .sends(
        "len(mapping), *$flat(mapping), *$choice(data_persist_option), \
         *$expiry(ex, px, exat, pxat), *$flags(KEEPTTL=keepttl)",
    )
    .gives(Reply::INT)
    .since("8.4"),
    entry("msetnx", "mapping", "MSETNX")
        .sends("*$flat(mapping)")
        .gives(Reply::BOOL),
    entry("psetex", "name, time_ms, value", "PSETEX")
        .sends("name, $time(time_ms, 1000), value")
        .gives(Reply::BOOL),
    entry(
        "set",
        "name, value, ex=None, px=None, nx=False, xx=False, keepttl=False, \
         get=False, exat=None, pxat=None, ifeq=None, ifne=None, ifdeq=None, \
         ifdne=None",
        "SET",
    )
    .sends(
        "name, value, *$flags(NX=nx, XX=xx), *$opt(IFEQ=ifeq, IFNE=ifne, \
         IFDEQ=ifdeq, IFDNE=ifdne), *$flags(GET=get), *$expiry(ex, px, exat, \
         pxat), *$flags(KEEPTTL=keepttl)",
    )
    .gives(GET_OR_OK),
    entry("setbit", "name, offset, value", "SETBIT")
        .sends("name, offset, 1 if value else 0")
        .gives(Reply::INT),
    entry("setex", "name, time, value", "SETEX")
        .sends("name, $time(time), value")
        .gives(Reply::BOOL),
    entry("setnx", "name, value", "SETNX").gives(Reply::BOOL),
    entry("setrange", "name, offset, value", "SETRANGE").gives(Reply::INT),
    refused(
        "stralgo",
        "STRALGO",
        because("Redis 7.0 removed the command", "use `lcs`"),
    ),
    entry("strlen", "name", "STRLEN").gives(Reply::INT),
    entry("substr", "name, start, end=-1", "SUBSTR").gives(Reply::STR),
];
