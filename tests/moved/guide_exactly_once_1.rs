//! What guide_exactly_once_1.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
def book(entry):
    # all that is slow, or may fail, comes before the one step
    amount = int(entry["value"]["amount"])
    with transaction() as t:
        t.execute("INCR", "booked")
        t.execute("INCRBY", "total", amount)
        t.acknowledge(entry)

GB("StreamReader").foreach(book).register("payments", batch=10, onFailedPolicy="retry", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
