//! What wrappers.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
from redgrease import GearsBuilder, execute, hashtag, log

def process(x):
    log(f"Key {x}")

# Capture an event
cap = GearsBuilder()
cap.foreach(lambda x: process(x))
cap.register(prefix="expired:*", convertToStr=True)
"#
    }
    .on(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
from redgrease import GearsBuilder, execute, hashtag, log

def process(x):
    log(f"Key {x}")

# Consume new events
proc = GearsBuilder("StreamReader")
proc.foreach(lambda x: process(x))
proc.register(prefix="expired:*", batch=100, duration=1, convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
