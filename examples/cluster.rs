//! Three servers that work as one: the words of a novel, a join of its names with what is known of the people, and a server
//! that dies in the middle of a run.
//!
//! ```sh
//! cargo run --features embedded,cluster --example cluster
//! ```

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::embedded::{Cluster, Server};
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

const NOVEL: &str = include_str!("data/persuasion.txt");

const PEOPLE: [(&str, &str); 6] = [
    ("Anne", "the second daughter of Sir Walter"),
    ("Elizabeth", "his first daughter"),
    ("Mary", "his third daughter"),
    ("Wentworth", "a captain of the navy"),
    ("Louisa", "a sister of Mary's husband"),
    ("Benwick", "a captain who reads poems"),
];

/// How long a replica may take to find out that its server is gone.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() -> Result<(), Box<dyn Error>> {
    // each server has a replica that takes its place when it dies
    let mut cluster = Cluster::builder()
        .replicas(1)
        .server_arg("--cluster-node-timeout", "2000")
        .start()?;
    // it is told of one server and finds the others
    let mut con = cluster.gears()?;
    let paragraphs = store(&mut con)?;
    println!("== {paragraphs} paragraphs on three servers");
    for node in cluster.nodes() {
        let keys = size(node)?;
        let has_its_share = keys * 4 > paragraphs && keys * 2 < paragraphs;
        println!("about a third is here: {has_its_share}");
    }

    println!(
        "== The most common words: each server counts its own, then those of the same word meet"
    );
    let count = gear! {
        import re

        KeysReader("paragraph:*")
            .values()
            .flatmap(lambda text: re.findall("[a-z]+", text.lower()))
            .countby()
            .map(lambda group: (group["value"], group["key"]))
            .run()
    };
    type Counted = Vec<(u64, String)>;
    let words = sorted(count.on::<Counted>(&mut con)?.ok()?);
    for (count, word) in &words[..5] {
        println!("{count:5} {word}");
    }
    println!("{} words are different", words.len());

    println!("== A join: each name goes to the server that knows the person");
    let mut people: Vec<(u64, String, String)> = gear! {
        import re

        KeysReader("paragraph:*")
            .values()
            .flatmap(lambda text: re.findall("[A-Z][a-z]+", text))
            .countby()
            .repartition(lambda group: "person:" + group["key"])
            # the key is here now, so that a command can read it
            .map(lambda group: (group["value"], group["key"], cmd.get("person:" + group["key"])))
            .filter(lambda found: found[2] is not None)
            .run()
    }
    .on(&mut con)?
    .ok()?;
    people.sort_unstable_by(|a, b| b.cmp(a));
    for (count, name, about) in &people {
        println!("{count:5} {name}, {about}");
    }

    println!("== A server dies in the middle of a run");
    let slow = gear! {
        import time

        def read(text):
            time.sleep(0.05)
            return len(text)

        KeysReader("paragraph:*").values().map(read).count().run()
    };
    wait("the replica has everything", || {
        Ok(size(&cluster.nodes()[2])? == size(&cluster.replicas()[2])?)
    })?;
    let id = slow.start::<Vec<u64>>(&mut con)?;
    let gone = cluster.remove(2);
    let name: String = redis::cmd("CLUSTER")
        .arg("MYID")
        .query(&mut gone.connection()?)?;
    drop(gone);
    let ended = con.getresultsblocking(&id)?;
    let text = ended
        .errors
        .iter()
        .map(ToString::to_string)
        .collect::<String>();
    println!(
        "the run ends, and names the server: {}",
        text.contains(&name)
    );

    println!("== Its replica takes over, and the words are the same");
    let mut again = Vec::new();
    wait("the cluster works again", || {
        // an error of a run, or of the cluster, while it has no server for a third of the keys
        let Ok(counted) = count.on::<Counted>(&mut con).and_then(ExecutionResult::ok) else {
            return Ok(false);
        };
        again = sorted(counted);
        Ok(true)
    })?;
    println!("as before: {}", again == words);
    Ok(())
}

/// Stores the paragraphs of the novel and what is known of its people; gives the number of paragraphs.
fn store(con: &mut RedisGears) -> redgrease::Result<usize> {
    let mut paragraphs = 0;
    for text in NOVEL.split("\n\n").filter(|text| !text.trim().is_empty()) {
        let _: () = con.set(format!("paragraph:{paragraphs}"), text)?;
        paragraphs += 1;
    }
    for (name, about) in PEOPLE {
        let _: () = con.set(format!("person:{name}"), about)?;
    }
    Ok(paragraphs)
}

/// The number of keys of a server.
fn size(server: &Server) -> Result<usize, Box<dyn Error>> {
    Ok(redis::cmd("DBSIZE").query(&mut server.connection()?)?)
}

fn sorted(mut words: Vec<(u64, String)>) -> Vec<(u64, String)> {
    words.sort_unstable_by(|a, b| b.cmp(a));
    words
}

/// Asks again and again until it is so.
fn wait(
    what: &str,
    mut is_so: impl FnMut() -> Result<bool, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let until = Instant::now() + PATIENCE;
    while !is_so()? {
        if Instant::now() > until {
            return Err(format!("{what}: not within {} s", PATIENCE.as_secs()).into());
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
