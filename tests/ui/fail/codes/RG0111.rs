// A parameter whose name Python cannot use

use redgrease::prelude::*;

#[command]
fn f(from: &str) -> i64 {
    python! { return 1 }
}

fn main() {
    let _ = f("");
}
