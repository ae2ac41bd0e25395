//! Access control, clients, messages and the cluster as this shard sees it.

use crate::cmd::entry::{Entry, Reply, entry};

pub(super) const ENTRIES: &[Entry] = &[
    entry("acl_cat", "category=None", "ACL CAT")
        .sends("*([category] if category else [])")
        .gives(Reply::LIST),
    entry("acl_deluser", "+username", "ACL DELUSER").gives(Reply::INT),
    entry("acl_dryrun", "username, +args", "ACL DRYRUN")
        .gives(Reply::STR)
        .since("7.0"),
    entry("acl_genpass", "bits=None", "ACL GENPASS")
        .sends("*([] if bits is None else [bits])")
        .gives(Reply::STR),
    entry("acl_getuser", "username", "ACL GETUSER").gives(Reply::new("dict or None", "$user(@)")),
    entry("acl_help", "", "ACL HELP").gives(Reply::LIST),
    entry("acl_list", "", "ACL LIST").gives(Reply::LIST),
    entry("acl_load", "", "ACL LOAD").gives(Reply::OK),
    entry("acl_log", "count=None", "ACL LOG")
        .sends("*([] if count is None else [count])")
        .gives(Reply::new("list of dict", "$acl_log(@)")),
    entry("acl_log_reset", "", "ACL LOG")
        .sends("\"RESET\"")
        .gives(Reply::OK),
    entry("acl_save", "", "ACL SAVE").gives(Reply::OK),
    entry(
        "acl_setuser",
        "username, enabled=False, nopass=False, passwords=None, \
         hashed_passwords=None, categories=None, commands=None, keys=None, \
         channels=None, selectors=None, reset=False, reset_keys=False, \
         reset_channels=False, reset_passwords=False",
        "ACL SETUSER",
    )
    .sends(
        "username, *$flags(reset=reset, resetkeys=reset_keys, \
         resetchannels=reset_channels, resetpass=reset_passwords), \"on\" if \
         enabled else \"off\", *$rules(passwords, \">\", \"<\"), \
         *$rules(hashed_passwords, \"#\", \"!\"), *$flags(nopass=nopass), \
         *$rules(categories, \"+@\", \"-@\"), *$rules(commands, \"+\", \"-\"), \
         *map($pattern, keys or ()), *(\"&\" + c for c in channels or ()), \
         *(\"(%s %s)\" % ($rules([c], \"+\", \"-\")[0], $pattern(k)) for c, k in \
         selectors or ())",
    )
    .gives(Reply::OK),
    entry("acl_users", "", "ACL USERS").gives(Reply::LIST),
    entry("acl_whoami", "", "ACL WHOAMI").gives(Reply::STR),
    entry("client_kill", "address", "CLIENT KILL").gives(Reply::OK_OR_COUNT),
    entry(
        "client_kill_filter",
        "_id=None, _type=None, addr=None, skipme=None, laddr=None, user=None, \
         maxage=None",
        "CLIENT KILL",
    )
    .sends(
        "*$opt(TYPE=_type, SKIPME=None if skipme is None else \"YES\" if skipme \
         else \"NO\", ID=_id, ADDR=addr, LADDR=laddr, USER=user, MAXAGE=maxage)",
    )
    .gives(Reply::OK_OR_COUNT),
    entry("client_list", "_type=None, client_id=()", "CLIENT LIST")
        .sends("*$opt(TYPE=_type), *([\"ID\", *client_id] if client_id else [])")
        .gives(Reply::new("list of dict", "$clients(@)")),
    entry("client_pause", "timeout, all=True", "CLIENT PAUSE")
        .sends("timeout, *([] if all else [\"WRITE\"])")
        .gives(Reply::OK),
    entry("client_unblock", "client_id, error=False", "CLIENT UNBLOCK")
        .sends("client_id, *$flags(ERROR=error)")
        .gives(Reply::BOOL),
    entry("client_unpause", "", "CLIENT UNPAUSE")
        .gives(Reply::STR)
        .since("6.2"),
    entry("cluster", "cluster_arg, *args", "CLUSTER")
        .gives(Reply::new(
            "by subcommand: dict of INFO and NODES, bool where Redis says OK, else \
         as Redis replies",
            "",
        ))
        .body(
            "return $cluster_reply(cluster_arg.upper(), $x(\"CLUSTER\", \
         *cluster_arg.upper().split(), *args))",
        ),
    entry("publish", "channel, message", "PUBLISH").gives(Reply::INT),
    entry("pubsub_channels", "pattern=\"*\"", "PUBSUB CHANNELS").gives(Reply::LIST),
    entry("pubsub_numpat", "", "PUBSUB NUMPAT").gives(Reply::INT),
    entry("pubsub_numsub", "*args", "PUBSUB NUMSUB").gives(Reply::PAIRS),
    entry(
        "pubsub_shardchannels",
        "pattern=\"*\"",
        "PUBSUB SHARDCHANNELS",
    )
    .gives(Reply::LIST)
    .since("7.0"),
    entry("pubsub_shardnumsub", "*args", "PUBSUB SHARDNUMSUB")
        .gives(Reply::PAIRS)
        .since("7.0"),
    entry("spublish", "shard_channel, message", "SPUBLISH")
        .gives(Reply::INT)
        .since("7.0"),
];
