//! The server: its state, configuration and clients.

use crate::cmd::entry::{Entry, Refusal, Reply, because, entry, refused};

const NOT_IN_REDIS_PY: Refusal = because(
    "redis-py does not implement it",
    "use `execute` with the words of the command",
);

pub(super) const ENTRIES: &[Entry] = &[
    entry("bgrewriteaof", "", "BGREWRITEAOF").gives(Reply::BOOL),
    entry("bgsave", "schedule=True", "BGSAVE")
        .sends("*$flags(SCHEDULE=schedule)")
        .gives(Reply::BOOL),
    entry("command", "", "COMMAND")
        .gives(Reply::new("dict of dict by command name", "$commands(@)")),
    entry("command_count", "", "COMMAND COUNT").gives(Reply::INT),
    refused("command_docs", "COMMAND DOCS", NOT_IN_REDIS_PY),
    entry("command_getkeys", "+args", "COMMAND GETKEYS").gives(Reply::LIST),
    entry(
        "command_getkeysandflags",
        "+args",
        "COMMAND GETKEYSANDFLAGS",
    )
    .gives(Reply::LIST)
    .since("7.0"),
    refused("command_info", "COMMAND INFO", NOT_IN_REDIS_PY),
    entry(
        "command_list",
        "module=None, category=None, pattern=None",
        "COMMAND LIST",
    )
    .gives(Reply::LIST)
    .sends(
        "*([] if module is category is pattern is None else [\"FILTERBY\"]), \
         *$opt(MODULE=module, ACLCAT=category, PATTERN=pattern)",
    )
    .since("7.0"),
    entry("config_get", "pattern=\"*\", *args", "CONFIG GET").gives(Reply::DICT),
    entry("config_resetstat", "", "CONFIG RESETSTAT").gives(Reply::OK),
    entry("config_rewrite", "", "CONFIG REWRITE").gives(Reply::STR),
    entry("config_set", "name, value, *args", "CONFIG SET").gives(Reply::OK),
    entry("dbsize", "", "DBSIZE").gives(Reply::INT),
    entry("debug_object", "key", "DEBUG OBJECT").gives(Reply::new("dict", "$debug(@)")),
    refused("debug_segfault", "DEBUG SEGFAULT", NOT_IN_REDIS_PY),
    entry("echo", "value", "ECHO").gives(Reply::STR),
    refused("failover", "FAILOVER", NOT_IN_REDIS_PY),
    entry("flushall", "asynchronous=False", "FLUSHALL")
        .sends("*$flags(ASYNC=asynchronous)")
        .gives(Reply::OK),
    entry("flushdb", "asynchronous=False", "FLUSHDB")
        .sends("*$flags(ASYNC=asynchronous)")
        .gives(Reply::OK),
    entry("hotkeys_get", "", "HOTKEYS GET")
        .gives(Reply::DICTS)
        .since("8.6"),
    entry("hotkeys_reset", "", "HOTKEYS RESET")
        .gives(Reply::STR)
        .since("8.6"),
    entry(
        "hotkeys_start",
        "metrics, count=None, duration=None, sample_ratio=None, slots=None",
        "HOTKEYS START",
    )
    .sends(
        "\"METRICS\", len(metrics), *(a for m in metrics for a in $choice(m)), \
         *$opt(COUNT=count, DURATION=duration, SAMPLE=sample_ratio), *([] if \
         slots is None else [\"SLOTS\", len(slots), *slots])",
    )
    .gives(Reply::STR)
    .since("8.6"),
    entry("hotkeys_stop", "", "HOTKEYS STOP")
        .gives(Reply::STR)
        .since("8.6"),
    entry("info", "section=None, *args", "INFO")
        .sends("*([] if section is None else [section, *args])")
        .gives(Reply::new("dict", "$info(@)")),
    entry("lastsave", "", "LASTSAVE").gives(Reply::new("datetime", "$datetime(@)")),
    refused("latency_doctor", "LATENCY DOCTOR", NOT_IN_REDIS_PY),
    refused("latency_graph", "LATENCY GRAPH", NOT_IN_REDIS_PY),
    refused("latency_histogram", "LATENCY HISTOGRAM", NOT_IN_REDIS_PY),
    entry("latency_history", "event", "LATENCY HISTORY").gives(Reply::LIST),
    entry("latency_latest", "", "LATENCY LATEST").gives(Reply::LIST),
    entry("latency_reset", "*events", "LATENCY RESET").gives(Reply::INT),
    entry("lolwut", "*version_numbers", "LOLWUT")
        .sends("*([\"VERSION\", *version_numbers] if version_numbers else [])")
        .gives(Reply::STR),
    refused("memory_doctor", "MEMORY DOCTOR", NOT_IN_REDIS_PY),
    refused("memory_help", "MEMORY HELP", NOT_IN_REDIS_PY),
    entry("memory_malloc_stats", "", "MEMORY MALLOC-STATS").gives(Reply::STR),
    entry("memory_purge", "", "MEMORY PURGE").gives(Reply::OK),
    entry("memory_stats", "", "MEMORY STATS").gives(Reply::new("dict", "$memory(@)")),
    entry("memory_usage", "key, samples=None", "MEMORY USAGE")
        .sends("key, *$opt(SAMPLES=samples)")
        .gives(Reply::INT_OR_NONE),
    entry("module_list", "", "MODULE LIST").gives(Reply::DICTS),
    entry("ping", "", "PING").gives(Reply::new("bool", "@ == \"PONG\"")),
    entry("replicaof", "+args", "REPLICAOF").gives(Reply::STR),
    entry("role", "", "ROLE").gives(Reply::LIST),
    entry("save", "", "SAVE").gives(Reply::OK),
    entry("slaveof", "host=None, port=None", "SLAVEOF")
        .sends("*([\"NO\", \"ONE\"] if host is port is None else [host, port])")
        .gives(Reply::OK),
    entry("slowlog_get", "num=None", "SLOWLOG GET")
        .sends("*([] if num is None else [num])")
        .gives(Reply::new("list of dict", "$slowlog(@)")),
    entry("slowlog_len", "", "SLOWLOG LEN").gives(Reply::INT),
    entry("slowlog_reset", "", "SLOWLOG RESET").gives(Reply::OK),
    entry("swapdb", "first, second", "SWAPDB").gives(Reply::OK),
    entry("time", "", "TIME").gives(Reply::new("(seconds, microseconds)", "tuple(map(int, @))")),
];
