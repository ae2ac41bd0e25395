//! A hundred megabytes of text, made from a novel, and its words counted in the server, with the
//! progress shown meanwhile.
//!
//! ```sh
//! cargo run --release --features embedded --example large_data          # 100 MB
//! cargo run --release --features embedded --example large_data 1000     # 1 GB
//! ```

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

const NOVEL: &str = include_str!("data/persuasion.txt");
const DOCUMENT: usize = 64_000;

fn main() -> Result<(), Box<dyn Error>> {
    let megabytes: usize = std::env::args()
        .nth(1)
        .map_or(Ok(100), |size| size.parse())?;
    let (_server, mut con) = embedded::connect()?;

    let started = Instant::now();
    let library = store(megabytes * 1_000_000, &mut con)?;
    println!(
        "stored {} documents, {} bytes",
        library.documents, library.bytes
    );
    eprintln!("in {:.1?}", started.elapsed());

    let started = Instant::now();
    let gear = gear! {
        from collections import Counter

        def count(text):
            words = Counter(text.split())
            cmd.incr("library-progress")
            return words

        def add(total, words):
            total.update(words)
            return total

        KeysReader("library:*")
            .values()
            .map(count)
            .aggregate(Counter(), add, add)
            .map(lambda total: (sum(total.values()), len(total), total.most_common(8)))
            .run()
    };
    type Summary = (u64, u64, Vec<(String, u64)>);
    let id = gear.start::<Summary>(&mut con)?;
    show_progress(library.documents, &mut con)?;
    let (words, different, common) = con.getresultsblocking(&id)?.decode::<Summary>()?.ok()?;
    con.dropexecution(&id)?;
    let took = started.elapsed().as_secs_f64();
    eprintln!("{:.0} MB per second", library.bytes as f64 / 1e6 / took);

    println!("{words} words, {different} different ones");
    for (word, count) in common {
        println!("{count:9} {word}");
    }
    println!("as many words as were stored: {}", words == library.words);

    let keys = (0..library.documents).map(key);
    redis::cmd("DEL")
        .arg("library-progress")
        .arg(keys.collect::<Vec<_>>())
        .exec(&mut con)?;
    Ok(())
}

#[derive(Default)]
struct Library {
    documents: usize,
    bytes: usize,
    words: u64,
}

fn key(document: usize) -> String {
    format!("library:{document:06}")
}

/// Stores documents of paragraphs of the novel, in an order that is never the same twice.
fn store(size: usize, con: &mut RedisGears) -> redgrease::Result<Library> {
    let paragraphs = NOVEL
        .split("\n\n")
        .map(|text| (text, text.split_whitespace().count()));
    let paragraphs = Vec::from_iter(paragraphs);
    let _: () = con.del("library-progress")?;
    let mut library = Library::default();
    let mut random = 1818_u64;
    while library.bytes < size {
        let mut pipe = redis::pipe();
        for _ in 0..16 {
            let mut document = String::with_capacity(DOCUMENT + 4096);
            while document.len() < DOCUMENT {
                // Knuth's linear congruential generator
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let (text, words) = paragraphs[(random >> 33) as usize % paragraphs.len()];
                document.push_str(text);
                document.push_str("\n\n");
                library.words += words as u64;
            }
            library.bytes += document.len();
            pipe.set(key(library.documents), document).ignore();
            library.documents += 1;
        }
        let () = pipe.query(con)?;
    }
    Ok(library)
}

/// The function counts the documents that it has seen in a key, as anybody can read.
fn show_progress(documents: usize, con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    let mut last = (0, Instant::now());
    let mut shown = 0;
    while last.0 < documents {
        thread::sleep(Duration::from_millis(50));
        let done: usize = con
            .get::<_, Option<usize>>("library-progress")?
            .unwrap_or(0);
        if done > last.0 {
            last = (done, Instant::now());
        } else if last.1.elapsed() > Duration::from_secs(60) {
            return Err("the execution does not go on; see the server's log".into());
        }
        let percent = 100 * done / documents;
        if percent >= shown + 10 || percent == 100 {
            shown = percent;
            println!("{percent:3} %, {done} documents");
        }
    }
    Ok(())
}
