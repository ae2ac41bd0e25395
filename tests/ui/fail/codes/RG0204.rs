// A builtin name that is hidden

#![deny(deprecated)]

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        hash = execute("GET", url)
        return hash(hash)
    }
}

fn main() {
    let _ = f("");
}
