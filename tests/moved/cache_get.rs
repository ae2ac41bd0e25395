//! What cache_get.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
import redgrease

def cache_get(url):
    # Check if the url is already in the cache,
    # And if so, simply return the cached result.
    if redgrease.cmd.exists(url):
        return redgrease.cmd.get(url)
    redgrease.cmd.set(url, "fetched " + url)
    return redgrease.cmd.get(url)

redgrease.CommandReader().args(max_count=1).map(cache_get).register(trigger="cache_get", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
