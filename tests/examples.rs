//! Each example runs on a private server of its own and prints what it promises; together on one
//! server they leave nothing behind.
#![cfg(all(feature = "embedded", feature = "tokio"))]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::{gears, log, start};
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

/// The program of an example; `cargo test` builds them beside the tests.
fn program(example: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test
        .ancestors()
        .nth(2)
        .unwrap()
        .join("examples")
        .join(example);
    assert!(
        program.is_file(),
        "{} is missing; run the tests with `cargo test --features embedded,tokio`",
        program.display()
    );
    program
}

/// What an example prints, on the server at `url` or on one that it starts.
fn output(example: &str, url: Option<&str>) -> String {
    let mut command = Command::new(program(example));
    match url {
        Some(url) => command.env("REDIS_URL", url),
        None => command.env_remove("REDIS_URL"),
    };
    let run = command.output().unwrap();
    let output = String::from_utf8(run.stdout).unwrap();
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{example}\n{output}\n{errors}");
    output
}

fn printed(example: &str) -> String {
    output(example, None)
}

/// Each of the lines is there, in this order; others may stand between them.
#[track_caller]
fn assert_lines(output: &str, lines: &[&str]) {
    let mut rest = output.lines();
    for line in lines {
        assert!(
            rest.any(|found| found == *line),
            "no `{line}` in its place in\n{output}"
        );
    }
}

/// The number behind `label`.
#[track_caller]
fn number(output: &str, label: &str) -> f64 {
    let Some((_, rest)) = output.split_once(label) else {
        panic!("no `{label}` in\n{output}");
    };
    let number = rest
        .trim_start()
        .split([' ', ',', '}', '\n'])
        .next()
        .unwrap();
    number
        .parse()
        .unwrap_or_else(|_| panic!("`{number}` behind `{label}` is no number"))
}

#[test]
fn basics() {
    assert_lines(
        &printed("basics"),
        &[
            "basics:foo-fighter is 2021",
            "it answers as RedisGears 1.2.13",
            "an empty script does Done",
            "text:       Some(1337)",
            "gear!:      Some(1337)",
            "builder:    Some(1337)",
            "background: Some(1337)",
            r#"hash: {"basics:noodle"}"#,
            r#"list: {"basics:queue"}"#,
            r#"string: {"basics:bar-fighter", "basics:baz-fighter", "basics:foo-fighter"}"#,
            "most common: string, 3 keys",
            "ValueError: invalid literal for int() with base 10: 'many'",
        ],
    );
}

#[test]
fn word_count() {
    let output = printed("word_count");
    let plain = output.lines().filter(|line| line.starts_with("{'key': '"));
    assert_eq!(plain.count(), 3, "{output}");
    assert_lines(
        &output,
        &[
            " 6 the", " 3 man", " 2 sea", " 2 is", " 2 and", " 1 whale", " 1 not", " 1 calm",
            " 1 call",
        ],
    );
}

#[test]
fn delete_by_prefix() {
    assert_eq!(
        printed("delete_by_prefix"),
        "== Plain script\n\
         deleted Some(3), left [\"keep_me:1\"]\n\
         == Gear: the pattern is a Rust variable\n\
         deleted 3\n\
         deleted 0 more\n\
         left [\"keep_me:1\"]\n\
         deleted 1\n"
    );
}

#[test]
fn stream_processing() {
    let hashes = r#"{"celsius": "-3.5", "sensor": "roof"}
{"celsius": "11.0", "sensor": "cellar"}
"#;
    assert_eq!(
        printed("stream_processing"),
        format!("== Plain script\n{hashes}== Gear\nCreated\n{hashes}")
    );
}

#[test]
fn automatic_expiry() {
    assert_eq!(
        printed("automatic_expiry"),
        "== Plain script\n\
         session:plain:ann expires in 60 minutes\n\
         == Gear\n\
         Created\n\
         session:gear:ann expires in 60 minutes\n\
         other:ann stays\n"
    );
}

#[test]
fn keyspace_notifications() {
    assert_lines(
        &printed("keyspace_notifications"),
        &[
            "expired and processed: ticket:plain:1, ticket:plain:2, ticket:plain:3",
            "expired and processed: ticket:gear:1, ticket:gear:2, ticket:gear:3",
            "KeysReader (sync): 0 failures",
            "StreamReader (async): 0 failures",
            "KeysReader (sync): 0 failures",
            "StreamReader (async_local): 0 failures",
        ],
    );
}

#[test]
fn reliable_notifications() {
    assert_eq!(
        printed("reliable_notifications"),
        r#"== Plain script
{"event": "hset", "key": "person:plain:1", "type": "hash", "value": "{'name': 'Ann'}"}
{"event": "hset", "key": "person:plain:1", "type": "hash", "value": "{'age': '27', 'name': 'Ann'}"}
{"event": "hdel", "key": "person:plain:1", "type": "hash", "value": "{'name': 'Ann'}"}
== Gear
{"event": "hset", "key": "person:gear:1", "value": "{\"name\": \"Ann\"}"}
{"event": "hset", "key": "person:gear:1", "value": "{\"age\": \"27\", \"name\": \"Ann\"}"}
{"event": "hdel", "key": "person:gear:1", "value": "{\"name\": \"Ann\"}"}
"#
    );
}

#[test]
fn cache_get() {
    assert_lines(
        &printed("cache_get"),
        &[
            "a page that is not there: None",
            "any other client gets the same 9 bytes",
            r#"{"failures": 1, "hits": 6, "misses": 5}"#,
            r#"needs ["requests"]"#,
        ],
    );
}

#[test]
fn cache_get_faulty() {
    let output = printed("cache_get_faulty");
    assert_lines(
        &output,
        &[
            "it got None, at once",
            "now http://127.0.0.1/page comes, and nobody takes it",
            "== The compiler refuses the function",
            "9 |             popped = cmd.blpop(\"page:\" + url, 10)",
            "first call: None",
            "http://127.0.0.1/page has arrived",
            "second call: Some(\"<html>\")",
        ],
    );
    assert_eq!(output.matches("[RG0401]").count(), 2, "{output}");
}

#[test]
fn server_side_commands() {
    assert_eq!(
        printed("server_side_commands"),
        "Created\n\
         annotation:0: image:cat has 8003 bytes\n\
         annotation:1: image:dog has 8003 bytes\n\
         annotation:2: image:cat is known\n\
         annotation:3: image:unicorn failed with HTTP Error 404: Not Found\n\
         the HTTP server was asked 3 times\n"
    );
}

#[test]
fn record_scheduler() {
    assert_eq!(
        printed("record_scheduler"),
        "listener: Created, processor: Created\n\
         failed: record:3, record:6, record:9\n\
         by status: {\"failed\": 3, \"success\": 7}\n\
         oldest: record:10, of 1990\n"
    );
}

#[test]
fn counting_users() {
    assert_eq!(
        printed("counting_users"),
        "active users: 4\n\
         kim is broken: invalid literal for int() with base 10: 'yes'\n\
         permissions of active users: {\"admin\", \"audit\", \"read\", \"write\"}\n\
         admin: liz\n\
         audit: eve\n\
         read: ann, eve, liz\n\
         write: ann, liz\n\
         may read and write: ann, liz\n"
    );
}

#[test]
fn transaction_stream() {
    let output = printed("transaction_stream");
    assert_lines(
        &output,
        &[
            "10000 transfers are on their streams",
            "balances that changed: 100",
            "total before: 100000",
            "total after:  100000",
        ],
    );
    let (declined, done) = (
        number(&output, "\"declined\":"),
        number(&output, "\"done\":"),
    );
    assert_eq!(declined + done, 10_000.0, "{output}");
    assert!(number(&output, "smallest balance: ") >= 0.0, "{output}");
}

#[test]
fn monte_carlo_pi() {
    assert_eq!(
        printed("monte_carlo_pi"),
        "   1000 throws,    788 hits: 3.15200, off by 0.01041\n\
         \x20 10000 throws,   7839 hits: 3.13560, off by 0.00599\n\
         \x20100000 throws,  78472 hits: 3.13888, off by 0.00271\n"
    );
}

#[test]
fn gears_future() {
    assert_eq!(
        printed("gears_future"),
        "3 questions wait; the server goes on\n\
         who: Ishmael\n\
         what: a whale\n\
         when: 'when' was withdrawn\n\
         asked again, what: a whale\n"
    );
}

#[test]
fn async_await() {
    assert_lines(
        &printed("async_await"),
        &[
            "rope costs 16 at Acme",
            "guest 20 met 19 others",
            "ordered: 3 ropes, 2 sails",
        ],
    );
}

#[test]
fn write_behind() {
    assert_eq!(
        printed("write_behind"),
        r#"== The database is away
WAITING_FOR_RETRY_ON_FAILURE: sqlite3.OperationalError: unable to open database file
4 changes wait
== It comes back
OK: 0 changes wait
person:1 Ann 27
person:2 Bob 31
person:4 Eve 19
== More changes
person:1 Ann 28
person:3 Old 72
person:4 Eve 19
== What was refused
{"key": "person:3", "person": "{\"age\": \"270\", \"name\": \"Old\"}", "reason": "CHECK constraint failed: age BETWEEN 0 AND 150"}
"#
    );
}

#[test]
fn rate_limiter() {
    let call = "$ redis-cli RG.TRIGGER allow bob 2 3600000";
    assert_lines(
        &printed("rate_limiter"),
        &[
            "== From Rust: three an hour",
            "2",
            "1",
            "0",
            "-1",
            call,
            "1",
            call,
            "0",
            call,
            "-1",
            "400 calls, 100 allowed",
            "6 allowed, three of them never within 190 ms: true",
        ],
    );
}

#[test]
fn numpy_gear() {
    assert_eq!(
        printed("numpy_gear"),
        "sensor       mean      std   median     95 %\n\
         sensor:1  134.875   72.170  134.875  247.262\n\
         sensor:2  269.750  144.338  270.000  494.500\n\
         sensor:3  404.625  216.507  405.000  741.525\n\
         sensor:4  539.500  288.675  540.000  988.550\n\
         mean of sensor:1, computed in Rust: 134.875\n\
         sensor:1 rises by 0.250 from 10.000\n\
         sensor:2 rises by 0.500 from 20.000\n\
         sensor:3 rises by 0.750 from 30.000\n\
         sensor:4 rises by 1.000 from 40.000\n\
         installed: numpy\n"
    );
}

#[test]
fn axum_handler() {
    assert_eq!(
        printed("axum_handler"),
        "GET /visit/home/ann\n    200 home: 1 visits by 1 visitors\n\
         GET /visit/home/bob\n    200 home: 2 visits by 2 visitors\n\
         GET /visit/home/ann\n    200 home: 3 visits by 2 visitors\n\
         GET /visit/1984/ann\n    400 ValueError: '1984' is not the name of a page\n\
         after 50 requests at once: (51, 11)\n"
    );
}

#[cfg(feature = "cluster")]
#[test]
fn cluster() {
    assert_eq!(
        printed("cluster"),
        "== 1035 paragraphs on three servers\n\
         about a third is here: true\n\
         about a third is here: true\n\
         about a third is here: true\n\
         == The most common words: each server counts its own, then those of the same word meet\n\
         \x203329 the\n\
         \x202808 to\n\
         \x202800 and\n\
         \x202570 of\n\
         \x201595 a\n\
         5739 words are different\n\
         == A join: each name goes to the server that knows the person\n\
         \x20 497 Anne, the second daughter of Sir Walter\n\
         \x20 218 Wentworth, a captain of the navy\n\
         \x20 138 Mary, his third daughter\n\
         \x20 112 Louisa, a sister of Mary's husband\n\
         \x20  89 Elizabeth, his first daughter\n\
         \x20  70 Benwick, a captain who reads poems\n\
         == A server dies in the middle of a run\n\
         the run ends, and names the server: true\n\
         == Its replica takes over, and the words are the same\n\
         as before: true\n"
    );
}

#[test]
fn large_data() {
    let output = printed("large_data");
    assert!(number(&output, "documents,") >= 1e8, "{output}");
    assert_lines(
        &output,
        &[
            "stored 1568 documents, 100964277 bytes",
            "100 %, 1568 documents",
            "18014526 words, 10860 different ones",
            "   671622 the",
            "as many words as were stored: true",
        ],
    );
}

/// Run twice on a server that has data and functions of its own, which stay.
#[test]
fn examples_leave_nothing_behind() {
    let server = start();
    let mut con = gears(&server);
    let _: () = con.set("mine", 1).unwrap();
    let mine = con.pyexecute("GB('CommandReader').register(trigger='mine')");
    mine.unwrap();
    for _ in 0..2 {
        for example in [
            "basics",
            "word_count",
            "delete_by_prefix",
            "stream_processing",
            "automatic_expiry",
            "keyspace_notifications",
            "reliable_notifications",
            "cache_get_faulty",
            "server_side_commands",
            "record_scheduler",
            "counting_users",
            "monte_carlo_pi",
            "gears_future",
            "async_await",
            "write_behind",
            "rate_limiter",
            "axum_handler",
        ] {
            output(example, Some(&server.url()));
            let keys: Vec<String> = con.keys("*").unwrap();
            assert_eq!(keys, ["mine"], "{example}\n{}", log(&server));
            let left = con.dumpregistrations().unwrap();
            let left: Vec<_> = left.iter().map(|old| old.trigger()).collect();
            assert_eq!(left, [Some("mine")], "{example}");
        }
    }
    let size: usize = redis::cmd("DBSIZE").query(&mut con).unwrap();
    assert_eq!(size, 1);
}
