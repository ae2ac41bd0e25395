use redgrease::prelude::*;

#[command]
const fn constant<T>((a, b): (i64, i64), mut c: i64, lambda: i64, d: impl Into<i64>) -> i64 {
    python! { return c + d }
}

#[command]
async fn unbound() -> i64 {
    python! { return 1 }
}

#[command]
fn pass() {
    python! { return 1 }
}

#[command]
fn generic<T: ToString>(a: &[T]) -> Option<T> {
    python! { return a }
}

fn main() {}
