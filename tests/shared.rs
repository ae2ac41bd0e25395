//! Python that functions share, and what `on_registered` makes, on a real server.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{gears, start};
use redgrease::prelude::*;
use redgrease::redis::Commands;

python_module! {
    mod shop {
        RATE = 0.5

        def total(prices):
            return sum(prices) * (1 + RATE)

        def fails(why):
            raise ValueError(why)
    }

    mod shapes = "accepted/scripts/distance.py";
}

#[command(uses = [shop::total, shapes::square])]
fn price(prices: &[f64]) -> f64 {
    python! { return total(prices) + square(3) }
}

#[command(uses = [shop::fails])]
fn failing() -> i64 {
    python! { return fails("no") }
}

#[command(
    uses = [shop::RATE],
    on_registered = python! {
        global seen
        seen = [RATE]
    }
)]
fn remember(x: f64) -> Vec<f64> {
    python! {
        seen.append(x)
        return seen
    }
}

#[keys_reader(prefix = "n:*", event_types = ["set"], mode = "sync", uses = [shop::total])]
fn event(record: Record) {
    python! { cmd.set("total", total([float(record.value)])) }
}

#[test]
fn functions_and_gears_use_it() {
    let server = start();
    let mut con = gears(&server);
    assert_eq!(price(&[1.0, 3.0]).on(&mut con).unwrap(), 15.0);
    assert_eq!(remember(2.0).on(&mut con).unwrap(), [0.5, 2.0]);
    assert_eq!(remember(3.0).on(&mut con).unwrap(), [0.5, 2.0, 3.0]);
    registrations![event].register_all(&mut con).unwrap();
    let _: () = con.set("n:1", 2).unwrap();
    assert_eq!(con.get::<_, String>("total").unwrap(), "3.0");
    let sum: f64 = gear! {
        #![uses = [shop::total]]
        <f64> KeysReader("n:*").values().map(float).accumulate().map(total).run()
    }
    .on(&mut con)
    .unwrap()
    .value;
    assert_eq!(sum, 3.0);
    let built = KeysReader::new("n:*")
        .values()
        .map(py! { #![uses = [shop::total]] lambda x: total([float(x)]) });
    let sums: Vec<f64> = built.run().on(&mut con).unwrap().value;
    assert_eq!(sums, [3.0]);
}

#[test]
fn a_traceback_leads_into_it() {
    let server = start();
    let mut con = gears(&server);
    let error = failing().on(&mut con).unwrap_err().to_string();
    let raised = include_str!("shared.rs")
        .lines()
        .position(|line| line.contains("raise ValueError(why)"));
    let place = format!("{}\", line {}, in fails", file!(), raised.unwrap() + 1);
    assert!(error.contains(&place), "{place} in\n{error}");
}

#[command(python = "3.14")]
fn too_new() -> i64 {
    r#"
    if True:
        try:
            return 1
        except ValueError, KeyError:
            return 2
    "#
}

#[test]
fn a_script_with_syntax_that_is_too_new_names_the_version_of_the_server() {
    const TEXT: &str = "try:\n    pass\nexcept ValueError, KeyError:\n    pass\nGB().run()";
    let server = start();
    let mut con = gears(&server);
    let version = con.python_version().unwrap();
    if (version.major, version.minor) >= (3, 14) {
        return;
    }
    let options = redgrease::client::PyExecuteOptions::new().id("new");
    for error in [
        con.pyexecute(TEXT).unwrap_err(),
        con.pyexecute_options(TEXT, &options).unwrap_err(),
    ] {
        let text = error.to_string();
        assert!(
            text.contains(&format!("the server runs Python {version}")),
            "{text}"
        );
    }
    let error = con
        .pyexecute("raise ValueError(1)")
        .unwrap_err()
        .to_string();
    assert!(!error.contains("the server runs"), "{error}");
}

#[test]
fn syntax_that_is_too_new_for_the_server_names_both_versions() {
    let server = start();
    let mut con = gears(&server);
    let version = con.python_version().unwrap();
    if (version.major, version.minor) >= (3, 14) {
        return;
    }
    for error in [
        too_new().on(&mut con).unwrap_err(),
        registrations![too_new].register_all(&mut con).unwrap_err(),
    ] {
        let text = error.to_string();
        let words = format!("it is written for Python 3.14, the server runs {version}");
        assert!(text.contains(&words), "{text}");
        let line = include_str!("shared.rs")
            .lines()
            .position(|line| line.trim() == "except ValueError, KeyError:");
        let place = format!("{}, line {}", file!(), line.unwrap() + 1);
        assert!(text.contains(&place), "{place} in\n{text}");
    }
}
