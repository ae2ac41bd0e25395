//! The key events that Redis raises; a registration for another name never runs.

use crate::suggest::nearest;

/// All key events of Redis and Valkey, in lower case.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::events::EVENTS;
///
/// assert!(EVENTS.contains(&"expired"));
/// ```
pub const EVENTS: &[&str] = &[
    "append",
    "copy_to",
    "del",
    "evicted",
    "expire",
    "expired",
    "geosearchstore",
    "georadiusstore",
    "hdel",
    "hexpire",
    "hexpired",
    "hincrby",
    "hincrbyfloat",
    "hpersist",
    "hset",
    "incrby",
    "incrbyfloat",
    "keymiss",
    "linsert",
    "lpop",
    "lpush",
    "lrem",
    "lset",
    "ltrim",
    "move_from",
    "move_to",
    "new",
    "persist",
    "pfadd",
    "rename_from",
    "rename_to",
    "restore",
    "rpop",
    "rpush",
    "sadd",
    "sdiffstore",
    "set",
    "setbit",
    "setrange",
    "sinterstore",
    "sortstore",
    "spop",
    "srem",
    "sunionstore",
    "xadd",
    "xautoclaim",
    "xclaim",
    "xdel",
    "xgroup-create",
    "xgroup-createconsumer",
    "xgroup-delconsumer",
    "xgroup-destroy",
    "xgroup-setid",
    "xsetid",
    "xtrim",
    "zadd",
    "zdiffstore",
    "zincr",
    "zinterstore",
    "zpopmax",
    "zpopmin",
    "zrangestore",
    "zrem",
    "zrembylex",
    "zrembyrank",
    "zrembyscore",
    "zunionstore",
];

/// Commands whose events have other names.
const COMMANDS: &[(&str, &str)] = &[
    ("bitfield", "setbit"),
    ("bitop", "set"),
    ("blmove", "lpop"),
    ("blpop", "lpop"),
    ("brpop", "rpop"),
    ("copy", "copy_to"),
    ("decr", "incrby"),
    ("decrby", "incrby"),
    ("delete", "del"),
    ("expireat", "expire"),
    ("flushall", "del"),
    ("flushdb", "del"),
    ("geoadd", "zadd"),
    ("getdel", "del"),
    ("getset", "set"),
    ("hmset", "hset"),
    ("hsetnx", "hset"),
    ("incr", "incrby"),
    ("lmove", "lpop"),
    ("lpushx", "lpush"),
    ("move", "move_to"),
    ("mset", "set"),
    ("msetnx", "set"),
    ("pexpire", "expire"),
    ("pexpireat", "expire"),
    ("pfmerge", "pfadd"),
    ("psetex", "set"),
    ("rename", "rename_to"),
    ("renamenx", "rename_to"),
    ("rpoplpush", "rpop"),
    ("rpushx", "rpush"),
    ("setex", "set"),
    ("setnx", "set"),
    ("smove", "sadd"),
    ("sort", "sortstore"),
    ("unlink", "del"),
    ("xack", "no event"),
    ("xreadgroup", "no event"),
    ("zincrby", "zincr"),
    ("zremrangebylex", "zrembylex"),
    ("zremrangebyrank", "zrembyrank"),
    ("zremrangebyscore", "zrembyscore"),
];

/// Commands that only read; they raise no event.
const READS: &[&str] = &[
    "exists",
    "get",
    "getbit",
    "getrange",
    "hexists",
    "hget",
    "hgetall",
    "hkeys",
    "hlen",
    "hmget",
    "hvals",
    "keys",
    "lindex",
    "llen",
    "lrange",
    "mget",
    "publish",
    "scan",
    "scard",
    "sismember",
    "smembers",
    "strlen",
    "ttl",
    "type",
    "xlen",
    "xrange",
    "xread",
    "zcard",
    "zcount",
    "zrange",
    "zrank",
    "zscore",
];

/// Whether an event of this name can come; the case of the letters does not matter.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::events::exists;
///
/// assert!(exists("hset") && exists("HSET"));
/// assert!(!exists("hmset"));
/// ```
pub fn exists(name: &str) -> bool {
    EVENTS.iter().any(|event| event.eq_ignore_ascii_case(name))
}

/// What to write instead of `name`, which is no event.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::events::instead_of;
///
/// assert_eq!(instead_of("hmset"), "that command raises `hset`");
/// assert_eq!(instead_of("hsett"), "did you mean `hset`?");
/// ```
pub fn instead_of(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    if let Some((_, event)) = COMMANDS.iter().find(|(command, _)| *command == lower) {
        return match *event {
            "no event" => "that command raises no event".to_owned(),
            event => format!("that command raises `{event}`"),
        };
    }
    if READS.contains(&lower.as_str()) {
        return "a command that only reads raises no event; a read of a missing key raises `keymiss`"
            .to_owned();
    }
    match nearest(&lower, EVENTS.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "events have the names of Redis' key notifications, such as `set`, `hset`, `del` \
                 or `expired`"
            .to_owned(),
    }
}
