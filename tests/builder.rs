//! The typed builder, `py!`, readers of events and files of Python on a real server.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::time::Duration;

use common::{gears, server, start};
use redgrease::prelude::*;
use redgrease::redis::Commands;
use redgrease::{Mode, Only, RawRecord, RedisGears, RegisterOptions, RunOptions, registrations};

#[command(file = "accepted/scripts/distance.py")]
fn distance(x: f64, y: f64) -> f64;

/// Keeps the set of all people.
#[keys_reader(prefix = "person:*", event_types = ["hset"], mode = "sync")]
fn index_person(record: Record) {
    python! { cmd.sadd("people", record.key) }
}

#[stream_reader(prefix = "entries:*", mode = "async_local", on_registered = python! { cmd.set("following", 1) })]
fn follow(entry: StreamRecord) {
    python! { cmd.set("last:" + entry.key, entry["value"]["name"]) }
}

/// Given up after the second try.
#[stream_reader(
    prefix = "bad:attribute",
    mode = "async_local",
    on_failed_policy = "retry",
    on_failed_retry_interval = 1,
    on_failed_tries = 2,
    on_failed_stream = "dead:attribute"
)]
fn refuse(entry: StreamRecord) {
    python! { raise ValueError("no " + entry["value"]["name"]) }
}

/// Waits until `key` is there.
fn wait_for(con: &mut RedisGears, key: &str) -> String {
    for _ in 0..3000 {
        if let Some(value) = con.get::<_, Option<String>>(key).unwrap() {
            return value;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("`{key}` did not come");
}

#[test]
fn callbacks_with_captures_run() {
    let server = start();
    let mut con = gears(&server);
    let _: () = con.set("doc:1", "to be or not to be").unwrap();
    let _: () = con.set("doc:2", "to do").unwrap();
    let words = KeysReader::new("doc:*").values().flatmap(py! { str.split });
    let least = 3;
    let long: Vec<String> = words
        .clone()
        .filter(py! { lambda word: len(word) >= 'least })
        .run()
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(long, ["not"]);
    let mark = "<it's>";
    let marked: Vec<String> = words
        .distinct()
        .map(py! {
            def marked(word):
                suffix = """
        """
                return 'mark + word + suffix.strip()
        })
        .map(py! { lambda word: word + 'mark })
        .sort()
        .limit(1)
        .run()
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(marked, ["<it's>be<it's>"]);
    let total: i64 = gear! { <i64> KeysReader("doc:*").values().map(len).aggregate(0, lambda a, n: a + n).run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(total, 23);
    let numbers: Vec<i64> = PythonReader::new()
        .run(py! {
            def numbers():
                yield from range(${least + 1})
        })
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(numbers, [0, 1, 2, 3]);
}

#[test]
fn functions_run_at_events() {
    let server = server();
    let mut con = gears(&server);
    let done = registrations![distance, index_person, follow]
        .register_all(&mut con)
        .unwrap();
    assert_eq!(done.len(), 3);
    let _: () = con.hset("person:1", "name", "a").unwrap();
    let people: Vec<String> = con.smembers("people").unwrap();
    assert_eq!(people, ["person:1"]);
    assert_eq!(wait_for(&mut con, "following"), "1");
    let mut entry = redis::cmd("XADD");
    let entry = entry.arg("entries:1").arg("*").arg("name").arg("b");
    let _: String = entry.query(&mut con).unwrap();
    assert_eq!(wait_for(&mut con, "last:entries:1"), "b");
    assert_eq!(distance(3.0, 4.0).on(&mut con).unwrap(), 5.0);

    let gear = KeysReader::new("*")
        .foreach(py! { lambda record: cmd.set("seen", record["key"]) })
        .register(RegisterOptions::new("seen:*").mode(Mode::Sync));
    gear.on(&mut con).unwrap();
    let _: () = con.set("seen:it", 1).unwrap();
    assert_eq!(wait_for(&mut con, "seen"), "seen:it");
}

#[test]
fn readers_sugar_and_ends_take_their_arguments() {
    let server = start();
    let mut con = gears(&server);
    let _: () = con.hset("user:1", "name", "Ann").unwrap();
    let _: () = con.set("user:2", "Ben").unwrap();
    let texts: Vec<String> = KeysReader::new("user:*")
        .records_of(Only::types(["string"]))
        .map(py! { lambda record: record.value })
        .run()
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(texts, ["Ben"]);
    let hashes: Vec<String> = KeysReader::new("user:*")
        .keys_of(Only::types(["hash"]))
        .run_with(RunOptions::new().mode(Mode::AsyncLocal))
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(hashes, ["user:1"]);
    let others: Vec<String> = KeysReader::new("nothing")
        .values_of(Only::types(["string"]).and_events(["set"]))
        .run_with(RunOptions::new().pattern("user:*"))
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(others, Vec::<String>::new(), "a run has no events");
    let one: Vec<bool> = KeysReader::new("user:2")
        .records()
        .map(py! { lambda record: record.value is None })
        .run_with(RunOptions::new().no_scan(true).read_value(false))
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(one, [true]);
    let generated: Vec<String> = KeysOnlyReader::new("nothing")
        .run_generated(
            py! { lambda: ("user:*", False) },
            RunOptions::new().count(10),
        )
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(generated.len(), 2);
    for number in 1..=3 {
        let _: String = redis::cmd("XADD")
            .arg("log")
            .arg(format!("{number}-0"))
            .arg(("n", number))
            .query(&mut con)
            .unwrap();
    }
    let late: Vec<String> = StreamReader::new("log")
        .values()
        .map(py! { lambda value: value["n"] })
        .run_with(RunOptions::new().from_id("2-0"))
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(late.last().map(String::as_str), Some("3"));
    assert!(late.len() < 3, "{late:?}");

    CommandReader::new()
        .apply::<2>(py! { lambda a, b: a + b })
        .register_calling("join", py! { lambda: cmd.set("ready", 1) })
        .on(&mut con)
        .unwrap();
    assert_eq!(wait_for(&mut con, "ready"), "1");
    let joined = con.trigger("join", &["a", "b"]).unwrap();
    assert_eq!(joined, [RawRecord::from("ab")]);
    CommandReader::new()
        .args_at_most(1)
        .register("first")
        .on(&mut con)
        .unwrap();
    let first = con.trigger("first", &["x", "y"]).unwrap();
    assert!(
        format!("{first:?}").contains('x') && !format!("{first:?}").contains('y'),
        "{first:?}"
    );
    CommandReader::new()
        .map(py! { lambda command: "none of yours" })
        .register(RegisterOptions::hook("get").keyprefix("secret:"))
        .on(&mut con)
        .unwrap();
    let hidden: String = con.get("secret:1").unwrap();
    assert!(hidden.contains("none of yours"), "{hidden}");
    let open: String = con.get("user:2").unwrap();
    assert_eq!(open, "Ben");
}

/// A stream for what fails again and again, by each way to register.
#[test]
fn entries_that_fail_are_set_aside_however_they_are_registered() {
    let server = start();
    let mut con = gears(&server);
    registrations![refuse].register_all(&mut con).unwrap();
    let by_gear = gear! {
        def refuse(entry):
            raise ValueError("no " + entry["value"]["name"])

        StreamReader().foreach(refuse).register(
            "bad:gear",
            mode="async_local",
            onFailedPolicy="retry",
            onFailedRetryInterval=1,
            onFailedTries=2,
            onFailedStream="dead:gear",
        )
    };
    by_gear.on(&mut con).unwrap();
    let options = RegisterOptions::new("bad:builder")
        .mode(Mode::AsyncLocal)
        .on_failed_policy("retry")
        .on_failed_retry_interval(1)
        .on_failed_tries(2)
        .on_failed_stream("dead:builder");
    StreamReader::new("*")
        .values()
        .foreach(py! {
            def refuse(value):
                raise ValueError("no " + value["name"])
        })
        .register(options)
        .on(&mut con)
        .unwrap();
    let ways = ["attribute", "gear", "builder"];
    for way in ways {
        let _: String = redis::cmd("XADD")
            .arg(format!("bad:{way}"))
            .arg("1-0")
            .arg(("name", way))
            .query(&mut con)
            .unwrap();
    }
    for way in ways {
        let mut dead = Vec::new();
        for _ in 0..3000 {
            dead = redis::cmd("XRANGE")
                .arg((format!("dead:{way}"), "-", "+"))
                .query::<Vec<(String, Vec<String>)>>(&mut con)
                .unwrap();
            if !dead.is_empty() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let fields = &dead
            .first()
            .unwrap_or_else(|| panic!("{way}: nothing came"))
            .1;
        assert_eq!(
            fields[..4],
            ["failed:stream", &format!("bad:{way}"), "failed:id", "1-0"]
        );
        assert!(fields[5].contains(&format!("no {way}")), "{fields:?}");
        assert_eq!(fields[6..], ["name", way]);
        let left: usize = con.xlen(format!("bad:{way}")).unwrap();
        assert_eq!(left, 0, "{way}");
    }
}
