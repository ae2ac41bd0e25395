//! Expired keys in two steps: captured at once on a stream, worked off in the background. As a
//! plain script and with `#[keys_reader]` and `#[stream_reader]`.
//!
//! ```sh
//! cargo run --features embedded --example keyspace_notifications
//! ```

use std::error::Error;

use redgrease::PyExecuteOptions;
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::Commands;

const PLAIN: &str = r#"
capture = GearsBuilder("KeysReader")
capture.foreach(lambda record: execute("XADD", "expired:plain:{%s}" % hashtag(), "*", "key", record["key"]))
capture.register("ticket:plain:*", mode="sync", eventTypes=["expired"], readValue=False)

def process(record):
    milliseconds = record["id"].split("-")[0]
    log("%s expired at %s" % (record["value"]["key"], milliseconds))
    execute("RPUSH", "processed", record["value"]["key"])

work = GearsBuilder("StreamReader")
work.foreach(process)
work.register("expired:plain:*", batch=100, duration=1)
"#;

/// Runs inside of Redis' own deletion: no expired key is missed. The stream is local to the shard.
#[keys_reader(prefix = "ticket:gear:*", event_types = ["expired"], mode = "sync", read_value = false)]
fn capture(record: Record) {
    python! { cmd.xadd(f "expired:gear:{hashtag3()}", {"key": record.key}) }
}

/// Takes what has come within a millisecond, at most 100 at a time, and may take its time.
#[stream_reader(prefix = "expired:gear:*", batch = 100, duration = 1)]
fn process(entry: StreamRecord) {
    python! {
        milliseconds = entry.id.split("-")[0]
        log(f "{entry.value['key']} expired at {milliseconds}")
        cmd.rpush("processed", entry.value["key"])
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;

    println!("== Plain script");
    let session = PyExecuteOptions::new()
        .id("keyspace-notifications")
        .upgrade();
    con.pyexecute_options(PLAIN, &session)?;
    expire_and_show("ticket:plain:", &mut con)?;

    println!("== Gears");
    registrations![capture, process].register_all(&mut con)?;
    expire_and_show("ticket:gear:", &mut con)?;

    for registration in con.dumpregistrations()? {
        println!(
            "{} ({}): {} failures",
            registration.reader, registration.data.mode, registration.data.num_failures
        );
    }
    registrations![capture, process].unregister_all(&mut con)?;
    for old in con.dumpregistrations()? {
        if old.session() == Some("keyspace-notifications") {
            con.unregister(old)?;
        }
    }
    for stream in con.keys::<_, Vec<String>>("expired:*")? {
        let _: () = con.del(stream)?;
    }
    Ok(())
}

/// Lets three keys expire and waits until they are processed.
fn expire_and_show(prefix: &str, con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    const PATIENCE: f64 = 60.0;
    for number in 1..=3 {
        let _: () = con.pset_ex(format!("{prefix}{number}"), "seat", 20)?;
    }
    let mut keys = Vec::new();
    for _ in 1..=3 {
        let popped: Option<(String, String)> = con.blpop("processed", PATIENCE)?;
        let (_, key) = popped.ok_or("an expired key was not processed")?;
        keys.push(key);
    }
    keys.sort();
    println!("expired and processed: {}", keys.join(", "));
    Ok(())
}
