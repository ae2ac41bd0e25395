//! What note_keys.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[keys_reader(prefix = "n:*", event_types = ["set", "hset"], read_value = false, mode = "async", python = "3.14")]
fn note(record: Record) {
    r#"
    import json
    execute('SADD', "seen#", json.dumps(record['key']))
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    note::register(&mut con)?;
    Ok(())
}
