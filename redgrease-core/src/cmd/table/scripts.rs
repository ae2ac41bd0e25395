//! Lua scripts and functions, and commands by their words.

use crate::cmd::entry::{Entry, Reply, because, entry, refused};

pub(super) const ENTRIES: &[Entry] = &[
    entry("eval", "script, numkeys, *keys_and_args", "EVAL"),
    entry("eval_ro", "script, numkeys, *keys_and_args", "EVAL_RO").since("7.0"),
    entry("evalsha", "sha, numkeys, *keys_and_args", "EVALSHA"),
    entry("evalsha_ro", "sha, numkeys, *keys_and_args", "EVALSHA_RO").since("7.0"),
    entry("execute_command", "+args", "")
        .gives(Reply::new("as Redis replies", ""))
        .body("return $x(*args[0].split(), *args[1:])")
        .differs("converts no reply, whatever the command; give the command as str"),
    entry("fcall", "function, numkeys, *keys_and_args", "FCALL").since("7.0"),
    entry("fcall_ro", "function, numkeys, *keys_and_args", "FCALL_RO").since("7.0"),
    entry("function_delete", "library", "FUNCTION DELETE")
        .gives(Reply::OK)
        .since("7.0"),
    entry("function_dump", "", "FUNCTION DUMP")
        .gives(Reply::BYTES)
        .since("7.0"),
    entry("function_flush", "mode=\"SYNC\"", "FUNCTION FLUSH")
        .gives(Reply::OK)
        .since("7.0"),
    entry("function_kill", "", "FUNCTION KILL")
        .gives(Reply::STR)
        .since("7.0"),
    entry(
        "function_list",
        "library=\"*\", withcode=False",
        "FUNCTION LIST",
    )
    .sends("\"LIBRARYNAME\", library, *$flags(WITHCODE=withcode)")
    .gives(Reply::LIST)
    .since("7.0"),
    entry("function_load", "code, replace=False", "FUNCTION LOAD")
        .sends("*$flags(REPLACE=replace), code")
        .gives(Reply::STR)
        .since("7.0"),
    entry(
        "function_restore",
        "payload, policy=\"APPEND\"",
        "FUNCTION RESTORE",
    )
    .gives(Reply::OK)
    .since("7.0"),
    entry("function_stats", "", "FUNCTION STATS")
        .gives(Reply::LIST)
        .since("7.0"),
    entry("register_script", "script", "EVAL")
        .gives(Reply::new("a function of keys and args", ""))
        .body(
            "return lambda keys=None, args=None, client=None: $.eval(script, \
         len(keys or ()), *(keys or ()), *(args or ()))",
        )
        .differs(
            "the function sends EVAL, where redis-py sends EVALSHA and loads the \
         script when it must",
        ),
    refused(
        "script_debug",
        "SCRIPT DEBUG",
        because("it needs a connection of its own", "debug from redis-cli"),
    ),
    entry("script_exists", "+args", "SCRIPT EXISTS").gives(Reply::BOOLS),
    entry("script_flush", "sync_type=None", "SCRIPT FLUSH")
        .sends("*([] if sync_type is None else [sync_type])")
        .gives(Reply::OK),
    entry("script_kill", "", "SCRIPT KILL").gives(Reply::OK),
    entry("script_load", "script", "SCRIPT LOAD").gives(Reply::STR),
];
