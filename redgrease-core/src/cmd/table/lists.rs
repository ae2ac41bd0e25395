//! Lists.

use crate::cmd::entry::{Entry, Refusal, Reply, because, entry, refused};

/// Why a command that waits for data is no method of `cmd`.
pub(super) const fn waits(instead: &'static str) -> Refusal {
    because(
        "it waits for another client, but inside of the server a command answers at once",
        instead,
    )
}

pub(super) const ENTRIES: &[Entry] = &[
    refused(
        "blmove",
        "BLMOVE",
        waits("use `lmove`, which answers at once"),
    ),
    refused(
        "blmovem",
        "BLMOVEM",
        waits("use `lmovem`, which answers at once"),
    ),
    refused(
        "blmpop",
        "BLMPOP",
        waits("use `lmpop`, which answers at once"),
    ),
    refused("blpop", "BLPOP", waits("use `lpop`, which answers at once")),
    refused("brpop", "BRPOP", waits("use `rpop`, which answers at once")),
    refused(
        "brpoplpush",
        "BRPOPLPUSH",
        waits("use `rpoplpush`, which answers at once"),
    ),
    entry("lindex", "name, index", "LINDEX").gives(Reply::STR_OR_NONE),
    entry("linsert", "name, where, refvalue, value", "LINSERT").gives(Reply::INT),
    entry("llen", "name", "LLEN").gives(Reply::INT),
    entry(
        "lmove",
        "first_list, second_list, src=\"LEFT\", dest=\"RIGHT\"",
        "LMOVE",
    )
    .gives(Reply::STR_OR_NONE)
    .since("6.2"),
    entry(
        "lmovem",
        "first_list, second_list, src=\"LEFT\", dest=\"RIGHT\", count=None, \
         mode=None, ordering=None",
        "LMOVEM",
    )
    .sends(
        "first_list, second_list, src, dest, *([] if count is None else [mode or \
         \"COUNT\", count, ordering])",
    )
    .gives(Reply::LIST_OR_NONE)
    .since("8.10"),
    entry("lmpop", "num_keys, +args, direction, count=1", "LMPOP")
        .sends("num_keys, *args, direction, *([] if count == 1 else [\"COUNT\", count])")
        .gives(Reply::LIST_OR_NONE)
        .since("7.0"),
    entry("lpop", "name, count=None", "LPOP")
        .sends("name, *([] if count is None else [count])")
        .gives(Reply::COUNTED),
    entry(
        "lpos",
        "name, value, rank=None, count=None, maxlen=None",
        "LPOS",
    )
    .sends("name, value, *$opt(RANK=rank, COUNT=count, MAXLEN=maxlen)")
    .gives(Reply::new("int or None; with count list of int", "@")),
    entry("lpush", "name, +values", "LPUSH").gives(Reply::INT),
    entry("lpushx", "name, +values", "LPUSHX").gives(Reply::INT),
    entry("lrange", "name, start, end", "LRANGE").gives(Reply::LIST),
    entry("lrem", "name, count, value", "LREM").gives(Reply::INT),
    entry("lset", "name, index, value", "LSET").gives(Reply::OK),
    entry("ltrim", "name, start, end", "LTRIM").gives(Reply::OK),
    entry("rpop", "name, count=None", "RPOP")
        .sends("name, *([] if count is None else [count])")
        .gives(Reply::COUNTED),
    entry("rpoplpush", "src, dst", "RPOPLPUSH").gives(Reply::STR_OR_NONE),
    entry("rpush", "name, +values", "RPUSH").gives(Reply::INT),
    entry("rpushx", "name, +values", "RPUSHX").gives(Reply::INT),
    entry(
        "sort",
        "name, start=None, num=None, by=None, get=None, desc=False, alpha=False, \
         store=None, groups=False",
        "SORT",
    )
    .sends("name, *$sorting(start, num, by, get, desc, alpha), *$opt(STORE=store)")
    .gives(Reply::new(
        "list; with groups=True list of tuples; with store= int",
        "$grouped(@, groups and len(get))",
    )),
    entry(
        "sort_ro",
        "key, start=None, num=None, by=None, get=None, desc=False, alpha=False",
        "SORT_RO",
    )
    .sends("key, *$sorting(start, num, by, get, desc, alpha)")
    .gives(Reply::LIST)
    .since("7.0")
    .differs("sends SORT_RO, where redis-py 8.1 sends SORT"),
];
