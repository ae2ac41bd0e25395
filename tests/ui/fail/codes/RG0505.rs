// A field or method that is not there

use redgrease::prelude::*;

#[keys_reader(prefix = "person:*")]
fn changed(record: Record) {
    python! {
        cmd.incr(record.kye)
    }
}

#[command]
fn f(url: &str) -> String {
    python! {
        return url.trim()
    }
}

fn main() {
    let _ = f("");
}
