//! Registering many functions again and again.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use redgrease::prelude::*;
use redgrease::redis::Commands;
use redgrease::{Error, Mode, PyExecuteOptions, Registered, Replace};

use common::{gears, start};

mod old {
    use redgrease::prelude::*;

    #[command]
    pub(crate) fn greet(name: &str) -> String {
        python! { return "hello " + name }
    }

    #[command]
    pub(crate) fn constant() -> i64 {
        python! { return 7 }
    }

    #[keys_reader(prefix = "person:*", event_types = ["hset"], mode = "sync")]
    pub(crate) fn index(record: Record) {
        python! { cmd.sadd("old", record.key) }
    }
}

mod new {
    use redgrease::prelude::*;

    #[command]
    pub(crate) fn greet(name: &str) -> String {
        python! { return "good evening " + name }
    }

    #[keys_reader(prefix = "person:*", event_types = ["hset"], mode = "sync")]
    pub(crate) fn index(record: Record) {
        python! { cmd.sadd("new", record.key) }
    }
}

#[test]
fn functions_are_created_replaced_or_left_alone() {
    let server = start();
    let mut con = gears(&server);
    let before = registrations![old::greet, old::constant, old::index];
    let created = before.register_all(&mut con).unwrap();
    assert_eq!(
        created,
        [
            ("greet", Registered::Created),
            ("constant", Registered::Created),
            ("index", Registered::Created),
        ]
    );
    let again = before.register_all(&mut con).unwrap();
    assert!(
        again.iter().all(|(_, done)| *done == Registered::Unchanged),
        "{again:?}"
    );
    assert_eq!(old::greet("Ada").on(&mut con).unwrap(), "hello Ada");
    let _: () = con.hset("person:1", "name", "Ada").unwrap();

    let after = registrations![new::greet, old::constant, new::index];
    let replaced = after.register_all(&mut con).unwrap();
    assert_eq!(
        replaced,
        [
            ("greet", Registered::Replaced),
            ("constant", Registered::Unchanged),
            ("index", Registered::Replaced),
        ]
    );
    assert_eq!(con.dumpregistrations().unwrap().len(), 3);
    assert_eq!(new::greet("Ada").on(&mut con).unwrap(), "good evening Ada");
    let _: () = con.hset("person:2", "name", "Bob").unwrap();
    let old: Vec<String> = con.smembers("old").unwrap();
    let new: Vec<String> = con.smembers("new").unwrap();
    assert_eq!(
        (old, new),
        (vec!["person:1".into()], vec!["person:2".into()])
    );

    let mut removed = registrations![new::greet, new::index]
        .unregister_all(&mut con)
        .unwrap();
    removed.sort_unstable();
    assert_eq!(removed, ["greet", "index"]);
    let left = con.dumpregistrations().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].trigger(), Some("constant"));
    assert_eq!(before.unregister_all(&mut con).unwrap(), ["constant"]);
    assert!(before.unregister_all(&mut con).unwrap().is_empty());
}

#[test]
fn gears_are_registered_with_options() {
    let server = start();
    let mut con = gears(&server);
    let none = PyExecuteOptions::new();
    let first = gear! {
        CommandReader().args().count().register(trigger="count", mode="sync")
    };
    let second = gear! {
        CommandReader().map(lambda r: "two").register(trigger="count", mode="sync")
    };
    assert_eq!(first.on(&mut con).unwrap(), Registered::Created);
    let error = second.on(&mut con).unwrap_err();
    assert!(error.is_duplicate_trigger(), "{error}");
    let kept = second.on_with(&mut con, &none, Replace::Keep).unwrap();
    assert_eq!(kept, Registered::Unchanged);
    let replaced = second.on_with(&mut con, &none, Replace::Replace).unwrap();
    assert_eq!(replaced, Registered::Replaced);
    let again = second.on_with(&mut con, &none, Replace::Replace).unwrap();
    assert_eq!(again, Registered::Unchanged);
    let registrations = con.dumpregistrations().unwrap();
    assert_eq!(registrations.len(), 1);
    assert_eq!(registrations[0].data.mode, Mode::Sync.as_str());
}

#[test]
fn gears_are_started_and_asked_later() {
    let server = start();
    let mut con = gears(&server);
    let _: () = con.set("key", 1).unwrap();
    let gear = gear! { KeysReader("key").values().map(int).run() };
    let id = gear.start::<Vec<i64>>(&mut con).unwrap();
    let results = con.getresultsblocking(&id).unwrap();
    assert_eq!(results.decode::<Vec<i64>>().unwrap().value, [1]);
    let typed = gear! { <Vec<i64>> KeysReader("key").values().map(int).run() };
    let id = typed.start(&mut con).unwrap();
    let results = con.getresultsblocking(&id).unwrap();
    assert_eq!(results.decode::<Vec<i64>>().unwrap().value, [1]);
    let failing = gear! { KeysReader("key").map(lambda r: r.nothing).run() };
    let result = failing.on::<Vec<String>>(&mut con).unwrap();
    let error = &result.errors[0];
    assert!(error.exception.starts_with("AttributeError"), "{error}");
    assert!(error.to_string().contains(file!()), "{error}");
    assert!(matches!(result.ok(), Err(Error::Python(_))));
}

mod failing {
    use redgrease::prelude::*;

    pub(super) const LINE: u32 = line!() + 6;

    /// Fails in the line that `LINE` says.
    #[keys_reader(prefix = "person:*", event_types = ["hset"], mode = "sync")]
    pub(crate) fn index(record: Record) {
        python! {
            key = record.key
            raise ValueError("no place for " + key)
        }
    }
}

#[test]
fn the_last_error_of_a_function_names_the_line_in_rust() {
    let server = start();
    let mut con = gears(&server);
    let functions = registrations![failing::index, old::greet];
    functions.register_all(&mut con).unwrap();
    assert_eq!(functions.last_errors(&mut con).unwrap(), []);
    let _: () = con.hset("person:1", "name", "Ada").unwrap();

    let errors = functions.last_errors(&mut con).unwrap();
    let [(name, error)] = errors.as_slice() else {
        panic!("one function has failed: {errors:?}");
    };
    assert_eq!(*name, "index");
    assert!(error.exception.contains("no place for person:1"), "{error}");
    let place = format!("\"{}\", line {}", file!(), failing::LINE + 1);
    assert!(error.to_string().contains(&place), "{place} in:\n{error}");

    // Older code of the same function has other lines: they are left as the server gave them.
    let other = registrations![old::index];
    let errors = other.last_errors(&mut con).unwrap();
    assert!(
        errors[0].1.to_string().contains("\"<string>\", line"),
        "{errors:?}"
    );
}
