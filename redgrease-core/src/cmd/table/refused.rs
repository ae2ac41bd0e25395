//! What redis-py's client has and a server-side body cannot use, beside the blocking commands.

use super::lists::waits;
use crate::cmd::entry::{Entry, Refusal, because, refused};

const TRANSACTION: Refusal = because(
    "the body has no connection to collect commands on",
    "put the calls in `with atomic():`, which no other client's command interrupts",
);
const SUBSCRIPTION: Refusal = because(
    "the body has no connection to receive messages on",
    "register a `keys_reader` or `stream_reader` for events, or use `publish` to send",
);
const OWN_CONNECTION: Refusal = because(
    "it is about the connection, and the body has none of its own",
    "leave it out",
);
const OTHER_CONNECTION: Refusal = because(
    "it configures a client's connection, and `cmd` runs on the local shard without one",
    "leave it out",
);
const ONE_DATABASE: Refusal = because(
    "it would change the database under the code that runs next",
    "keep the data in the database where the body is called, or use `move` and `copy`",
);
const MODULE: Refusal = because(
    "the commands of other modules are not in the table",
    "use `execute`, as in `execute(\"JSON.GET\", key)`",
);
const LOADS_MODULE: Refusal = because(
    "modules cannot come and go while one of them runs the body",
    "run it from a client",
);
const SENTINEL: Refusal = because(
    "it is for a Sentinel, which runs no bodies",
    "connect to the Sentinel with a client",
);
const REPLICATION: Refusal = because(
    "it is for replicas, and its reply has no end",
    "use `replicaof` to make this server a replica",
);

pub(super) const ENTRIES: &[Entry] = &[
    refused("auth", "AUTH", OWN_CONNECTION),
    refused("bf", "", MODULE),
    refused("cf", "", MODULE),
    refused("client", "", OTHER_CONNECTION),
    refused("client_getname", "CLIENT GETNAME", OWN_CONNECTION),
    refused("client_getredir", "CLIENT GETREDIR", OWN_CONNECTION),
    refused("client_id", "CLIENT ID", OWN_CONNECTION),
    refused("client_info", "CLIENT INFO", OWN_CONNECTION),
    refused("client_no_evict", "CLIENT NO-EVICT", OWN_CONNECTION),
    refused("client_no_touch", "CLIENT NO-TOUCH", OWN_CONNECTION),
    refused("client_reply", "CLIENT REPLY", OWN_CONNECTION),
    refused("client_setinfo", "CLIENT SETINFO", OWN_CONNECTION),
    refused("client_setname", "CLIENT SETNAME", OWN_CONNECTION),
    refused("client_tracking", "CLIENT TRACKING", OWN_CONNECTION),
    refused("client_tracking_off", "CLIENT TRACKING", OWN_CONNECTION),
    refused("client_tracking_on", "CLIENT TRACKING", OWN_CONNECTION),
    refused("client_trackinginfo", "CLIENT TRACKINGINFO", OWN_CONNECTION),
    refused("close", "", OTHER_CONNECTION),
    refused("cms", "", MODULE),
    refused("from_pool", "", OTHER_CONNECTION),
    refused("from_url", "", OTHER_CONNECTION),
    refused("ft", "", MODULE),
    refused("get_cache", "", OTHER_CONNECTION),
    refused("get_connection_kwargs", "", OTHER_CONNECTION),
    refused("get_encoder", "", OTHER_CONNECTION),
    refused("get_retry", "", OTHER_CONNECTION),
    refused("hello", "HELLO", OWN_CONNECTION),
    refused("json", "", MODULE),
    refused("keyspace_notifications", "", SUBSCRIPTION),
    refused("load_external_module", "", OTHER_CONNECTION),
    refused(
        "lock",
        "",
        because(
            "it would sleep until another client lets go, and the server waits with it",
            "use `with atomic():`, or `set` with `nx=True` and `ex`",
        ),
    ),
    refused(
        "log",
        "",
        because(
            "it is no command of Redis",
            "use `log(message)`, without `cmd.`",
        ),
    ),
    refused("module_load", "MODULE LOAD", LOADS_MODULE),
    refused("module_loadex", "MODULE LOADEX", LOADS_MODULE),
    refused("module_unload", "MODULE UNLOAD", LOADS_MODULE),
    refused("monitor", "MONITOR", SUBSCRIPTION),
    refused("multi", "MULTI", TRANSACTION),
    refused("parse_response", "", OTHER_CONNECTION),
    refused("pipeline", "", TRANSACTION),
    refused("psubscribe", "PSUBSCRIBE", SUBSCRIPTION),
    refused("psync", "PSYNC", REPLICATION),
    refused("pubsub", "", SUBSCRIPTION),
    refused("quit", "QUIT", OWN_CONNECTION),
    refused("readonly", "READONLY", OWN_CONNECTION),
    refused("readwrite", "READWRITE", OWN_CONNECTION),
    refused("reset", "RESET", OWN_CONNECTION),
    refused("select", "SELECT", ONE_DATABASE),
    refused("sentinel", "SENTINEL", SENTINEL),
    refused("sentinel_ckquorum", "SENTINEL CKQUORUM", SENTINEL),
    refused("sentinel_failover", "SENTINEL FAILOVER", SENTINEL),
    refused("sentinel_flushconfig", "SENTINEL FLUSHCONFIG", SENTINEL),
    refused(
        "sentinel_get_master_addr_by_name",
        "SENTINEL GET-MASTER-ADDR-BY-NAME",
        SENTINEL,
    ),
    refused("sentinel_master", "SENTINEL MASTER", SENTINEL),
    refused("sentinel_masters", "SENTINEL MASTERS", SENTINEL),
    refused("sentinel_monitor", "SENTINEL MONITOR", SENTINEL),
    refused("sentinel_remove", "SENTINEL REMOVE", SENTINEL),
    refused("sentinel_reset", "SENTINEL RESET", SENTINEL),
    refused("sentinel_sentinels", "SENTINEL SENTINELS", SENTINEL),
    refused("sentinel_set", "SENTINEL SET", SENTINEL),
    refused("sentinel_slaves", "SENTINEL SLAVES", SENTINEL),
    refused("set_response_callback", "", OTHER_CONNECTION),
    refused("set_retry", "", OTHER_CONNECTION),
    refused(
        "shutdown",
        "SHUTDOWN",
        because(
            "it would end the server that runs the body",
            "run it from a client",
        ),
    ),
    refused("ssubscribe", "SSUBSCRIBE", SUBSCRIPTION),
    refused("subscribe", "SUBSCRIBE", SUBSCRIPTION),
    refused("sync", "SYNC", REPLICATION),
    refused("tdigest", "", MODULE),
    refused("topk", "", MODULE),
    refused("transaction", "", TRANSACTION),
    refused("ts", "", MODULE),
    refused("unwatch", "UNWATCH", TRANSACTION),
    refused("vset", "", MODULE),
    refused(
        "wait",
        "WAIT",
        waits("use `wait` from the client that calls the body"),
    ),
    refused(
        "waitaof",
        "WAITAOF",
        waits("use `waitaof` from the client that calls the body"),
    ),
    refused("watch", "WATCH", TRANSACTION),
];
