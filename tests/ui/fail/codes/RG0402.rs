// An unknown method of `cmd`

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        return cmd.hgetal(url)
    }
}

fn main() {
    let _ = f("");
}
