//! What went wrong says so: on servers without the engine, in Python, in the middle of a command.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::time::Duration;

use redgrease::client::{ExecId, requests};
use redgrease::embedded::Server;
use redgrease::prelude::*;
use redgrease::redis;
use redgrease::{Error, Outcome, PyExecuteOptions};
use redis_test::{MockCmd, MockRedisConnection};

use common::{Plain, gears, start, wait_until};

const NO_ARGS: &[&str] = &[];

#[test]
fn a_server_without_a_module() {
    let plain = Plain::start(&[]);
    let mut con = gears_at(&plain);
    let error = con.pyexecute("").unwrap_err();
    assert!(error.is_no_engine(), "{error:?}");
    let text = "the server has no engine that answers `RG.PYEXECUTE`: it has no modules (start it";
    assert!(error.to_string().starts_with(text), "{error}");
    let error = con.trigger("area", &["1"]).unwrap_err();
    assert!(error.to_string().contains("`RG.TRIGGER`"), "{error}");
    assert_eq!(con.gears_version().unwrap(), None);
    assert_eq!(con.module_list().unwrap(), []);
}

fn gears_at(plain: &Plain) -> redis::Connection {
    let client = redis::Client::open(plain.url()).unwrap();
    client.get_connection().unwrap()
}

#[test]
fn a_server_that_answers_the_commands_in_a_way_of_its_own() {
    // commands of Redis under the names of the engine's stand for another module
    let plain = Plain::start(&[
        "--rename-command",
        "ECHO",
        "RG.PYEXECUTE",
        "--rename-command",
        "DBSIZE",
        "RG.DUMPREGISTRATIONS",
    ]);
    let mut con = gears_at(&plain);
    let errors = [
        con.pyexecute("GB().run()").unwrap_err(),
        con.dumpregistrations().unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_no_engine(), "{error:?}");
        assert!(error.to_string().contains("no modules"), "{error}");
    }
}

/// A connection to a server that does not know a command and lists these modules.
fn unknown(command: &redis::Cmd, modules: &[(&str, i64)]) -> MockRedisConnection {
    let error = redis::parse_redis_value(b"-ERR unknown command 'RG.X', with args: \r\n").unwrap();
    let modules: Vec<redis::Value> = modules
        .iter()
        .map(|(name, version)| {
            let text = |text: &str| redis::Value::BulkString(text.as_bytes().to_vec());
            let version = redis::Value::Int(*version);
            redis::Value::Array(vec![text("name"), text(name), text("ver"), version])
        })
        .collect();
    let listed = redis::Value::Array(modules);
    MockRedisConnection::new([
        MockCmd::new(command, Ok(error)),
        MockCmd::new(requests::module_list().cmd(), Ok(listed)),
    ])
    .assert_all_commands_consumed()
}

#[test]
fn another_module_and_an_old_engine() {
    let request = requests::trigger_on_key("f", "key", NO_ARGS);
    let mut other = unknown(request.cmd(), &[("redisgears_2", 20_011), ("bf", 20_400)]);
    let error = request.run(&mut other).unwrap_err();
    assert!(error.is_no_engine(), "{error:?}");
    assert!(
        error
            .to_string()
            .contains("it has other modules: redisgears_2 2.0.11, bf 2.4.0"),
        "{error}"
    );
    let mut old = unknown(request.cmd(), &[("rg", 10_009)]);
    let error = request.run(&mut old).unwrap_err();
    assert!(error.is_engine_too_old(), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the engine of the server, rg 1.0.9, does not know `RG.TRIGGERONKEY`: it is too old for it, \
         or its Python plug-in is not loaded"
    );
}

#[test]
fn every_predicate_knows_the_words_of_the_server() {
    let wheels = tempfile::tempdir().unwrap();
    let directory = wheels.path().display().to_string();
    let server = Server::builder()
        .module_arg("WheelDirectory", directory)
        .start()
        .unwrap();
    let mut con = gears(&server);

    let error = con.pyexecute("1 / 0").unwrap_err();
    assert!(error.is_python(), "{error:?}");
    let error = con.pyexecute("def").unwrap_err();
    assert!(error.is_python(), "{error:?}");

    let error = con.trigger("nobody", NO_ARGS).unwrap_err();
    assert!(error.is_not_registered(), "{error:?}");
    assert!(error.to_string().contains("`nobody`"), "{error}");
    let error = con.triggeronkey("nobody", "key", NO_ARGS).unwrap_err();
    assert!(error.is_not_registered(), "{error:?}");

    let gear = gear! { CommandReader().count().register(trigger="twice") };
    gear.on(&mut con).unwrap();
    let error = gear.on(&mut con).unwrap_err();
    assert!(error.is_duplicate_trigger(), "{error:?}");
    assert!(error.to_string().contains("`twice`"), "{error}");
    let script = "GB('CommandReader').register(trigger='twice')";
    let error = con.pyexecute(script).unwrap_err();
    assert!(error.is_duplicate_trigger(), "{error:?}");

    let unknown = ExecId {
        sequence: 999_999,
        ..ExecId::default()
    };
    let errors = [
        con.getresults(&unknown).unwrap_err(),
        con.getresultsblocking(&unknown).unwrap_err(),
        con.getexecution(&unknown, None).unwrap_err(),
        con.dropexecution(&unknown).unwrap_err(),
        con.abortexecution(&unknown).unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_no_such_execution(), "{error:?}");
    }

    let options = PyExecuteOptions::new().unblocking();
    let Outcome::Started(id) = con.pyexecute_options(ENDLESS, &options).unwrap() else {
        panic!("an ID");
    };
    let error = con.getresults(&id).unwrap_err();
    assert!(error.is_still_running(), "{error:?}");
    con.abortexecution(&id).unwrap();

    let missing = PyExecuteOptions::new().requirements(["rg-nowhere==1.0"]);
    let error = con.pyexecute_options("GB().run()", &missing).unwrap_err();
    assert!(error.is_requirements_failed(), "{error:?}");
    assert!(error.to_string().contains("rg-nowhere"), "{error}");

    let mut impatient = server.connection().unwrap();
    impatient
        .set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    let error = impatient.pyexecute(ENDLESS).unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    assert!(!error.is_python() && !error.is_no_engine(), "{error:?}");
}

const ENDLESS: &str = "import time\n\
    def wait(_):\n    while True:\n        time.sleep(0.01)\n\
    GB('ShardsIDReader').foreach(wait).run()";

/// Waits until an execution runs on the server, then ends its process.
fn kill_in_the_middle(server: &Server) {
    let mut other = server.connection().unwrap();
    wait_until("an execution", || {
        let executions = other.dumpexecutions().unwrap();
        executions.iter().any(|e| e.status.to_string() == "running")
    });
    let killed = std::process::Command::new("kill")
        .args(["-9", &server.pid().to_string()])
        .status();
    assert!(killed.unwrap().success());
}

fn assert_lost(error: &Error) {
    assert!(error.is_connection_lost(), "{error:?}");
    assert!(!error.is_timeout(), "{error:?}");
}

#[test]
fn a_connection_that_breaks_in_the_middle() {
    let server = start();
    let mut con = server.connection().unwrap();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| kill_in_the_middle(&server));
        con.pyexecute(ENDLESS).unwrap_err()
    });
    assert_lost(&error);
    let again = con.pyexecute("").unwrap_err();
    assert_lost(&again);
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn a_shared_connection_that_breaks_in_the_middle() {
    use redgrease::AsyncGearsCommands as Async;

    let server = start();
    let gears = RedisGears::lazy(server.url()).unwrap();
    let mut con = gears.async_connection().await.unwrap();
    let run = tokio::spawn(async move { Async::pyexecute(&mut con, ENDLESS).await });
    tokio::task::spawn_blocking(move || {
        kill_in_the_middle(&server);
        server
    })
    .await
    .unwrap();
    let error = run.await.unwrap().unwrap_err();
    assert_lost(&error);
}

#[test]
fn the_last_failures_are_kept_also_when_later_calls_go_well() {
    let server = start();
    let mut con = gears(&server);
    con.pyexecute("GB('CommandReader').map(lambda c: int(c[1])).register(trigger='number')")
        .unwrap();
    assert_eq!(con.failures().unwrap(), []);
    assert!(con.trigger("number", &["many, too many\\x"]).is_err());
    con.trigger("number", &["1"]).unwrap();
    let failures = con.failures().unwrap();
    assert_eq!(failures.len(), 1);
    let failure = &failures[0];
    assert_eq!(failure.waits_for.as_deref(), Some("number"));
    assert!(failure.registration.is_some());
    let exception = failure.python().unwrap().exception;
    assert!(exception.contains(r"'many, too many\\x'"), "{exception}");
    assert!(failure.time.elapsed().unwrap() < Duration::from_secs(3600));
}
