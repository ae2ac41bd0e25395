// A call that does not fit a method of `cmd`

use redgrease::prelude::*;

#[command]
fn f(url: &str) -> i64 {
    python! {
        return cmd.get(key=url)
    }
}

fn main() {
    let _ = f("");
}
