//! Deadlines: what counts, and what does not.

use crate::arena::{Arena, outcome};
use crate::support::eventually;
use crate::support::server::signal;

#[test]
fn an_atomic_block_that_talks_to_the_server_ends_at_its_deadline() {
    let mut arena = Arena::new();
    for body in [
        "execute('ping')",
        "log('still here', 'debug')",
        "hashtag()",
        "execute('incr', 'n'); log('x', 'debug')",
    ] {
        let script = format!(
            "def bad(r):\n    with atomic():\n        while True:\n            {body}\nGB('ShardsIDReader').map(bad).run()"
        );
        let said = outcome(&arena.py(&script)).expect_err("it is stopped");
        assert!(said.contains("died (signal 9)"), "{body}: {said}");
        assert!(
            arena.server.log().contains("beyond AtomicDeadline"),
            "{body}"
        );
        arena.alive();
    }
    arena.finish();
}

#[test]
fn a_synchronous_function_that_talks_to_the_server_ends_at_its_deadline() {
    let mut arena = Arena::new();
    arena.register("def bad(r):\n    while True:\n        execute('ping')\nGB('CommandReader').map(bad).register(trigger='bad', mode='sync')");
    let said = outcome(&arena.ask(&["RG.TRIGGER", "bad"])).expect_err("it is stopped");
    assert!(said.contains("SyncDeadline (1000 ms)"), "{said}");
    arena.finish();
}

/// What takes 2.5 seconds to build again, of which the deadline of a second takes no notice.
const SLOW: &str = "
class Slow:
    def __reduce__(self):
        return eval, (\"__import__('time').sleep(2.5)\",)
slow = Slow()
";

#[test]
fn the_start_of_a_worker_is_not_the_time_of_the_function() {
    let mut arena = Arena::with_module(&["WorkersPerEnvironment", "1"], &[]);
    arena.register(&format!(
        "{SLOW}GB('CommandReader').map(lambda w: (slow, w[1])[1]).register(trigger='slow', mode='sync')"
    ));
    arena.register(&format!(
        "{SLOW}GB('StreamReader').foreach(lambda r: (slow, execute('rpush', 'seen', r['value']['n']))).register('s', mode='sync')"
    ));
    arena.register(&format!(
        "{SLOW}GB('CommandReader').foreach(lambda w: (slow, execute('rpush', 'seen', w[1]))).register(trigger='note', mode='sync')"
    ));
    for round in 1..4 {
        let log = arena.server.log().len();
        for worker in arena.server.workers() {
            signal(worker, "KILL");
        }
        eventually("the end of the worker", || {
            arena.server.log()[log..].contains("died")
        });
        let said = if round % 2 == 0 {
            arena.ask(&["XADD", "s", &format!("{round}-1"), "n", "entry"]);
            arena.ask(&["LRANGE", "seen", "0", "-1"]).to_string()
        } else {
            arena.ask(&["RG.TRIGGER", "slow", "entry"]).to_string()
        };
        assert_eq!(said, "[\"entry\"]", "{}", arena.server.log_tail());
    }
    assert!(
        !arena.server.log().contains("is killed"),
        "{}",
        arena.server.log_tail()
    );
    // One that is not ready in time is not killed either: it becomes so, and what was called off is never done.
    arena.ask(&["RG.CONFIGSET", "StartDeadline", "300"]);
    arena.ask(&["DEL", "seen"]);
    let log = arena.server.log().len();
    for worker in arena.server.workers() {
        signal(worker, "KILL");
    }
    eventually("the end of the worker", || {
        arena.server.log()[log..].contains("died")
    });
    let said = outcome(&arena.ask(&["RG.TRIGGER", "note", "early"])).expect_err("too early");
    assert!(said.contains("StartDeadline (300 ms)"), "{said}");
    eventually("the worker stands", || {
        outcome(&arena.ask(&["RG.TRIGGER", "note", "late"])).is_ok()
    });
    let seen = arena.ask(&["LRANGE", "seen", "0", "-1"]).to_string();
    assert_eq!(seen, "[\"late\"]");
    assert!(
        !arena.server.log().contains("is killed"),
        "{}",
        arena.server.log_tail()
    );
    arena.ask(&["RG.CONFIGSET", "StartDeadline", "30000"]);
    arena.finish();
}

/// A function that never ends, and one that does.
const WAITS: &str = "
import threading, time
def loop(w):
    execute('incr', 'begun')
    while True:
        pass
def stubborn(w):
    try:
        loop(w)
    except BaseException:
        return 'I go on'
";

#[track_caller]
fn too_late(arena: &mut Arena, words: &[&str]) {
    let said = outcome(&arena.ask(words)).expect_err("it takes too long");
    assert!(
        said.starts_with("DEADLINE the call was not over within 200 ms"),
        "{words:?}: {said}\n{}",
        arena.server.log_tail()
    );
}

#[test]
fn a_call_has_a_deadline_of_its_own() {
    let mut arena = Arena::new();
    arena.ask(&["RG.CONFIGSET", "SyncDeadline", "60000"]);
    for mode in ["async", "async_local", "sync"] {
        for function in ["loop", "stubborn", "lambda w: time.sleep(600)"] {
            let script = format!(
                "{WAITS}GB('CommandReader').map({function}).register(trigger='late', mode='{mode}')\n\
                 GB('CommandReader').map(lambda w: w[1]).register(trigger='soon', mode='{mode}')"
            );
            let reply = arena.ask(&["RG.PYEXECUTE", &script, "ID", "bad", "UPGRADE"]);
            assert_eq!(reply.to_string(), "+OK");
            let soon = arena.ask(&["RG.TRIGGERWITHIN", "60000", "soon", "x"]);
            assert_eq!(soon.to_string(), "[\"x\"]", "{mode}");
            let workers = arena.server.workers();
            too_late(&mut arena, &["RG.TRIGGERWITHIN", "200", "late"]);
            arena.alive();
            // What lets itself be stopped costs no worker.
            if function == "loop" {
                assert_eq!(arena.server.workers(), workers, "{mode}");
            }
        }
    }
    arena.finish();
}

#[test]
fn what_waits_for_its_turn_until_its_deadline_never_begins() {
    let mut arena = Arena::new();
    arena.register(
        "import time\ndef work(w):\n    execute('incr', 'begun')\n    while not execute('exists', 'go'):\n        time.sleep(0.01)\n    return w[1]\n\
         GB('CommandReader').map(work).register(trigger='work', mode='async_local', inorder=True)",
    );
    let mut first = arena.server.client();
    first
        .send(&["RG.TRIGGERWITHIN", "60000", "work", "first"])
        .expect("sent");
    eventually("the first", || arena.ask(&["GET", "begun"]).text() == "1");
    too_late(&mut arena, &["RG.TRIGGERWITHIN", "200", "work", "second"]);
    arena.ask(&["SET", "go", "1"]);
    let reply = first.read(crate::support::PATIENCE).expect("an answer");
    assert_eq!(reply.to_string(), "[\"first\"]");
    let third = arena.ask(&["RG.TRIGGER", "work", "third"]);
    assert_eq!(third.to_string(), "[\"third\"]");
    assert_eq!(arena.ask(&["GET", "begun"]).text(), "2");
    arena.finish();
}

#[test]
fn a_worker_that_starts_is_waited_for_until_the_deadline_of_the_call() {
    let mut arena = Arena::with_module(&["WorkersPerEnvironment", "1"], &[]);
    arena.register(&format!(
        "{SLOW}GB('CommandReader').map(lambda w: (slow, w[1])[1]).register(trigger='slow', mode='sync')"
    ));
    let log = arena.server.log().len();
    for worker in arena.server.workers() {
        signal(worker, "KILL");
    }
    eventually("the end of the worker", || {
        arena.server.log()[log..].contains("died")
    });
    too_late(&mut arena, &["RG.TRIGGERWITHIN", "200", "slow", "x"]);
    let reply = arena.ask(&["RG.TRIGGER", "slow", "x"]);
    assert_eq!(reply.to_string(), "[\"x\"]", "{}", arena.server.log_tail());
    arena.finish();
}

/// A coroutine, a thread and a handler that catches all go on after the deadline, and can see that.
#[test]
fn functions_can_ask_whether_they_are_aborted() {
    let mut arena = Arena::new();
    arena.register(
        "import asyncio, threading, time\n\
         async def coroutine(w):\n    while not is_aborted():\n        await asyncio.sleep(0.01)\n    execute('rpush', 'seen', 'coroutine')\n\
         def watch(session):\n    setGearsSession(session)\n    while not is_aborted():\n        time.sleep(0.01)\n    execute('rpush', 'seen', 'thread')\n\
         def thread(w):\n    threading.Thread(target=watch, args=(getGearsSession(),)).start()\n    while True:\n        pass\n\
         def handler(w):\n    assert not is_aborted()\n    try:\n        while True:\n            pass\n    finally:\n        if is_aborted():\n            log('handler saw it')\n\
         for function in (coroutine, thread, handler):\n    GB('CommandReader').map(function).register(trigger=function.__name__, mode='async_local')\n\
         GB('CommandReader').map(lambda w: is_aborted()).register(trigger='calm')",
    );
    assert_eq!(
        arena.ask(&["RG.TRIGGER", "calm"]).to_string(),
        "[\"False\"]"
    );
    // On a busy machine the deadline may pass before the function has begun, or its worker be killed before it has seen that.
    for name in ["coroutine", "thread"] {
        eventually(name, || {
            too_late(&mut arena, &["RG.TRIGGERWITHIN", "200", name]);
            let seen = arena.ask(&["LRANGE", "seen", "0", "-1"]).to_string();
            seen.contains(name)
        });
    }
    eventually("the handler", || {
        too_late(&mut arena, &["RG.TRIGGERWITHIN", "200", "handler"]);
        arena.server.log().contains("handler saw it")
    });
    arena.finish();
}

#[test]
fn a_deadline_is_a_number_of_milliseconds() {
    let mut arena = Arena::new();
    for wrong in ["0", "-1", "1.5", "", "soon", "99999999999999999999"] {
        let said = arena
            .ask(&["RG.TRIGGERWITHIN", wrong, "alive_async", "x"])
            .to_string();
        assert!(
            said.contains("ERR the first argument is the deadline"),
            "{wrong}: {said}"
        );
    }
    for words in [&["RG.TRIGGERWITHIN"][..], &["RG.TRIGGERWITHIN", "5"]] {
        let said = arena.ask(words).to_string();
        assert!(said.contains("wrong number of arguments"), "{said}");
    }
    let said = arena.ask(&["RG.TRIGGERWITHIN", "5", "nobody"]).to_string();
    assert!(said.contains("subcommand not found"), "{said}");
    let forever = u64::MAX.to_string();
    let reply = arena.ask(&["RG.TRIGGERWITHIN", &forever, "alive_async", "x"]);
    assert_eq!(reply.to_string(), "[\"x\"]");
    // Where nothing can be waited for, as RG.TRIGGER.
    let lua = "return redis.call('RG.TRIGGERWITHIN', '60000', KEYS[1], 'x')";
    let said = arena.ask(&["EVAL", lua, "1", "alive_sync"]).to_string();
    assert_eq!(said, "[\"x\"]");
    let said = arena.ask(&["EVAL", lua, "1", "alive_async"]).to_string();
    assert!(said.contains("can not run a non-sync execution"), "{said}");
    arena.finish();
}

/// Deadlines of about as long as the functions take: each call is answered once, in one way or the other.
#[test]
fn every_call_is_answered_whether_it_is_in_time_or_not() {
    let mut arena = Arena::new();
    arena.ask(&["RG.CONFIGSET", "AbortGrace", "60000"]);
    arena.ask(&["RG.CONFIGSET", "SyncDeadline", "60000"]);
    arena.register(
        "import time\n\
         for mode in ('async', 'async_local', 'sync'):\n    GB('CommandReader').map(lambda w: (execute('ping'), time.sleep(0.002), w[1])[2]).register(trigger='near_' + mode, mode=mode)",
    );
    let server = &arena.server;
    std::thread::scope(|scope| {
        for client in 0..8 {
            scope.spawn(move || {
                let mut connection = server.client();
                for call in 0..60 {
                    let time = (1 + (client + call) % 9).to_string();
                    let mode = ["async", "async_local", "sync"][call % 3];
                    let word = format!("{client}:{call}");
                    let words = ["RG.TRIGGERWITHIN", &time, &format!("near_{mode}"), &word];
                    match outcome(&connection.call(&words)) {
                        Ok(given) => assert_eq!(given, format!("[\"{word}\"]")),
                        Err(said) => assert!(said.starts_with("DEADLINE"), "{words:?}: {said}"),
                    }
                }
            });
        }
    });
    arena.alive();
    let log = arena.server.log();
    assert!(!log.contains("is killed") && !log.contains("died"), "{log}");
    arena.finish();
}
