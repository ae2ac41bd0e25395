//! What log_all.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let outcome = con.pyexecute(r#"
from redgrease import GB, log

# Dump every datapoint to the log
GB().foreach(lambda x: log(str(x), level='debug')).run()
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
