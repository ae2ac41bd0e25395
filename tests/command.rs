//! `#[command]` on a real server: how arguments and results travel, how it registers, what happens
//! when things go wrong.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::{BTreeSet, HashMap};
use std::process::Command as Program;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use common::{gears, log, server, start};
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};
use redgrease::{Error, Registered};

#[command]
fn texts(text: &str, owned: String) -> String {
    python! {
        assert type(text) is str and type(owned) is str
        return text + "|" + owned
    }
}

#[command]
fn bytes_back(borrowed: &[u8], owned: Vec<u8>) -> Vec<u8> {
    python! {
        assert type(borrowed) is bytes and type(owned) is bytes
        return borrowed + owned
    }
}

#[command]
fn numbers(small: i64, big: i128, real: f64, flag: bool) -> (i64, i128, f64, bool) {
    python! {
        assert [type(x) for x in (small, big, real, flag)] == [int, int, float, bool]
        return (small, big, real, flag)
    }
}

#[command]
fn area(width: f64, height: f64) -> f64 {
    r#"return width * height"#
}

#[command]
fn optional(first: Option<i64>, second: Option<&str>) -> Option<String> {
    python! {
        if first is None and second is None:
            return None
        return repr((first, second))
    }
}

#[command]
fn small(byte: u8, maybe: Option<u8>) -> Option<u8> {
    python! {
        return None if maybe is None else byte + maybe
    }
}

#[command]
fn total(start: i64, rest: &[i64]) -> i64 {
    python! {
        assert isinstance(rest, list)
        return start + sum(rest)
    }
}

#[command]
fn structures() -> (
    BTreeSet<(i64, String)>,
    HashMap<i64, Vec<f64>>,
    Option<bool>,
) {
    python! {
        return ({(1, "a"), (2, "b")}, {7: [0.5, 1.5]}, None)
    }
}

#[command]
fn nothing(key: &str) {
    python! {
        cmd.set(key, "seen")
    }
}

#[test]
fn arguments_and_results_keep_their_types() {
    let server = server();
    let mut con = gears(&server);
    assert_eq!(
        texts("-é", "+\u{0}🦀".into()).on(&mut con).unwrap(),
        "-é|+\u{0}🦀"
    );
    assert_eq!(
        bytes_back(b"\x00\xff", b"-plain".to_vec())
            .on(&mut con)
            .unwrap(),
        b"\x00\xff-plain"
    );
    assert_eq!(
        numbers(-5, i128::MAX, 0.1, true).on(&mut con).unwrap(),
        (-5, i128::MAX, 0.1, true)
    );
    let result = area(1e-7, 1e300).on(&mut con).unwrap();
    assert!((result / 1e293 - 1.0).abs() < 1e-12, "{result}");
    assert_eq!(total(1, &[2, 3]).on(&mut con).unwrap(), 6);
    assert_eq!(total(1, &[]).on(&mut con).unwrap(), 1);
    let (set, map, none) = structures().on(&mut con).unwrap();
    assert_eq!(set, BTreeSet::from([(1, "a".into()), (2, "b".into())]));
    assert_eq!(map, HashMap::from([(7, vec![0.5, 1.5])]));
    assert_eq!(none, None);
    nothing("touched").on(&mut con).unwrap();
    assert_eq!(con.get::<_, String>("touched").unwrap(), "seen");
}

#[test]
fn missing_optional_arguments_are_none() {
    let server = server();
    let mut con = gears(&server);
    let mut call = |first, second| optional(first, second).on(&mut con).unwrap();
    assert_eq!(call(None, None), None);
    assert_eq!(call(Some(1), None).unwrap(), "(1, None)");
    assert_eq!(call(None, Some("~none")).unwrap(), "(None, '~none')");
    assert_eq!(call(Some(2), Some("")).unwrap(), "(2, '')");
    assert_eq!(small(1, None).on(&mut con).unwrap(), None);
    assert_eq!(small(1, Some(2)).on(&mut con).unwrap(), Some(3));
}

#[test]
fn other_clients_read_scalars_as_text() {
    let server = server();
    let mut con = gears(&server);
    area(1.0, 1.0).on(&mut con).unwrap();
    let reply: Vec<String> = redis::cmd("RG.TRIGGER")
        .arg(&["area", "2", "2.5"])
        .query(&mut con)
        .unwrap();
    assert_eq!(reply, ["5.0"]);
}

#[command]
fn fails(reason: &str) -> i64 {
    python! {
        if reason == "type":
            return {"it": "no number"}["it"]
        raise ValueError(reason)
    }
}

#[test]
fn an_exception_names_the_rust_file() {
    let server = server();
    let mut con = gears(&server);
    let error = fails("too bad").on(&mut con).unwrap_err();
    let Error::Python(python) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(python.exception, "ValueError: too bad");
    let raise = include_str!("command.rs")
        .lines()
        .position(|line| line.contains("raise ValueError(reason)"))
        .unwrap()
        + 1;
    let text = error.to_string();
    assert!(text.contains("tests/command.rs"), "{text}");
    assert!(
        text.contains(&format!("line {raise}")),
        "line {raise} in\n{text}"
    );
}

#[test]
fn a_result_of_another_type_says_what_came() {
    let server = server();
    let mut con = gears(&server);
    let error = fails("type").on(&mut con).unwrap_err().to_string();
    assert!(error.contains("fails"), "{error}");
    assert!(error.contains("str"), "{error}");
    assert!(error.contains("int"), "{error}");
}

#[test]
fn a_wrong_number_of_arguments_is_explained() {
    let server = server();
    let mut con = gears(&server);
    area(1.0, 1.0).on(&mut con).unwrap();
    let error = con.trigger("area", "1.0").unwrap_err().to_string();
    assert!(error.contains("area"), "{error}");
    assert!(error.contains("height"), "{error}");
}

#[derive(serde::Serialize, serde::Deserialize, Debug, PartialEq)]
struct Order {
    item: String,
    amounts: Vec<i64>,
}

#[command]
fn ordered(order: Json<Order>, last: Option<Json<Order>>) -> Json<Order> {
    python! {
        if not order["amounts"]:
            raise Refused("empty", {"item": order["item"], "amounts": [1]})
        order["amounts"].append(0 if last is None else last["amounts"][0])
        return order
    }
}

#[derive(Debug)]
enum Refusal {
    Empty(Order),
    Other(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match &error {
            Error::Python(python) if python.code().as_deref() == Some("empty") => {
                python.data().map_or_else(Self::Other, Self::Empty)
            }
            _ => Self::Other(error),
        }
    }
}

static ORDERS: OnceLock<RedisGears> = OnceLock::new();

#[command(on = ORDERS.get().unwrap())]
fn refused(order: Json<&Order>) -> Result<i64, Refusal> {
    python! { raise Refused("empty", order) }
}

#[test]
fn structs_and_refusals_travel_as_json() {
    let server = start();
    let mut con = gears(&server);
    let order = |amounts: &[i64]| Order {
        item: "tea".into(),
        amounts: amounts.to_vec(),
    };
    let Json(result) = ordered(Json(order(&[2])), None).on(&mut con).unwrap();
    assert_eq!(result, order(&[2, 0]));
    let last = Some(Json(order(&[7])));
    let Json(result) = ordered(Json(order(&[2])), last).on(&mut con).unwrap();
    assert_eq!(result, order(&[2, 7]));
    let error = ordered(Json(order(&[])), None).on(&mut con).unwrap_err();
    let Error::Python(python) = error else {
        panic!("{error:?}")
    };
    assert!(python.exception.starts_with("Refused: "), "{python:?}");
    assert_eq!(python.code().as_deref(), Some("empty"), "{python:?}");
    assert_eq!(python.data::<Order>().unwrap(), order(&[1]));
    assert!(python.data::<i64>().is_err());
    ORDERS.set(con.clone()).unwrap();
    match refused(Json(&order(&[3]))) {
        Err(Refusal::Empty(back)) => assert_eq!(back, order(&[3])),
        Err(Refusal::Other(error)) => panic!("{error}"),
        Ok(number) => panic!("{number}"),
    }
    let error = con.trigger("ordered", "{").unwrap_err().to_string();
    assert!(error.contains("`order` of ordered() is JSON"), "{error}");
    // plain scripts have it too, and other clients see its name alone
    let raw = redis::cmd("RG.PYEXECUTE")
        .arg("raise Refused('no', [1])")
        .query::<()>(&mut con)
        .unwrap_err();
    assert!(raw.to_string().contains("'Refused: "), "{raw}");
    let error = con.pyexecute("raise Refused('no', [1])").unwrap_err();
    assert_eq!(
        error.to_string().lines().last(),
        Some(r#"Refused: ["no", [1]]"#)
    );
    let Error::Python(python) = error else {
        panic!("{error:?}")
    };
    assert!(python.exception.starts_with("Refused: "), "{python:?}");
    assert_eq!(python.code().as_deref(), Some("no"), "{python:?}");
}

#[command(trigger = "versioned")]
fn first_version() -> i64 {
    python! { return 1 }
}

#[command(trigger = "versioned", replace = true)]
fn second_version() -> i64 {
    python! { return 2 }
}

#[command(trigger = "versioned", replace = false)]
fn kept_version() -> i64 {
    python! { return 3 }
}

#[test]
fn replace_decides_about_an_existing_trigger() {
    let server = start();
    let mut con = gears(&server);
    assert_eq!(
        first_version::register(&mut con).unwrap(),
        Registered::Created
    );
    let error = first_version::register(&mut con).unwrap_err();
    assert!(error.is_duplicate_trigger(), "{error}");
    assert_eq!(
        kept_version::register(&mut con).unwrap(),
        Registered::Unchanged
    );
    assert_eq!(kept_version().on(&mut con).unwrap(), 1);
    assert_eq!(
        second_version::register(&mut con).unwrap(),
        Registered::Replaced
    );
    assert_eq!(
        second_version::register(&mut con).unwrap(),
        Registered::Unchanged
    );
    assert_eq!(first_version().on(&mut con).unwrap(), 2);

    let registrations = con.dumpregistrations().unwrap();
    assert_eq!(registrations.len(), 1, "{registrations:?}");
    assert_eq!(registrations[0].trigger(), Some("versioned"));
    con.unregister(&registrations[0].id).unwrap();
    assert!(con.dumpregistrations().unwrap().is_empty());
}

static BOUND: OnceLock<RedisGears> = OnceLock::new();

#[command(on = BOUND.get().unwrap())]
fn bound(x: i64) -> i64 {
    python! { return x + 1 }
}

#[test]
fn a_bound_command_registers_once_and_again_when_the_server_has_lost_it() {
    let server = start();
    let mut con = gears(&server);
    BOUND.set(con.clone()).unwrap();
    let threads: Vec<_> = (0..4)
        .map(|x| thread::spawn(move || bound(x).unwrap()))
        .collect();
    let results: Vec<i64> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    assert_eq!(results, [1, 2, 3, 4]);

    let registrations = con.dumpregistrations().unwrap();
    assert_eq!(registrations.len(), 1);
    con.unregister(&registrations[0].id).unwrap();
    assert_eq!(bound(41).unwrap(), 42);
}

#[command]
fn sleeper() -> i64 {
    python! {
        import os
        import time
        cmd.set("sleeper", os.getpid())
        time.sleep(60)
        return 0
    }
}

#[test]
fn a_killed_worker_fails_its_caller_and_the_next_call_works() {
    let server = start();
    let mut con = gears(&server);
    let victim = thread::spawn({
        let mut con = con.clone();
        move || sleeper().on(&mut con)
    });
    let pid = (0..500)
        .find_map(|_| {
            thread::sleep(Duration::from_millis(10));
            con.get::<_, Option<u32>>("sleeper").unwrap()
        })
        .expect("the function runs");
    let killed_at = Instant::now();
    let status = Program::new("kill").args(["-9", &pid.to_string()]).status();
    assert!(status.unwrap().success());

    let error = victim.join().unwrap().unwrap_err().to_string();
    assert!(error.contains("died"), "{error}\n{}", log(&server));
    assert!(killed_at.elapsed() < Duration::from_secs(5));
    assert_eq!(area(3.0, 4.0).on(&mut con).unwrap(), 12.0);
    let registered = con.dumpregistrations().unwrap();
    assert!(registered.iter().any(|r| r.trigger() == Some("sleeper")));
}

#[command(requirements = ["redgrease-no-such-package==99.99"])]
fn needs_the_impossible() -> i64 {
    python! { return 1 }
}

#[test]
fn the_error_of_pip_reaches_the_caller() {
    let server = server();
    let mut con = gears(&server);
    let error = needs_the_impossible().on(&mut con).unwrap_err().to_string();
    assert!(error.contains("redgrease-no-such-package"), "{error}");
    assert!(error.contains("No matching distribution"), "{error}");
}

#[cfg(feature = "tokio")]
mod asynchronous {
    use super::*;

    static CLIENT: OnceLock<redis::Client> = OnceLock::new();

    #[command(on = CLIENT.get().unwrap())]
    async fn shout(text: &str) -> String {
        python! { return text.upper() }
    }

    #[tokio::test]
    async fn async_functions_and_unbound_calls_work() {
        let server = start();
        gears(&server).pyexecute("").unwrap();
        let client = redis::Client::open(server.url()).unwrap();
        CLIENT.set(client.clone()).unwrap();
        assert_eq!(shout("hello").await.unwrap(), "HELLO");
        assert_eq!(shout("again").await.unwrap(), "AGAIN");

        let mut con = client.get_multiplexed_async_connection().await.unwrap();
        assert_eq!(area(2.0, 3.0).on_async(&mut con).await.unwrap(), 6.0);
        let registrations = con.dumpregistrations().await.unwrap();
        assert_eq!(registrations.len(), 2);
    }

    #[tokio::test]
    async fn a_long_run_does_not_meet_the_response_timeout() {
        const TIMEOUT: Duration = Duration::from_secs(2);
        let server = start();
        let client = redis::Client::open(server.url()).unwrap();
        let config = redis::AsyncConnectionConfig::new().set_response_timeout(Some(TIMEOUT));
        let mut con = client
            .get_multiplexed_async_connection_with_config(&config)
            .await
            .unwrap();
        let slow = gear! {
            def wait(x):
                import time
                time.sleep(3)
                return x
            ShardsIDReader().map(wait).run()
        };
        let mut other = con.clone();
        let (result, ping) = tokio::join!(slow.on_async::<Vec<String>, _>(&mut con), async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            let asked = Instant::now();
            let _: String = redis::cmd("PING").query_async(&mut other).await.unwrap();
            asked.elapsed()
        });
        assert_eq!(result.unwrap().value, ["1"]);
        assert!(ping < TIMEOUT, "{ping:?}");
        assert!(con.dumpexecutions().await.unwrap().is_empty());
    }
}
