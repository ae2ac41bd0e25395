use redgrease::prelude::*;

type Numbers = Vec<i64>;

#[command]
fn sum(numbers: &[i64], start: i64) -> i64 {
    python! { return start + sum(numbers) }
}

#[command]
fn sum_alias(numbers: Numbers, start: i64) -> i64 {
    python! { return start + sum(numbers) }
}

fn main() {}
