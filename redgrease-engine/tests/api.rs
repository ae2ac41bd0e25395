//! What functions can call: a table of names and what they do, in `api.txt`, and what takes more than one call to show.

mod support;

use support::names::check_names;
use support::server::signal;
use support::{Options, PATIENCE, Server, Value, eventually};

#[test]
fn every_name_is_there_and_does_what_it_should() {
    let server = Server::with(&Options::server(&["--loglevel", "verbose"]));
    let mut client = server.client();
    check_names(&mut client);
    let log = server.log();
    for line in [
        "* <rg> GEARS: one",
        "# <rg> GEARS: two",
        "- <rg> GEARS: three",
        "* <rg> GEARS: four",
        "# <rg> GEARS: Log function is depricated, use log instead",
        "* <rg> GEARS: five",
        "# <rg> GEARS: ConfigGet function is depricated, use configGet instead",
        "# <rg> GEARS: GearsConfigGet function is depricated, use gearsConfigGet instead",
        "* <rg> GEARS: six",
        "* <rg> GEARS: 7",
    ] {
        assert!(log.contains(line), "{line}\n{log}");
    }
}

/// What the value of a future means to each step, and the steps that take none.
#[test]
fn the_value_of_a_future_means_what_its_step_makes_of_it() {
    let server = Server::start();
    let mut client = server.client();
    let refused = "Step does not support async";
    for (step, values) in [
        ("map(f)", ["[1, 2]", "0", "None"]),
        ("filter(f)", ["1", "", ""]),
        ("foreach(f)", ["1", "1", "1"]),
        ("flatmap(f)", ["2,1", "0", "None"]),
        ("accumulate(lambda a, r: f(r))", ["[1, 2]", "0", "None"]),
        (
            "groupby(lambda r: 1, lambda k, a, r: f(r)).map(lambda r: r['value'])",
            ["[1, 2]", "0", "None"],
        ),
        (
            "localgroupby(lambda r: 1, lambda k, a, r: f(r)).map(lambda r: r['value'])",
            ["[1, 2]", "0", "None"],
        ),
        (
            "aggregate(0, lambda a, r: f(r), lambda a, r: r)",
            ["[1, 2]", "0", "None"],
        ),
        (
            "aggregateby(lambda r: 1, 0, lambda k, a, r: f(r), lambda k, a, r: r).map(lambda r: r['value'])",
            ["[1, 2]", "0", "None"],
        ),
        ("batchgroupby(lambda r: 1, lambda k, r: f(r))", [refused; 3]),
        ("groupby(f, lambda k, a, r: 1)", [refused; 3]),
        ("repartition(f)", [refused; 3]),
        ("countby(f)", [refused; 3]),
    ] {
        for (value, wanted) in ["[1, 2]", "0", "None"].into_iter().zip(values) {
            let coroutine = wanted.replace(
                refused,
                if step.starts_with("batch") {
                    "coroutine are not allow on reduce"
                } else {
                    "coroutine are not allow on extractor"
                },
            );
            for (kind, wanted) in [
                (
                    format!(
                        "import threading\ndef f(*r):\n    future = gearsFuture()\n    threading.Timer(0.001, lambda: future.continueRun({value})).start()\n    return future"
                    ),
                    wanted,
                ),
                (format!("async def f(*r):\n    return {value}"), &coroutine),
            ] {
                let script = format!("{kind}\nGB('ShardsIDReader').{step}.run()");
                let reply = client.call(&["RG.PYEXECUTE", &script]);
                let found: Vec<String> = reply
                    .items()
                    .iter()
                    .flat_map(Value::items)
                    .map(Value::text)
                    .collect();
                assert_eq!(found.join(","), wanted, "{script}: {reply}");
            }
        }
    }
}

/// Functions of one script wait for one another, whatever event runs them and in whatever mode.
#[test]
fn futures_are_completed_by_other_registrations_of_their_script() {
    let server = Server::start();
    let script = "\
waiting = {}
def wait(r):
    future = gearsFuture()
    waiting[r[1]] = future
    return future
async def sleep(r):
    future = waiting[r[1]] = createFuture()
    execute('set', 'asleep', '1')
    return await future
def wake(name, value):
    future = waiting.pop(name)
    if hasattr(future, 'continueRun'):
        future.continueFailed(value) if value == 'fail' else future.continueRun(value)
    else:
        setFutureResults(future, value)
GB('CommandReader').map(wait).map(lambda v: 'woken by ' + v).register(trigger='wait', mode='async_local')
GB('CommandReader').map(wait).register(trigger='wait_sync', mode='sync')
GB('CommandReader').map(sleep).register(trigger='sleep')
GB('CommandReader').foreach(lambda r: wake(r[1], r[2])).register(trigger='wake')
GB('KeysReader').foreach(lambda r: wake('key', r['value'])).register('wake:*', mode='sync', eventTypes=['set'])
GB('StreamReader').foreach(lambda r: wake('stream', r['value']['v'])).register('wakes')
GB('CommandReader').map(lambda r: r[1] in waiting).register(trigger='waits', mode='sync')
registerTE(0, lambda: wake('time', 'time') if 'time' in waiting else None)
";
    let mut client = server.client();
    client.register(script, &[]);
    let cases: [(&[&str], &[&str], &str); 7] = [
        (
            &["wait", "a"],
            &["RG.TRIGGER", "wake", "a", "call"],
            "[\"woken by call\"]",
        ),
        (
            &["wait", "b"],
            &["RG.TRIGGER", "wake", "b", "fail"],
            "-fail",
        ),
        (
            &["wait", "key"],
            &["SET", "wake:1", "event"],
            "[\"woken by event\"]",
        ),
        (
            &["wait", "stream"],
            &["XADD", "wakes", "*", "v", "entry"],
            "[\"woken by entry\"]",
        ),
        (&["wait", "time"], &["PING"], "[\"woken by time\"]"),
        (
            &["wait_sync", "c"],
            &["RG.TRIGGER", "wake", "c", "call"],
            "[\"call\"]",
        ),
        (
            &["sleep", "d"],
            &["RG.TRIGGER", "wake", "d", "call"],
            "[\"call\"]",
        ),
    ];
    for (caller, waker, wanted) in cases {
        let mut waits = server.client();
        waits
            .send(&[&["RG.TRIGGER"], caller].concat())
            .expect("the server listens");
        if waker != ["PING"] {
            client.becomes(&["RG.TRIGGER", "waits", caller[1]], "[\"True\"]");
        }
        let reply = client.call(waker);
        assert!(!reply.is_error(), "{waker:?}: {reply}");
        let reply = waits.read(PATIENCE).expect("a reply");
        assert_eq!(reply.to_string(), wanted, "{caller:?}");
    }
}

/// A script with a function that holds the server until something happens to it.
const HOLD: &str = "\
import os, time
def hold(r):
    with atomic():
        log('holds')
        execute('rpush', 'log', r[1])
        if r[1] == 'raise': raise ValueError('inside')
        if r[1] == 'exit': os._exit(3)
        if r[1] == 'sleep': time.sleep(600)
        execute('rpush', 'log', r[1])
GB('CommandReader').foreach(hold).register(trigger='hold', mode='async_local')
";

/// What an atomic block did before its end stands, the server is free again, and what it wrote reaches files as one.
#[test]
fn the_end_of_an_atomic_block_frees_the_server_however_it_comes() {
    let options = Options {
        module: ["AtomicDeadline", "1000"].map(String::from).to_vec(),
        server: ["--appendonly", "yes", "--aof-use-rdb-preamble", "no"]
            .map(String::from)
            .to_vec(),
        ..Options::default()
    };
    let server = Server::with(&options);
    let mut client = server.client();
    client.register(HOLD, &[]);
    for (how, said, written) in [
        ("pass", "[\"['hold', 'pass']\"]", "[\"pass\", \"pass\"]"),
        ("raise", "ValueError: inside", "[\"raise\"]"),
        ("exit", "python worker died (exit code 3)", "[\"exit\"]"),
        ("sleep", "python worker died (signal 9)", "[\"sleep\"]"),
    ] {
        eventually("a worker", || {
            client.call(&["DEL", "log"]);
            let reply = client.call(&["RG.TRIGGER", "hold", how]).to_string();
            // The call before may have met the end of a worker.
            reply.contains(said)
                && client.call(&["LRANGE", "log", "0", "-1"]).to_string() == written
        });
    }
    assert!(server.log().contains("beyond AtomicDeadline"));
    // Killed from outside while it holds the server: whoever waits for the server gets it.
    let held = Server::with(&Options::module(&["AtomicDeadline", "60000"]));
    let mut client = held.client();
    client.register(HOLD, &[]);
    client
        .send(&["RG.TRIGGER", "hold", "sleep"])
        .expect("the server listens");
    // The server does not answer while it is held.
    eventually("the block", || held.log().contains("GEARS: holds"));
    for worker in held.workers() {
        signal(worker, "KILL");
    }
    let reply = client.read(PATIENCE).expect("a reply");
    assert!(reply.text().contains("died (signal 9)"), "{reply}");
    assert_eq!(client.call(&["LLEN", "log"]).to_string(), ":1");

    let file = server.append_only_file();
    let words: Vec<&str> = file
        .split("\r\n")
        .filter(|word| ["MULTI", "EXEC", "pass"].contains(word))
        .collect();
    assert!(
        words
            .windows(4)
            .any(|four| four == ["MULTI", "pass", "pass", "EXEC"]),
        "{words:?}"
    );
}
