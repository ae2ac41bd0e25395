//! What awaited.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let outcome = con.pyexecute(r#"
import asyncio

from redgrease import GB

async def c(r):
    await asyncio.sleep(0.01)
    return "slept"

GB("ShardsIDReader").map(c).run()
"#)?;
    if let redgrease::Outcome::Results(results) = outcome {
        for record in results.value {
            println!("{record}");
        }
        for error in results.errors {
            eprintln!("{error}");
        }
    }
    Ok(())
}
