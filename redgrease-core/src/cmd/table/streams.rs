//! Streams and their consumer groups.

use super::lists::waits;
use crate::cmd::entry::{Entry, Refusal, Reply, entry};

const NO_BLOCK: Refusal =
    waits("leave it out and read what is there, or register a `stream_reader`");
const CLAIMED: &str = "list of (id, dict); with justid=True list of ids";

pub(super) const ENTRIES: &[Entry] = &[
    entry("xack", "name, groupname, +ids", "XACK").gives(Reply::INT),
    entry(
        "xackdel",
        "name, groupname, +ids, ref_policy=\"KEEPREF\"",
        "XACKDEL",
    )
    .sends("name, groupname, ref_policy, \"IDS\", len(ids), *ids")
    .gives(Reply::LIST)
    .since("8.2"),
    entry(
        "xadd",
        "name, fields, id=\"*\", maxlen=None, approximate=True, \
         nomkstream=False, minid=None, limit=None, ref_policy=None, \
         idmpauto=None, idmp=None",
        "XADD",
    )
    .sends(
        "name, *$flags(NOMKSTREAM=nomkstream), *([ref_policy] if ref_policy else \
         []), *$opt(IDMPAUTO=idmpauto), *([\"IDMP\", *idmp] if idmp else []), \
         *$trim(maxlen, minid, approximate), *$opt(LIMIT=limit), id, \
         *$flat(fields)",
    )
    .gives(Reply::STR_OR_NONE),
    entry(
        "xautoclaim",
        "name, groupname, consumername, min_idle_time, start_id=\"0-0\", \
         count=None, justid=False",
        "XAUTOCLAIM",
    )
    .sends(
        "name, groupname, consumername, min_idle_time, start_id, \
         *$opt(COUNT=count), *$flags(JUSTID=justid)",
    )
    .gives(Reply::new(
        "[next id, list of (id, dict), list of deleted ids]; with justid=True \
         list of ids",
        "$claimed(@, justid)",
    ))
    .since("6.2"),
    entry(
        "xcfgset",
        "name, idmp_duration=None, idmp_maxsize=None",
        "XCFGSET",
    )
    .sends(
        "name, *$opt(**{\"IDMP-DURATION\": idmp_duration, \"IDMP-MAXSIZE\": \
         idmp_maxsize})",
    )
    .gives(Reply::STR)
    .since("8.6"),
    entry(
        "xclaim",
        "name, groupname, consumername, min_idle_time, message_ids, idle=None, \
         time=None, retrycount=None, force=False, justid=False",
        "XCLAIM",
    )
    .sends(
        "name, groupname, consumername, min_idle_time, *message_ids, \
         *$opt(IDLE=idle, TIME=time, RETRYCOUNT=retrycount), \
         *$flags(FORCE=force, JUSTID=justid)",
    )
    .gives(Reply::new(CLAIMED, "(list if justid else $entries)(@)")),
    entry("xdel", "name, +ids", "XDEL").gives(Reply::INT),
    entry("xdelex", "name, +ids, ref_policy=\"KEEPREF\"", "XDELEX")
        .sends("name, ref_policy, \"IDS\", len(ids), *ids")
        .gives(Reply::LIST)
        .since("8.2"),
    entry(
        "xgroup_create",
        "name, groupname, id=\"$\", mkstream=False, entries_read=None",
        "XGROUP CREATE",
    )
    .sends(
        "name, groupname, id, *$flags(MKSTREAM=mkstream), \
         *$opt(ENTRIESREAD=entries_read)",
    )
    .gives(Reply::OK),
    entry(
        "xgroup_createconsumer",
        "name, groupname, consumername",
        "XGROUP CREATECONSUMER",
    )
    .gives(Reply::INT)
    .since("6.2"),
    entry(
        "xgroup_delconsumer",
        "name, groupname, consumername",
        "XGROUP DELCONSUMER",
    )
    .gives(Reply::INT),
    entry("xgroup_destroy", "name, groupname", "XGROUP DESTROY").gives(Reply::BOOL),
    entry(
        "xgroup_setid",
        "name, groupname, id, entries_read=None",
        "XGROUP SETID",
    )
    .sends("name, groupname, id, *$opt(ENTRIESREAD=entries_read)")
    .gives(Reply::OK),
    entry("xinfo_consumers", "name, groupname", "XINFO CONSUMERS").gives(Reply::DICTS),
    entry("xinfo_groups", "name", "XINFO GROUPS").gives(Reply::DICTS),
    entry("xinfo_stream", "name, full=False", "XINFO STREAM")
        .sends("name, *$flags(FULL=full)")
        .gives(Reply::new("dict", "$stream(@, full)")),
    entry("xlen", "name", "XLEN").gives(Reply::INT),
    entry(
        "xnack",
        "name, groupname, mode, +ids, retrycount=None, force=False",
        "XNACK",
    )
    .sends(
        "name, groupname, mode, \"IDS\", len(ids), *ids, \
         *$opt(RETRYCOUNT=retrycount), *$flags(FORCE=force)",
    )
    .gives(Reply::INT)
    .since("8.8"),
    entry("xpending", "name, groupname", "XPENDING").gives(Reply::new(
        "dict of pending, min, max, consumers",
        "$pending(@)",
    )),
    entry(
        "xpending_range",
        "name, groupname, min, max, count, consumername=None, idle=None",
        "XPENDING",
    )
    .sends(
        "name, groupname, *$opt(IDLE=idle), min, max, count, *([consumername] if \
         consumername else [])",
    )
    .gives(Reply::new("list of dict", "$pending_range(@)")),
    entry("xrange", "name, min=\"-\", max=\"+\", count=None", "XRANGE")
        .sends("name, min, max, *$opt(COUNT=count)")
        .gives(Reply::ENTRIES),
    entry(
        "xread",
        "streams, count=None, block=None, max_count=None, max_size=None",
        "XREAD",
    )
    .sends(
        "*$block(block), *$opt(COUNT=count, MAXCOUNT=max_count, \
         MAXSIZE=max_size), \"STREAMS\", *streams, *streams.values()",
    )
    .gives(Reply::STREAMS)
    .without("block", NO_BLOCK),
    entry(
        "xreadgroup",
        "groupname, consumername, streams, count=None, block=None, noack=False, \
         claim_min_idle_time=None, max_count=None, max_size=None",
        "XREADGROUP",
    )
    .sends(
        "\"GROUP\", groupname, consumername, *$block(block), *$opt(COUNT=count, \
         MAXCOUNT=max_count, MAXSIZE=max_size), *$flags(NOACK=noack), \
         *$opt(CLAIM=claim_min_idle_time), \"STREAMS\", *streams, \
         *streams.values()",
    )
    .gives(Reply::STREAMS)
    .without("block", NO_BLOCK),
    entry(
        "xrevrange",
        "name, max=\"+\", min=\"-\", count=None",
        "XREVRANGE",
    )
    .sends("name, max, min, *$opt(COUNT=count)")
    .gives(Reply::ENTRIES),
    entry(
        "xtrim",
        "name, maxlen=None, approximate=True, minid=None, limit=None, ref_policy=None",
        "XTRIM",
    )
    .sends(
        "name, *$trim(maxlen, minid, approximate), *$opt(LIMIT=limit), \
         *([ref_policy] if ref_policy else [])",
    )
    .gives(Reply::INT),
];
