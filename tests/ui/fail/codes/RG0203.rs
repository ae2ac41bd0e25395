// A name that is never used

#![deny(deprecated)]

use redgrease::prelude::*;

#[command]
fn f(url: &str) {
    python! {
        result = cmd.get(url)
    }
}

fn main() {
    let _ = f("");
}
