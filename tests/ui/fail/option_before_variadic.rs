use redgrease::prelude::*;

type Maybe = Option<i64>;

#[command]
fn sum(first: Option<i64>, rest: &[i64]) -> i64 {
    python! { return (first or 0) + sum(rest) }
}

#[command]
fn sum_alias(first: Maybe, rest: &[i64]) -> i64 {
    python! { return (first or 0) + sum(rest) }
}

fn main() {}
