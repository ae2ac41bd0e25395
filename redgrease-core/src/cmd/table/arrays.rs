//! Arrays.

use crate::cmd::entry::{Entry, Reply, entry};

pub(super) const ENTRIES: &[Entry] = &[
    entry("arcount", "name", "ARCOUNT")
        .gives(Reply::INT)
        .since("8.8"),
    entry("ardel", "name, +indices", "ARDEL")
        .gives(Reply::INT)
        .since("8.8"),
    entry("ardelrange", "name, +ranges", "ARDELRANGE")
        .sends("name, *(a for r in ranges for a in r)")
        .gives(Reply::INT)
        .since("8.8"),
    entry("arget", "name, index", "ARGET")
        .gives(Reply::STR_OR_NONE)
        .since("8.8"),
    entry("argetrange", "name, start, end", "ARGETRANGE")
        .gives(Reply::LIST)
        .since("8.8"),
    entry(
        "argrep",
        "name, start, end, predicates, combinator=None, limit=None, \
         withvalues=False, nocase=False",
        "ARGREP",
    )
    .sends(
        "name, start, end, *(a for p, v in predicates for a in (*$choice(p), \
         v)), *$choice(combinator), *$opt(LIMIT=limit), \
         *$flags(WITHVALUES=withvalues, NOCASE=nocase)",
    )
    .gives(Reply::LIST)
    .since("8.8"),
    entry("arinfo", "name, full=False", "ARINFO")
        .sends("name, *$flags(FULL=full)")
        .gives(Reply::DICT)
        .since("8.8"),
    entry("arinsert", "name, +values", "ARINSERT")
        .gives(Reply::INT)
        .since("8.8"),
    entry("arlastitems", "name, count, rev=False", "ARLASTITEMS")
        .sends("name, count, *$flags(REV=rev)")
        .gives(Reply::LIST)
        .since("8.8"),
    entry("arlen", "name", "ARLEN")
        .gives(Reply::INT)
        .since("8.8"),
    entry("armget", "name, +indices", "ARMGET")
        .gives(Reply::LIST)
        .since("8.8"),
    entry("armset", "name, mapping", "ARMSET")
        .sends("name, *$flat(mapping)")
        .gives(Reply::INT)
        .since("8.8"),
    entry("arnext", "name", "ARNEXT")
        .gives(Reply::INT)
        .since("8.8"),
    entry("arop", "name, start, end, operation, value=None", "AROP")
        .sends("name, start, end, *$choice(operation), *([] if value is None else [value])")
        .since("8.8"),
    entry("arring", "name, size, +values", "ARRING")
        .gives(Reply::INT)
        .since("8.8"),
    entry("arscan", "name, start, end, limit=None", "ARSCAN")
        .sends("name, start, end, *$opt(LIMIT=limit)")
        .gives(Reply::LIST)
        .since("8.8"),
    entry("arseek", "name, index", "ARSEEK")
        .gives(Reply::INT)
        .since("8.8"),
    entry("arset", "name, index, +values", "ARSET")
        .gives(Reply::INT)
        .since("8.8"),
];
