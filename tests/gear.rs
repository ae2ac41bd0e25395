//! `gear!` on a real server: readers, operations, captures and results.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{gears, start};
use redgrease::RedisGears;
use redgrease::prelude::*;
use redgrease::redis::Commands;

fn filled() -> (redgrease::embedded::Server, RedisGears) {
    let server = start();
    let mut con = gears(&server);
    for (key, value) in [("n:1", "3"), ("n:2", "5"), ("n:3", "-8")] {
        let _: () = con.set(key, value).unwrap();
    }
    let _: () = con.set("text", "to be or not to be").unwrap();
    let _: () = con.hset("hash", "field", "value").unwrap();
    (server, con)
}

#[test]
fn counting_and_summing() {
    let (_server, mut con) = filled();
    let count: Option<i64> = gear! { KeysReader().count().run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(count, Some(5));
    let none: Option<i64> = gear! { KeysReader("zzz*").count().run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(none, None);
    let pattern = "n:*";
    let sum: Option<i64> = gear! {
        KeysReader('pattern).values().map(int).aggregate(0, lambda a, x: a + x).run()
    }
    .on(&mut con)
    .unwrap()
    .value;
    assert_eq!(sum, Some(0));
}

#[test]
fn nothing_is_a_record_as_any_other() {
    let (_server, mut con) = filled();
    let some: Vec<Option<i64>> =
        gear! { ShardsIDReader().flatmap(lambda _: [None, 1, None]).run() }
            .on(&mut con)
            .unwrap()
            .value;
    assert_eq!(some, [None, Some(1), None]);
    let texts: Vec<Option<String>> = gear! { ShardsIDReader().flatmap(lambda _: ["", None]).run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(texts, [None, Some(String::new())]);
    let units: Vec<()> = gear! { KeysReader("n:*").run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(units.len(), 3);
    let unit: Option<()> = gear! { KeysReader("text").run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(unit, Some(()));
    let maybe: Option<Option<i64>> = gear! { ShardsIDReader().map(lambda _: None).run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(maybe, Some(None));
    let zero = None::<i64>;
    let least: i64 = gear! {
        KeysReader("n:*").values().map(int)
            .aggregate('zero, lambda a, x: x if a is None else min(a, x))
            .run()
    }
    .on(&mut con)
    .unwrap()
    .value;
    assert_eq!(least, -8);
}

#[test]
fn results_of_every_kind() {
    let (_server, mut con) = filled();
    let keys: Vec<String> = gear! { KeysReader("n:*").keys().sort().run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(keys, ["n:1", "n:2", "n:3"]);
    let numbers: Vec<i64> = gear! { KeysReader("n:*").values().map(int).sort().run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(numbers, [-8, 3, 5]);
    let sets: Vec<BTreeSet<String>> = gear! {
        KeysReader("text").values().map(lambda text: set(text.split())).run()
    }
    .on(&mut con)
    .unwrap()
    .value;
    assert_eq!(sets[0].len(), 4);
    let words: Vec<BTreeMap<String, PyValue>> = gear! {
        KeysReader("text").values().flatmap(str.split).countby().run()
    }
    .on(&mut con)
    .unwrap()
    .value;
    let be = words
        .iter()
        .find(|entry| entry["key"] == PyValue::String("be".into()))
        .unwrap();
    assert_eq!(be["value"], PyValue::I64(2));
    let hashes: Vec<BTreeMap<String, String>> = gear! { KeysReader().values(type="hash").run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(
        hashes,
        [BTreeMap::from([("field".to_string(), "value".to_string())])]
    );
}

#[test]
fn captures_reach_python_unchanged() {
    let (_server, mut con) = filled();
    let text = "a'b\\\n\"é🦀\u{0}".to_string();
    let numbers = vec![1_i64, -2];
    let echoed: Vec<(String, Vec<i64>)> = gear! {
        ShardsIDReader().map(lambda _: ('text, 'numbers)).run()
    }
    .on(&mut con)
    .unwrap()
    .value;
    assert_eq!(echoed, [(text, numbers)]);
}

#[test]
fn a_failing_record_is_reported_beside_the_results() {
    let (_server, mut con) = filled();
    let result = gear! { KeysReader("*").values(type="string").map(int).run() }
        .on::<Vec<i64>>(&mut con)
        .unwrap();
    assert!(result.value.len() <= 3);
    assert_eq!(result.errors.len(), 1, "{:?}", result.errors);
    assert!(
        result.errors[0].exception.starts_with("ValueError"),
        "{:?}",
        result.errors
    );
    assert!(result.ok().is_err());
}

#[test]
fn all_operations_run() {
    let (_server, mut con) = filled();
    let result: Vec<PyValue> = gear! {
        KeysReader("n:*")
            .values()
            .map(int)
            .filter(lambda x: x > -100)
            .foreach(lambda x: None)
            .repartition(lambda x: x)
            .flatmap(lambda x: [x, x])
            .distinct()
            .limit(10)
            .localgroupby(lambda x: x > 0, lambda key, acc, x: (acc or 0) + x)
            .map(lambda group: group["value"])
            .groupby(lambda x: 1, lambda key, acc, x: (acc or 0) + x)
            .batchgroupby(lambda group: group["key"], lambda key, groups: groups[0]["value"])
            .aggregateby(lambda group: group["key"], 0, lambda key, acc, x: acc + x["value"], lambda key, acc, x: acc + x)
            .collect()
            .accumulate(lambda acc, x: (acc or []) + [x["value"]])
            .run()
    }
    .on(&mut con)
    .unwrap()
    .value;
    assert_eq!(result, [PyValue::List(vec![PyValue::I64(0)])]);
    let mean: Option<f64> = gear! { KeysReader("n:*").values().avg().run() }
        .on(&mut con)
        .unwrap()
        .value;
    assert_eq!(mean, Some(0.0));
}

#[test]
fn a_registered_command_answers_to_any_client() {
    let server = start();
    let mut con = gears(&server);
    let gear = gear! {
        CommandReader()
            .args()
            .map(lambda args: [args[0], args[0].encode(), len(args), args])
            .register(trigger="echo", mode="async_local")
    };
    gear.on(&mut con).unwrap();
    let mut trigger = redis::cmd("RG.TRIGGER");
    let [answer]: [(String, Vec<u8>, i64, Vec<String>); 1] = trigger
        .arg("echo")
        .arg("a")
        .arg("b")
        .query(&mut con)
        .unwrap();
    assert_eq!(
        answer,
        ("a".into(), b"a".to_vec(), 2, vec!["a".into(), "b".into()])
    );
}
