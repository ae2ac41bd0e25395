// A command that Redis does not have

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        return execute("HGETT", url, "a")
    }
}

fn main() {
    let _ = f("");
}
