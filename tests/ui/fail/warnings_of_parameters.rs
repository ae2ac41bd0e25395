// A parameter that Python does not use, and one that hides something of Python's.

#![deny(deprecated)]

use redgrease::prelude::*;

#[command]
fn area(width: f64, heigth: f64, list: Side, _spare: f64) -> f64 {
    python! {
        return width * list(list)[0]
    }
}

#[keys_reader(prefix = "person:*")]
fn count(record: Record) {
    "cmd.incr('changes')"
}

#[stream_reader(prefix = "s")]
fn count_entries(_record: StreamRecord) {
    python! { cmd.incr("entries") }
}

// what a name of one's own stands for is not known to the check
type Side = f64;

fn main() {
    let _ = area(1.0, 2.0, 3.0, 4.0);
}
