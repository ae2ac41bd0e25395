//! What guide_exactly_once_2.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
BOOK = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('INCRBY', KEYS[2], ARGV[2])
return 1
"""

def book(entry):
    amount = int(entry["value"]["amount"])
    execute("EVAL", BOOK, 2, "noted", "sum", entry["id"], amount)

GB("StreamReader").foreach(book).register("payments", batch=10, onFailedPolicy="retry", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
