//! Counting words, as a plain script and as a gear.
//!
//! ```sh
//! cargo run --features embedded --example word_count
//! ```

use std::error::Error;

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::Commands;

const SENTENCES: [&str; 3] = [
    "the whale the sea and the man",
    "the sea is calm and the man is not",
    "call the man",
];

/// The script as RedisGears takes it: a text, whose results are texts too.
const PLAIN: &str = r#"
builder = GearsBuilder("KeysReader")
builder.map(lambda record: record["value"])
builder.flatmap(lambda sentence: sentence.split())
builder.countby()
builder.run("sentence:*")
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    for (number, sentence) in SENTENCES.iter().enumerate() {
        let _: () = con.set(format!("sentence:{number}"), sentence)?;
    }

    println!("== Plain script: the words are in these records, somewhere");
    for record in con.pyexecute(PLAIN)?.results()?.ok()?.iter().take(3) {
        println!("{record}");
    }
    println!("…");

    println!("== Gear: the words as Rust values");
    let mut words: Vec<(i64, String)> = gear! {
        KeysReader("sentence:*")
            .values()
            .flatmap(str.split)
            .countby()
            .map(lambda group: (group["value"], group["key"]))
            .run()
    }
    .on(&mut con)?
    .ok()?;
    words.sort_unstable_by(|a, b| b.cmp(a));
    for (count, word) in &words {
        println!("{count:2} {word}");
    }

    for number in 0..SENTENCES.len() {
        let _: () = con.del(format!("sentence:{number}"))?;
    }
    Ok(())
}
