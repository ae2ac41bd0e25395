//! With `on` the function calls; a written `Result` is kept, whatever its error.

use std::error::Error;
use std::sync::LazyLock;

use redgrease::prelude::*;

static REDIS: LazyLock<RedisGears> =
    LazyLock::new(|| RedisGears::lazy("redis://127.0.0.1:1/").expect("a good address"));

fn server() -> &'static RedisGears {
    &REDIS
}

#[command(on = *REDIS)]
fn plain(x: i64) -> i64 {
    python! { return x }
}

#[command(on = server())]
fn kept(x: i64) -> redgrease::Result<i64> {
    python! { return x }
}

#[command(on = REDIS)]
fn boxed(x: i64) -> Result<i64, Box<dyn Error>> {
    python! { return x }
}

#[test]
fn is_accepted() {
    let _: fn(i64) -> redgrease::Result<i64> = plain;
    let _: fn(i64) -> redgrease::Result<i64> = kept;
    let _: fn(i64) -> Result<i64, Box<dyn Error>> = boxed;
    assert!(plain(1).is_err(), "no server listens there");
    assert!(boxed(1).is_err(), "no server listens there");
}
