//! A hash for each new entry of a stream, as a plain script and as a `#[stream_reader]`.
//!
//! ```sh
//! cargo run --features embedded --example stream_processing
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::PyExecuteOptions;
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

/// The record is a `dict` in a `dict`, and a hash is made of what `execute` is given.
const PLAIN: &str = r#"
def store(record):
    fields = []
    for name, value in record["value"].items():
        fields += [name, value]
    execute("HSET", "plain:" + record["id"], *fields)

builder = GearsBuilder("StreamReader")
builder.foreach(store)
builder.register("readings:plain")
"#;

/// Stores each reading under its ID.
#[stream_reader(prefix = "readings:gear")]
fn store(reading: StreamRecord) {
    python! { cmd.hset("gear:" + reading.id, mapping=reading.value) }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;

    println!("== Plain script");
    let session = PyExecuteOptions::new().id("stream-processing").upgrade();
    con.pyexecute_options(PLAIN, &session)?;
    add_and_show("readings:plain", "plain:", &mut con)?;

    println!("== Gear");
    println!("{:?}", store::register(&mut con)?);
    add_and_show("readings:gear", "gear:", &mut con)?;

    registrations![store].unregister_all(&mut con)?;
    for old in con.dumpregistrations()? {
        if old.session() == Some("stream-processing") {
            con.unregister(old)?;
        }
    }
    Ok(())
}

/// Adds readings to the stream and waits for the hashes.
fn add_and_show(stream: &str, prefix: &str, con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    for (sensor, celsius) in [("roof", "-3.5"), ("cellar", "11.0")] {
        let id: String = redis::cmd("XADD")
            .arg(stream)
            .arg("*")
            .arg(&[("sensor", sensor), ("celsius", celsius)])
            .query(con)?;
        let hash = wait_for_hash(&format!("{prefix}{id}"), con)?;
        println!("{hash:?}");
        let _: () = con.del(format!("{prefix}{id}"))?;
    }
    let _: () = con.del(stream)?;
    Ok(())
}

/// Functions on streams run in the background, so the hash comes a little later.
fn wait_for_hash(
    key: &str,
    con: &mut RedisGears,
) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let give_up = Instant::now() + Duration::from_secs(60);
    while Instant::now() < give_up {
        let hash: BTreeMap<String, String> = con.hgetall(key)?;
        if !hash.is_empty() {
            return Ok(hash);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(format!("{key} did not come").into())
}
