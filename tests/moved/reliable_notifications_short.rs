//! What reliable_notifications_short.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
from redgrease import KeysReader, cmd

KeysReader().foreach(lambda x: cmd.xadd("notifications-stream", {"key": x["key"], "event": x["event"]})).register(
    prefix="person:*", eventTypes=["hset", "hmset"], mode="sync", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
