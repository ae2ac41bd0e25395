#![deny(deprecated)]

use redgrease::prelude::*;

#[keys_reader(prefix = "person:*:x", event_types = ["hsett"])]
fn index_person(record: Record) {
    python! { log(record.key) }
}

#[command(prefix = "person:*")]
fn greet(name: &str) -> String {
    python! { return "hello " + name }
}

fn main() {
    let _ = greet("");
}
