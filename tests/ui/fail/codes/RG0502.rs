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

fn main() {
    let _ = text("");
    let _ = none("");
}
