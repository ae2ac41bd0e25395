//! What guide_streams_2.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[stream_reader(prefix = "orders:new", on_failed_policy = "retry", on_failed_tries = 5, on_failed_stream = "orders-failed", mode = "async", python = "3.14")]
fn work(entry: StreamRecord) {
    r#"
    execute("HSET", entry["value"]["order"], "state", "paid")
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    work::register(&mut con)?;
    Ok(())
}
