use redgrease::prelude::*;

#[keys_reader]
async fn result(record: Record) -> i64 {
    python! { return 1 }
}

#[keys_reader]
fn none() {
    python! { pass }
}

#[keys_reader]
fn two(a: Record, b: Record) {
    python! { pass }
}

#[keys_reader]
fn wrong(record: StreamRecord) {
    python! { log(record) }
}

#[stream_reader]
fn text(record: &str) {
    python! { log(record) }
}

#[stream_reader]
enum Nothing {}

fn main() {}
