//! What Python returns or raises, as Rust values and places in Rust files.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use redgrease::Error;
use redgrease::prelude::*;
use redgrease::{GearsCommands, PyValue, RedisGears};

use common::{gears, server};

const TOKENS: u32 = line!() + 3;
#[command]
fn in_tokens() -> i64 {
    python! { raise ValueError("tokens") }
}

const TEXT: u32 = line!() + 5;
#[command]
fn in_text() -> i64 {
    r#"
        # the file's own lines count
        raise ValueError('text')
    "#
}

#[command(file = "scripts/fails.py")]
fn in_file() -> i64;

/// The error names the file and the line at the end of its traceback.
#[track_caller]
fn assert_raised(error: &Error, what: &str, file: &str, line: u32) {
    let Error::Python(python) = error else {
        panic!("{error:?}");
    };
    assert_eq!(python.exception, format!("ValueError: {what}"));
    let place = format!("{file}\", line {line}");
    let last = python
        .traceback
        .iter()
        .rev()
        .find(|l| l.contains("File \""));
    assert!(last.unwrap().contains(&place), "{place} in\n{error}");
}

const FAILS: &str = "tests/scripts/fails.py";

/// What rustc tells Cargo of a file, Cargo builds again for.
#[test]
fn a_file_with_python_is_one_of_the_files_of_the_program() {
    let program = std::env::current_exe().unwrap();
    let files = std::fs::read_to_string(program.with_extension("d")).unwrap();
    assert!(files.contains(FAILS), "{files}");
}

#[test]
fn tracebacks_name_rust_files() {
    let server = server();
    let mut con = gears(&server);
    let error = in_tokens().on(&mut con).unwrap_err();
    assert_raised(&error, "tokens", file!(), TOKENS);
    let error = in_text().on(&mut con).unwrap_err();
    assert_raised(&error, "text", file!(), TEXT);
    let error = in_file().on(&mut con).unwrap_err();
    assert_raised(&error, "file", FAILS, 5);

    let line = line!() + 3;
    let gear = gear! {
        def bad(record):
            raise ValueError("gear")
        ShardsIDReader().map(bad).run()
    };
    let failed = gear.on::<Vec<i64>>(&mut con).unwrap().ok().unwrap_err();
    assert_raised(&failed, "gear", file!(), line);
    let line = line!() + 3;
    let bad = py! {
        def bad(record):
            raise ValueError("py")
    };
    let gear = ShardsIDReader::new().map(bad).run();
    let failed = gear.on::<Vec<i64>>(&mut con).unwrap().ok().unwrap_err();
    assert_raised(&failed, "py", file!(), line);
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn tracebacks_name_rust_files_asynchronously() {
    let server = server();
    let mut con = gears(&server).async_connection().await.unwrap();
    let error = in_tokens().on_async(&mut con).await.unwrap_err();
    assert_raised(&error, "tokens", file!(), TOKENS);
    let error = in_text().on_async(&mut con).await.unwrap_err();
    assert_raised(&error, "text", file!(), TEXT);
    let error = in_file().on_async(&mut con).await.unwrap_err();
    assert_raised(&error, "file", FAILS, 5);
    let line = line!() + 3;
    let gear = gear! {
        def bad(record):
            raise ValueError("gear")
        ShardsIDReader().map(bad).run()
    };
    let failed = gear.on_async::<Vec<i64>, _>(&mut con).await;
    let failed = failed.unwrap().ok().unwrap_err();
    assert_raised(&failed, "gear", file!(), line);
}

/// One value, as a script of redgrease's and as other clients send it.
#[track_caller]
fn both<T>(con: &mut RedisGears, expression: &str, expected: &T)
where
    T: redgrease::client::FromResults + PartialEq + std::fmt::Debug,
{
    let pickled = format!(
        "import pickle\n\
         GB('ShardsIDReader').map(lambda _: pickle.dumps({expression}, protocol=4)).run(convertToStr=False)"
    );
    let printed = format!("GB('ShardsIDReader').map(lambda _: {expression}).run()");
    for script in [pickled, printed] {
        let outcome = con.pyexecute(&script).unwrap();
        let value = outcome.decode::<T>().unwrap().ok().unwrap();
        assert_eq!(value, *expected, "{script}");
    }
}

#[test]
fn results_of_other_clients() {
    let server = server();
    let con = &mut gears(&server);
    both(con, "-7", &-7_i64);
    both(con, "2 ** 100", &(1_i128 << 100));
    both(con, "'-text é'", &"-text é".to_string());
    both(con, "(1, 'a')", &(1_i64, "a".to_string()));
    both(con, "{3, 1, 2}", &BTreeSet::from([1_u8, 2, 3]));
    both(con, "[1, None]", &(1_i64, None::<i64>));
    let dict = BTreeMap::from([((1, true), vec![0.5]), ((2, false), vec![])]);
    both(con, "{(1, True): [0.5], (2, False): []}", &dict);
    let nested = HashMap::from([(
        "a".to_string(),
        BTreeMap::from([(1, (b"\x00\xff".to_vec(),))]),
    )]);
    both(con, "{'a': {1: (b'\\x00\\xff',)}}", &nested);
}

#[test]
fn values_of_every_kind_in_gears() {
    let server = server();
    let mut con = gears(&server);
    let numbers = gear! {
        ShardsIDReader().map(lambda _: [float("nan"), float("inf"), -0.0, 1e300]).run()
    };
    let numbers = numbers
        .on::<Vec<Vec<f64>>>(&mut con)
        .unwrap()
        .value
        .remove(0);
    assert!(numbers[0].is_nan());
    assert_eq!(numbers[1..], [f64::INFINITY, -0.0, 1e300]);
    let nested = gear! {
        ShardsIDReader().map(lambda _: {None: [1.5, float("inf")], 2: (b"\xff", {3}, 2 ** 70)}).run()
    };
    let PyValue::Dict(dict) = nested.on::<PyValue>(&mut con).unwrap().value else {
        panic!("a dict");
    };
    assert_eq!(dict.len(), 2);
    let none = gear! { KeysReader("nothing:*").count().run() };
    assert_eq!(none.on::<Option<i64>>(&mut con).unwrap().value, None);
    let none = gear! { ShardsIDReader().map(lambda _: None).run() };
    assert_eq!(none.on::<Option<i64>>(&mut con).unwrap().value, None);
}

#[command]
fn moment() -> PyValue {
    python! {
        import datetime
        return {"when": datetime.date(2020, 1, 2)}
    }
}

#[command]
fn huge() -> u64 {
    python! { return int("18446744073709551616") }
}

#[command]
fn pairs() -> Vec<(i64, i64)> {
    python! { return [(1, 2), (3, ("four", 4)[len(hashtag()) * 0])] }
}

#[test]
fn what_does_not_fit_says_what_came_and_what_was_expected() {
    let server = server();
    let mut con = gears(&server);
    let error = moment().on(&mut con).unwrap_err().to_string();
    assert!(
        error.contains("gave datetime.date datetime.date(2020, 1, 2)"),
        "{error}"
    );
    assert!(error.contains("its Rust type wants plain data"), "{error}");
    let error = huge().on(&mut con).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the result of `huge`: expected an int that fits u64, but the server sent \
         b\"18446744073709551616\""
    );
    let error = pairs().on(&mut con).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a Python value of `pairs`: expected an int that fits i64, but the server sent str \"four\""
    );
    let script = "import pickle, datetime\n\
        GB('ShardsIDReader').map(lambda _: pickle.dumps(datetime.date(2020, 1, 2), 4))\
        .run(convertToStr=False)";
    let records = con.pyexecute(script).unwrap();
    let error = records.decode::<PyValue>().unwrap_err().to_string();
    assert!(error.contains("datetime.date"), "{error}");
    let script = "GB('ShardsIDReader').map(lambda _: {'a': 1}).run()";
    let records = con.pyexecute(script).unwrap();
    let error = records.decode::<Vec<(i64, i64)>>().unwrap_err().to_string();
    assert!(error.contains("expected a list, tuple or set"), "{error}");
    assert!(error.contains("sent dict"), "{error}");
}
