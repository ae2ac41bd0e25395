//! What workers leave behind: processes that functions start, sockets that those hold open, answers that cannot be read.

use crate::arena::{Arena, REPLY_LIMIT, outcome};
use crate::support::eventually;
use crate::support::server::signal;

/// Whether a process runs; one that has ended and waits to be reaped does not.
fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn number(arena: &mut Arena, key: &str) -> u32 {
    let mut number = None;
    eventually(key, || {
        number = arena.ask(&["GET", key]).text().parse().ok();
        number.is_some()
    });
    number.expect("it is there")
}

#[test]
fn what_a_function_starts_ends_with_its_worker() {
    let mut arena = Arena::new();
    for (name, start) in [
        ("program", "subprocess.Popen(['sleep', '600']).pid"),
        (
            "shell",
            "subprocess.Popen('sleep 600 | sleep 600', shell=True).pid",
        ),
        ("fork", "fork()"),
    ] {
        arena.register(&format!(
            "import os, subprocess, time
def fork():
    child = os.fork()
    if child == 0:
        time.sleep(600)
        os._exit(0)
    return child
def start(r):
    execute('set', '{name}', str({start}))
    execute('set', '{name} worker', str(os.getpid()))
    time.sleep(600)
GB('CommandReader').foreach(start).register(trigger='{name}')"
        ));
        let mut caller = arena.server.client();
        caller.send(&["RG.TRIGGER", name]).expect("a connection");
        let started = number(&mut arena, name);
        let worker = number(&mut arena, &format!("{name} worker"));
        assert!(runs(started), "{name}");
        signal(worker, "KILL");
        let reply = caller.read(REPLY_LIMIT).expect("a reply");
        assert!(
            outcome(&reply).is_err_and(|text| text.contains("died")),
            "{reply}"
        );
        eventually("the end of what was started", || !runs(started));
        arena.alive();
    }
    arena.finish();
}

/// It has left the group, and has the worker's sockets: no end of file tells that the worker is gone.
#[test]
fn a_process_that_holds_the_sockets_of_a_dead_worker_keeps_nobody_waiting() {
    let mut arena = Arena::new();
    arena.register(
        "import os, subprocess, time
def start(r):
    for name in os.listdir('/proc/self/fd'):
        try:
            if os.readlink('/proc/self/fd/' + name).startswith('socket:'):
                os.set_inheritable(int(name), True)
        except OSError:
            pass
    child = subprocess.Popen(['sleep', '600'], close_fds=False, start_new_session=True)
    execute('set', 'child', str(child.pid))
    execute('set', 'worker', str(os.getpid()))
    time.sleep(600)
GB('CommandReader').foreach(start).register(trigger='start')",
    );
    let mut caller = arena.server.client();
    caller.send(&["RG.TRIGGER", "start"]).expect("a connection");
    let child = number(&mut arena, "child");
    signal(number(&mut arena, "worker"), "KILL");
    let reply = caller.read(REPLY_LIMIT);
    let still = runs(child);
    signal(child, "KILL");
    let reply = reply.expect("a reply");
    assert!(
        outcome(&reply).is_err_and(|text| text.contains("died")),
        "{reply}"
    );
    assert!(still, "the child had the sockets all the time");
    arena.finish();
}

#[test]
fn a_worker_whose_answers_cannot_be_read_is_replaced() {
    let mut arena = Arena::new();
    let definition = "
import redgrease_worker.records as records
def bad(r):
    records.dumps = lambda value: b'\\xff\\xff'
    return 1";
    arena.every_way(definition, |way, outcome| {
        let text = outcome.expect_err(way);
        assert!(
            text.contains("broken") && text.contains("replaced"),
            "{way}: {text}"
        );
    });
    let log = arena.server.log();
    assert_eq!(
        log.matches("an answer that cannot be read").count(),
        4,
        "{log}"
    );
    arena.finish();
}

#[test]
fn dead_workers_leave_no_descriptors_and_threads_behind() {
    let mut arena = Arena::new();
    let pid = arena.server.pid();
    let count =
        |what: &str| std::fs::read_dir(format!("/proc/{pid}/{what}")).map_or(0, Iterator::count);
    let mut before = (0, 0);
    for round in 0..8 {
        for number in 0..10 {
            arena.register(&format!(
                "GB('CommandReader').register(trigger='{round}:{number}')"
            ));
        }
        for worker in arena.server.workers() {
            signal(worker, "KILL");
        }
        for mode in ["async", "async_local", "sync"] {
            // The end of a worker that had nothing to do is noticed a moment later.
            eventually("another worker", || {
                !arena
                    .ask(&["RG.TRIGGER", &format!("alive_{mode}"), "x"])
                    .is_error()
            });
        }
        if round == 1 {
            before = (count("fd"), count("task"));
        }
    }
    eventually("as many descriptors and threads as before", || {
        count("fd") <= before.0 + 4 && count("task") <= before.1 + 4
    });
    arena.finish();
}
