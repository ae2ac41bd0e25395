use redgrease::prelude::*;

#[keys_reader(prefix = "person:*:x", event_types = ["hsett"], batch = 3, mode = "asink")]
fn index_person(record: Record) {
    python! { log(record.key) }
}

#[stream_reader(batch = 0, duration = -1, mode = "sync", on_failed_policy = "retry", requirements = ["numpy >> 1"])]
fn apply(record: StreamRecord) {
    python! { log(record.key) }
}

#[stream_reader(batch = "ten", prefix = PREFIX, on = REDIS)]
fn kinds(record: StreamRecord) {
    python! { log(record.key) }
}

fn main() {}
