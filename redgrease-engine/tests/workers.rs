//! What workers do to the server and to each other: nothing that hurts.

#[path = "support/mod.rs"]
mod support;

use std::time::Duration;

use support::server::signal;
use support::{Options, Server, Value, eventually};

/// More than a busy machine needs, and less than what the functions here would sleep.
const SOON: Duration = Duration::from_secs(45);

/// Runs a script and gives the reply.
#[track_caller]
fn run(server: &Server, script: &str) -> Value {
    server
        .client()
        .ask(&["RG.PYEXECUTE", script], SOON)
        .expect("a reply")
}

#[track_caller]
fn ask(server: &Server, command: &[&str]) -> Value {
    server.client().ask(command, SOON).expect("a reply")
}

/// The status of an execution.
fn status(server: &Server, id: &str) -> String {
    ask(server, &["RG.GETEXECUTION", id]).items()[0]
        .field("execution_plan")
        .and_then(|plan| plan.field("status"))
        .map(Value::text)
        .unwrap_or_default()
}

#[test]
fn a_worker_that_dies_takes_only_its_callers_along() {
    let server = Server::with(&Options::workers(&[]));
    let script = "
import ctypes, os
seen = [1]
def f(x):
    if x[1] == 'exit': os._exit(3)
    if x[1] == 'crash': ctypes.string_at(0)
    if x[1] == 'leave': raise SystemExit(4)
    seen[0] += 1
    return seen[0]
GB('CommandReader').map(f).register(trigger='f')
";
    assert_eq!(run(&server, script).text(), "OK");
    assert_eq!(
        ask(&server, &["RG.TRIGGER", "f", "x"]).items()[0].text(),
        "2"
    );
    for (how, said) in [
        ("exit", "python worker died (exit code 3)"),
        ("crash", "python worker died (signal 11)"),
        ("leave", "SystemExit: 4"),
    ] {
        let reply = ask(&server, &["RG.TRIGGER", "f", how]);
        assert!(
            reply.is_error() && reply.text().contains(said),
            "{how}: {reply:?}"
        );
        assert_eq!(ask(&server, &["PING"]).text(), "PONG");
        let next = ask(&server, &["RG.TRIGGER", "f", "x"]);
        assert_eq!(next.items().len(), 1, "{how}: {next:?}");
    }
}

#[test]
fn the_globals_of_a_script_come_back_as_they_were_registered() {
    let server = Server::with(&Options::workers(&[]));
    let script = "
import os
n = [1]
def up(x):
    n[0] += 1
    return n[0]
def end(x): os._exit(1)
GB('CommandReader').map(up).register(trigger='a')
GB('CommandReader').map(up).register(trigger='b')
GB('CommandReader').map(end).register(trigger='end')
";
    assert_eq!(run(&server, script).text(), "OK");
    let call = |name: &str| ask(&server, &["RG.TRIGGER", name]).items()[0].text();
    assert_eq!((call("a"), call("b")), ("2".to_owned(), "3".to_owned()));
    assert!(ask(&server, &["RG.TRIGGER", "end"]).is_error());
    assert_eq!((call("a"), call("b")), ("2".to_owned(), "3".to_owned()));
}

#[test]
fn a_killed_worker_answers_whoever_waits_for_it() {
    let server = Server::with(&Options::workers(&[]));
    let script = "
import time
def f(x):
    execute('set', 'begun', '1')
    time.sleep(float(x[1]))
GB('CommandReader').map(f).register(trigger='sleep')
";
    assert_eq!(run(&server, script).text(), "OK");
    let mut client = server.client();
    client.send(&["RG.TRIGGER", "sleep", "60"]).expect("sent");
    eventually("the function", || {
        ask(&server, &["GET", "begun"]).text() == "1"
    });
    let pids = server.workers();
    assert!(!pids.is_empty());
    for pid in pids {
        signal(pid, "KILL");
    }
    let reply = client.read(SOON).expect("an answer");
    assert!(
        reply.text().contains("python worker died (signal 9)"),
        "{reply:?}"
    );
    assert_eq!(
        ask(&server, &["RG.TRIGGER", "sleep", "0"]).items()[0].text(),
        "None"
    );
}

#[test]
fn a_slow_function_does_not_hold_up_its_neighbours() {
    let server = Server::with(&Options::workers(&[]));
    let script = "
import time
def slow(x):
    execute('set', 'begun', '1')
    while not execute('exists', 'go'):
        time.sleep(0.2)
GB('CommandReader').map(slow).register(trigger='slow')
GB('CommandReader').map(lambda x: execute('incr', 'n')).register(trigger='quick')
";
    assert_eq!(run(&server, script).text(), "OK");
    let mut slow = server.client();
    slow.send(&["RG.TRIGGER", "slow"]).expect("sent");
    eventually("the slow one", || {
        ask(&server, &["GET", "begun"]).text() == "1"
    });
    for number in 1..=20 {
        assert_eq!(
            ask(&server, &["RG.TRIGGER", "quick"]).items()[0].text(),
            number.to_string()
        );
    }
    ask(&server, &["SET", "go", "1"]);
    assert_eq!(slow.read(SOON).expect("an answer").items().len(), 1);
}

#[test]
fn a_script_goes_on_beside_a_run_that_keeps_its_thread() {
    goes_on_beside_a_run("x = 1");
}

#[test]
fn a_script_goes_on_beside_a_run_without_greenlets() {
    goes_on_beside_a_run("import sys\nsys.modules['greenlet'] = None");
}

fn goes_on_beside_a_run(first: &str) {
    let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
    let [begun, go] = ["begun", "go"].map(|name| server.installation().join(name));
    let mut client = server.client();
    // From here on the main thread leads.
    client.register(first, &[]);
    // Asks the server again and again, so that the run comes while it waits for an answer.
    let script = "execute('set', 'loading', '1')\nwhile not execute('exists', 'leave'):\n    pass";
    client.send(&["RG.PYEXECUTE", script]).expect("sent");
    eventually("the script", || {
        ask(&server, &["GET", "loading"]).text() == "1"
    });
    let run = format!(
        "import os, time\n\
         def wait():\n    open({begun:?}, 'w').close()\n    while not os.path.exists({go:?}):\n        time.sleep(0.01)\n    yield 1\n\
         GB('PythonReader').run(wait)"
    );
    let id = ask(&server, &["RG.PYEXECUTE", &run, "UNBLOCKING"]).text();
    eventually("the run", || begun.exists());
    ask(&server, &["SET", "leave", "1"]);
    assert_eq!(client.read(SOON).expect("an answer").text(), "OK");
    assert!(ask(&server, &["RG.GETRESULTS", &id]).is_error());
    std::fs::write(&go, "").expect("the directory is there");
    let reply = ask(&server, &["RG.GETRESULTSBLOCKING", &id]);
    assert_eq!(reply.to_string(), "[[\"1\"], []]");
}

/// What makes a worker look alive, in a script that takes nothing else: its neighbours get a thread all the same.
#[test]
fn a_script_that_seems_alive_holds_up_no_neighbour() {
    for (first, body) in [
        ("x = 1", "execute('get', 'leave')"),
        (
            "import sys\nsys.modules['greenlet'] = None",
            "execute('get', 'leave')",
        ),
        ("x = 1", "log('still here'); time.sleep(0.001)"),
        ("x = 1", "with atomic(): execute('get', 'leave')"),
    ] {
        let server = Server::with(&Options::workers(&["WorkersPerEnvironment", "1"]));
        let leave = server.installation().join("leave");
        let mut client = server.client();
        client.register(first, &[]);
        let script = format!(
            "import os, time\nexecute('set', 'loading', '1')\nwhile not os.path.exists({leave:?}):\n    {body}"
        );
        client.send(&["RG.PYEXECUTE", &script]).expect("sent");
        eventually("the script", || {
            ask(&server, &["GET", "loading"]).text() == "1"
        });
        let next = "GB('PythonReader').run(lambda: (yield 1))";
        assert_eq!(run(&server, next).to_string(), "[[\"1\"], []]", "{body}");
        // The next one leads, and says nothing; the server must not take the first one's signs for its.
        let mut silent = server.client();
        let script = format!(
            "import os, time\nexecute('set', 'loading', '2')\nwhile not os.path.exists({leave:?}): time.sleep(0.1)"
        );
        silent.send(&["RG.PYEXECUTE", &script]).expect("sent");
        eventually("the silent script", || {
            ask(&server, &["GET", "loading"]).text() == "2"
        });
        assert_eq!(run(&server, next).to_string(), "[[\"1\"], []]", "{body}");
        std::fs::write(&leave, "").expect("the directory is there");
        for mut client in [client, silent] {
            assert_eq!(client.read(SOON).expect("an answer").text(), "OK");
        }
    }
}

#[test]
fn work_is_stopped_in_python_and_in_the_system() {
    // A busy machine may take longer than the usual grace, after which the worker is killed.
    let server = Server::with(&Options::workers(&["AbortGrace", "30000"]));
    ask(&server, &["SET", "k", "1"]);
    for body in ["while True: pass", "__import__('time').sleep(60)"] {
        ask(&server, &["DEL", "begun"]);
        let script = format!(
            "def f(x):\n    execute('set', 'begun', '1')\n    {body}\nGB('KeysReader').map(f).run('k')"
        );
        let id = ask(&server, &["RG.PYEXECUTE", &script, "UNBLOCKING"]).text();
        eventually("the function", || {
            ask(&server, &["GET", "begun"]).text() == "1"
        });
        assert_eq!(status(&server, &id), "running");
        assert_eq!(ask(&server, &["RG.ABORTEXECUTION", &id]).text(), "OK");
        let reply = ask(&server, &["RG.GETRESULTSBLOCKING", &id]);
        assert!(
            reply.items()[1].items()[0]
                .text()
                .contains("gears.forcestopped"),
            "{reply:?}"
        );
    }
}

#[test]
fn what_waits_for_a_thread_is_aborted_before_it_begins() {
    let server = Server::with(&Options::workers(&["ExecutionThreads", "1"]));
    let script = "
import time
def g():
    while not execute('exists', 'go'):
        time.sleep(0.01)
    yield 1
GB('PythonReader').run(g)
";
    let first = ask(&server, &["RG.PYEXECUTE", script, "UNBLOCKING"]).text();
    let second = ask(&server, &["RG.PYEXECUTE", script, "UNBLOCKING"]).text();
    eventually("the first", || status(&server, &first) == "running");
    assert_eq!(status(&server, &second), "created");
    assert_eq!(ask(&server, &["RG.ABORTEXECUTION", &second]).text(), "OK");
    assert_eq!(status(&server, &second), "aborted");
    assert_eq!(status(&server, &first), "running");
    ask(&server, &["SET", "go", "1"]);
    assert_eq!(
        ask(&server, &["RG.GETRESULTSBLOCKING", &first]).items()[0].items()[0].text(),
        "1"
    );
}

#[test]
fn a_synchronous_function_is_stopped_at_its_deadline() {
    let server = Server::with(&Options::workers(&["SyncDeadline", "300"]));
    let script = "
def spin(x):
    while True: pass
GB('CommandReader').map(spin).register(trigger='spin', mode='sync')
";
    assert_eq!(run(&server, script).text(), "OK");
    let reply = ask(&server, &["RG.TRIGGER", "spin"]);
    assert!(reply.text().contains("SyncDeadline"), "{reply:?}");
    let why = "did not end a synchronous function within SyncDeadline (300 ms)";
    assert!(server.log().contains(why), "{}", server.log_tail());
    assert_eq!(ask(&server, &["PING"]).text(), "PONG");
}

#[test]
fn an_atomic_block_shuts_others_out_and_ends_at_its_deadline() {
    let server = Server::with(&Options::workers(&["AtomicDeadline", "3000"]));
    let script = "
import time
def f(x):
    with atomic():
        before = execute('incr', 'n')
        time.sleep(float(x[1]))
        return execute('incr', 'n') - before
GB('CommandReader').map(f).register(trigger='f', mode='async_local')
";
    assert_eq!(run(&server, script).text(), "OK");
    let mut client = server.client();
    client.send(&["RG.TRIGGER", "f", "0.1"]).expect("sent");
    for _ in 0..50 {
        ask(&server, &["INCR", "n"]);
    }
    assert_eq!(client.read(SOON).expect("an answer").items()[0].text(), "1");
    let reply = ask(&server, &["RG.TRIGGER", "f", "60"]);
    assert!(reply.text().contains("died (signal 9)"), "{reply:?}");
    assert_eq!(ask(&server, &["PING"]).text(), "PONG");
}

#[test]
fn many_callers_that_execute_overlap_and_miss_nothing() {
    let server = Server::with(&Options::workers(&[]));
    let script = "
def f(x):
    execute('set', 'k' + x[1], x[1])
    execute('incr', 'n')
    return execute('get', 'k' + x[1])
GB('CommandReader').map(f).register(trigger='f')
";
    assert_eq!(run(&server, script).text(), "OK");
    std::thread::scope(|scope| {
        for number in 0..16 {
            let server = &server;
            scope.spawn(move || {
                let mut client = server.client();
                for round in 0..50 {
                    let word = format!("{number}-{round}");
                    let reply = client
                        .ask(&["RG.TRIGGER", "f", &word], SOON)
                        .expect("a reply");
                    assert_eq!(reply.items()[0].text(), word);
                }
            });
        }
    });
    assert_eq!(ask(&server, &["GET", "n"]).text(), "800");
}

/// Which thread of a worker reads its socket and which one takes what came, in every order of their steps; and that rules which are
/// not good enough are found wanting.
#[test]
fn whoever_leads_the_threads_of_a_worker_nobody_waits_for_ever() {
    let engine = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = std::process::Command::new(support::server::python())
        .arg(engine.join("tests/lead/model.py"))
        .arg(engine.join("python"))
        .output()
        .expect("Python starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

/// Both calls reach the worker at once. On the thread of the first one, which waits for the server, the second one must not begin.
#[test]
fn a_slow_function_does_not_prolong_an_atomic_block() {
    let options = Options::workers(&["WorkersPerEnvironment", "1", "AtomicDeadline", "5000"]);
    let server = Server::with(&options);
    let script = "
import time
def atom(x):
    with atomic():
        return execute('incr', 'n')
GB('CommandReader').map(atom).register(trigger='atom')
GB('CommandReader').map(lambda x: time.sleep(600)).register(trigger='slow')
GB('CommandReader').map(lambda x: time.sleep(0.3)).register(trigger='nap', mode='sync')
";
    assert_eq!(run(&server, script).text(), "OK");
    for number in 1..=3 {
        let mut callers = [server.client(), server.client(), server.client()];
        for (caller, name) in callers.iter_mut().zip(["nap", "atom", "slow"]) {
            // While the server waits for the first, the others arrive, and run in one turn then.
            caller.send(&["RG.TRIGGER", name]).expect("sent");
        }
        let reply = callers[1].read(SOON).expect("an answer");
        assert_eq!(reply.items()[0].text(), number.to_string(), "{reply}");
    }
}

/// Each runs when the client of the one before is unblocked, which is after the turn of the server that frames wait for: none may
/// wait for the next turn, which begins when something wakes the server up.
#[test]
fn pipelined_triggers_do_not_wait_for_the_server_to_wake_up() {
    const COUNT: usize = 500;
    let server = Server::with(&Options::workers(&[]));
    let script = "GB('CommandReader').map(lambda x: x[1]).register(trigger='f')";
    assert_eq!(run(&server, script).text(), "OK");
    let mut client = server.client();
    let begun = std::time::Instant::now();
    for number in 0..COUNT {
        client
            .send(&["RG.TRIGGER", "f", &number.to_string()])
            .expect("sent");
    }
    for number in 0..COUNT {
        let reply = client.read(SOON).expect("an answer");
        assert_eq!(reply.items()[0].text(), number.to_string());
    }
    // A tenth of a second for each, or less than a hundredth of that.
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn printing_and_binary_data_pass() {
    let server = Server::with(&Options::workers(&[]));
    let script = "
print('hello from a function')
import sys
sys.stderr.write('and from the error stream\\n')
print('x' * 5000000)
def f(x):
    execute('set', 'bin', bytes([0, 255, 13, 10]))
    return execute('get', 'bin')
GB('CommandReader').map(lambda x: [type(f(x)).__name__, bytes(f(x)), x[1]]).register(trigger='f', convertToStr=False)
";
    assert_eq!(run(&server, script).text(), "OK");
    let reply = ask(&server, &["RG.TRIGGER", "f", "a\0b"]);
    let record = &reply.items()[0].items();
    assert_eq!(record[0].text(), "bytearray");
    assert_eq!(record[1].bytes(), Some(&[0, 255, 13, 10][..]));
    assert_eq!(record[2].bytes(), Some(&b"a\0b"[..]));
    let log = server.log();
    assert!(log.contains("hello from a function") && log.contains("and from the error stream"));
}

#[test]
fn workers_end_with_their_server() {
    let mut server = Server::with(&Options::workers(&[]));
    assert_eq!(run(&server, "x = 1").text(), "OK");
    let pids = server.workers();
    assert!(!pids.is_empty());
    signal(server.pid(), "KILL");
    server.wait_exit(SOON).expect("it ends");
    let gone = |pid: &u32| !std::path::Path::new(&format!("/proc/{pid}/status")).exists();
    eventually("the end of the workers", || pids.iter().all(gone));
}

#[test]
fn a_missing_python_is_named_and_the_server_stands() {
    let server = Server::with(&Options::workers(&["PythonExecutable", "/nowhere/python3"]));
    let reply = run(&server, "x = 1");
    assert!(reply.is_error());
    for part in ["/nowhere/python3", "PythonExecutable"] {
        assert!(reply.text().contains(part), "{reply:?}");
    }
    assert_eq!(ask(&server, &["PING"]).text(), "PONG");
}

#[test]
fn what_a_new_worker_is_told_first_it_knows_first() {
    // Building the functions again takes its time, and what asks for them comes by another thread and by another socket.
    let server = Server::with(&Options::workers(&["SyncDeadline", "60000"]));
    let script = "
import os, time
class Slow:
    def __reduce__(self): return time.sleep, (2.5,)
def f(x, slow=Slow()): return 'f'
def tick(): execute('SET', 'ticked', '1')
GB('CommandReader').map(f).register(trigger='async')
GB('CommandReader').map(lambda x: 'g').register(trigger='sync', mode='sync')
GB('CommandReader').map(lambda x: registerTE(1, tick)).register(trigger='begin')
GB('CommandReader').map(lambda x: os._exit(1)).register(trigger='end')
";
    let ticked = || ask(&server, &["GET", "ticked"]).text() == "1";
    assert_eq!(run(&server, script).text(), "OK");
    assert_eq!(ask(&server, &["RG.TRIGGER", "begin"]).items().len(), 1);
    eventually("a tick", ticked);
    assert!(ask(&server, &["RG.TRIGGER", "end"]).is_error());
    ask(&server, &["DEL", "ticked"]);
    let mut clients = [server.client(), server.client()];
    for client in &mut clients {
        client.send(&["RG.TRIGGER", "async"]).expect("sent");
    }
    let answer = ask(&server, &["RG.TRIGGER", "sync"]);
    assert_eq!(answer.items().len(), 1, "{answer:?}");
    for client in &mut clients {
        let answer = client.read(SOON).expect("an answer");
        assert_eq!(answer.items().len(), 1, "{answer:?}");
    }
    eventually("a tick of the new worker", ticked);
}
