//! Every command of the server, asked for by functions in every way that they run: each ends in an answer, and the server lives.

use crate::arena::Arena;
use crate::support::server::major_version;
use crate::support::{Client, Value};

/// Calls what it was triggered with, and gives the reply or the text of the error.
const FUNCTION: &str = "
def ask(words):
    execute('incr', 'before')
    try:
        return 'reply: ' + repr(execute(*[w if isinstance(w, str) else bytes(w) for w in words[1:]]))[:500]
    except Exception as problem:
        return 'error: ' + str(problem)[:500]
def inside(words):
    with atomic():
        return ask(words)
GB('CommandReader').map(ask).register(trigger='async')
GB('CommandReader').map(ask).register(trigger='local', mode='async_local')
GB('CommandReader').map(inside).register(trigger='atomic')
GB('CommandReader').map(ask).register(trigger='sync', mode='sync')
GB('CommandReader').map(lambda w: ask(w[0:1] + w[2:])).register(hook='echo', mode='sync')
GB('KeysReader').map(lambda r: execute('set', 'answer', ask(['event'] + execute('lrange', r['key'], '0', '-1')[::-1]))).register('words*', mode='sync', eventTypes=['lpush'])
";

/// The ways of running a function, by the command that triggers it.
const WAYS: [&str; 9] = [
    "async",
    "local",
    "atomic",
    "sync",
    "sync in MULTI",
    "sync in Lua",
    "hook",
    "event",
    "event in Lua",
];

/// The first of the ways in which a command waits for the function.
const WAITING: usize = 3;

/// Calls that act on a connection, on the server as a whole, or that nest; beside those that are made up for every command.
const SPECIAL: [&str; 70] = [
    "WAIT 1 1",
    "WAIT 0 0",
    "WAIT 1 0",
    "WAITAOF 0 1 1",
    "WAITAOF 1 0 0",
    "SYNC",
    "PSYNC ? -1",
    "PSYNC 8371b4fb1155b71f4a04d3e1bc3e18c4a990aeeb 1",
    "POST",
    "HOST: x",
    "REPLCONF ACK 0",
    "REPLCONF listening-port 1",
    "REPLCONF capa eof",
    "CLIENT KILL TYPE normal",
    "CLIENT KILL TYPE normal SKIPME no",
    "CLIENT KILL ADDR 127.0.0.1:1",
    "CLIENT REPLY OFF",
    "CLIENT REPLY SKIP",
    "CLIENT REPLY ON",
    "CLIENT TRACKING on",
    "CLIENT TRACKING on BCAST",
    "CLIENT CACHING yes",
    "CLIENT NO-EVICT on",
    "CLIENT NO-TOUCH on",
    "CLIENT PAUSE 1",
    "CLIENT PAUSE 1 WRITE",
    "CLIENT SETNAME x",
    "CLIENT UNBLOCK 1",
    "CLIENT LIST",
    "CLIENT INFO",
    "HELLO 3",
    "HELLO 2",
    "MONITOR",
    "SUBSCRIBE x",
    "PSUBSCRIBE x",
    "SSUBSCRIBE x",
    "UNSUBSCRIBE",
    "QUIT",
    "RESET",
    "ASKING",
    "READONLY",
    "READWRITE",
    "AUTH x",
    "MULTI",
    "EXEC",
    "WATCH a b",
    "EVAL return(redis.call('set','k','v')) 0",
    "EVAL return(redis.call('rg.trigger','sync','ping')) 0",
    "SCRIPT FLUSH",
    "SCRIPT LOAD return(1)",
    "FUNCTION FLUSH",
    "BLPOP none 0",
    "BRPOPLPUSH none other 0",
    "XREAD BLOCK 0 STREAMS none $",
    "XREADGROUP GROUP g c BLOCK 0 STREAMS none >",
    "SHUTDOWN NOSAVE",
    "SHUTDOWN NOSAVE NOW FORCE",
    "RG.TRIGGER async ping",
    "RG.TRIGGER sync ping",
    "SWAPDB 0 1",
    "REPLICAOF NO ONE",
    "DEBUG SEGFAULT",
    "DEBUG PANIC",
    "DEBUG ASSERT",
    "DEBUG RESTART",
    "DEBUG CRASH-AND-RECOVER",
    "MODULE UNLOAD rg",
    "MODULE LOAD /nowhere.so",
    "CONFIG SET appendonly no",
    "CONFIG SET appendonly yes",
];

/// Every command with words made up for it: as few as it takes, and one more where it takes more.
fn made_up(client: &mut Client) -> Vec<Vec<String>> {
    let mut calls: Vec<Vec<String>> = Vec::new();
    let commands = client.call(&["COMMAND"]);
    let mut all: Vec<&Value> = commands.items().iter().collect();
    while let Some(command) = all.pop() {
        let parts = command.items();
        let name = parts[0].text();
        // What it says of its parts, from Redis 7.0 on.
        if let Some(inner) = parts.get(9) {
            all.extend(inner.items());
        }
        let words: Vec<String> = name.split('|').map(str::to_owned).collect();
        // As replica of another server it would end the connections of all who wait, as its administrator wants it to.
        if ["replicaof", "slaveof"].contains(&name.as_str()) {
            continue;
        }
        let arity: i64 = match &parts[1] {
            Value::Int(arity) => *arity,
            other => panic!("{name}: {other}"),
        };
        let least = usize::try_from(arity.abs()).expect("few words");
        for count in least..=least + usize::from(arity < 0) {
            let filled = (words.len()..count).map(|at| if at == 1 { "k" } else { "1" }.to_owned());
            calls.push(words.iter().cloned().chain(filled).collect());
        }
    }
    calls
}

fn ask(arena: &mut Arena, way: &str, call: &[&str]) -> Value {
    let triggered = [&["RG.TRIGGER", "sync"], call].concat();
    match way {
        "sync in MULTI" => {
            arena.ask(&["MULTI"]);
            arena.ask(&triggered);
            arena.ask(&["EXEC"])
        }
        "sync in Lua" => {
            let script = "return redis.call('RG.TRIGGER', 'sync', unpack(ARGV))";
            arena.ask(&[&["EVAL", script, "0"], call].concat())
        }
        "hook" => arena.ask(&[&["ECHO", "x"], call].concat()),
        "event" | "event in Lua" => {
            arena.ask(&["DEL", "words", "answer"]);
            if way == "event" {
                arena.ask(&[&["LPUSH", "words"], call].concat());
            } else {
                let script = "return redis.call('LPUSH', 'words', unpack(ARGV))";
                arena.ask(&[&["EVAL", script, "0"], call].concat());
            }
            arena.ask(&["GET", "answer"])
        }
        trigger => arena.ask(&[&["RG.TRIGGER", trigger], call].concat()),
    }
}

/// What functions are refused: in which of the ways, from which one on, and why.
const REFUSED: [(&str, usize, &str); 19] = [
    (
        "WAIT 1 1",
        0,
        "a function cannot run WAIT: it makes its client wait",
    ),
    (
        "SYNC",
        0,
        "a function cannot run SYNC: it acts on the connection",
    ),
    (
        "PSYNC ? -1",
        0,
        "a function cannot run PSYNC: it acts on the connection",
    ),
    (
        "POST",
        0,
        "a function cannot run POST: it acts on the connection",
    ),
    (
        "HOST: x",
        0,
        "a function cannot run HOST:: it acts on the connection",
    ),
    ("REPLCONF ACK 0", 0, "a function cannot run REPLCONF"),
    ("MONITOR", 0, "a function cannot run MONITOR"),
    ("CLIENT REPLY OFF", 0, "a function cannot run CLIENT REPLY"),
    (
        "CLIENT TRACKING on",
        0,
        "a function cannot run CLIENT TRACKING",
    ),
    (
        "CLIENT CACHING yes",
        0,
        "a function cannot run CLIENT CACHING",
    ),
    (
        "CLIENT PAUSE 1",
        0,
        "a function cannot run CLIENT PAUSE: it keeps from replicas",
    ),
    ("FAILOVER", 0, "a function cannot run FAILOVER"),
    (
        "SHUTDOWN NOSAVE",
        0,
        "a function cannot run SHUTDOWN: it ends the server",
    ),
    (
        "DEBUG SEGFAULT",
        0,
        "a function cannot run DEBUG SEGFAULT: it ends the server",
    ),
    (
        "CLIENT KILL TYPE normal",
        WAITING,
        "a function cannot run CLIENT KILL: it may end the connection",
    ),
    (
        "EVAL return(1) 0",
        9,
        "cannot run EVAL: the server keeps it from scripts",
    ),
    (
        "SCRIPT FLUSH",
        9,
        "cannot run SCRIPT: the server keeps it from scripts",
    ),
    (
        "MULTI",
        9,
        "cannot run MULTI: the server keeps it from scripts",
    ),
    (
        "CONFIG GET maxmemory",
        9,
        "cannot run CONFIG: the server keeps it from scripts",
    ),
];

#[test]
fn what_the_server_cannot_bear_is_refused_with_the_reason() {
    let mut arena = Arena::new();
    arena.register(FUNCTION);
    for (call, from, why) in REFUSED {
        let words: Vec<&str> = call.split(' ').collect();
        for (number, way) in WAYS.into_iter().enumerate() {
            let refused = number >= from || (from == WAYS.len() && way.ends_with("in Lua"));
            if number < from && !refused && call.starts_with("CLIENT KILL") {
                continue;
            }
            let reply = ask(&mut arena, way, &words).to_string();
            assert_eq!(reply.contains(why), refused, "{way}: {call}: {reply}");
        }
    }
    if major_version() >= 7 {
        // Clients get neither, unless a setting says so.
        for call in ["DEBUG SLEEP 0", "MODULE LOAD /nowhere.so"] {
            let words: Vec<&str> = call.split(' ').collect();
            let reply = ask(&mut arena, "async", &words).to_string();
            assert!(reply.contains("keeps it from clients"), "{call}: {reply}");
        }
    }
    arena.finish();
}

#[test]
fn every_command_ends_in_an_answer_in_every_way() {
    let mut arena = Arena::with(&["--appendonly", "yes"]);
    arena.register(FUNCTION);
    let mut calls = made_up(&mut arena.client);
    calls.extend(SPECIAL.map(|call| call.split(' ').map(str::to_owned).collect()));
    assert!(calls.len() > 250, "{}", calls.len());
    for call in &calls {
        let words: Vec<&str> = call.iter().map(String::as_str).collect();
        // Where no command waits for the function, it may end the connections of all clients, these here too.
        let cuts = call.join(" ").starts_with("CLIENT KILL TYPE");
        for way in WAYS.into_iter().skip(if cuts { WAITING } else { 0 }) {
            let reply = ask(&mut arena, way, &words);
            println!("{way}: {} gives {reply}", call.join(" "));
        }
    }
    arena.finish();
}
