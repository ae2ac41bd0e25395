//! What guide_getting_started_1.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[stream_reader(prefix = "orders", batch = 10, duration = 100, mode = "async", python = "3.14")]
fn add_up(order: StreamRecord) {
    r#"
    item = order["value"]["item"]
    execute("HINCRBY", "sold", item, order["value"]["amount"])
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    add_up::register(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
GB("CommandReader").map(lambda args: execute("HGET", "sold", args[1])).register(trigger="sold", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
