//! What rate_limit.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let outcome = con.pyexecute(r#"
"""Lets each name do something so many times, with the numbers kept in the server's memory."""
from collections import defaultdict

taken = defaultdict(int)
MOST = 2


def allow(call):
    name = call[1]
    if taken[name] >= MOST:
        return "no"
    taken[name] += 1
    return "yes, %d left" % (MOST - taken[name])


def forget(call):
    taken.clear()
    return "forgotten"


GB("CommandReader").map(allow).register(trigger="allow")
GB("CommandReader").map(forget).register(trigger="forget")
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
