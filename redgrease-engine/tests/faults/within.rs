//! Synchronous functions of key events that leave the keys of the command alone, and run in the middle of it.

use crate::events::{COMMANDS, words};
use crate::support::{Client, Options, Server, Value, eventually};

/// What functions do that touch nothing, or keys that their texts tell.
const FUNCTIONS: [&str; 5] = [
    "lambda r: None",
    "lambda r: execute('INCR', 'n')",
    "lambda r: execute('INCR', 'hits:' + r['key'])",
    "lambda r: execute('RPUSH', f'log:{r[\"key\"]}', r['event'])",
    "lambda r: execute('SET', 'last', r['key'])",
];
/// What stands for the key `k` of the commands, so that some of them have the keys of the functions.
const KEYS: [&str; 3] = ["k", "n", "hits:other"];

/// A server that runs them without Python, whatever the others do.
fn natively() -> Options {
    Options::module(&["NativeFunctions", "yes"])
}

/// Commands that answer by chance, or with the time; and those that are never carried, whose functions run some time after them.
const LEFT_OUT: [&str; 6] = ["SPOP", "XADD", "BLPOP", "BRPOPLPUSH", "BLMOVE", "BZPOPMIN"];

fn is_left_out(command: &str) -> bool {
    LEFT_OUT.iter().any(|name| command.starts_with(name))
}

fn act(client: &mut Client, way: &str, line: &[&str]) -> Value {
    match way {
        "alone" => client.call(line),
        "MULTI" => {
            client.call(&["MULTI"]);
            client.call(line);
            client.call(line);
            client.call(&["EXEC"])
        }
        "EVAL" => {
            let script = "return redis.pcall(unpack(ARGV))";
            client.call(&[&["EVAL", script, "0"], line].concat())
        }
        _ => client.call(&[&["RG.TRIGGER", "run"], line].concat()),
    }
}

/// All keys and what is in them.
fn contents(client: &mut Client) -> Vec<String> {
    let keys = client.call(&["KEYS", "*"]);
    let mut all: Vec<String> = keys.items().iter().map(Value::text).collect();
    all.sort();
    let content = |key: String| {
        let kind = client.call(&["TYPE", &key]).text();
        let read: &[&str] = match kind.as_str() {
            "string" => &["GET", &key],
            "list" => &["LRANGE", &key, "0", "-1"],
            "set" => &["SMEMBERS", &key],
            "hash" => &["HGETALL", &key],
            "zset" => &["ZRANGE", &key, "0", "-1", "WITHSCORES"],
            _ => &["XLEN", &key],
        };
        let value = client.call(read);
        let mut items: Vec<String> = value.items().iter().map(ToString::to_string).collect();
        if kind == "set" || kind == "hash" {
            items.sort();
        }
        format!(
            "{key}: {kind} {} {items:?}",
            if items.is_empty() {
                value.to_string()
            } else {
                String::new()
            }
        )
    };
    all.into_iter().map(content).collect()
}

/// Registers a function on the keys of the commands: the number of its registrations.
fn register(client: &mut Client, function: &str) {
    let script = format!(
        "f = {function}\nfor prefix in ('k', 'n', 'hits:other', 'other'):\n    GB('KeysReader').foreach(f).register(prefix, mode='sync')"
    );
    client.register(&script, &["ID", "function", "UPGRADE"]);
}

/// The keys, answers and failures are those of a server where functions wait for the end of the command.
#[test]
fn what_runs_within_a_command_does_what_it_would_do_after_it() {
    let (within, after) = (
        Server::with(&natively()),
        Server::with(&Options::workers(&[])),
    );
    let mut clients = [within.client(), after.client()];
    let run = "import os\nGB('CommandReader').map(lambda w: os and execute(*w[1:])).register(trigger='run')";
    for client in &mut clients {
        client.register(run, &[]);
    }
    for function in FUNCTIONS {
        for client in &mut clients {
            register(client, function);
        }
        for (command, before) in COMMANDS {
            if is_left_out(command) || is_left_out(before) {
                continue;
            }
            for key in KEYS {
                let with_key = |text: &'static str| -> Vec<&str> {
                    words(text)
                        .into_iter()
                        .map(|word| if word == "k" { key } else { word })
                        .collect()
                };
                let (line, first) = (with_key(command), with_key(before));
                for way in ["alone", "MULTI", "EVAL", "function"] {
                    let mut replies = Vec::new();
                    for client in &mut clients {
                        client.call(&["FLUSHALL"]);
                        if !before.is_empty() {
                            client.call(&first);
                        }
                        replies.push(act(client, way, &line).to_string());
                    }
                    assert_eq!(replies[0], replies[1], "{function}: {way}: {line:?}");
                    let [within, after] = &mut clients;
                    // What is read expires, and may be told of late.
                    eventually(&format!("{function}: {way}: {line:?}"), || {
                        contents(within) == contents(after)
                    });
                }
            }
        }
        let [within, after] = &mut clients;
        let counts = |client: &mut Client| {
            let dump = client.call(&["RG.DUMPREGISTRATIONS"]);
            let counts = dump.items().iter().map(|one| {
                let data = one.field("RegistrationData");
                let count = |name: &str| {
                    data.and_then(|data| data.field(name))
                        .map(ToString::to_string)
                };
                (
                    count("numTriggered"),
                    count("numSuccess"),
                    count("numFailures"),
                )
            });
            counts.collect::<Vec<_>>()
        };
        assert_eq!(counts(within), counts(after), "{function}");
    }
}

/// Replicas and the append-only file get what was written, by the command and by the function.
#[test]
fn what_runs_within_a_command_reaches_replicas_and_the_file() {
    let mut server = Server::with(&Options::server(&["--appendonly", "yes"]));
    let replica = Server::start();
    let mut client = server.client();
    register(
        &mut client,
        "lambda r: execute('RPUSH', f'log:{r[\"key\"]}', r['event'])",
    );
    let port = server.address().port().to_string();
    let mut copy = replica.client();
    copy.call(&["REPLICAOF", "127.0.0.1", &port]);
    for way in ["alone", "MULTI", "EVAL"] {
        for line in [
            "SET k v",
            "APPEND k w",
            "SETEX other 100 v",
            "MSET k a other b",
            "INCR n",
        ] {
            act(&mut client, way, &words(line));
        }
    }
    let all = contents(&mut client);
    assert!(all.len() > 4, "{all:?}");
    eventually("the replica has it all", || contents(&mut copy) == all);
    server.restart();
    assert_eq!(contents(&mut server.client()), all);
}

/// Nothing is carried for them, and they are over before the answer.
#[test]
fn a_command_is_not_carried_for_a_function_that_leaves_it_alone() {
    let server = Server::with(&natively());
    let mut client = server.client();
    let carried = |client: &mut Client| {
        let statistics = client.call(&["INFO", "commandstats"]).text();
        statistics.contains("cmdstat_RG.INNERHOOK") || statistics.contains("cmdstat_rg.innerhook")
    };
    for (function, line, is_carried) in [
        ("lambda r: None", "SET k v", false),
        ("lambda r: None", "HSET k f v", false),
        ("lambda r: execute('INCR', 'n')", "SET k v", false),
        ("lambda r: execute('INCR', 'n')", "SET n 1", true),
        ("lambda r: execute('INCR', 'n')", "MSET k v n 1", true),
        ("lambda r: execute('INCR', 'n')", "HSET k f v", true),
        (
            "lambda r: execute('INCR', 'hits:' + r['key'])",
            "SET k v",
            false,
        ),
        (
            "lambda r: execute('INCR', 'hits:' + r['key'])",
            "SET hits:other 1",
            true,
        ),
        (
            "lambda r: execute('INCR', f\"hits:{r['key']}\")",
            "SET k v",
            false,
        ),
        (
            "lambda r: execute('INCR', r['key'] + ':hits')",
            "SET k v",
            true,
        ),
        ("lambda r: execute('DEL', 'n')", "SET k v", true),
        ("lambda r: execute('FLUSHALL')", "SET k v", true),
    ] {
        client.call(&["FLUSHALL"]);
        register(&mut client, function);
        client.call(&["CONFIG", "RESETSTAT"]);
        client.call(&words(line));
        assert_eq!(carried(&mut client), is_carried, "{function}: {line}");
        if function.contains("'INCR', 'n'") && !line.contains("n 1") {
            assert_eq!(client.call(&["GET", "n"]).text(), "1", "{line}");
        }
    }
    // In a transaction nobody would look at the command again.
    client.call(&["FLUSHALL"]);
    register(&mut client, "lambda r: execute('INCR', 'n')");
    for line in ["MULTI", "SET k v", "GET n"] {
        client.call(&words(line));
    }
    assert_eq!(client.call(&["EXEC"]).items()[1].text(), "1");
    client.call(&["CONFIG", "RESETSTAT"]);
    client.call(&words("SET k v"));
    assert!(!carried(&mut client), "the transaction is over");
    // So it is when the client leaves in the middle of it.
    let mut other = server.client();
    other.call(&["MULTI"]);
    client.call(&words("SET k v"));
    assert!(carried(&mut client), "in the transaction");
    drop(other);
    eventually("the other client is gone", || {
        client.call(&["CONFIG", "RESETSTAT"]);
        client.call(&words("SET k v"));
        !carried(&mut client)
    });
    // A hook could do anything to the command of the function.
    client.register(
        "GB('CommandReader').map(lambda r: call_next(*r[1:])).register(hook='incr', mode='sync')",
        &[],
    );
    client.call(&words("SET k v"));
    assert!(carried(&mut client), "hooked");
}
