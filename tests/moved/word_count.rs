//! What word_count.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    let outcome = con.pyexecute(r#"
execute("SET", "a", "one two")
gb = GearsBuilder()
gb.map(lambda x: x["value"]) # map records to "sentence" values
gb.flatmap(lambda x: x.split()) # split sentences to words
gb.countby() # count each word's occurrences
gb.run()
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
