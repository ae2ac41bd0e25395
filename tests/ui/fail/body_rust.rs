use redgrease::prelude::*;

#[command]
fn included() -> i64 {
    include_str!("scripts/distance.py")
}

#[command]
fn before(x: i64) -> i64 {
    let y = x;
    python! { return y }
}

#[command]
fn behind(x: i64) -> i64 {
    python! { y = x }
    return y;
}

#[command]
fn twice(x: i64) -> i64 {
    python! { y = x }
    python! { return y }
}

fn main() {}
