//! Every change of a person ends up on a stream before the command that made it is answered, so
//! that a consumer that comes later misses nothing. As a plain script and as a `#[keys_reader]`.
//!
//! ```sh
//! cargo run --features embedded --example reliable_notifications
//! ```

use std::collections::BTreeMap;
use std::error::Error;

use redgrease::PyExecuteOptions;
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

/// The fields of an event and a `dict` for the value, as the texts that Python prints.
const PLAIN: &str = r#"
def remember(record):
    fields = []
    for name, value in record.items():
        fields += [name, value]
    execute("XADD", "notifications:plain", "*", *fields)

GearsBuilder().foreach(remember).register("person:plain:*", eventTypes=["hset", "hdel"], mode="sync")
"#;

/// The value travels as JSON, which every consumer can read.
#[keys_reader(prefix = "person:gear:*", event_types = ["hset", "hdel"], mode = "sync")]
fn remember(record: Record) {
    python! {
        import json
        value = json.dumps(record.value, sort_keys=True)
        cmd.xadd("notifications:gear", {"event": record.event, "key": record.key, "value": value})
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;

    println!("== Plain script");
    let session = PyExecuteOptions::new()
        .id("reliable-notifications")
        .upgrade();
    con.pyexecute_options(PLAIN, &session)?;
    change_and_show("plain", &mut con)?;

    println!("== Gear");
    remember::register(&mut con)?;
    change_and_show("gear", &mut con)?;

    registrations![remember].unregister_all(&mut con)?;
    for old in con.dumpregistrations()? {
        if old.session() == Some("reliable-notifications") {
            con.unregister(old)?;
        }
    }
    Ok(())
}

type Entries = Vec<(String, BTreeMap<String, String>)>;

fn change_and_show(kind: &str, con: &mut RedisGears) -> redgrease::Result<()> {
    let (person, stream) = (format!("person:{kind}:1"), format!("notifications:{kind}"));
    let _: () = con.hset(&person, "name", "Ann")?;
    let _: () = con.hset(&person, "age", 27)?;
    let _: () = con.hdel(&person, "age")?;

    // nobody has listened so far; a consumer group that is made now reads from the beginning
    let mut group = redis::cmd("XGROUP");
    group.arg("CREATE").arg(&stream).arg("readers").arg("0");
    group.exec(con)?;
    let mut read = redis::cmd("XREADGROUP");
    read.arg("GROUP").arg("readers").arg("first");
    let streams: Vec<(String, Entries)> = read.arg("STREAMS").arg(&stream).arg(">").query(con)?;
    for (id, notification) in streams.into_iter().flat_map(|(_, entries)| entries) {
        println!("{notification:?}");
        let mut done = redis::cmd("XACK");
        done.arg(&stream).arg("readers").arg(id).exec(con)?;
    }
    let _: () = con.del(&[&person, &stream])?;
    Ok(())
}
