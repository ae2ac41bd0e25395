//! What guide_sessions_2.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
GB("CommandReader").map(lambda call: "two").register(trigger="version", convertToStr=True)
"#
    }
    .on(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
GB("CommandReader").map(lambda call: "hello " + call[1]).register(trigger="greet", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
