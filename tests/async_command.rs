//! `async fn` with `on`, and the asynchronous methods of a command, as types: nothing is sent.
#![cfg(feature = "tokio")]

use std::sync::LazyLock;

use redgrease::prelude::*;

static REDIS: LazyLock<RedisGears> =
    LazyLock::new(|| RedisGears::lazy("redis://127.0.0.1:1/").expect("a good address"));

#[command(on = *REDIS)]
async fn bound(name: &str, numbers: Vec<i64>) -> i64 {
    python! { return len(name) + sum(numbers) }
}

#[command]
fn open(name: &str) -> redgrease::Result<String> {
    python! { return name }
}

fn assert_send<T: Send>(value: T) -> T {
    value
}

#[tokio::test]
async fn futures_can_move_between_threads() {
    let name = String::from("a");
    assert!(
        assert_send(bound(&name, vec![1])).await.is_err(),
        "no server listens there"
    );
}

/// Never called: that it compiles is the test.
#[allow(dead_code)]
async fn asynchronous_methods(
    con: &mut redis::aio::MultiplexedConnection,
) -> redgrease::Result<String> {
    open::register_async(con).await?;
    assert_send(open("a").on_async(con)).await
}
