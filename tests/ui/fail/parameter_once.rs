use redgrease::prelude::*;

#[command]
fn pattern((a, b): (i64, i64)) -> i64 {
    python! { return a + b }
}

#[command]
fn keyword(class: i64) -> i64 {
    python! { return class + 1 }
}

#[command]
fn declared(x: i64) -> i64 {
    python! {
        global x
        x += 1
        return x
    }
}

#[command]
fn twice(x: &str, x: i64) -> i64 {
    python! { return len(x) }
}

#[keys_reader]
fn changed((key, value): Record) {
    python! { log(key + value) }
}

fn main() {}
