// A result that the Rust type cannot take

use redgrease::prelude::*;

#[command]
fn text(url: &str) -> i64 {
    python! {
        if url:
            return "a"
        return cmd.get(url)
    }
}

#[command]
fn none(url: &str) -> String {
    python! {
        found = None
        return found if url else None
    }
}

#[command]
fn number(url: &str) -> u8 {
    python! {
        if url:
            return -1
        return (url for _ in url)
    }
}

fn main() {
    let _ = text("");
    let _ = none("");
    let _ = number("");
}
