//! What twice.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[command(mode = "async", python = "3.14")]
fn twice(call: &[&str]) -> String {
    r#"
call = ["twice"] + call
return call[1] * 2
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    twice::register(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
GB('CommandReader').map(lambda call: len(call)).register(trigger='length', mode='async_local', convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
