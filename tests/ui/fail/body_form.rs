use redgrease::prelude::*;

#[command]
fn rust(x: i64) -> i64 {
    x + 1
}

#[command]
fn other(x: i64) -> i64 {
    rust! { return x }
}

fn main() {
    python! { return 1 }
    let _ = (rust(1), other(3));
}
