#![deny(deprecated)]

use redgrease::prelude::*;

#[keys_reader(prefix = "person:*:x", event_types = ["hsett"])]
fn index_person(record: Record) {
    python! { log(record.key) }
}

fn main() {}
