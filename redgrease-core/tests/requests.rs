//! What each request sends, word by word.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use redgrease_core::client::requests::{self, PyExecuteOptions, SessionOptions};
use redgrease_core::client::{ExecId, ExecLocality, ExecutionFilter, GearsCommands, Request};
use redis::Arg;
use redis_test::{MockCmd, MockRedisConnection};

fn words<T>(request: &Request<T>) -> String {
    let words: Vec<String> = request
        .cmd()
        .args_iter()
        .map(|word| match word {
            Arg::Simple(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => "?".into(),
        })
        .collect();
    words.join(" ")
}

#[test]
fn pyexecute_with_every_option() {
    let options = PyExecuteOptions::new()
        .unblocking()
        .id("nightly")
        .description("every night")
        .upgrade()
        .replace_with("old")
        .force_reinstall_requirements()
        .requirements(["numpy", "scipy>=1"])
        .enforce_redgrease("0.3.12");
    assert_eq!(
        words(&requests::pyexecute("SCRIPT", &options)),
        "RG.PYEXECUTE SCRIPT UNBLOCKING ID nightly DESCRIPTION every night UPGRADE \
         REPLACE_WITH old FORCE_REINSTALL_REQUIREMENTS REQUIREMENTS numpy scipy>=1 \
         redgrease[runtime]==0.3.12"
    );
    let plain = requests::pyexecute("", &PyExecuteOptions::new());
    assert_eq!(words(&plain), "RG.PYEXECUTE ");
}

#[test]
fn every_other_command() {
    let id = ExecId {
        shard_id: "a".into(),
        sequence: 7,
    };
    let none: &[&str] = &[];
    let sent = [
        words(&requests::trigger("t", &["a", "b"])),
        words(&requests::trigger("t", none)),
        words(&requests::trigger_on_key("t", "k", &[1, 2])),
        words(&requests::get_results(&id)),
        words(&requests::get_results_blocking(&id)),
        words(&requests::get_execution("a-7", None)),
        words(&requests::get_execution(&id, Some(ExecLocality::Cluster))),
        words(&requests::drop_execution(&id)),
        words(&requests::abort_execution(&id)),
        words(&requests::dump_executions_where(
            &ExecutionFilter::new().status("done"),
        )),
        words(&requests::dump_registrations()),
        words(&requests::unregister("a-7")),
        words(&requests::unregister_abort_pending(&id)),
        words(&requests::pause_registrations(&id)),
        words(&requests::unpause_registrations(&id)),
        words(&requests::clear_registrations_stats()),
        words(&requests::config_get(&["A", "B"])),
        words(&requests::config_set(("A", 1))),
        words(&requests::info_cluster()),
        words(&requests::refresh_cluster()),
        words(&requests::dump_plugins()),
        words(&requests::gears_version()),
        words(&requests::py_stats()),
        words(&requests::py_dump_reqs()),
        words(&requests::py_export_req("numpy")),
        words(&requests::py_dump_sessions(&SessionOptions::new())),
        words(&requests::py_dump_sessions(
            &SessionOptions::new().dead().verbose().sessions(["s", "t"]),
        )),
        words(&requests::py_profile_stats("s")),
        words(&requests::py_profile_reset("s")),
    ];
    let expected = [
        "RG.TRIGGER t a b",
        "RG.TRIGGER t",
        "RG.TRIGGERONKEY t k 1 2",
        "RG.GETRESULTS a-7",
        "RG.GETRESULTSBLOCKING a-7",
        "RG.GETEXECUTION a-7",
        "RG.GETEXECUTION a-7 CLUSTER",
        "RG.DROPEXECUTION a-7",
        "RG.ABORTEXECUTION a-7",
        "RG.DUMPEXECUTIONS",
        "RG.DUMPREGISTRATIONS",
        "RG.UNREGISTER a-7",
        "RG.UNREGISTER a-7 ABORTPENDING",
        "RG.PAUSEREGISTRATIONS a-7",
        "RG.UNPAUSEREGISTRATIONS a-7",
        "RG.CLEARREGISTRATIONSSTATS",
        "RG.CONFIGGET A B",
        "RG.CONFIGSET A 1",
        "RG.INFOCLUSTER",
        "RG.REFRESHCLUSTER",
        "RG.DUMPPLUGINS",
        "MODULE LIST",
        "RG.PYSTATS",
        "RG.PYDUMPREQS",
        "RG.PYEXPORTREQ numpy",
        "RG.PYDUMPSESSIONS",
        "RG.PYDUMPSESSIONS DEAD VERBOSE SESSIONS s t",
        "RG.PYPROFILE STATS s",
        "RG.PYPROFILE RESET s",
    ];
    assert_eq!(sent, expected);
}

#[test]
fn mocks_are_connections_too() {
    let answers = [
        ("RG.CONFIGSET ProfileExecutions 1", "*1\r\n+OK\r\n"),
        ("RG.CONFIGGET MaxExecutions", "*1\r\n:500\r\n"),
        ("RG.DUMPREGISTRATIONS", "*0\r\n"),
        ("RG.REFRESHCLUSTER", "-ERR boom\r\n"),
    ];
    let answers = answers.map(|(sent, answer)| {
        let mut command = redis::Cmd::new();
        command.arg(sent.split(' ').collect::<Vec<_>>());
        MockCmd::new(command, redis::parse_redis_value(answer.as_bytes()))
    });
    let mut con = MockRedisConnection::new(answers).assert_all_commands_consumed();
    con.gears_config().set_profile_executions(true).unwrap();
    assert_eq!(con.gears_config().max_executions().unwrap(), 500);
    assert_eq!(con.dumpregistrations().unwrap(), []);
    assert_eq!(con.refreshcluster().unwrap_err().to_string(), "boom");
}
