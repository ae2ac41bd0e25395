// A command that cannot be used on the server

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        return cmd.blpop(url, 0)
    }
}

fn main() {
    let _ = f("");
}
