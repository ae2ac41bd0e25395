//! The ways in which functions come to run: whichever it is, what goes wrong there is seen, and everybody else goes on.

use crate::arena::Arena;
use crate::support::eventually;

/// Where a failure shows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Seen {
    /// In the reply to the last command.
    Reply,
    /// In `lastError` of the registration.
    LastError,
    /// In the server's log.
    Log,
}

use Seen::{LastError, Log, Reply};

/// A script around `bad`, the commands that make it run, and where its failure shows. `@` stands for a name of its own.
type Way = (&'static str, &'static [&'static str], Seen);

/// The ways in which the server waits for the function.
const SYNC: [Way; 8] = [
    (
        "GB('CommandReader').map(bad).register(trigger='@', mode='sync')",
        &["RG.TRIGGER @"],
        Reply,
    ),
    (
        "GB('CommandReader').map(bad).register(trigger='@', mode='sync')",
        &["MULTI", "RG.TRIGGER @", "EXEC"],
        Reply,
    ),
    (
        "GB('CommandReader').map(bad).register(trigger='@', mode='sync')",
        &["EVAL return(redis.pcall('RG.TRIGGER','@')) 0"],
        Reply,
    ),
    (
        "GB('CommandReader').map(bad).register(hook='getset', keyprefix='@', mode='sync')",
        &["GETSET @ 1"],
        Reply,
    ),
    (
        "GB('KeysReader').map(bad).register('@*', mode='sync')",
        &["SET @1 v"],
        LastError,
    ),
    (
        "GB('KeysReader').map(bad).register('@*', mode='sync', commands=['set'])",
        &["SET @1 v"],
        LastError,
    ),
    (
        "GB('StreamReader').map(bad).register('@', mode='sync')",
        &["XADD @ * f v"],
        LastError,
    ),
    (
        "def held(r):\n    with atomic():\n        bad(r)\nGB('ShardsIDReader').map(held).run()",
        &[],
        Reply,
    ),
];

/// All others.
const ASYNC: [Way; 15] = [
    ("bad(1)", &[], Reply),
    ("GB('ShardsIDReader').map(bad).run()", &[], Reply),
    ("GB('ShardsIDReader').accumulate(bad).run()", &[], Reply),
    (
        "GB('ShardsIDReader').groupby(bad, lambda k, a, r: 1).run()",
        &[],
        Reply,
    ),
    (
        "def read():\n    yield bad(1)\nGB('PythonReader').run(read)",
        &[],
        Reply,
    ),
    (
        "async def later(r):\n    return bad(r)\nGB('ShardsIDReader').map(later).run()",
        &[],
        Reply,
    ),
    (
        "import threading\ndef work(f):\n    try:\n        f.continueRun(bad(1))\n    except BaseException as e:\n        f.continueFailed(e)\n\
         def later(r):\n    f = gearsFuture()\n    threading.Timer(0.05, work, [f]).start()\n    return f\nGB('ShardsIDReader').map(later).run()",
        &[],
        Reply,
    ),
    (
        "GB('CommandReader').map(bad).register(trigger='@')",
        &["RG.TRIGGER @"],
        Reply,
    ),
    (
        "GB('CommandReader').map(bad).register(trigger='@', mode='async_local', inorder=True)",
        &["RG.TRIGGER @"],
        Reply,
    ),
    (
        "GB('CommandReader').map(bad).register(hook='getset', keyprefix='@')",
        &["GETSET @ 1"],
        Reply,
    ),
    (
        "GB('KeysReader').map(bad).register('@*', mode='async_local')",
        &["SET @1 v"],
        LastError,
    ),
    (
        "GB('StreamReader').map(bad).register('@', mode='async_local')",
        &["XADD @ * f v"],
        LastError,
    ),
    (
        "GB('StreamReader').map(bad).register('@', onFailedPolicy='retry')",
        &["XADD @ * f v"],
        LastError,
    ),
    (
        "GB('CommandReader').register(trigger='@', onRegistered=lambda: bad(1))",
        &[],
        Log,
    ),
    ("registerTE(1, lambda: bad(1))", &[], Log),
];

/// Tries a body of `bad` in each of `ways`; `says` is what must be seen of it.
fn fails(arena: &mut Arena, body: &str, ways: &[Way], says: &str) {
    for (number, (script, commands, seen)) in ways.iter().enumerate() {
        let name = format!("w{}_{number}", ways.len());
        let named = |text: &str| text.replace('@', &name);
        let log = arena.server.log().len();
        let source = named(&format!("def bad(*_):\n    {body}\n{script}"));
        let mut reply = arena
            .ask(&["RG.PYEXECUTE", &source, "ID", &name])
            .to_string();
        for command in *commands {
            assert!(!reply.starts_with('-'), "{source}: {reply}");
            let command = named(command);
            reply = arena
                .ask(&command.split(' ').collect::<Vec<_>>())
                .to_string();
        }
        let dump = ["RG.PYDUMPSESSIONS", "VERBOSE", "SESSIONS", &name];
        match seen {
            Reply => assert!(reply.contains(says), "{source}: {reply}"),
            LastError => eventually(&source, || arena.ask(&dump).to_string().contains(says)),
            Log => eventually(&source, || arena.server.log()[log..].contains(says)),
        }
        arena.alive();
        // Nothing goes on: batches of streams would be tried again and again.
        let over = named("GB('CommandReader').register(trigger='over_@')");
        let replaced = arena.ask(&["RG.PYEXECUTE", &over, "ID", &name, "UPGRADE"]);
        assert_eq!(replaced.to_string(), "+OK", "{source}");
        arena.ask(&["DEL", &name]);
    }
}

#[test]
fn a_worker_that_ends_is_noticed_in_every_way() {
    let mut arena = Arena::new();
    let body = "__import__('os')._exit(3)";
    fails(&mut arena, body, &SYNC, "died (exit code 3)");
    fails(&mut arena, body, &ASYNC, "died (exit code 3)");
    arena.finish();
}

#[test]
fn an_exception_is_seen_in_every_way() {
    let mut arena = Arena::new();
    let body = "raise ValueError('something of its own')";
    fails(&mut arena, body, &SYNC, "something of its own");
    fails(&mut arena, body, &ASYNC, "something of its own");
    arena.finish();
}

/// The last way, an atomic block, has a deadline of its own.
#[test]
fn what_does_not_end_is_ended_in_every_way_that_the_server_waits() {
    let mut arena = Arena::new();
    let (waits, atomic) = SYNC.split_at(SYNC.len() - 1);
    fails(
        &mut arena,
        "__import__('time').sleep(600)",
        waits,
        "SyncDeadline (1000 ms)",
    );
    fails(&mut arena, "while True: pass", atomic, "died (signal 9)");
    arena.finish();
}
