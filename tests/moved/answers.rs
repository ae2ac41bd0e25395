//! What a server knows, and what its functions do, after the same has been done to it.

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use redgrease::embedded::Server;
use redis::{Connection, Value, cmd};

use crate::PATIENCE;

/// All that can be seen of functions from outside.
#[derive(Debug, PartialEq)]
pub(crate) struct Answers {
    registrations: Vec<String>,
    /// How often the registrations ran, and what the last failure of each was.
    runs: Vec<String>,
    triggers: Vec<(String, String)>,
    keys: BTreeMap<String, String>,
}

/// Entries that streams get: batches of 1, 2 and 10 have none left over.
const ENTRIES: u32 = 20;

/// Raises all events that the registrations wait for, and waits until all is over. Where a function `can_wait` for
/// another one, the next is called while it does.
pub(crate) fn answers(server: &Server, can_wait: bool) -> Answers {
    let mut con = connection(server);
    let there = registrations(&mut con);
    // before functions add some themselves
    for args in of(&there, "StreamReader") {
        add_entries(&mut con, &stream(&args));
    }
    for args in of(&there, "KeysReader") {
        change_keys(&mut con, &text(&args["regex"]));
    }
    until_all_is_done(&mut con, &there);
    let mut calls = Vec::new();
    for args in of(&there, "CommandReader") {
        let name = text(&args["trigger"]);
        for arguments in [&["3", "x"][..], &[]] {
            calls.push(Call::begin(server, &name, arguments));
            let call = calls.last_mut().unwrap();
            within(
                || call.is_over() || (can_wait && is_running(&mut con)),
                || format!("{name} does not answer"),
            );
        }
    }
    let triggers = calls.into_iter().map(Call::answer).collect();
    until_all_is_done(&mut con, &there);
    let mut known: Vec<String> = there.iter().map(named).collect();
    known.sort();
    let streams: Vec<String> = of(&there, "StreamReader").iter().map(stream).collect();
    let ran = registrations(&mut con);
    let mut runs: Vec<String> = ran
        .iter()
        .map(|one| counted(one, &streams, can_wait))
        .collect();
    runs.sort();
    Answers {
        registrations: known,
        runs,
        triggers,
        keys: keys(&mut con),
    }
}

fn named((reader, data): &(String, BTreeMap<String, Value>)) -> String {
    format!("{reader} {} {}", text(&data["mode"]), text(&data["args"]))
}

/// How often a registration ran. The entries of a stream make so many batches as have come when one is taken, and to trim
/// the stream after each is an event of its key: of those only whether some went well, or failed, says something. Which of two
/// calls that run together ends last, and so whether the last one failed, says nothing.
fn counted(
    registration: &(String, BTreeMap<String, Value>),
    streams: &[String],
    run_together: bool,
) -> String {
    let (reader, data) = registration;
    let sees_batches = match reader.as_str() {
        "StreamReader" => true,
        "KeysReader" => {
            let regex = text(&fields(&data["args"])["regex"]);
            let prefix = regex.replace('*', "");
            streams.iter().any(|stream| stream.starts_with(&prefix))
        }
        _ => false,
    };
    let counts: Vec<String> = ["numTriggered", "numSuccess", "numFailures", "numAborted"]
        .into_iter()
        .map(|name| match sees_batches {
            true => format!("{}", text(&data[name]) != "int(0)"),
            false => text(&data[name]),
        })
        .collect();
    let error = match run_together {
        true => String::new(),
        false => exception(&text(&data["lastError"])),
    };
    format!("{} {} {error}", named(registration), counts.join(" "))
}

/// What was raised, without the lines of the traceback, which are those of the text that was sent.
fn exception(error: &str) -> String {
    let lines = error.split("\\n").flat_map(str::lines);
    let last = lines.map(|line| line.trim_matches(&['\'', '"', ',', ' ', '[', ']'][..]));
    last.filter(|line| !line.is_empty())
        .last()
        .unwrap_or_default()
        .to_string()
}

/// What the registrations with this reader wait for.
fn of(there: &[(String, BTreeMap<String, Value>)], reader: &str) -> Vec<BTreeMap<String, Value>> {
    let those = there.iter().filter(|(name, _)| name == reader);
    those.map(|(_, data)| fields(&data["args"])).collect()
}

/// Waits for the functions that run, and for the entries that they have not seen.
fn until_all_is_done(con: &mut Connection, there: &[(String, BTreeMap<String, Value>)]) {
    within(
        || {
            let are_read = there.iter().all(|(reader, data)| {
                reader != "StreamReader" || are_worked_off(con, &fields(&data["args"]))
            });
            are_read && !is_running(con)
        },
        || "the functions do not end".to_string(),
    );
}

/// A function that was called by a client of its own.
struct Call {
    what: String,
    answered: mpsc::Receiver<String>,
    answer: Option<String>,
}

impl Call {
    fn begin(server: &Server, name: &str, arguments: &[&str]) -> Self {
        let mut con = connection(server);
        let mut trigger = cmd("RG.TRIGGER");
        trigger.arg(name).arg(arguments);
        let (tell, answered) = mpsc::channel();
        std::thread::spawn(move || {
            let answer: redis::RedisResult<Value> = trigger.query(&mut con);
            let told = answer.map_or_else(
                |error| exception(error.detail().unwrap_or_default()),
                |value| text(&value),
            );
            let _ = tell.send(told);
        });
        Self {
            what: format!("{name} {arguments:?}"),
            answered,
            answer: None,
        }
    }

    fn is_over(&mut self) -> bool {
        if self.answer.is_none() {
            self.answer = self.answered.try_recv().ok();
        }
        self.answer.is_some()
    }

    fn answer(self) -> (String, String) {
        let answer = self
            .answer
            .or_else(|| self.answered.recv_timeout(PATIENCE).ok());
        let Some(answer) = answer else {
            panic!("{} has no answer", self.what);
        };
        (self.what, answer)
    }
}

fn connection(server: &Server) -> Connection {
    let con = server.connection().unwrap();
    con.set_read_timeout(Some(PATIENCE)).unwrap();
    con
}

fn within(mut is_so: impl FnMut() -> bool, otherwise: impl FnOnce() -> String) {
    let give_up = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < give_up, "{}", otherwise());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn change_keys(con: &mut Connection, pattern: &str) {
    let prefix = pattern.replace('*', "");
    let (s, h) = (format!("{prefix}s"), format!("{prefix}h"));
    for line in [
        &["SET", &s, "5"][..],
        &[
            "HSET", &h, "name", "Ann", "age", "31", "left", "1", "colour", "red",
        ],
        &["DEL", &s],
        &["PEXPIRE", &h, "3600000"],
        &["SET", &s, "6"],
        &["PEXPIRE", &s, "-1"],
    ] {
        cmd(line[0]).arg(&line[1..]).exec(con).unwrap();
    }
}

fn add_entries(con: &mut Connection, stream: &str) {
    for number in 1..=ENTRIES {
        let mut add = cmd("XADD");
        add.arg(stream).arg(format!("1-{number}"));
        add.arg(&["amount", "7", "record", "a-b", "key", "k", "order", "o"]);
        add.exec(con).unwrap();
    }
}

/// The name of a stream that a registration reads.
fn stream(args: &BTreeMap<String, Value>) -> String {
    let name = text(&args["stream"]);
    match name.as_str() {
        "*" => "any".to_string(),
        _ => name.replace('*', ""),
    }
}

/// Whether a function has seen all entries of its stream that make whole batches.
fn are_worked_off(con: &mut Connection, args: &BTreeMap<String, Value>) -> bool {
    let ask = |con: &mut Connection, what: &str| -> Vec<Value> {
        let asked = cmd("XINFO").arg(what).arg(stream(args)).query(con);
        asked.unwrap_or_default()
    };
    let whole = Value::Array(ask(con, "STREAM"));
    let last = fields(&whole).remove("last-generated-id");
    let groups = ask(con, "GROUPS");
    !groups.is_empty()
        && groups.iter().map(fields).all(|group| {
            Some(&group["last-delivered-id"]) == last.as_ref()
                && text(&group["pending"]) == "int(0)"
        })
}

/// Whether some function runs, or is to.
fn is_running(con: &mut Connection) -> bool {
    let info: String = cmd("INFO").arg("rg_runs").query(con).unwrap();
    let mut lines = info.lines().filter(|line| line.contains("queued="));
    lines.any(|line| !line.contains("queued=0,running=0"))
}

/// Names, types, values and times to live of all keys.
fn keys(con: &mut Connection) -> BTreeMap<String, String> {
    let names: Vec<String> = cmd("KEYS").arg("*").query(con).unwrap();
    let shown = |key: String| {
        let kind: String = cmd("TYPE").arg(&key).query(con).unwrap();
        let read: &[&str] = match kind.as_str() {
            "string" => &["GET", &key],
            "hash" => &["HGETALL", &key],
            "set" => &["SMEMBERS", &key],
            "list" => &["LRANGE", &key, "0", "-1"],
            "zset" => &["ZRANGE", &key, "0", "-1", "WITHSCORES"],
            "stream" => &["XRANGE", &key, "-", "+"],
            other => panic!("{key} is a {other}"),
        };
        let value: Value = cmd(read[0]).arg(&read[1..]).query(con).unwrap();
        let value = match (kind.as_str(), value) {
            ("set", Value::Array(items)) => {
                let mut items: Vec<String> = items.iter().map(text).collect();
                items.sort();
                items.join(" ")
            }
            // ids that the server gives are times
            ("stream", Value::Array(entries)) => {
                let entries = entries.iter().map(|entry| match entry {
                    Value::Array(parts) => text(&parts[1]),
                    other => text(other),
                });
                entries.collect::<Vec<_>>().join("; ")
            }
            (_, value) => text(&value),
        };
        // in whole minutes, of which one has begun
        let left: i64 = cmd("PTTL").arg(&key).query(con).unwrap();
        let left = match left {
            ..0 => "for ever".to_string(),
            _ => format!("{} min", (left + 59_999) / 60_000),
        };
        let shown = format!("{kind} {value} ({left})");
        (key, shown)
    };
    names.into_iter().map(shown).collect()
}

fn registrations(con: &mut Connection) -> Vec<(String, BTreeMap<String, Value>)> {
    let all: Vec<Value> = cmd("RG.DUMPREGISTRATIONS").query(con).unwrap();
    let all = all.iter().map(|one| {
        let one = fields(one);
        let data = fields(&one["RegistrationData"]);
        (text(&one["reader"]), data)
    });
    all.collect()
}

fn fields(value: &Value) -> BTreeMap<String, Value> {
    let items: Vec<Value> = redis::from_redis_value(value.clone()).unwrap();
    let pairs = items
        .chunks(2)
        .map(|pair| (text(&pair[0]), pair[1].clone()));
    pairs.collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}
