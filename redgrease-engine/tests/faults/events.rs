//! Synchronous functions of key events that delete or change the keys of the command whose event they get.

use crate::arena::Arena;
use crate::support::{Server, Value, eventually};

/// What functions do to the keys `k` and `other` when something happens to either.
const DEEDS: [&str; 7] = [
    "pass",
    "execute('del', 'k', 'other')",
    "execute('flushall')",
    "execute('del', 'k'); execute('set', 'k', 'x'); execute('del', 'other'); execute('set', 'other', 'y')",
    "execute('del', 'k'); execute('rpush', 'k', *[str(n) * 100 for n in range(300)])",
    "execute('eval', \"redis.call('unlink', 'k', 'other') return redis.call('sadd', 'other', 'z')\", '0')",
    "execute('expire', 'k', '-1'); execute('rename', 'other', 'k') if execute('exists', 'other') else None",
];

/// A command, and what has to be there before.
pub(crate) const COMMANDS: [(&str, &str); 79] = [
    ("SET k v", ""),
    ("SET k v EX 100", ""),
    ("SET k v GET", "SET k u"),
    ("SET k v PXAT 9999999999999 GET", "SET k u"),
    ("SETEX k 100 v", ""),
    ("PSETEX k 100000 v", ""),
    ("SETNX k v", ""),
    ("GETSET k v", "SET k u"),
    ("GETDEL k", "SET k u"),
    ("GETEX k EX 100", "SET k u"),
    ("GETEX k PERSIST", "SETEX k 100 u"),
    ("MSET k v other w", ""),
    ("MSETNX k v other w", ""),
    ("APPEND k v", "SET k u"),
    ("SETRANGE k 10 v", "SET k u"),
    ("SETBIT k 10 1", ""),
    ("BITFIELD k SET u8 0 1 INCRBY u8 8 1", ""),
    ("BITOP NOT k other", "SET other v"),
    ("INCR k", ""),
    ("INCRBYFLOAT k 1.5", ""),
    ("INCRBYFLOAT k 1.5", "SET k 1"),
    ("DEL k other", "MSET k v other w"),
    ("UNLINK k other", "MSET k v other w"),
    ("RENAME other k", "MSET k v other w"),
    ("RENAMENX other k", "SET other w"),
    ("COPY other k", "SET other w"),
    ("MOVE k 1", "SET k v"),
    ("EXPIRE k 100", "SET k v"),
    ("EXPIRE k -1", "SET k v"),
    ("PERSIST k", "SETEX k 100 v"),
    ("HSET k a 1 b 2", ""),
    ("HSETNX k a 1", ""),
    ("HINCRBY k a 1", ""),
    ("HINCRBYFLOAT k a 1", ""),
    ("HDEL k a b", "HSET k a 1 b 2"),
    ("LPUSH k a b", ""),
    ("RPUSHX k c", "RPUSH k a"),
    ("LPOP k", "RPUSH k a"),
    ("LPOP k 5", "RPUSH k a b c"),
    ("RPOP k 2", "RPUSH k a b c"),
    ("LTRIM k 1 0", "RPUSH k a b c"),
    ("LTRIM k 1 1", "RPUSH k a b c"),
    ("LREM k 0 a", "RPUSH k a a"),
    ("LSET k 0 b", "RPUSH k a"),
    ("LINSERT k BEFORE a b", "RPUSH k a"),
    ("RPOPLPUSH k other", "RPUSH k a"),
    ("RPOPLPUSH k k", "RPUSH k a b"),
    ("LMOVE k other LEFT RIGHT", "RPUSH k a b"),
    ("LMPOP 2 other k LEFT COUNT 5", "RPUSH k a b"),
    ("BLPOP k 1", "RPUSH k a"),
    ("BRPOPLPUSH k other 1", "RPUSH k a"),
    ("BLMOVE k other LEFT RIGHT 1", "RPUSH k a b"),
    ("SADD k a b", ""),
    ("SREM k a b", "SADD k a b"),
    ("SPOP k", "SADD k a"),
    ("SPOP k 2", "SADD k a b c d e f g"),
    ("SPOP k 20", "SADD k a b c"),
    ("SMOVE k other a", "SADD k a"),
    ("SMOVE k other a", "SADD k a b"),
    ("SINTERSTORE k other", "SADD other a"),
    ("SUNIONSTORE k other k", "SADD other a"),
    ("SDIFFSTORE k k k", "SADD k a"),
    ("ZADD k 1 a", ""),
    ("ZINCRBY k 1 a", ""),
    ("ZREM k a", "ZADD k 1 a"),
    ("ZREMRANGEBYRANK k 0 -1", "ZADD k 1 a 2 b"),
    ("ZPOPMIN k 5", "ZADD k 1 a 2 b"),
    ("ZMPOP 2 other k MIN COUNT 5", "ZADD k 1 a 2 b"),
    ("BZPOPMIN k 1", "ZADD k 1 a"),
    ("ZUNIONSTORE k 2 other k", "ZADD other 1 a"),
    ("ZRANGESTORE k other 0 -1", "ZADD other 1 a"),
    ("XADD k * f v", ""),
    ("XADD k MAXLEN 0 * f v", "XADD k * f v"),
    ("XTRIM k MAXLEN 0", "XADD k * f v"),
    ("XGROUP CREATE k g $ MKSTREAM", ""),
    ("XSETID k 9-9", "XADD k 1-1 f v"),
    ("SORT other STORE k", "RPUSH other 2 1"),
    ("PFADD k a", ""),
    ("GEOADD k 1 1 a", ""),
];

pub(crate) fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

#[test]
fn a_function_may_do_anything_to_the_keys_of_its_event() {
    let mut arena = Arena::new();
    arena.register("GB('CommandReader').map(lambda w: execute(*w[1:])).register(trigger='run')");
    for deed in DEEDS {
        // A key of the command may be of another type now, or gone; all else is a failure.
        let script = format!(
            "def deed(r):\n    if execute('get', '!quiet'):\n        return\n    execute('incr', '!tried')\n    try:\n        {deed}\n    except Exception as problem:\n        \
             if not any(text in str(problem) for text in ('WRONGTYPE', 'no such key', 'keeps it from scripts', 'older than Redis 7.0')):\n            raise\n\
             for prefix in ('k', 'other'):\n    GB('KeysReader').foreach(deed).register(prefix, mode='sync')"
        );
        let reply = arena.ask(&["RG.PYEXECUTE", &script, "ID", "deed", "UPGRADE"]);
        assert_eq!(reply.to_string(), "+OK", "{script}");
        for (command, before) in COMMANDS {
            let line = words(command);
            for way in ["alone", "MULTI", "EVAL", "function"] {
                // Functions of blocking commands run after them, and may still be at it.
                eventually(command, || {
                    arena.ask(&["FLUSHALL"]);
                    arena.ask(&["SET", "!quiet", "1"]);
                    before.is_empty() || !arena.ask(&words(before)).is_error()
                });
                arena.ask(&["DEL", "!quiet"]);
                let reply = match way {
                    "alone" => arena.ask(&line),
                    "MULTI" => {
                        arena.ask(&["MULTI"]);
                        arena.ask(&line);
                        arena.ask(&["EXEC"])
                    }
                    "EVAL" => {
                        let script = "return redis.pcall(unpack(ARGV))";
                        arena.ask(&[&["EVAL", script, "0"], line.as_slice()].concat())
                    }
                    _ => arena.ask(&[&["RG.TRIGGER", "run"], line.as_slice()].concat()),
                };
                println!("{deed}: {way}: {command}: {reply}");
            }
        }
        let dump = arena.ask(&["RG.DUMPREGISTRATIONS"]);
        let of_keys =
            |one: &&Value| one.field("reader").map(Value::text).as_deref() == Some("KeysReader");
        for one in dump.items().iter().filter(of_keys) {
            let data = one.field("RegistrationData");
            let said = data.and_then(|data| data.field("numFailures"));
            assert_eq!(
                said.map(ToString::to_string),
                Some(":0".to_owned()),
                "{deed}: {one}"
            );
        }
    }
    arena.finish();
}

/// Before Redis 7.0 the server ends when a script writes that a module calls inside MULTI.
#[test]
fn a_script_that_a_transaction_waits_for_writes_or_is_refused() {
    let mut arena = Arena::new();
    let eval = "execute('eval', 'return redis.call(\"incr\", \"n\")', '0')";
    arena.register(&format!(
        "GB('CommandReader').map(lambda _: {eval}).register(trigger='call', mode='sync')\n\
         GB('KeysReader').foreach(lambda _: {eval}).register('k', mode='sync')"
    ));
    let is_old = crate::support::server::major_version() < 7;
    for command in [&["RG.TRIGGER", "call"][..], &["SET", "k", "v"]] {
        for line in [&["MULTI"][..], &["SET", "before", "1"], command] {
            arena.ask(line);
        }
        let reply = arena.ask(&["EXEC"]).to_string();
        let refused = "a function that MULTI waits for cannot run EVAL: a server older than Redis 7.0 would end";
        assert_eq!(
            reply.contains(refused),
            is_old && command[0] != "SET",
            "{command:?}: {reply}"
        );
    }
    let written = if is_old { "nil" } else { "2" };
    assert!(arena.ask(&["GET", "n"]).to_string().contains(written));
    arena.finish();
}

/// From Redis 7.0 on the server tells of new keys.
#[test]
fn new_keys_are_told_to_those_who_ask_for_them() {
    let mut arena = Arena::new();
    arena.register("GB('KeysReader').foreach(lambda r: execute('rpush', '!all', r['event'])).register('n*', mode='sync')");
    for (mode, prefix) in [("sync", "s"), ("async_local", "a")] {
        arena.register(&format!("GB('KeysReader').foreach(lambda r: execute('rpush', '!{prefix}', r['key'])).register('n*', mode='{mode}', eventTypes=['new'])"));
    }
    let makes = [
        "SET n1 v",
        "HSET n2 f v",
        "RPUSH n3 a",
        "SADD n4 a",
        "ZADD n5 1 a",
        "XADD n6 * f v",
        "INCR n7",
        "SET n1 w",
        "COPY n1 n8",
        "RENAME n8 n9",
    ];
    for make in makes {
        assert!(!arena.ask(&words(make)).is_error(), "{make}");
    }
    if crate::support::server::major_version() >= 7 {
        let told = "[\"n1\", \"n2\", \"n3\", \"n4\", \"n5\", \"n6\", \"n7\", \"n8\", \"n9\"]";
        for list in ["!s", "!a"] {
            arena.client.becomes(&["LRANGE", list, "0", "-1"], told);
        }
    }
    let all = arena.ask(&["LRANGE", "!all", "0", "-1"]).to_string();
    assert!(!all.contains("new"), "{all}");
    arena.finish();
}

#[test]
fn a_command_whose_events_nobody_waits_for_runs_by_itself() {
    let server = Server::start();
    let mut client = server.client();
    for (arguments, is_carried) in [
        ("eventTypes=['del', 'hset']", true),
        ("eventTypes=['hset', 'lpush']", false),
        ("eventTypes=['expire']", true),
        ("keyTypes=['hash']", false),
        ("keyTypes=['hash', 'string']", true),
    ] {
        client.register(
            &format!(
                "GB().foreach(lambda r: execute('INCR', r['key'] + ':seen')).register('k', mode='sync', {arguments})"
            ),
            &[],
        );
        client.call(&["CONFIG", "RESETSTAT"]);
        assert_eq!(client.call(&["SET", "k", "v", "EX", "100"]).text(), "OK");
        let statistics = client.call(&["INFO", "commandstats"]).text();
        assert_eq!(
            statistics.contains("cmdstat_RG.INNERHOOK"),
            is_carried,
            "{arguments}: {statistics}"
        );
        client.call(&["FLUSHALL"]);
        let registrations = client.call(&["RG.DUMPREGISTRATIONS"]);
        for one in registrations.items() {
            let id = one.field("id").map(Value::text).unwrap_or_default();
            client.call(&["RG.UNREGISTER", &id]);
        }
    }
    // The event of a list comes before the answer to the command that raises it.
    client.register(
        "GB().foreach(lambda r: execute('INCR', 'seen')).register('l', mode='sync', eventTypes=['lpush'], keyTypes=['list'])",
        &[],
    );
    client.call(&["LPUSH", "l", "a"]);
    assert_eq!(client.call(&["GET", "seen"]).text(), "1");
}
