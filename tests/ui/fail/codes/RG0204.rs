// A builtin name that is hidden

#![deny(deprecated)]

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        list = [url]
        return list(list)
    }
}

fn main() {
    let _ = f("");
}
