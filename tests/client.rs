//! Every command of the client on a server of its own.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::BTreeMap;

use redgrease::Mode;
use redgrease::client::{
    ExecId, ExecLocality, ExecutionFilter, ExecutionStatus, Pickle, RegistrationFilter,
    RequirementFilter, SessionOptions, Version,
};
use redgrease::prelude::*;
use redgrease::redis::Commands;
use redgrease::{Error, Outcome, PyExecuteOptions, PyValue, RawRecord};

use common::{gears, start};

#[test]
fn scripts_and_their_results() {
    let server = start();
    let mut con = gears(&server);
    assert_eq!(con.pyexecute("").unwrap(), Outcome::Done);
    for n in 0..3 {
        let _: () = con.set(format!("key:{n}"), n).unwrap();
    }
    let _: () = con.hset("hash", "field", "value").unwrap();

    let count = con.pyexecute("GB().count().run()").unwrap();
    assert_eq!(count.decode::<i64>().unwrap().value, 4);

    let script = "GB().run('hash')";
    let record = con
        .pyexecute(script)
        .unwrap()
        .decode::<Vec<BTreeMap<String, PyValue>>>();
    let record = record.unwrap().one().unwrap();
    assert_eq!(record["key"], PyValue::String("hash".into()));
    #[derive(serde::Deserialize)]
    struct Hash {
        key: String,
        value: BTreeMap<String, String>,
    }
    let typed = con
        .pyexecute(script)
        .unwrap()
        .decode::<Pickle<Hash>>()
        .unwrap();
    let Pickle(hash) = typed.value;
    assert_eq!(
        (hash.key.as_str(), hash.value["field"].as_str()),
        ("hash", "value")
    );

    let script = "GB().map(lambda r: 1 / (int(r['value']) - 1)).run('key:*')";
    let failed = con.pyexecute(script).unwrap().results().unwrap();
    assert!(failed.errors[0].exception.contains("ZeroDivisionError"));
    assert!(matches!(failed.ok(), Err(Error::Python(_))));

    let error = con.pyexecute("raise ValueError('no')").unwrap_err();
    assert!(error.is_python(), "{error}");
    let error = con.pyexecute("def").unwrap_err();
    assert!(error.to_string().contains("SyntaxError"), "{error}");
}

#[test]
fn scripts_in_files() {
    let server = start();
    let mut con = gears(&server);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("count.py");
    std::fs::write(&path, "GB('ShardsIDReader').map(lambda _: 7).run()").unwrap();
    let outcome = con.pyexecute_file(&path, &PyExecuteOptions::new()).unwrap();
    assert_eq!(outcome.decode::<u8>().unwrap().value, 7);
    let missing = dir.path().join("missing.py");
    let error = con
        .pyexecute_file(&missing, &PyExecuteOptions::new())
        .unwrap_err();
    assert!(error.to_string().contains("missing.py"), "{error}");
}

#[test]
fn executions_from_start_to_end() {
    let server = start();
    let mut con = gears(&server);
    let options = PyExecuteOptions::new().unblocking();
    let script = "import time\n\
        GB('ShardsIDReader').foreach(lambda _: time.sleep(3)).map(lambda _: 'done').run()";
    let Outcome::Started(id) = con.pyexecute_options(script, &options).unwrap() else {
        panic!("an ID");
    };
    let running = con.getresults(&id).unwrap_err();
    assert!(running.is_still_running(), "{running}");
    let plan = con.getexecution(&id, Some(ExecLocality::Shard)).unwrap();
    let plan = plan.values().next().unwrap();
    assert!(!plan.status.is_ended());
    assert!(!plan.steps.is_empty());

    let results = con.getresultsblocking(&id).unwrap();
    assert_eq!(results.value, [RawRecord::from("done")]);
    let done = ExecutionFilter::new()
        .status(ExecutionStatus::Done)
        .registered(false);
    let listed = con.dumpexecutions_where(&done).unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].id, id);
    con.dropexecution(&listed[0]).unwrap();
    assert_eq!(con.dumpexecutions().unwrap(), []);
    let gone = con.getresults(&id).unwrap_err();
    assert!(gone.is_no_such_execution(), "{gone}");

    let endless = "import time\n\
        def f(_):\n    while True:\n        time.sleep(0.01)\n\
        GB('ShardsIDReader').foreach(f).run()";
    let Outcome::Started(id) = con.pyexecute_options(endless, &options).unwrap() else {
        panic!("an ID");
    };
    con.abortexecution(&id).unwrap();
    let aborted = con.getresultsblocking(&id).unwrap();
    assert!(aborted.value.is_empty());
    let ended = con.dumpexecutions().unwrap();
    assert!(ended.iter().all(|execution| execution.status.is_ended()));
    let unknown = ExecId {
        sequence: 999_999,
        ..ExecId::default()
    };
    assert!(
        con.abortexecution(&unknown)
            .unwrap_err()
            .is_no_such_execution()
    );
}

#[test]
fn registrations_and_triggers() {
    let server = start();
    let mut con = gears(&server);
    let script = "GB('CommandReader', desc='says what it got')\
        .map(lambda r: ' '.join(r[1:])).register(trigger='say', mode='sync')\n\
        GB('StreamReader').foreach(lambda r: execute('INCR', 'seen')).register('s:*')\n\
        GB('KeysReader').foreach(lambda r: None).register('k:*', eventTypes=['set'])";
    let options = PyExecuteOptions::new()
        .id("session")
        .description("for a test");
    con.pyexecute_options(script, &options).unwrap();
    let answer = con.trigger("say", &["a", "b"]).unwrap();
    assert_eq!(answer, [RawRecord::from("a b")]);
    let answer = con.triggeronkey("say", "key", &["b"]).unwrap();
    assert_eq!(answer, [RawRecord::from("key b")]);

    assert_eq!(con.dumpregistrations().unwrap().len(), 3);
    let filters = [
        RegistrationFilter::new().trigger("say").mode(Mode::Sync),
        RegistrationFilter::new().description("says what it got"),
        RegistrationFilter::new().stream("s:1"),
        RegistrationFilter::new().key("k:1").reader("KeysReader"),
    ];
    for filter in filters {
        let found = con.dumpregistrations_where(&filter).unwrap();
        assert_eq!(found.len(), 1, "{filter:?}");
        assert_eq!(found[0].session(), Some("session"));
    }
    let sessions = con.pydumpsessions(&SessionOptions::new()).unwrap();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0].description.as_deref(), Some("for a test"));
    assert_eq!(sessions[0].registrations.len(), 3);
    let verbose = SessionOptions::new()
        .verbose()
        .sessions(["session", "nosuch"]);
    assert_eq!(con.pydumpsessions(&verbose).unwrap().len(), 1);

    let keys = RegistrationFilter::new().key("k:1");
    let keys = con.dumpregistrations_where(&keys).unwrap();
    let error = con.pauseregistrations(&keys[0]).unwrap_err();
    assert!(
        error.to_string().contains("does not support pause"),
        "{error}"
    );
    assert!(con.unpauseregistrations(&keys[0].id).is_err());
    let stream = RegistrationFilter::new().stream("s:1");
    let status = |con: &mut RedisGears| {
        let registrations = con.dumpregistrations_where(&stream).unwrap();
        (
            registrations[0].id.clone(),
            registrations[0].data.status.clone(),
        )
    };
    let (id, _) = status(&mut con);
    con.pauseregistrations(&id).unwrap();
    assert_eq!(status(&mut con).1.as_deref(), Some("PAUSED"));
    con.unpauseregistrations(&id).unwrap();
    assert_eq!(status(&mut con).1.as_deref(), Some("OK"));
    con.clearregistrationsstats().unwrap();

    let say = con
        .dumpregistrations_where(&RegistrationFilter::new().trigger("say"))
        .unwrap();
    assert_eq!(say[0].data.num_success, 0);
    con.unregister_abort_pending(&say[0]).unwrap();
    let error = con.trigger("say", &["a"]).unwrap_err();
    assert!(error.is_not_registered(), "{error}");
    for registration in con.dumpregistrations().unwrap() {
        con.unregister(&registration).unwrap();
    }
    assert!(con.unregister("0-0").is_err());
}

#[test]
fn settings() {
    let server = start();
    let mut con = gears(&server);
    let mut config = con.gears_config();
    let was = config.max_executions().unwrap();
    config.set_max_executions(was + 1).unwrap();
    assert_eq!(config.max_executions().unwrap(), was + 1);
    config.set_max_executions_per_registration(7).unwrap();
    assert_eq!(config.max_executions_per_registration().unwrap(), 7);
    config.set_profile_executions(true).unwrap();
    assert!(config.profile_executions().unwrap());
    config.set_python_attempt_traceback(true).unwrap();
    assert!(config.python_attempt_traceback().unwrap());
    config.set_execution_max_idle_time(6000).unwrap();
    assert_eq!(config.execution_max_idle_time().unwrap(), 6000);
    config.set_python_install_req_max_idle_time(40_000).unwrap();
    assert_eq!(config.python_install_req_max_idle_time().unwrap(), 40_000);
    config.set_send_msg_retries(5).unwrap();
    assert_eq!(config.send_msg_retries().unwrap(), 5);
    assert!(config.execution_threads().unwrap() > 0);
    config.download_deps().unwrap();
    config.create_venv().unwrap();
    config.dependencies_url().unwrap();
    config.dependencies_sha256().unwrap();
    config.python_installation_dir().unwrap();
    assert_eq!(config.all().unwrap().len(), 13);

    config.set("of my own", "x").unwrap();
    assert_eq!(config.get("of my own").unwrap().as_str(), Some("x"));
    let error = config.get("nobody's").unwrap_err();
    assert_eq!(error.to_string(), "Unsupported config parameter: nobody's");
    assert!(config.set("ExecutionThreads", 9).is_err());
    assert!(
        config
            .get_many(&["nobody's", "MaxExecutions"])
            .unwrap()
            .len()
            == 1
    );
}

#[test]
fn the_server_itself() {
    let server = start();
    let mut con = gears(&server);
    assert!(
        con.gears_version().unwrap().unwrap()
            >= Version {
                major: 1,
                minor: 2,
                patch: 0
            }
    );
    assert!(
        con.python_version().unwrap()
            >= Version {
                major: 3,
                minor: 7,
                patch: 0
            }
    );
    assert!(!con.dumpplugins().unwrap().is_empty());
    assert_eq!(con.infocluster().unwrap(), None);
    assert!(!con.is_cluster().unwrap());
    con.refreshcluster().unwrap();
    con.pystats().unwrap();
    assert_eq!(con.pydumpreqs().unwrap(), []);
    let filter = RequirementFilter::new().name("numpy");
    assert_eq!(con.pydumpreqs_where(&filter).unwrap(), []);
    assert!(con.pyexportreq("nosuch").is_err());
}
