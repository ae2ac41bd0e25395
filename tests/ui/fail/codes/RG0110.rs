// A body without statements

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        # nothing yet
    }
}

fn main() {
    let _ = f("");
}
