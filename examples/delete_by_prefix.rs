//! Deleting all keys that begin in some way, as a plain script and as a gear.
//!
//! ```sh
//! cargo run --features embedded --example delete_by_prefix
//! ```

use std::error::Error;

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::Commands;

/// The pattern is part of the text: every prefix needs a script of its own.
const PLAIN: &str = r#"
builder = GearsBuilder("KeysReader")
builder.map(lambda record: record["key"])
builder.foreach(lambda key: execute("DEL", key))
builder.count()
builder.run("delete_me:*")
"#;

/// Deletes the keys that match `pattern` and says how many there were.
fn delete(pattern: &str, con: &mut RedisGears) -> redgrease::Result<i64> {
    let deleted: Option<i64> = gear! {
        KeysReader('pattern).keys().foreach(cmd.delete).count().run()
    }
    .on(con)?
    .ok()?;
    Ok(deleted.unwrap_or(0))
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;

    println!("== Plain script");
    fill(&mut con)?;
    let deleted: Option<i64> = con.pyexecute(PLAIN)?.decode()?.ok()?;
    println!("deleted {deleted:?}, left {:?}", left(&mut con)?);

    println!("== Gear: the pattern is a Rust variable");
    fill(&mut con)?;
    println!("deleted {}", delete("delete_me:*", &mut con)?);
    println!("deleted {} more", delete("delete_me:*", &mut con)?);
    println!("left {:?}", left(&mut con)?);
    println!("deleted {}", delete("keep_me:*", &mut con)?);
    Ok(())
}

fn fill(con: &mut RedisGears) -> redgrease::Result<()> {
    for number in 1..=3 {
        let _: () = con.set(format!("delete_me:{number}"), number)?;
    }
    let _: () = con.set("keep_me:1", 1)?;
    Ok(())
}

fn left(con: &mut RedisGears) -> redgrease::Result<Vec<String>> {
    Ok(con.keys("*_me:*")?)
}
