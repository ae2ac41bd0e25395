use redgrease::prelude::*;

#[command(mode = ..., file = ...)]
fn f() -> i64 {
    python! { return 1 }
}

fn main() {
    let _ = f();
}
