//! Every decoder on the recorded replies of a real RedisGears, as RESP2 and as RESP3.
#![allow(clippy::unwrap_used, reason = "tests may")]

use redgrease_core::client::requests::{self, PyExecuteOptions, SessionOptions};
use redgrease_core::client::{
    ExecId, ExecutionFilter, ExecutionStatus, Outcome, PyValue, RawRecord, Registration,
    RegistrationFilter, Request, RequirementFilter, ServerValue, SessionItem,
};
use redgrease_core::error::{Error, Result};
use redgrease_core::spec::Mode;
use redis::Value;

/// No arguments.
const NONE: &[&str] = &[];

#[derive(serde::Deserialize)]
struct Recorded {
    from: String,
    cmd: Vec<String>,
    /// One character for each byte.
    reply: String,
}

impl Recorded {
    fn value(&self) -> Value {
        let bytes: Vec<u8> = self.reply.chars().map(|c| c as u8).collect();
        redis::parse_redis_value(&bytes).unwrap_or_else(|error| panic!("{}: {error}", self.from))
    }
}

fn recorded(command: &str) -> Vec<Recorded> {
    let all: Vec<Recorded> = serde_json::from_str(include_str!("data/replies.json")).unwrap();
    let found: Vec<Recorded> = all.into_iter().filter(|r| r.cmd[0] == command).collect();
    assert!(!found.is_empty(), "nothing is recorded of {command}");
    found
}

fn reply(from: &str) -> Value {
    let all: Vec<Recorded> = serde_json::from_str(include_str!("data/replies.json")).unwrap();
    let found = all.iter().find(|r| r.from == from);
    found.unwrap_or_else(|| panic!("no {from}")).value()
}

/// The reply as a server would send it in RESP3: maps for flat maps, doubles for numbers in text.
fn resp3(value: Value) -> Value {
    const FIRST: [&str; 12] = [
        "id",
        "ID",
        "name",
        "executionId",
        "GearReqVersion",
        "TotalAllocated",
        "shard_id",
        "status",
        "type",
        "mode",
        "regex",
        "batchSize",
    ];
    let Value::Array(items) = value else {
        return value;
    };
    let is_map = items.len() % 2 == 0
        && matches!(items.first(), Some(Value::BulkString(name))
            if FIRST.iter().any(|first| first.as_bytes() == name.as_slice())
                || name == b"trigger" && items.len() == 4);
    let items = items.into_iter().map(resp3);
    if !is_map {
        return Value::Array(items.collect());
    }
    let items: Vec<Value> = items.collect();
    let pairs = items.chunks(2).map(|pair| {
        let is_float = matches!(&pair[0], Value::BulkString(name) if name.starts_with(b"avg"));
        let value = match &pair[1] {
            Value::BulkString(text) if is_float => {
                Value::Double(std::str::from_utf8(text).unwrap().parse().unwrap())
            }
            value => value.clone(),
        };
        (pair[0].clone(), value)
    });
    Value::Map(pairs.collect())
}

/// Reads every recorded reply to `command`; errors of the server must become errors, everything
/// else must be understood, in both protocols alike. Gives what was understood.
fn read_all<T: PartialEq + std::fmt::Debug>(command: &str, request: &Request<T>) -> Vec<T> {
    let mut read = Vec::new();
    for recorded in recorded(command) {
        let value = recorded.value();
        let answer = request.read(Ok(value.clone()));
        if let Value::ServerError(_) = value {
            let error = answer.unwrap_err();
            assert!(
                matches!(
                    error,
                    Error::Engine { .. }
                        | Error::NotRegistered { .. }
                        | Error::Python(_)
                        | Error::Redis(_)
                ),
                "{}: {error:?}",
                recorded.from
            );
            continue;
        }
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error}", recorded.from));
        let as_resp3 = request
            .read(Ok(resp3(value)))
            .unwrap_or_else(|error| panic!("{} as RESP3: {error}", recorded.from));
        assert_eq!(answer, as_resp3, "{}", recorded.from);
        read.push(answer);
    }
    assert!(!read.is_empty(), "only errors are recorded of {command}");
    read
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap()
}

#[test]
fn registrations() {
    let request = requests::dump_registrations();
    let lists = read_all("RG.DUMPREGISTRATIONS", &request);
    let all: Vec<Registration> = lists.into_iter().flatten().collect();
    for registration in &all {
        assert!(registration.other.is_empty(), "{registration:?}");
        assert!(registration.data.other.is_empty(), "{registration:?}");
        assert_eq!(registration.session().unwrap().len(), 40);
        let id: ExecId = registration.id.parse().unwrap();
        assert_eq!(id.to_string(), registration.id);
    }

    let one = |from| request.read(Ok(reply(from))).unwrap().remove(0);
    let keys = one("13_keysreader_register#119");
    assert_eq!(keys.reader, "KeysReader");
    assert_eq!(keys.prefix(), Some("*"));
    assert_eq!(keys.event_types(), Some(vec!["set", "hset"]));
    assert_eq!((keys.data.num_triggered, keys.data.num_success), (2, 2));
    assert_eq!(keys.data.mode, "sync");
    assert_eq!(keys.data.args["keyTypes"], ServerValue::Nil);
    assert_eq!(one("13_keysreader_register#6").event_types(), None);

    let stream = one("14_streamreader_register#9");
    assert_eq!(stream.stream(), Some("s:*"));
    assert_eq!(stream.data.avg_estimated_lag_ms, Some(0.25));
    assert_eq!(stream.data.status.as_deref(), Some("OK"));
    assert_eq!(json(&stream)["data"]["args"]["batchSize"], 1);

    let failed = one("14_streamreader_register#182");
    let error = failed.data.last_error.unwrap();
    assert_eq!(error.exception, "ZeroDivisionError: division by zero");
    assert_eq!(error.traceback.len(), 3);
}

#[test]
fn registrations_of_other_versions() {
    let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
    let data = [
        ("mode", text("async")),
        ("numTriggered", Value::Int(1)),
        ("numSuccess", Value::Int(1)),
        ("numFailures", Value::Int(0)),
        ("numAborted", Value::Int(0)),
        ("lastError", Value::Nil),
        ("args", Value::Array(vec![text("trigger"), text("t")])),
        ("brandNew", Value::Int(7)),
    ];
    let data = data
        .into_iter()
        .flat_map(|(name, value)| [text(name), value]);
    let registration = Value::Array(vec![
        text("id"),
        text("0-1"),
        text("reader"),
        text("CommandReader"),
        text("desc"),
        Value::Nil,
        text("RegistrationData"),
        Value::Array(data.collect()),
        text("PD"),
        text("{'sessionId':'1', 'depsList':[]}"),
    ]);
    let answer = Value::Array(vec![registration]);
    let read = requests::dump_registrations().read(Ok(answer)).unwrap();
    assert_eq!(read[0].trigger(), Some("t"));
    assert_eq!(read[0].data.last_run_duration_ms, None);
    assert_eq!(read[0].data.other["brandNew"], ServerValue::Int(7));
}

#[test]
fn filters_of_registrations() {
    let found = |filter: RegistrationFilter| -> usize {
        [
            "13_keysreader_register#119",
            "14_streamreader_register#9",
            "08_reply_types#4",
        ]
        .into_iter()
        .map(|from| {
            let request = requests::dump_registrations_where(&filter);
            request.read(Ok(reply(from))).unwrap().len()
        })
        .sum()
    };
    let all = RegistrationFilter::new;
    assert_eq!(found(all()), 3);
    assert_eq!(found(all().reader("KeysReader")), 1);
    assert_eq!(found(all().mode(Mode::Async)), 2);
    assert_eq!(found(all().trigger("v")), 1);
    assert_eq!(found(all().trigger("w")), 0);
    assert_eq!(found(all().key("anything")), 1);
    assert_eq!(found(all().stream("s:1")), 1);
    assert_eq!(found(all().stream("t:1")), 0);
    assert_eq!(found(all().description("none has one")), 0);
    assert_eq!(found(all().reader("StreamReader").trigger("v")), 0);
}

#[test]
fn executions() {
    let lists = read_all("RG.DUMPEXECUTIONS", &requests::dump_executions());
    let all: Vec<_> = lists.into_iter().flatten().collect();
    let known = |execution: &&redgrease_core::client::ExecutionInfo| {
        !matches!(execution.status, ExecutionStatus::Other(_))
    };
    assert_eq!(all.iter().filter(known).count(), all.len());
    assert!(all.iter().any(|e| e.status == ExecutionStatus::Created));
    let filter = ExecutionFilter::new().status("running").registered(false);
    let running: Vec<_> = all.iter().filter(|e| filter.matches(e)).collect();
    assert!(!running.is_empty());
    assert_eq!(json(running[0])["status"], "running");
    assert_eq!(json(running[0])["id"], running[0].id.to_string());
}

#[test]
fn plans_of_executions() {
    let plans = read_all("RG.GETEXECUTION", &requests::get_execution("0-0", None));
    let single = &plans[0]["0000000000000000000000000000000000000000"];
    assert_eq!(single.status, ExecutionStatus::Done);
    assert_eq!(single.results, Some(5));
    assert_eq!(single.steps.len(), 10);
    assert_eq!(single.steps[0].kind, "collect");
    assert_eq!(single.steps[1].name, "RedisGearsPy_PyCallbackMapper");
    assert!(
        single.steps[1]
            .arg
            .starts_with("<function GearsBuilder.run")
    );

    let running = plans
        .iter()
        .flat_map(|plan| plan.values())
        .find(|plan| plan.status == ExecutionStatus::Running);
    assert_eq!(running.unwrap().results, None);
    let failed = plans
        .iter()
        .flat_map(|plan| plan.values())
        .find(|plan| !plan.errors.is_empty());
    let error = &failed.unwrap().errors[0];
    assert_eq!(error.exception, "ZeroDivisionError: division by zero");
    let cluster = plans.iter().find(|plan| plan.len() == 3).unwrap();
    assert_eq!(
        cluster["912980b9785f43f6ca7d637653a6ec264cbcee67"].shards_completed,
        2
    );
}

#[test]
fn sessions() {
    let lists = read_all(
        "RG.PYDUMPSESSIONS",
        &requests::py_dump_sessions(&SessionOptions::new()),
    );
    let all: Vec<_> = lists.into_iter().flatten().collect();
    let session = all.iter().find(|session| session.id == "sess1").unwrap();
    assert_eq!(session.description.as_deref(), Some("my session"));
    assert_eq!(session.linked.as_deref(), Some("primary"));
    assert!(!session.dead);
    assert_eq!(
        session.registrations[0].id(),
        "0000000000000000000000000000000000000000-1"
    );
    let verbose = all
        .iter()
        .find_map(|session| match &session.registrations[..] {
            [SessionItem::Full(registration)] => Some(registration),
            _ => None,
        });
    assert_eq!(verbose.unwrap().trigger(), Some("s1"));
    // one of the two that were asked for does not exist
    let asked = requests::py_dump_sessions(&SessionOptions::new().sessions(["sess2", "nosuch"]));
    let answer = asked.read(Ok(reply("16_sessions_and_requirements#21")));
    assert_eq!(answer.unwrap().len(), 1);
}

#[test]
fn requirements_and_memory() {
    let lists = read_all("RG.PYDUMPREQS", &requests::py_dump_reqs());
    let all: Vec<_> = lists.into_iter().flatten().collect();
    let certifi = all.iter().find(|r| r.name == "certifi==2022.12.7").unwrap();
    assert!(certifi.is_downloaded && certifi.is_installed);
    assert_eq!(certifi.wheels, ["certifi-2022.12.7-py3-none-any.whl"]);
    assert_eq!(certifi.ref_count, Some(1));
    assert!(certifi.other.is_empty());
    let filter = RequirementFilter::new().name("Certifi").is_installed(true);
    assert!(filter.matches(certifi));
    assert!(!filter.is_downloaded(false).matches(certifi));

    let stats = read_all("RG.PYSTATS", &requests::py_stats());
    assert_eq!(stats[0].total_allocated, 24_091_072);
    assert_eq!(json(&stats[0])["curr_allocated"], 8_219_552);

    let profiles = read_all("RG.PYPROFILE", &requests::py_profile_stats("prof"));
    assert!(profiles[0].contains("function calls"));
}

#[test]
fn cluster_versions_and_plugins() {
    let clusters = read_all("RG.INFOCLUSTER", &requests::info_cluster());
    assert_eq!(clusters[0], None);
    let cluster = clusters[1].as_ref().unwrap();
    assert_eq!(cluster.my_id, "912980b9785f43f6ca7d637653a6ec264cbcee67");
    assert_eq!(cluster.shards.len(), 3);
    assert_eq!(cluster.shards[0].port, 6463);
    assert_eq!(cluster.shards[0].unix_socket, None);
    assert_eq!(
        (cluster.shards[0].min_hslot, cluster.shards[0].max_hslot),
        (10_923, 16_383)
    );

    let plugins = read_all("RG.DUMPPLUGINS", &requests::dump_plugins());
    assert_eq!(
        json(&plugins[0]),
        serde_json::json!([{"name": "GearsPythonPlugin", "version": "1.0.0"}])
    );
    let versions = read_all("MODULE", &requests::gears_version());
    assert_eq!(versions[0].unwrap().to_string(), "1.2.13");
}

#[test]
fn settings() {
    let mut refused = 0;
    for values in read_all("RG.CONFIGGET", &requests::config_get("x")) {
        for value in values {
            match value {
                ServerValue::Error(message) => {
                    assert!(
                        message.contains("Unsupported config parameter"),
                        "{message}"
                    );
                    refused += 1;
                }
                ServerValue::Int(_) | ServerValue::Text(_) | ServerValue::List(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }
    assert!(refused > 0);
    let set = |from: &str| requests::config_set("x").read(Ok(reply(from)));
    set("03_config#21").unwrap();
    set("03_config#41").unwrap();
    let error = set("03_config#27").unwrap_err();
    assert_eq!(
        error.to_string(),
        "Config value ExecutionThreads not modifiable at runtime"
    );
    // the third of four settings is refused
    assert!(set("03_config#69").is_err());
}

fn pyexecute() -> Request<Outcome> {
    requests::pyexecute("", &PyExecuteOptions::new())
}

#[test]
fn results_of_scripts() {
    let mut kinds = [0; 3];
    for outcome in read_all("RG.PYEXECUTE", &pyexecute()) {
        let kind = match outcome {
            Outcome::Done => 0,
            Outcome::Results(_) => 1,
            Outcome::Started(_) => 2,
            other => panic!("{other:?}"),
        };
        kinds[kind] += 1;
    }
    assert!(kinds[0] > 0 && kinds[1] > 0, "{kinds:?}");
    read_all("RG.GETRESULTS", &requests::get_results("0-0"));
    read_all(
        "RG.GETRESULTSBLOCKING",
        &requests::get_results_blocking("0-0"),
    );
    read_all("RG.TRIGGER", &requests::trigger("", NONE));
    read_all("RG.TRIGGERONKEY", &requests::trigger_on_key("", "", NONE));
}

#[test]
fn records_of_other_clients_are_values() {
    let results = requests::get_results("0-0").read(Ok(reply("14_streamreader_register#12")));
    let entry = results.unwrap().one().unwrap();
    assert_eq!(
        entry.text(),
        "{'key': 's:1', 'id': '3-1', 'value': {'f': '2'}}"
    );
    let results = requests::get_results("0-0").read(Ok(reply("14_streamreader_register#12")));
    let entry: std::collections::BTreeMap<String, PyValue> =
        results.unwrap().decode().unwrap().value;
    assert_eq!(entry["id"], PyValue::String("3-1".into()));
}

#[test]
fn signs_that_the_protocol_takes_for_its_own_come_back() {
    let answer =
        redis::parse_redis_value(b"*2\r\n*3\r\n-5\r\n+text\r\n*1\r\n:7\r\n*0\r\n").unwrap();
    let Outcome::Results(results) = pyexecute().read(Ok(answer)).unwrap() else {
        panic!("results");
    };
    let expected = [
        RawRecord::from("-5"),
        RawRecord::from("+text"),
        RawRecord::List(vec![RawRecord::Int(7)]),
    ];
    assert_eq!(results.value, expected);
}

#[test]
fn errors_of_the_server() -> Result<()> {
    let read = |line: &str| pyexecute().read(redis::parse_redis_value(line.as_bytes()));
    let unknown = "-ERR unknown command 'RG.PYEXECUTE', with args beginning with: '' \r\n";
    assert!(read(unknown).unwrap_err().is_no_engine());
    let failed = read("-['Traceback (most recent call last):\\n', 'Exception: boom\\n']\r\n");
    let error = failed.unwrap_err();
    assert!(error.is_python());
    assert_eq!(
        error.to_string(),
        "Traceback (most recent call last):\nException: boom"
    );
    let refused = read("*1\r\n$26\r\n-ERR shard-1: refused this\r\n").unwrap_err();
    assert!(refused.to_string().contains("shard-1"), "{refused}");
    let wrong = read(":7\r\n").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "the answer to RG.PYEXECUTE: expected OK, an execution ID or results, \
         but the server sent the number 7"
    );
    Ok(())
}
