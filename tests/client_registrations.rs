//! Registering many functions again and again.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use redgrease::client::Item;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};
use redgrease::{Error, Mode, PyExecuteOptions, Registered, Registrable, Registrations, Replace};

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

    #[keys_reader(name = "index", prefix = "person:*", event_types = ["hset"], mode = "sync")]
    pub(crate) fn index(record: Record) {
        python! { cmd.sadd("old", record.key) }
    }
}

mod new {
    use redgrease::prelude::*;

    #[command(replace = true)]
    pub(crate) fn greet(name: &str) -> String {
        python! { return "good evening " + name }
    }

    #[keys_reader(name = "index", prefix = "person:*", event_types = ["hset"], mode = "sync", replace = true)]
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
    let failing = gear! { KeysReader("key").map(lambda r: int(r["value"] + "x")).run() };
    let result = failing.on::<Vec<String>>(&mut con).unwrap();
    let error = &result.errors[0];
    assert!(error.exception.starts_with("ValueError"), "{error}");
    assert!(error.to_string().contains(file!()), "{error}");
    assert!(matches!(result.ok(), Err(Error::Python(_))));
}

mod failing {
    use redgrease::prelude::*;

    pub(super) const LINE: u32 = line!() + 6;

    /// Fails in the line that `LINE` says.
    #[keys_reader(name = "index", prefix = "person:*", event_types = ["hset"], mode = "sync")]
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

mod first {
    use redgrease::prelude::*;

    #[keys_reader(prefix = "n:*", event_types = ["set"], mode = "sync")]
    pub(crate) fn count(record: Record) {
        python! { cmd.sadd("first", record.key) }
    }
}

mod second {
    use redgrease::prelude::*;

    #[keys_reader(prefix = "n:*", event_types = ["set"], mode = "sync")]
    pub(crate) fn count(record: Record) {
        python! { cmd.sadd("second", record.key) }
    }
}

#[test]
fn functions_of_one_name_in_two_modules_are_two() {
    let server = start();
    let mut con = gears(&server);
    let both = registrations![first::count, second::count];
    let report = both.register_all(&mut con).unwrap();
    let names: Vec<&str> = report.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            concat!(module_path!(), "::first::count"),
            concat!(module_path!(), "::second::count")
        ]
    );
    let _: () = con.set("n:1", 1).unwrap();
    for set in ["first", "second"] {
        let seen: Vec<String> = con.smembers(set).unwrap();
        assert_eq!(seen, ["n:1"], "{set}");
    }
    first::count::register(&mut con).unwrap();
    assert_eq!(con.dumpregistrations().unwrap().len(), 2);
    let list = [
        first::count::item(),
        second::count::item(),
        first::count::item(),
    ];
    let error = Registrations::new(list).register_all(&mut con).unwrap_err();
    assert!(matches!(error, Error::DuplicateName { .. }), "{error}");
}

mod left {
    use redgrease::prelude::*;

    #[command]
    pub(crate) fn side() -> i64 {
        python! { return 1 }
    }

    #[keys_reader(name = "side", mode = "sync")]
    pub(crate) fn event(record: Record) {
        python! { log(record.key) }
    }
}

mod right {
    use redgrease::prelude::*;

    #[command]
    pub(crate) fn side() -> i64 {
        python! { return 2 }
    }

    #[command(trigger = "side", replace = true)]
    pub(crate) fn instead() -> i64 {
        python! { return 3 }
    }

    #[keys_reader(name = "side", mode = "sync")]
    pub(crate) fn event(record: Record) {
        python! { log(record.key + "!") }
    }
}

#[test]
fn two_functions_of_one_program_with_one_trigger_or_name_are_told_apart() {
    let server = start();
    let mut con = gears(&server);
    assert_eq!(left::side().on(&mut con).unwrap(), 1);
    registrations![left::event].register_all(&mut con).unwrap();
    let errors = [
        right::side().on(&mut con).unwrap_err(),
        right::side::register(&mut con).unwrap_err(),
        registrations![right::side]
            .register_all(&mut con)
            .unwrap_err(),
        registrations![right::event]
            .register_all(&mut con)
            .unwrap_err(),
    ];
    for (error, names) in errors.iter().zip([
        ["side", "side"],
        ["side", "side"],
        ["side", "side"],
        ["event", "event"],
    ]) {
        let text = error.to_string();
        let [one, two] = names.map(|name| format!("`{name}` at {}:", file!()));
        let words = format!(", another function of this program than {two}");
        assert!(text.contains(&format!(", by {one}")), "{text}");
        assert!(text.contains(&words), "{text}");
        assert!(text.contains("replace = true"), "{text}");
    }
    // the code of an older build of the same function is taken over, wherever that stood
    con.unregister(&con.clone().dumpregistrations().unwrap()[0].id)
        .unwrap();
    register_as_another_build(&mut con, left::side::item());
    let report = registrations![right::side].register_all(&mut con).unwrap();
    assert_eq!(report[0].1, Registered::Replaced);
    assert_eq!(right::side().on(&mut con).unwrap(), 2);
    // what was told to take the place of others is called by their name
    assert_eq!(right::instead().on(&mut con).unwrap(), 3);
    assert_eq!(right::side().on(&mut con).unwrap(), 3);
}

/// Registers the script of a function as another build would have done it.
fn register_as(con: &mut RedisGears, item: Item, session: &str, change: (&str, &str)) {
    let script = item.script();
    assert!(script.text().contains(change.0), "{}", script.text());
    let text = script.text().replace(change.0, change.1);
    let options = PyExecuteOptions::new().id(session);
    con.pyexecute_options(&text, &options).unwrap();
}

/// Registers the script of a function as a build would have done it that has other code for it.
fn register_as_another_build(con: &mut RedisGears, item: Item) {
    let session = format!("redgrease-{}", item.name());
    let hash = item.script().hash().to_owned();
    register_as(con, item, &session, (&hash, "0123456789abcdef"));
}

const PACKAGE: &str = concat!(
    ", registered by ",
    env!("CARGO_PKG_NAME"),
    " ",
    env!("CARGO_PKG_VERSION"),
    " at ",
    file!()
);

#[test]
fn what_an_older_build_registered_under_the_bare_name_is_taken_over() {
    let server = start();
    let mut con = gears(&server);
    let text = first::count::script().text().to_owned();
    let start = text.find("desc='").unwrap() + 6;
    let end = start + text[start..].find('\'').unwrap();
    let description = &text[start..end];
    register_as(
        &mut con,
        first::count::item(),
        "redgrease-event-count",
        (description, "redgrease count 0123456789abcdef"),
    );
    let both = registrations![first::count, second::count];
    let report = both.register_all(&mut con).unwrap();
    let done: Vec<Registered> = report.into_iter().map(|(_, done)| done).collect();
    assert_eq!(done, [Registered::Replaced, Registered::Created]);
    let registrations = con.dumpregistrations().unwrap();
    assert_eq!(registrations.len(), 2);
    let description = registrations[0].description.as_deref().unwrap();
    assert!(description.contains(PACKAGE), "{description}");
}

mod mine {
    use redgrease::prelude::*;

    #[command]
    pub(crate) fn owned() -> i64 {
        python! { return 1 }
    }

    #[keys_reader(name = "owned", mode = "sync")]
    pub(crate) fn event(record: Record) {
        python! { log(record.key) }
    }
}

mod taken {
    use redgrease::prelude::*;

    #[command(replace = true)]
    pub(crate) fn owned() -> i64 {
        python! { return 2 }
    }

    #[command(trigger = "owned", replace = false)]
    pub(crate) fn kept() -> i64 {
        python! { return 3 }
    }

    #[keys_reader(name = "owned", mode = "sync", replace = true)]
    pub(crate) fn event(record: Record) {
        python! { log(record.key + "!") }
    }
}

#[test]
fn functions_of_another_package_stay_unless_they_are_to_be_replaced() {
    let server = start();
    let mut con = gears(&server);
    let theirs = (PACKAGE, ", registered by other 2.0.0 at src/lib.rs");
    register_as(&mut con, taken::owned::item(), "theirs-1", theirs);
    let events = "redgrease-event-owned";
    register_as(&mut con, taken::event::item(), events, theirs);
    let by = "by other 2.0.0 at src/lib.rs:";

    let errors = [
        registrations![mine::owned]
            .register_all(&mut con)
            .unwrap_err(),
        registrations![mine::event]
            .register_all(&mut con)
            .unwrap_err(),
        mine::owned::register(&mut con).unwrap_err(),
        mine::event::register(&mut con).unwrap_err(),
        mine::owned().on(&mut con).unwrap_err(),
    ];
    for error in errors {
        assert!(error.to_string().contains(by), "{error}");
        assert!(error.to_string().contains("replace = true"), "{error}");
    }
    assert_eq!(taken::kept().on(&mut con).unwrap(), 2);
    assert_eq!(con.dumpregistrations().unwrap().len(), 2);
    let report = registrations![taken::owned, taken::event]
        .register_all(&mut con)
        .unwrap();
    // the code is the same, only the owner is another one
    assert!(
        report
            .iter()
            .all(|(_, done)| *done == Registered::Unchanged)
    );

    con.pyexecute("GB('CommandReader').map(lambda x: 5).register(trigger='other')")
        .unwrap();
    let error = unnamed().on(&mut con).unwrap_err();
    assert!(error.is_duplicate_trigger(), "{error}");
    assert!(error.to_string().contains("by a script"), "{error}");
    assert_eq!(replacing().on(&mut con).unwrap(), 6);
}

#[command(trigger = "other")]
fn unnamed() -> i64 {
    python! { return 6 }
}

#[command(trigger = "other", replace = true)]
fn replacing() -> i64 {
    python! { return 6 }
}

mod older {
    use redgrease::prelude::*;

    #[command(trigger = "typed")]
    pub(crate) fn typed(width: i64) -> i64 {
        python! {
            cmd.incr("calls")
            return width
        }
    }
}

mod newer {
    use redgrease::prelude::*;

    #[command(trigger = "typed")]
    pub(crate) fn typed(width: i64, height: Option<i64>) -> Option<i64> {
        python! {
            cmd.incr("calls")
            return width * (height or 1)
        }
    }
}

#[test]
fn a_caller_of_another_build_is_told_both_signatures_and_calls_nothing() {
    let server = start();
    let mut con = gears(&server);
    register_as_another_build(&mut con, older::typed::item());
    assert_eq!(older::typed(2).on(&mut con).unwrap(), 2);
    // it knows before it calls for the first time
    let error = newer::typed(2, None).on(&mut con).unwrap_err();
    assert!(error.is_other_signature(), "{error}");
    let text = error.to_string();
    assert!(text.contains("(width: int) -> int"), "{text}");
    assert!(
        text.contains("(width: int, height: int = None) -> int or None"),
        "{text}"
    );
    assert!(text.contains(file!()), "{text}");
    // a function that was there is replaced while its caller runs
    registrations![newer::typed].register_all(&mut con).unwrap();
    let error = older::typed(2).on(&mut con).unwrap_err();
    assert!(error.is_other_signature(), "{error}");
    assert!(error.to_string().contains("(width: int) -> int"), "{error}");
    assert_eq!(con.get::<_, i64>("calls").unwrap(), 1);
    assert_eq!(newer::typed(2, Some(3)).on(&mut con).unwrap(), Some(6));
    // other clients need not know of signatures
    let reply: Vec<String> = redis::cmd("RG.TRIGGER")
        .arg(&["typed", "4"])
        .query(&mut con)
        .unwrap();
    assert_eq!(reply, ["4"]);
    registrations![newer::typed]
        .unregister_all(&mut con)
        .unwrap();
    register_as_another_build(&mut con, older::typed::item());
    assert_eq!(older::typed(2).on(&mut con).unwrap(), 2);
}
