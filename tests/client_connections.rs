//! The client on every kind of connection of the `redis` crate and its pools.
#![cfg(all(feature = "embedded", feature = "tokio"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::Mutex;

use redgrease::client::{RegistrationFilter, requests};
use redgrease::embedded::Server;
use redgrease::redis::{self, aio::ConnectionLike};
use redgrease::{AsyncGearsCommands, ExecutionResult, Outcome, PyExecuteOptions, RawRecord, gear};
use redis_test::{MockCmd, MockRedisConnection};

use common::start;

/// What every blocking connection has to do: a command, a script, a gear.
fn works(con: &mut impl redis::ConnectionLike) {
    use redgrease::GearsCommands;

    con.pystats().unwrap();
    let outcome = con.pyexecute("GB('ShardsIDReader').map(lambda _: 7).run()");
    assert_eq!(outcome.unwrap().decode::<u8>().unwrap().value, 7);
    let gear = gear! { ShardsIDReader().count().run() };
    let counted: ExecutionResult<i64> = gear.on(con).unwrap();
    assert_eq!(counted.value, 1);
    assert!(con.gears_config().max_executions().unwrap() > 0);
}

/// The same of asynchronous ones.
async fn works_async(con: &mut (impl ConnectionLike + Send)) {
    con.pystats().await.unwrap();
    let outcome = con.pyexecute("GB('ShardsIDReader').map(lambda _: 7).run()");
    assert_eq!(outcome.await.unwrap().decode::<u8>().unwrap().value, 7);
    let gear = gear! { ShardsIDReader().count().run() };
    let counted: ExecutionResult<i64> = gear.on_async(con).await.unwrap();
    assert_eq!(counted.value, 1);
    assert!(con.gears_config().max_executions().await.unwrap() > 0);
}

/// A server whose first worker has started: the answers to shared connections may not take long.
fn warm() -> Server {
    let server = start();
    works(&mut server.connection().unwrap());
    server
}

#[test]
fn blocking_connections() {
    let server = start();
    let mut client = redis::Client::open(server.url()).unwrap();
    works(&mut client);
    let mut con = client.get_connection().unwrap();
    works(&mut con);
    let mut boxed: Box<redis::Connection> = Box::new(con);
    works(&mut boxed);
    let shared = Mutex::new(boxed);
    works(&mut shared.lock().unwrap());
    works(&mut redgrease::RedisGears::open(server.url()).unwrap());
}

#[test]
fn guards_of_r2d2() {
    use redgrease::GearsCommands;

    let server = start();
    let client = redis::Client::open(server.url()).unwrap();
    let pool = r2d2::Pool::builder().max_size(2).build(client).unwrap();
    let mut guard = pool.get().unwrap();
    works(&mut guard);
    guard.pystats().unwrap();
    requests::py_stats().run(&mut guard).unwrap();
    drop(guard);
    works(&mut pool.get().unwrap());
}

#[tokio::test]
async fn guards_of_bb8() {
    let server = warm();
    let client = redis::Client::open(server.url()).unwrap();
    let pool = bb8::Pool::builder().max_size(2).build(client).await;
    let pool = pool.unwrap();
    let mut guard = pool.get().await.unwrap();
    // methods find the connection by themselves, functions are given what the guard leads to
    guard.pystats().await.unwrap();
    works_async(&mut *guard).await;
}

#[tokio::test]
async fn shared_connections() {
    let server = warm();
    let client = redis::Client::open(server.url()).unwrap();
    let mut multiplexed = client.get_multiplexed_async_connection().await.unwrap();
    works_async(&mut multiplexed).await;
    let mut manager = client.get_connection_manager().await.unwrap();
    works_async(&mut manager).await;
    let gears = redgrease::RedisGears::lazy(server.url()).unwrap();
    works_async(&mut gears.async_connection().await.unwrap()).await;
}

fn ok() -> redis::Value {
    redis::Value::Okay
}

#[tokio::test]
async fn mocks() {
    use redgrease::GearsCommands;

    let answers = || {
        [
            MockCmd::new(requests::refresh_cluster().cmd(), Ok(ok())),
            MockCmd::new(
                redis::cmd("RG.TRIGGER").arg("greet").arg("Ada"),
                Ok(vec![redis::Value::BulkString(b"hello Ada".to_vec())]),
            ),
        ]
    };
    let greeting = [RawRecord::from("hello Ada")];
    let mut con = MockRedisConnection::new(answers()).assert_all_commands_consumed();
    GearsCommands::refreshcluster(&mut con).unwrap();
    let answer = GearsCommands::trigger(&mut con, "greet", &["Ada"]);
    assert_eq!(answer.unwrap(), greeting);

    let mut con = MockRedisConnection::new(answers()).assert_all_commands_consumed();
    AsyncGearsCommands::refreshcluster(&mut con).await.unwrap();
    let answer = AsyncGearsCommands::trigger(&mut con, "greet", &["Ada"]).await;
    assert_eq!(answer.unwrap(), greeting);
}

#[test]
fn every_kind_of_answer_in_resp3() {
    use redgrease::GearsCommands;

    let server = start();
    let url = format!("{}?protocol=resp3", server.url());
    let mut con = redis::Client::open(url).unwrap().get_connection().unwrap();
    works(&mut con);
    let script = "GB('CommandReader', desc='d').map(lambda r: r[1]).register(trigger='echo')\n\
        GB('StreamReader').register('s:*')\nGB('KeysReader').register('k:*')";
    assert_eq!(con.pyexecute(script).unwrap(), Outcome::Done);
    assert_eq!(con.trigger("echo", &["-x"]).unwrap(), ["-x".into()]);
    let echo = RegistrationFilter::new().trigger("echo").description("d");
    let listed = con.dumpregistrations_where(&echo).unwrap();
    assert_eq!(listed[0].data.num_success, 1);
    assert_eq!(con.dumpregistrations().unwrap().len(), 3);
    let sessions = requests::SessionOptions::new().verbose();
    assert_eq!(
        con.pydumpsessions(&sessions).unwrap()[0]
            .registrations
            .len(),
        3
    );

    let options = PyExecuteOptions::new().unblocking();
    let started = con.pyexecute_options("GB('ShardsIDReader').run()", &options);
    let Outcome::Started(id) = started.unwrap() else {
        panic!("an ID");
    };
    let id = &id;
    assert_eq!(con.getresultsblocking(id).unwrap().value.len(), 1);
    assert!(con.dumpexecutions().unwrap().iter().any(|e| e.id == *id));
    assert_eq!(con.getexecution(id, None).unwrap().len(), 1);
    con.getresults(id).unwrap();
    con.dropexecution(id).unwrap();
    assert!(con.getresults(id).unwrap_err().is_no_such_execution());
    assert_eq!(con.gears_config().all().unwrap().len(), 13);
    assert!(con.gears_config().get("nobody's").is_err());
    assert_eq!(con.infocluster().unwrap(), None);
    assert!(con.gears_version().unwrap().is_some());
    assert!(!con.dumpplugins().unwrap().is_empty());
    con.python_version().unwrap();
    con.pydumpreqs().unwrap();
    con.unregister(&listed[0]).unwrap();
    let error = con.trigger("echo", &["x"]).unwrap_err();
    assert!(error.is_not_registered(), "{error:?}");
    assert!(con.pyexecute("1 / 0").unwrap_err().is_python());
}

#[cfg(feature = "connection-manager")]
mod managed {
    use redgrease::prelude::*;
    use redgrease::redis::aio::ConnectionManager;
    use tokio::sync::OnceCell;

    static MANAGER: OnceCell<ConnectionManager> = OnceCell::const_new();

    #[command(on = *MANAGER.get().unwrap())]
    async fn double(number: i64) -> i64 {
        python! { return 2 * number }
    }

    #[tokio::test]
    async fn a_function_is_bound_to_a_connection_manager() {
        let server = super::warm();
        let client = redis::Client::open(server.url()).unwrap();
        MANAGER
            .set(client.get_connection_manager().await.unwrap())
            .unwrap();
        assert_eq!(double(21).await.unwrap(), 42);
    }
}
