//! Whoever calls a function gets an answer: in crowds, with large arguments and results, and while threads of a worker are slow.

mod support;

use std::env;
use std::thread;

use support::server::signal;
use support::{Client, Options, PATIENCE, Server, Value, eventually};

/// Makes a worker slow where its threads hand something over to each other: what has come is cut into frames and nobody
/// knows of it, who leads has changed and nobody acts on it.
const DELAYS: &str = "
import random, time
from redgrease_worker import wire
def delayed(function):
    def call(*arguments):
        result = function(*arguments)
        if random.random() < 0.1:
            time.sleep(0.01)
        return result
    return call
wire.Stream.feed = delayed(wire.Stream.feed)
try:
    from redgrease_worker.lead import Lead
    for name in ('next', 'until_answered', 'promote', 'arrived'):
        setattr(Lead, name, delayed(getattr(Lead, name)))
except ImportError:
    pass
";

/// How many bursts: `REDGREASE_BURSTS`, or a few.
fn bursts() -> usize {
    env::var("REDGREASE_BURSTS").map_or(12, |count| count.parse().expect("a number of bursts"))
}

/// The answer to what was sent.
#[track_caller]
fn answer(client: &mut Client, what: &str) -> Value {
    match client.read(PATIENCE) {
        Ok(answer) => answer,
        Err(problem) => panic!("{what}: {problem:?}"),
    }
}

/// Forty at once: each registers something, runs something or calls a function. Nothing else comes until all are answered.
#[test]
fn bursts_of_callers_are_answered() {
    let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
    let mut client = server.client();
    client.register(DELAYS, &[]);
    let ask = "GB('CommandReader').map(lambda x: execute('incr', 'n')).register(trigger='ask')";
    client.register(ask, &["ID", "ask"]);
    let mut callers: Vec<Client> = (0..40).map(|_| server.client()).collect();
    for burst in 0..bursts() {
        for (number, caller) in callers.iter_mut().enumerate() {
            let register =
                format!("GB('CommandReader').map(lambda x: 1).register(trigger='t{number}')");
            let id = format!("s{number}");
            let command: Vec<&str> = match number % 4 {
                0 => vec!["RG.TRIGGER", "ask"],
                1 => vec!["RG.PYEXECUTE", "GB('ShardsIDReader').count().run()"],
                _ => vec!["RG.PYEXECUTE", &register, "ID", &id, "UPGRADE"],
            };
            caller.send(&command).expect("sent");
        }
        for (number, caller) in callers.iter_mut().enumerate() {
            let reply = answer(caller, &format!("burst {burst}, caller {number}"));
            assert!(!reply.is_error(), "{reply}");
        }
    }
}

/// How many callers at once ask the server for something, on any thread of a worker: each call waits in its thread.
const CROWD: usize = 1000;

/// Sends a trigger on each connection, then takes all answers.
#[track_caller]
fn all_at_once(callers: &mut [Client], trigger: &str) -> Vec<Value> {
    for caller in callers.iter_mut() {
        caller.send(&["RG.TRIGGER", trigger]).expect("sent");
    }
    callers
        .iter_mut()
        .map(|caller| answer(caller, trigger))
        .collect()
}

#[test]
fn a_crowd_of_callers_may_ask_the_server() {
    for first in ["x = 1", "import sys\nsys.modules['greenlet'] = None"] {
        let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
        let mut client = server.client();
        client.register(first, &[]);
        let script = "
import asyncio, threading
GB('CommandReader').map(lambda c: execute('INCR', 'n')).register(trigger='incr', mode='async_local')
GB('CommandReader').map(lambda c: (execute('INCR', 'n'), execute('INCR', 'n'))[1]).register(trigger='twice')
held = []
def release():
    for one in held:
        one.continueRun(1)
def hold(c):
    future = gearsFuture()
    held.append(future)
    if len(held) == 1000:
        threading.Timer(0.01, release).start()
    return future
GB('CommandReader').map(hold).register(trigger='hold')
async def sleep(c):
    await asyncio.sleep(0.1)
    return 1
GB('CommandReader').map(sleep).register(trigger='sleep')
";
        client.register(script, &[]);
        let mut callers: Vec<Client> = (0..CROWD).map(|_| server.client()).collect();
        for trigger in ["incr", "twice", "hold", "sleep"] {
            for reply in all_at_once(&mut callers, trigger) {
                assert_eq!(reply.items().len(), 1, "{trigger}: {reply}");
            }
        }
        assert_eq!(client.call(&["GET", "n"]).text(), (3 * CROWD).to_string());
    }
}

/// Bytes of a large argument, the largest that a worker has to take.
const LARGE: usize = 64 << 20;

#[test]
fn large_frames_pass_both_ways() {
    let server = Server::with(&Options::workers(&[
        "AbortGrace",
        "60000",
        "SyncDeadline",
        "60000",
    ]));
    let mut client = server.client();
    let script = "
GB('CommandReader').map(lambda x: [str(len(x[1])), x[1]]).register(trigger='async', convertToStr=False)
GB('CommandReader').map(lambda x: [str(len(x[1])), x[1]]).register(trigger='sync', mode='sync', convertToStr=False)
def keep(x):
    execute('SET', 'large', x[1])
    return len(execute('GET', 'large'))
GB('CommandReader').map(keep).register(trigger='keep')
GB('StreamReader').foreach(lambda x: execute('INCRBY', 'seen', len(x['value']['v']))).register('s', mode='async_local')
GB('StreamReader').foreach(lambda x: execute('INCRBY', 'seen', len(x['value']['v']))).register('t', mode='sync')
";
    client.register(script, &[]);
    for size in [3 << 20, 8 << 20, 10 << 20, LARGE] {
        let argument = vec![b'x'; size];
        let length = size.to_string();
        for trigger in ["async", "sync", "keep"] {
            let command = [b"RG.TRIGGER", trigger.as_bytes(), &argument];
            client.send(&command).expect("sent");
            let reply = answer(&mut client, trigger);
            let result = &reply.items()[0];
            if trigger == "keep" {
                assert_eq!(result.text(), length);
            } else {
                assert_eq!(result.items()[0].text(), length);
                assert!(result.items()[1].bytes() == Some(&argument), "{trigger}");
            }
        }
        for stream in ["s", "t"] {
            client.call(&["DEL", "seen"]);
            let command = [b"XADD", stream.as_bytes(), b"*", b"v", &argument];
            client.send(&command).expect("sent");
            answer(&mut client, stream);
            client.becomes(&["GET", "seen"], &format!("\"{length}\""));
        }
    }
}

/// Many at once, so that the lead of the worker changes in the middle of a frame.
#[test]
fn large_frames_pass_beside_each_other() {
    let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
    let mut client = server.client();
    client.register(DELAYS, &[]);
    let script = "GB('CommandReader').map(lambda x: len(x[1]) + int(bool(execute('INCR', 'n')))).register(trigger='size')";
    client.register(script, &[]);
    thread::scope(|scope| {
        for number in 0..6 {
            let server = &server;
            scope.spawn(move || {
                let mut client = server.client();
                for round in 0..6 {
                    let argument = vec![b'x'; (number + 1) << 20];
                    let command: [&[u8]; 3] = [b"RG.TRIGGER", b"size", &argument];
                    client.send(&command).expect("sent");
                    let reply = answer(&mut client, &format!("{number}, {round}"));
                    assert_eq!(reply.items()[0].text(), (argument.len() + 1).to_string());
                }
            });
        }
    });
}

#[test]
fn a_worker_that_is_killed_in_the_middle_of_a_large_frame_answers() {
    let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
    let mut client = server.client();
    let script = "GB('CommandReader').map(lambda x: len(x[1])).register(trigger='size')";
    client.register(script, &[]);
    let argument = vec![b'x'; LARGE];
    let command: [&[u8]; 3] = [b"RG.TRIGGER", b"size", &argument];
    for _ in 0..3 {
        // It has no time to read.
        let stopped = server.workers();
        for &pid in &stopped {
            signal(pid, "STOP");
        }
        let mut caller = server.client();
        caller.send(&command).expect("sent");
        eventually("the call", || {
            client
                .call(&["INFO", "everything"])
                .text()
                .contains("in_hand=1")
        });
        for pid in stopped {
            signal(pid, "KILL");
        }
        let reply = answer(&mut caller, "the call of a killed worker");
        assert!(reply.text().contains("python worker died"), "{reply}");
        client.send(&command).expect("sent");
        let reply = answer(&mut client, "the next call");
        assert_eq!(reply.items()[0].text(), LARGE.to_string());
    }
}

/// One function waits for the server in an atomic block, for which a synchronous one has to end; and what restores the functions
/// of that is on its way to the thread that waits.
#[test]
fn a_synchronous_call_waits_for_no_atomic_block_of_a_new_worker() {
    let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
    let mut client = server.client();
    let atom = "
def atom(x):
    with atomic():
        return execute('INCR', 'n')
GB('CommandReader').map(atom).register(trigger='atom')";
    client.register(atom, &["ID", "atom"]);
    let sync = "GB('KeysReader').foreach(lambda x: execute('INCR', 'seen')).register('k*', mode='sync', eventTypes=['set'])";
    client.register(sync, &["ID", "sync"]);
    for round in 1..=5 {
        let gone = format!("workers_gone:{round}");
        for pid in server.workers() {
            signal(pid, "KILL");
        }
        eventually(&gone, || {
            client.call(&["INFO", "everything"]).text().contains(&gone)
        });
        // The new worker has not begun to read when both are there.
        let mut callers = [server.client(), server.client()];
        callers[0].send(&["RG.TRIGGER", "atom"]).expect("sent");
        callers[1].send(&["SET", "k", "1"]).expect("sent");
        let reply = answer(&mut callers[0], "the atomic block");
        assert_eq!(reply.items()[0].text(), round.to_string());
        assert_eq!(answer(&mut callers[1], "SET").text(), "OK");
        assert_eq!(client.call(&["GET", "seen"]).text(), round.to_string());
    }
    let log = server.log();
    assert!(!log.contains("SyncDeadline"), "{}", server.log_tail());
}

/// The longest of each duration that a user can name.
#[test]
fn no_duration_is_too_long() {
    let server = Server::with(&Options::workers(&[]));
    let mut client = server.client();
    let longest = i64::MAX.to_string();
    for name in [
        "SyncDeadline",
        "AtomicDeadline",
        "AbortGrace",
        "StartDeadline",
    ] {
        let set = client.call(&["RG.CONFIGSET", name, &longest]);
        assert!(!set.is_error(), "{name}: {set}");
    }
    let script = "
import sys
def atom(x):
    with atomic():
        return execute('INCR', 'n')
def wait(x):
    execute('SET', 'waits', '1')
    while True:
        pass
def fail(x):
    execute('INCR', 'tries')
    raise Exception('no')
GB('CommandReader').map(lambda x: registerTE(2**63 - 1, lambda: 1)).register(trigger='timer')
GB('CommandReader').map(lambda x: x[1]).register(trigger='sync', mode='sync')
GB('CommandReader').map(atom).register(trigger='atom')
GB('CommandReader').map(wait).register(trigger='wait')
GB('StreamReader').foreach(fail).register('s', onFailedPolicy='retry', onFailedRetryInterval=sys.maxsize)
";
    client.register(script, &[]);
    client.call(&["XADD", "s", "*", "k", "v"]);
    client.becomes(&["GET", "tries"], "\"1\"");
    for command in [
        &["RG.TRIGGER", "timer"][..],
        &["RG.TRIGGER", "sync", "x"],
        &["RG.TRIGGER", "atom"],
    ] {
        let reply = client.call(command);
        assert_eq!(reply.items().len(), 1, "{command:?}: {reply}");
    }
    let mut caller = server.client();
    caller.send(&["RG.TRIGGER", "wait"]).expect("sent");
    client.becomes(&["GET", "waits"], "\"1\"");
    let id = client.call(&["RG.DUMPEXECUTIONS"]);
    let running = id
        .items()
        .iter()
        .filter(|one| one.field("status").map(Value::text).as_deref() == Some("running"))
        .filter_map(|one| one.field("executionId").map(Value::text));
    for id in running {
        client.call(&["RG.ABORTEXECUTION", &id]);
    }
    assert!(answer(&mut caller, "what is aborted").is_error());
    assert!(!server.log().contains("panicked"), "{}", server.log_tail());
}

/// A thread that its worker cannot do without ends by what no function should do.
#[test]
fn a_worker_ends_with_any_of_its_threads() {
    let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
    let mut client = server.client();
    for (number, broken) in [
        "from redgrease_worker.lead import Lead\nLead.arrived = None",
        "from redgrease_worker.hub import Hub\nHub._command = None",
        "from redgrease_worker.wire import Stream\nStream.receive = None",
    ]
    .iter()
    .enumerate()
    {
        let trigger = format!("break{number}");
        let script = format!(
            "def broken(x):\n    exec({broken:?})\n    import time\n    while True:\n        execute('PING')\n        time.sleep(0.02)\n\
             GB('CommandReader').map(broken).register(trigger='{trigger}')"
        );
        client.register(&script, &[]);
        client.send(&["RG.TRIGGER", &trigger]).expect("sent");
        let reply = answer(&mut client, broken);
        assert!(
            reply.text().contains("python worker died"),
            "{broken}: {reply}"
        );
    }
    assert_eq!(
        client
            .call(&["RG.PYEXECUTE", "GB('ShardsIDReader').count().run()"])
            .items()
            .len(),
        2
    );
}
