//! Processes that are ended from outside, snapshots and replication under load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::arena::{Arena, REPLY_LIMIT, outcome};
use crate::support::resp::NoReply;
use crate::support::server::signal;
use crate::support::{Client, PATIENCE, Server, eventually};

/// Clients that trigger functions all the time.
struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Result<usize, String>>>,
    done: Arc<AtomicUsize>,
}

impl Load {
    fn start(server: &Server, clients: usize) -> Self {
        let (stop, done) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicUsize::new(0)),
        );
        let clients = (0..clients)
            .map(|n| {
                let (stop, done, address) =
                    (Arc::clone(&stop), Arc::clone(&done), server.address());
                thread::spawn(move || {
                    let mut client = Client::connect(address).map_err(|e| e.to_string())?;
                    let mode = ["async", "async_local", "sync"][n % 3];
                    let mut count = 0;
                    while !stop.load(Ordering::Relaxed) {
                        match client
                            .ask(&["RG.TRIGGER", &format!("alive_{mode}"), "x"], REPLY_LIMIT)
                        {
                            Ok(_) => count += 1,
                            Err(NoReply::Closed(_)) => return Ok(count),
                            Err(why) => return Err(format!("client {n}: {why}")),
                        }
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(count)
                })
            })
            .collect();
        Self {
            stop,
            clients,
            done,
        }
    }

    /// Wait until some more calls have been answered.
    fn run_for(&self, calls: usize) {
        let wanted = self.done.load(Ordering::Relaxed) + calls;
        let deadline = Instant::now() + PATIENCE;
        while self.done.load(Ordering::Relaxed) < wanted {
            assert!(Instant::now() < deadline, "the load stands still");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stop; no client may have waited for ever.
    fn finish(self) -> usize {
        self.stop.store(true, Ordering::Relaxed);
        self.clients
            .into_iter()
            .map(|c| {
                c.join()
                    .expect("a client that does not panic")
                    .expect("no client hangs")
            })
            .sum()
    }
}

#[test]
fn kill_of_workers_during_a_trigger() {
    let mut arena = Arena::new();
    for mode in ["async", "async_local"] {
        arena.register(&format!(
            "import os, time\ndef slow(r):\n    execute('set', 'pid', str(os.getpid()))\n    time.sleep(600)\n\
             GB('CommandReader').map(slow).register(trigger='slow_{mode}', mode='{mode}')"
        ));
        let mut caller = arena.server.client();
        caller
            .send(&["RG.TRIGGER", &format!("slow_{mode}")])
            .expect("a connection");
        let worker = wait_for_pid(&mut arena);
        signal(worker, "KILL");
        let reply = caller
            .read(REPLY_LIMIT)
            .expect("a reply after the worker's end");
        let error = outcome(&reply).expect_err(mode);
        assert!(error.contains("died"), "{error}");
        arena.ask(&["DEL", "pid"]);
        arena.alive();
    }
    arena.finish();
}

/// More than a socket holds, for a worker that takes nothing: the server's thread must not wait for room longer than for an answer.
#[test]
fn a_stopped_worker_and_a_long_argument_in_sync_mode() {
    let mut arena = Arena::new();
    let long = "x".repeat(1 << 20);
    for worker in arena.server.workers() {
        signal(worker, "STOP");
    }
    let reply = arena.ask(&["RG.TRIGGER", "alive_sync", &long]);
    assert!(reply.text().contains("SyncDeadline"), "{reply}");
    assert_eq!(
        arena.ask(&["RG.TRIGGER", "alive_sync", &long]).items()[0].text(),
        long
    );
    arena.finish();
}

fn wait_for_pid(arena: &mut Arena) -> u32 {
    let mut pid = None;
    eventually("the start of the function", || {
        pid = arena.ask(&["GET", "pid"]).text().parse().ok();
        pid.is_some()
    });
    pid.expect("it has started")
}

#[test]
fn kill_of_workers_during_a_batch() {
    let mut arena = Arena::new();
    for i in 0..2000 {
        arena.ask(&["SET", &format!("key:{i}"), "1"]);
    }
    let script = "import time\ndef slow(r):\n    time.sleep(0.0005)\n    return r['key']\nGB().map(slow).count().run('key:*')";
    for delay in [0, 3, 10, 30, 100, 300] {
        let mut caller = arena.server.client();
        caller
            .send(&["RG.PYEXECUTE", script])
            .expect("a connection");
        thread::sleep(Duration::from_millis(delay));
        for worker in arena.server.workers() {
            signal(worker, "KILL");
        }
        let reply = caller.read(REPLY_LIMIT).expect("a reply");
        if let Ok(count) = outcome(&reply) {
            assert_eq!(
                count, "[\"2000\"]",
                "a batch that claims to be complete is complete"
            );
        }
        // The end of a worker that had nothing to do is noticed a moment later.
        thread::sleep(Duration::from_millis(50));
        arena.alive();
    }
    arena.finish();
}

#[test]
fn kill_of_workers_at_any_moment_under_load() {
    let mut arena = Arena::new();
    let load = Load::start(&arena.server, 6);
    for round in 0..8_u64 {
        load.run_for(50);
        thread::sleep(Duration::from_millis(round * 7 % 20));
        for worker in arena.server.workers() {
            signal(worker, "KILL");
        }
    }
    load.run_for(100);
    let calls = load.finish();
    assert!(calls > 500, "{calls} calls were answered");
    arena.alive();
    arena.finish();
}

/// A stream with the retry policy: workers die, every entry is still handled.
#[test]
fn no_stream_entry_is_lost_when_workers_are_killed() {
    let mut arena = Arena::new();
    arena.register(
        "GB('StreamReader').foreach(lambda r: execute('sadd', 'handled', r['value']['n']))\
         .register('s', mode='async_local', batch=10, duration=50, onFailedPolicy='retry', onFailedRetryInterval=1)",
    );
    for n in 0..400 {
        arena.ask(&["XADD", "s", "*", "n", &n.to_string()]);
        if n % 80 == 40 {
            for worker in arena.server.workers() {
                signal(worker, "KILL");
            }
        }
    }
    let deadline = Instant::now() + PATIENCE;
    while arena.ask(&["SCARD", "handled"]).to_string() != ":400" {
        assert!(
            Instant::now() < deadline,
            "{} of 400 entries are handled",
            arena.ask(&["SCARD", "handled"])
        );
        thread::sleep(Duration::from_millis(50));
    }
    arena.finish();
}

#[test]
fn sigterm_under_load() {
    let mut arena = Arena::new();
    arena.register(
        "import time\nGB('CommandReader').map(lambda r: time.sleep(600)).register(trigger='sleep')",
    );
    let mut sleeper = arena.server.client();
    sleeper
        .send(&["RG.TRIGGER", "sleep"])
        .expect("a connection");
    let load = Load::start(&arena.server, 6);
    load.run_for(200);
    let workers = arena.server.workers();
    assert!(
        !workers.is_empty(),
        "the workers are children of the server"
    );
    arena.stop_pulse();
    arena.server.signal("TERM");
    let status = arena
        .server
        .wait_exit(PATIENCE)
        .expect("an end long before that of the function");
    assert!(status.success(), "{status}\n{}", arena.server.log_tail());
    load.finish();
    assert!(
        matches!(sleeper.read(PATIENCE), Err(NoReply::Closed(_))),
        "the connection is closed"
    );
    let deadline = Instant::now() + PATIENCE;
    while let Some(left) = workers.iter().find(|pid| runs(**pid)) {
        assert!(
            Instant::now() < deadline,
            "worker {left} outlives the server"
        );
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether a process runs; one that has ended and waits to be reaped does not.
fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[test]
fn snapshots_under_load() {
    let mut arena = Arena::new();
    let load = Load::start(&arena.server, 6);
    for _ in 0..3 {
        load.run_for(100);
        let reply = arena.ask(&["BGSAVE"]).text();
        assert!(reply.starts_with("Background saving started"), "{reply}");
        let deadline = Instant::now() + PATIENCE;
        while arena
            .ask(&["INFO", "persistence"])
            .text()
            .contains("rdb_bgsave_in_progress:1")
        {
            assert!(Instant::now() < deadline, "the snapshot does not end");
            thread::sleep(Duration::from_millis(10));
        }
        let info = arena.ask(&["INFO", "persistence"]).text();
        assert!(info.contains("rdb_last_bgsave_status:ok"), "{info}");
    }
    load.finish();
    arena.alive();
    arena.stop_pulse();
    arena.server.restart();
    arena.client = arena.server.client();
    arena.finish();
}

#[test]
fn a_replica_joins_under_load() {
    let mut arena = Arena::new();
    let load = Load::start(&arena.server, 4);
    load.run_for(100);
    let replica = Server::start();
    let mut observer = replica.client();
    let port = arena.server.address().port().to_string();
    assert_eq!(
        observer
            .call(&["REPLICAOF", "127.0.0.1", &port])
            .to_string(),
        "+OK"
    );
    let deadline = Instant::now() + PATIENCE;
    while observer.call(&["RG.DUMPREGISTRATIONS"]).items().len() != 3 {
        assert!(
            Instant::now() < deadline,
            "the registrations do not reach the replica\n{}",
            replica.log_tail()
        );
        thread::sleep(Duration::from_millis(20));
    }
    arena.register("GB('CommandReader').register(trigger='late')");
    while observer.call(&["RG.DUMPREGISTRATIONS"]).items().len() != 4 {
        assert!(
            Instant::now() < deadline,
            "a later registration does not reach the replica\n{}",
            replica.log_tail()
        );
        thread::sleep(Duration::from_millis(20));
    }
    load.run_for(100);
    load.finish();
    arena.finish();
}
