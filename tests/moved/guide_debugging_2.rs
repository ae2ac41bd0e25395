//! What guide_debugging_2.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[keys_reader(prefix = "n:*", event_types = ["set"], mode = "sync", python = "3.14")]
fn parse(record: Record) {
    r#"
    return int(record["value"])
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    parse::register(&mut con)?;
    Ok(())
}
