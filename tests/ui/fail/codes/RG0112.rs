// A `match` pattern

use redgrease::prelude::*;

#[command(python = "3.10")]
fn f(url: &str) -> i64 {
    python! {
        match url:
            case _:
                return 1
            case "a":
                return 2
    }
}

fn main() {
    let _ = f("");
}
