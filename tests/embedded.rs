//! The private server: its life is that of its owner.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use common::{gears, start};
use redgrease::embedded::{Cluster, Error, Server};
use redgrease::prelude::*;
use redgrease::redis;

fn is_running(pid: u32) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // the name in brackets is followed by the state; Z is a process that only waits to be reaped
    state
        .rsplit(')')
        .next()
        .is_some_and(|rest| !rest.is_empty() && !rest.starts_with(" Z"))
}

fn wait_until_gone(pid: u32) {
    let patience = Instant::now() + Duration::from_secs(10);
    while is_running(pid) {
        assert!(Instant::now() < patience, "process {pid} still runs");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn it_stops_when_it_is_dropped_and_leaves_nothing_behind() {
    let server = start();
    let (pid, dir) = (server.pid(), server.log_file());
    let mut con = gears(&server);
    let worker: Option<u32> = con
        .pyexecute("import os\nGB('ShardsIDReader').map(lambda _: os.getpid()).run()")
        .unwrap()
        .decode()
        .unwrap()
        .value;
    assert!(is_running(pid));
    drop(server);
    wait_until_gone(pid);
    wait_until_gone(worker.unwrap());
    assert!(!dir.parent().unwrap().exists());
}

#[test]
fn two_servers_run_side_by_side() {
    let (first, second) = (start(), start());
    assert_ne!(first.port(), second.port());
    for server in [&first, &second] {
        let mut con = gears(server);
        let outcome = con.pyexecute("GB().count().run()").unwrap();
        assert_eq!(outcome.decode::<Option<i64>>().unwrap().value, None);
    }
}

#[test]
fn a_cluster_is_there_at_once_and_goes_with_its_value() {
    let mut cluster = Cluster::builder()
        .replicas(1)
        .server_arg("--cluster-node-timeout", "2000")
        .start()
        .unwrap();
    assert_eq!((cluster.nodes().len(), cluster.replicas().len()), (3, 3));
    let pids: Vec<u32> = cluster.nodes().iter().map(Server::pid).collect();
    let info = |server: &Server| -> String {
        let mut con = server.connection().unwrap();
        let mut command = redis::cmd("CLUSTER");
        command.arg("INFO").query(&mut con).unwrap()
    };
    for server in cluster.nodes().iter().chain(cluster.replicas()) {
        assert!(info(server).contains("cluster_slots_ok:16384"));
    }
    // A replica takes the place of a server that dies.
    let gone = cluster.remove(0);
    let mut con = gone.connection().unwrap();
    redis::cmd("SET")
        .arg("{06S}")
        .arg("kept")
        .exec(&mut con)
        .unwrap();
    redis::cmd("WAIT").arg(1).arg(5000).exec(&mut con).unwrap();
    drop((con, gone));
    let patience = Instant::now() + Duration::from_secs(60);
    loop {
        let mut con = cluster.replicas()[0].connection().unwrap();
        let kept: redis::RedisResult<String> = redis::cmd("GET").arg("{06S}").query(&mut con);
        if kept.is_ok_and(|kept| kept == "kept") {
            break;
        }
        assert!(Instant::now() < patience, "no replica was promoted");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(cluster);
    pids.into_iter().for_each(wait_until_gone);
}

#[test]
fn a_cluster_that_cannot_start_says_why() {
    for (cluster, part) in [
        (Cluster::builder().nodes(0), "one server at least"),
        (
            Cluster::builder().port(60_000),
            "ports from 60000 on are too high",
        ),
        (
            Cluster::builder().server_arg("--maxmemory-policy", "no-such-policy"),
            "the server ended",
        ),
    ] {
        let error = cluster.start().unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

/// A program of the examples, which cargo builds beside the tests.
fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(2).unwrap().join("examples").join(name)
}

#[test]
fn a_copied_program_finds_its_engine_and_takes_none_that_anybody_may_have_put_there() {
    let dir = tempfile::tempdir().unwrap();
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o1777);
    std::fs::set_permissions(dir.path(), everybody).unwrap();
    let program = dir.path().join("program");
    std::fs::copy(example("basics"), &program).unwrap();
    // a server that loads one of these does not start
    std::fs::create_dir(dir.path().join("deps")).unwrap();
    for planted in ["libredgrease_engine.so", "deps/libredgrease_engine-0a.so"] {
        std::fs::write(dir.path().join(planted), "no module").unwrap();
    }
    let ran = Command::new(&program)
        .current_dir(dir.path())
        .env_remove("REDIS_URL")
        .env_remove("REDGREASE_ENGINE")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{errors}");
}

#[test]
fn it_stops_with_a_program_that_was_killed() {
    // the quickstart starts a server of its own and talks to it for more than a second
    let example = example("quickstart");
    let mut program = Command::new(&example)
        .env_remove("REDIS_URL")
        .spawn()
        .unwrap();
    let child = |parent: u32| -> Option<u32> {
        let children = format!("/proc/{parent}/task/{parent}/children");
        let list = std::fs::read_to_string(children).ok()?;
        list.split_whitespace().next()?.parse().ok()
    };
    let patience = Instant::now() + Duration::from_secs(10);
    let server = loop {
        match child(program.id()) {
            Some(pid) => break pid,
            None => assert!(
                Instant::now() < patience,
                "{} starts no server",
                example.display()
            ),
        }
    };
    program.kill().unwrap();
    program.wait().unwrap();
    wait_until_gone(server);
}

#[test]
fn a_server_that_does_not_start_shows_the_end_of_its_log() {
    let error = Server::builder()
        .server_arg("--maxmemory-policy", "no-such-policy")
        .start()
        .unwrap_err();
    assert!(matches!(error, Error::NotStarted { .. }), "{error}");
    let error = Server::builder().python("/no/such/python").start();
    let text = match error {
        Err(error) => error.to_string(),
        Ok(server) => gears(&server)
            .pyexecute("GB().run()")
            .unwrap_err()
            .to_string(),
    };
    assert!(text.contains("/no/such/python"), "{text}");
    assert!(!Path::new("/no/such/python").exists());
}

#[test]
fn a_worker_that_holds_the_interpreter_ends_with_its_server() {
    let server = start();
    let mut con = gears(&server);
    let stuck = "import ctypes, os\n\
                 def stop(_):\n    \
                     execute('SET', 'worker', os.getpid())\n    \
                     ctypes.PyDLL(None).pause()\n\
                 GB('ShardsIDReader').foreach(stop).run()";
    let options = redgrease::client::requests::PyExecuteOptions::new().unblocking();
    con.pyexecute_options(stuck, &options).unwrap();
    let patience = Instant::now() + Duration::from_secs(20);
    let worker: u32 = loop {
        if let Some(pid) = redis::cmd("GET").arg("worker").query(&mut con).unwrap() {
            break pid;
        }
        assert!(Instant::now() < patience, "the function does not run");
    };
    assert!(is_running(worker));
    drop(server);
    wait_until_gone(worker);
}
