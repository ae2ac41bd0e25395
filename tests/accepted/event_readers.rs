//! Functions that run at events, with all that `register` takes; lists of functions.
#![deny(warnings)]
#![allow(unused_qualifications, reason = "a path is a form, too")]

use redgrease::__private::gear::Reader;
use redgrease::__private::spec::Value;
use redgrease::prelude::*;
use redgrease::registrations;

/// Keeps the set of all people.
#[keys_reader(
    prefix = "person:*",
    event_types = ["hset", "del"],
    key_types = ["hash"],
    commands = ["hset"],
    read_value = false,
    mode = "sync",
    on_registered = python! { log("indexing people") },
    requirements = ["requests"]
)]
pub fn index_person(record: Record) {
    python! {
        if record.event == "del":
            cmd.srem("people", record.key)
        else:
            cmd.sadd("people", record.key)
    }
}

#[stream_reader(
    prefix = "transactions:*",
    batch = 10,
    duration = 30,
    on_failed_policy = "retry",
    on_failed_retry_interval = 5,
    trim_stream = false,
    on_registered = "log('following')"
)]
fn apply(entry: StreamRecord) {
    r#"cmd.hset("entry:" + entry.id, mapping=entry.value)"#
}

#[keys_reader]
fn bare(r: redgrease::Record) {
    python! { log(r.key) }
}

#[command(trigger = ..., hook = "hset", keyprefix = "user:", collect = false)]
fn hooked(args: &[&str]) -> i64 {
    python! { return len(args) }
}

#[command(trigger = ...)]
fn other() -> i64 {
    python! { return 1 }
}

#[command(on_registered = python! { log("there") })]
fn announced() -> i64 {
    python! { return 1 }
}

#[test]
fn is_accepted() {
    let spec = index_person::SPEC;
    assert_eq!(spec.reader, Reader::Keys);
    assert_eq!(
        spec.arguments,
        [
            ("prefix", Value::Text("person:*")),
            ("eventTypes", Value::Texts(&["hset", "del"])),
            ("keyTypes", Value::Texts(&["hash"])),
            ("commands", Value::Texts(&["hset"])),
            ("readValue", Value::Bool(false)),
        ]
    );
    assert_eq!(spec.mode, redgrease::Mode::Sync);
    assert_eq!(spec.requirements, ["requests"]);
    assert!(
        spec.on_registered
            .unwrap()
            .def
            .contains("log(\"indexing people\")")
    );
    assert!(
        index_person::script()
            .text()
            .contains("def index_person(record):")
    );
    assert_eq!(apply::SPEC.arguments[1], ("batch", Value::Int(10)));
    assert!(announced::SPEC.on_registered.is_some());
    assert!(other::SPEC.trigger.starts_with("other-"));

    let all = registrations![
        index_person,
        apply,
        bare,
        hooked,
        crate::event_readers::other,
    ];
    let names: Vec<&str> = all
        .items()
        .iter()
        .map(redgrease::client::Item::name)
        .collect();
    // the path of each is its name
    let paths = ["index_person", "apply", "bare"].map(|name| format!("{}::{name}", module_path!()));
    assert_eq!(names[..3], paths);
    let _call = (hooked(&["a"]), other(), announced());
}
