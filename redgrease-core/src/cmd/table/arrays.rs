//! Arrays.

use crate::cmd::entry::{Entry, Reply, entry};

pub(super) const ENTRIES: &[Entry] = &[
    entry("arcount", "name", "ARCOUNT").since("8.8"),
    entry("ardel", "name, +indices", "ARDEL").since("8.8"),
    entry("ardelrange", "name, +ranges", "ARDELRANGE")
        .sends("name, *(a for r in ranges for a in r)")
        .since("8.8"),
    entry("arget", "name, index", "ARGET").since("8.8"),
    entry("argetrange", "name, start, end", "ARGETRANGE").since("8.8"),
    entry(
        "argrep",
        "name, start, end, predicates, combinator=None, limit=None, withvalues=False, nocase=False",
        "ARGREP",
    )
    .sends(
        "name, start, end, *(a for p, v in predicates for a in (*$choice(p), v)), *$choice(combinator), *$opt(LIMIT=limit), *$flags(WITHVALUES=withvalues, NOCASE=nocase)",
    )
    .since("8.8"),
    entry("arinfo", "name, full=False", "ARINFO")
        .sends("name, *$flags(FULL=full)")
        .gives(Reply::DICT)
        .since("8.8"),
    entry("arinsert", "name, +values", "ARINSERT").since("8.8"),
    entry("arlastitems", "name, count, rev=False", "ARLASTITEMS")
        .sends("name, count, *$flags(REV=rev)")
        .since("8.8"),
    entry("arlen", "name", "ARLEN").since("8.8"),
    entry("armget", "name, +indices", "ARMGET").since("8.8"),
    entry("armset", "name, mapping", "ARMSET").sends("name, *$flat(mapping)").since("8.8"),
    entry("arnext", "name", "ARNEXT").since("8.8"),
    entry("arop", "name, start, end, operation, value=None", "AROP")
        .sends("name, start, end, *$choice(operation), *([] if value is None else [value])")
        .since("8.8"),
    entry("arring", "name, size, +values", "ARRING").since("8.8"),
    entry("arscan", "name, start, end, limit=None", "ARSCAN")
        .sends("name, start, end, *$opt(LIMIT=limit)")
        .since("8.8"),
    entry("arseek", "name, index", "ARSEEK").since("8.8"),
    entry("arset", "name, index, +values", "ARSET").since("8.8"),
];
