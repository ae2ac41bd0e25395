//! What guide_runtime_2.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
import asyncio

async def slowly(call):
    await asyncio.sleep(0.1)
    return "hello " + call[1]

GB("CommandReader").map(slowly).register(trigger="slowly", mode="async_local", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
