//! What word_count_short.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let records: Vec<PyValue> = gear! {
        #![python = "3.14"]
        r#"
from redgrease import KeysReader

KeysReader().values().flatmap(str.split).countby().run()
"#
    }
    .on(&mut con)?.value;
    for record in records {
        println!("{record:?}");
    }
    Ok(())
}
