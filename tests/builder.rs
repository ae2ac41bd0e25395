//! The typed builder, `py!`, readers of events and files of Python on a real server.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::time::Duration;

use common::{gears, server, start};
use redgrease::prelude::*;
use redgrease::redis::Commands;
use redgrease::{RedisGears, RegisterOptions, registrations};

#[command(file = "ui/pass/scripts/distance.py")]
fn distance(x: f64, y: f64) -> f64;

/// Keeps the set of all people.
#[keys_reader(prefix = "person:*", event_types = ["hset"], mode = "sync")]
fn index_person(record: Record) {
    python! { cmd.sadd("people", record.key) }
}

#[stream_reader(prefix = "entries:*", mode = "async_local", on_registered = python! { cmd.set("following", 1) })]
fn follow(entry: StreamRecord) {
    python! { cmd.set("last:" + entry.key, entry.value["name"]) }
}

/// Waits until `key` is there.
fn wait_for(con: &mut RedisGears, key: &str) -> String {
    for _ in 0..200 {
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
        .register(RegisterOptions::new("seen:*").mode(redgrease::Mode::Sync));
    gear.on(&mut con).unwrap();
    let _: () = con.set("seen:it", 1).unwrap();
    assert_eq!(wait_for(&mut con, "seen"), "seen:it");
}
