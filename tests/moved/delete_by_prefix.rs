//! What delete_by_prefix.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let outcome = con.pyexecute(r#"
gb = GearsBuilder()
gb.map(lambda x: x["key"]) # map the records to key names
gb.foreach(lambda x: execute("DEL", x)) # delete each key
gb.count() # count the records
gb.run("delete_me:*")
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
