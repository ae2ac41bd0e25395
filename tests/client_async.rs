//! The client on asynchronous connections whose response time-out is shorter than what they run.
#![cfg(all(feature = "embedded", feature = "tokio"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::time::{Duration, Instant};

use redgrease::AsyncGearsCommands;
use redgrease::client::{ExecutionFilter, RegistrationFilter};
use redgrease::embedded::Server;
use redgrease::redis::AsyncConnectionConfig;
use redgrease::redis::aio::{ConnectionLike, ConnectionManagerConfig, MultiplexedConnection};
use redgrease::{Outcome, PyExecuteOptions, RawRecord, RedisGears};

use common::{start, wheel};

/// What takes longer than this on the server has no answer in time. The default is 500 ms, which a
/// busy machine needs for quick answers too.
const TIME_OUT: Duration = Duration::from_secs(2);

async fn connection(server: &Server) -> MultiplexedConnection {
    // the first script starts a worker, which takes its time
    let mut first = server.connection().unwrap();
    redgrease::GearsCommands::pyexecute(&mut first, "GB('ShardsIDReader').run()").unwrap();
    let client = redis::Client::open(server.url()).unwrap();
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(TIME_OUT));
    let con = client.get_multiplexed_async_connection_with_config(&config);
    con.await.unwrap()
}

const SLOW: &str = "import time\n\
    GB('ShardsIDReader').foreach(lambda _: time.sleep(4)).map(lambda _: 'slow').run()";

/// Runs a script that takes longer than the connection waits for an answer, while others use the
/// connection.
async fn runs_long(mut con: impl ConnectionLike + Clone + Send + 'static) {
    let mut other = con.clone();
    let started = Instant::now();
    let run = tokio::spawn(async move { con.pyexecute(SLOW).await });
    let mut answers = 0;
    while !run.is_finished() {
        other.pystats().await.unwrap();
        answers += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let outcome = run.await.unwrap().unwrap();
    assert!(started.elapsed() > TIME_OUT);
    assert!(answers > 3, "{answers}");
    assert_eq!(outcome.results().unwrap().value, [RawRecord::from("slow")]);
    // nothing is left behind
    assert_eq!(other.dumpexecutions().await.unwrap(), []);
}

#[tokio::test]
async fn long_runs_neither_time_out_nor_block_others() {
    let server = start();
    runs_long(connection(&server).await).await;
}

#[tokio::test]
async fn long_runs_on_a_connection_manager() {
    let server = start();
    // which has started its first worker then
    drop(connection(&server).await);
    let client = redis::Client::open(server.url()).unwrap();
    let config = ConnectionManagerConfig::new().set_response_timeout(Some(TIME_OUT));
    let manager = client.get_connection_manager_with_config(config).await;
    runs_long(manager.unwrap()).await;
}

#[tokio::test]
async fn an_execution_can_be_waited_for() {
    let server = start();
    let mut con = connection(&server).await;
    let options = PyExecuteOptions::new().unblocking();
    let outcome = con.pyexecute_options(SLOW, &options).await.unwrap();
    let Outcome::Started(id) = outcome else {
        panic!("an ID");
    };
    let filter = ExecutionFilter::new().registered(false);
    assert_eq!(con.dumpexecutions_where(&filter).await.unwrap().len(), 1);
    let results = con.getresultsblocking(&id).await.unwrap();
    assert_eq!(results.value, [RawRecord::from("slow")]);
    con.dropexecution(&id).await.unwrap();
}

#[tokio::test]
async fn a_slow_function_times_out_and_says_so() {
    let server = start();
    let mut con = connection(&server).await;
    let script = "import time\n\
        GB('CommandReader').foreach(lambda _: time.sleep(4)).register(trigger='slow')";
    con.pyexecute(script).await.unwrap();
    let none: &[&str] = &[];
    let error = con.trigger("slow", none).await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");
    // the library's own connection waits
    let gears = RedisGears::open(server.url()).unwrap();
    let mut con = gears.async_connection().await.unwrap();
    assert_eq!(con.trigger("slow", none).await.unwrap().len(), 1);
}

#[tokio::test]
async fn packages_are_installed_however_long_it_takes() {
    let server = start();
    let mut con = connection(&server).await;
    let dir = tempfile::tempdir().unwrap();

    // a run
    let options = PyExecuteOptions::new().requirements([wheel(dir.path(), "rgone")]);
    let script = "import rgone\nGB('ShardsIDReader').map(lambda _: rgone.answer).run()";
    let outcome = con.pyexecute_options(script, &options).await.unwrap();
    assert_eq!(outcome.decode::<i64>().unwrap().value, 42);

    // a registration
    let options = PyExecuteOptions::new().requirements([wheel(dir.path(), "rgtwo")]);
    let script = "import rgtwo\n\
        GB('CommandReader').map(lambda _: rgtwo.answer).register(trigger='two', mode='sync')";
    let outcome = con.pyexecute_options(script, &options).await.unwrap();
    assert_eq!(outcome, Outcome::Done);
    let none: &[&str] = &[];
    let answer = con.trigger("two", none).await.unwrap();
    assert_eq!(answer, [RawRecord::from("42")]);

    // what held the packages is gone
    let all = con.dumpregistrations().await.unwrap();
    assert_eq!(all.len(), 1);
    let two = RegistrationFilter::new().trigger("two");
    let two = con.dumpregistrations_where(&two).await.unwrap();
    assert_eq!(two[0].requirements().len(), 1);
}

#[tokio::test]
async fn packages_that_cannot_be_installed_are_an_error() {
    let server = start();
    let mut con = connection(&server).await;
    let missing = "rgthree @ file:///nonexistent/rgthree-1.0-py3-none-any.whl";
    let options = PyExecuteOptions::new().requirements([missing]);
    let outcome = con.pyexecute_options("GB().run()", &options).await;
    let error = outcome.unwrap_err();
    assert!(
        error.is_requirements_failed() || error.is_timeout(),
        "{error:?}"
    );
    assert_eq!(con.dumpregistrations().await.unwrap(), []);
    assert_eq!(con.dumpexecutions().await.unwrap(), []);
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    let server = start();
    let gears = RedisGears::lazy(server.url()).unwrap();
    let mut con = gears.async_connection().await.unwrap();
    con.pystats().await.unwrap();
    let mut admin = server.connection().unwrap();
    let mut kill = redis::cmd("CLIENT");
    kill.arg("KILL")
        .arg("SKIPME")
        .arg("yes")
        .arg("TYPE")
        .arg("normal");
    kill.exec(&mut admin).unwrap();
    let error = con.pystats().await.unwrap_err();
    assert!(error.is_connection_lost(), "{error:?}");
    let mut con = gears.async_connection().await.unwrap();
    con.pystats().await.unwrap();
}
