//! Functions that never end by themselves: what stops them, and how fast.

use std::time::{Duration, Instant};

use crate::arena::{Arena, outcome};
use crate::support::{PATIENCE, Value, eventually};

/// How long an abort may take.
const SOON: Duration = Duration::from_secs(1);

/// Asserts that something takes less than a second on the best of five tries: a busy machine stands still now and then.
#[track_caller]
fn soon(what: &str, mut try_it: impl FnMut() -> Duration) {
    let mut times = Vec::new();
    while times.len() < 5 {
        times.push(try_it());
        if times.last() < Some(&SOON) {
            return;
        }
    }
    panic!("{what} took {times:?}");
}

/// How a function comes to run.
const WAYS: [&str; 4] = ["run", "trigger", "key event", "stream"];

fn script(definition: &str, way: &str) -> String {
    let gear = match way {
        "run" => "GB('ShardsIDReader').map(bad).map(after).run()",
        "trigger" => "GB('CommandReader').map(bad).map(after).register(trigger='bad')",
        "sync" => "GB('CommandReader').map(bad).map(after).register(trigger='bad', mode='sync')",
        "key event" => "GB('KeysReader').map(bad).map(after).register('k', mode='async_local')",
        _ => "GB('StreamReader').map(bad).map(after).register('s', mode='async_local')",
    };
    format!(
        "import asyncio, ctypes, signal, threading, time\ndef after(r):\n    return r\n{definition}\n{gear}"
    )
}

fn running(arena: &mut Arena) -> Option<String> {
    let dump = arena.ask(&["RG.DUMPEXECUTIONS"]);
    let is_running =
        |one: &&Value| one.field("status").map(Value::text).as_deref() == Some("running");
    let one = dump.items().iter().find(is_running)?;
    one.field("executionId").map(Value::text)
}

/// Starts the function, aborts it, and gives how long that took. Meanwhile other functions go on, if they can.
fn abort(arena: &mut Arena, definition: &str, way: &str, others_go_on: bool) -> Duration {
    arena.ask(&["DEL", "begun", "k", "s"]);
    let mut caller = arena.server.client();
    let script = script(definition, way);
    if way == "run" {
        arena.ask(&["RG.PYEXECUTE", &script, "UNBLOCKING"]);
    } else {
        assert_eq!(
            arena.ask(&["RG.PYEXECUTE", &script, "ID", "bad"]).text(),
            "OK"
        );
    }
    match way {
        "trigger" | "sync" => caller.send(&["RG.TRIGGER", "bad"]).expect("sent"),
        "key event" => caller.send(&["SET", "k", "1"]).expect("sent"),
        "stream" => caller.send(&["XADD", "s", "*", "f", "v"]).expect("sent"),
        _ => {}
    }
    eventually("the function", || {
        arena.ask(&["GET", "begun"]).text() == "1"
    });
    let id = running(arena).expect("it runs");
    if others_go_on {
        arena.alive();
    }
    let started = Instant::now();
    assert_eq!(arena.ask(&["RG.ABORTEXECUTION", &id]).to_string(), "+OK");
    // The execution of a trigger is gone with its reply.
    let reply = match way {
        "trigger" | "sync" => caller.read(PATIENCE).expect("an answer"),
        _ => arena.ask(&["RG.GETRESULTSBLOCKING", &id]),
    };
    let took = started.elapsed();
    outcome(&reply).expect_err("an aborted execution has an error");
    if way != "run" {
        let registration = arena.client.registration_of("bad");
        assert_eq!(arena.ask(&["RG.UNREGISTER", &registration]).text(), "OK");
    }
    took
}

fn ends_by_abort(body: &str) {
    ends_by_abort_while(body, true);
}

fn ends_by_abort_while(body: &str, others_go_on: bool) {
    let mut arena = Arena::new();
    // The other functions share a processor with this one, and perhaps with much else.
    arena.ask(&["RG.CONFIGSET", "SyncDeadline", "60000"]);
    let definition = format!("def bad(r):\n    execute('set', 'begun', '1')\n{body}");
    for way in WAYS {
        soon(way, || abort(&mut arena, &definition, way, others_go_on));
    }
    arena.finish();
}

#[test]
fn an_endless_loop_ends_by_abort() {
    ends_by_abort("    while True:\n        pass");
}

#[test]
fn an_endless_loop_that_catches_everything_ends_by_abort() {
    ends_by_abort(
        "    while True:\n        try:\n            while True:\n                pass\n        except BaseException:\n            pass",
    );
}

#[test]
fn a_sleep_ends_by_abort() {
    ends_by_abort("    time.sleep(600)");
}

#[test]
fn a_sleeping_c_call_ends_by_abort() {
    ends_by_abort("    ctypes.CDLL(None).sleep(600)");
}

#[test]
fn c_code_that_blocks_all_signals_ends_by_abort() {
    ends_by_abort(
        "    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n    ctypes.CDLL(None).pause()",
    );
}

/// Functions in the same process have to wait for the interpreter; they go on after the abort.
#[test]
fn c_code_that_keeps_the_interpreter_ends_by_abort() {
    ends_by_abort_while("    while True:\n        ctypes.PyDLL(None).pause()", false);
}

/// Without the end of a worker, in mode `sync` neither.
fn ends_by_abort_alone(definition: &str) {
    let mut arena = Arena::new();
    for (name, time) in [("AbortGrace", "600000"), ("SyncDeadline", "60000")] {
        arena.ask(&["RG.CONFIGSET", name, time]);
    }
    for way in WAYS.into_iter().chain(["sync"]) {
        soon(way, || abort(&mut arena, definition, way, true));
    }
    arena.finish();
}

#[test]
fn a_future_that_never_comes_ends_by_abort() {
    ends_by_abort_alone(
        "kept = []\ndef bad(r):\n    execute('set', 'begun', '1')\n    kept.append(gearsFuture())\n    return kept[-1]",
    );
}

#[test]
fn a_coroutine_that_sleeps_ends_by_abort() {
    ends_by_abort_alone(
        "async def bad(r):\n    execute('set', 'begun', '1')\n    await asyncio.sleep(600)",
    );
}

#[test]
fn what_follows_a_future_ends_by_abort() {
    ends_by_abort_alone(
        "def bad(r):\n    future = gearsFuture()\n    threading.Timer(0.01, lambda: future.continueRun(r)).start()\n    return future\n\
         def after(r):\n    execute('set', 'begun', '1')\n    while True:\n        pass",
    );
}

/// What waits for its turn behind another event never begins.
#[test]
fn a_queued_execution_ends_by_abort() {
    let mut arena = Arena::new();
    arena.register(
        "import time\ndef work(r):\n    execute('set', 'begun', '1')\n    while not execute('exists', 'go'):\n        time.sleep(0.01)\n    execute('incr', 'ended')\n\
         GB('KeysReader').foreach(work).register('k', mode='async_local', eventTypes=['append'])",
    );
    soon("a queued execution", || {
        arena.ask(&["DEL", "begun", "go", "ended", "k"]);
        arena.ask(&["APPEND", "k", "1"]);
        eventually("the first", || arena.ask(&["GET", "begun"]).text() == "1");
        let first = running(&mut arena).expect("it runs");
        arena.ask(&["APPEND", "k", "2"]);
        let number: u64 = first[41..].parse().expect("a number");
        let second = format!("{}{}", &first[..41], number + 1);
        let started = Instant::now();
        assert_eq!(arena.ask(&["RG.ABORTEXECUTION", &second]).text(), "OK");
        let reply = arena.ask(&["RG.GETRESULTSBLOCKING", &second]);
        let took = started.elapsed();
        assert_eq!(reply.to_string(), "[[], []]");
        let status = arena.ask(&["RG.GETEXECUTION", &second]);
        assert!(
            status.to_string().contains("\"status\", \"aborted\""),
            "{status}"
        );
        arena.ask(&["SET", "go", "1"]);
        arena.ask(&["RG.GETRESULTSBLOCKING", &first]);
        assert_eq!(arena.ask(&["GET", "ended"]).text(), "1");
        took
    });
    arena.finish();
}

/// The server waits for a synchronous function: nobody can abort it, and its deadline does.
#[test]
fn a_synchronous_function_ends_at_its_deadline() {
    let mut arena = Arena::new();
    arena.ask(&["RG.CONFIGSET", "SyncDeadline", "200"]);
    for body in [
        "while True: pass",
        "time.sleep(600)",
        "ctypes.PyDLL(None).pause()",
    ] {
        let script = format!(
            "import ctypes, time\ndef bad(r):\n    {body}\n\
             GB('CommandReader').map(bad).register(trigger='bad', mode='sync')\n\
             GB('KeysReader').map(bad).register('k', mode='sync')"
        );
        assert_eq!(
            arena
                .ask(&["RG.PYEXECUTE", &script, "ID", "bad", "UPGRADE"])
                .text(),
            "OK"
        );
        for (command, wanted) in [
            (&["RG.TRIGGER", "bad"][..], "SyncDeadline"),
            (&["SET", "k", "1"], "OK"),
        ] {
            soon(&format!("{body} in {}", command[0]), || {
                let started = Instant::now();
                let reply = arena.ask(command);
                let took = started.elapsed();
                assert!(reply.text().contains(wanted), "{reply}");
                took
            });
        }
    }
    arena.finish();
}
