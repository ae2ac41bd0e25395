//! What guide_cli_1.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
GB('CommandReader').map(lambda x: float(x[1]) * float(x[2])).register(trigger='area', convertToStr=True)
"#
    }
    .on(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
GB('KeysReader').foreach(lambda x: execute('INCR', 'seen')).register('user:*', mode='sync', eventTypes=['hset'], convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
