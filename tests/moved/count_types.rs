//! What count_types.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let records: Vec<PyValue> = gear! {
        #![python = "3.14"]
        r#"
import redgrease

redgrease.KeysReader().map(lambda x: x['type']).countby().run()
"#
    }
    .on(&mut con)?.value;
    for record in records {
        println!("{record:?}");
    }
    Ok(())
}
