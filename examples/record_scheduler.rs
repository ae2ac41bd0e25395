//! One open gear, used in four ways: a listener that schedules new records, a list of those that
//! failed, a count by status, and the oldest record. A function on a stream works the records off.
//!
//! ```sh
//! cargo run --features embedded --example record_scheduler
//! ```

use std::collections::BTreeMap;
use std::error::Error;

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};
use redgrease::{PyExecuteOptions, RegisterOptions, Replace};

/// Works off what was scheduled. Every third job fails.
#[stream_reader(prefix = "to_be_processed")]
fn process(job: StreamRecord) {
    python! {
        record = job.value["record"]
        number = int(record.split(":")[1])
        cmd.hset(record, "status", "failed" if number % 3 == 0 else "success")
        cmd.rpush("processed", record)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    const RECORDS: u32 = 10;
    let (_server, mut con) = embedded::connect()?;

    // everything below grows from this
    let records = gear! { KeysReader("record:*").records(type="hash") };

    // 1: a listener
    let listener = records
        .clone()
        .foreach(py! {
            def schedule(record):
                if record.value.get("status", "new") == "new":
                    log(f "scheduling {record.key}")
                    cmd.hset(record.key, "status", "pending")
                    cmd.xadd("to_be_processed", {"record": record.key})
        })
        .register(RegisterOptions::new("record:*").event_types(["hset"]));
    let session = PyExecuteOptions::new().id("record-scheduler");
    let registered = listener.on_with(&mut con, &session, Replace::Replace)?;
    println!(
        "listener: {registered:?}, processor: {:?}",
        process::register(&mut con)?
    );

    for number in 1..=RECORDS {
        let fields = [("created", 2000 - number), ("size", number * number)];
        let _: () = con.hset_multiple(format!("record:{number}"), &fields)?;
    }
    for _ in 1..=RECORDS {
        let done: Option<(String, String)> = con.blpop("processed", 60.0)?;
        done.ok_or("a record was not processed")?;
    }

    // 2: a query, with a Rust variable in the callback
    let wanted = "failed";
    let mut failed: Vec<String> = records
        .clone()
        .filter(py! { lambda record: record.value.get("status") == 'wanted })
        .map(py! { lambda record: record.key })
        .run()
        .on(&mut con)?
        .ok()?;
    failed.sort();
    println!("{wanted}: {}", failed.join(", "));

    // 3: a table
    let by_status: BTreeMap<String, u32> = records
        .clone()
        .countby(py! { lambda record: record.value.get("status", "unknown") })
        .map(py! { lambda group: {group["key"]: group["value"]} })
        .aggregate(
            BTreeMap::<String, u32>::new(),
            py! { lambda table, entry: {**table, **entry} },
        )
        .run()
        .on(&mut con)?
        .ok()?;
    println!("by status: {by_status:?}");

    // 4: one record
    let (created, oldest): (u32, String) = records
        .map(py! { lambda record: (int(record.value["created"]), record.key) })
        .aggregate((9999, ""), py! { min })
        .run()
        .on(&mut con)?
        .ok()?;
    println!("oldest: {oldest}, of {created}");

    registrations![process].unregister_all(&mut con)?;
    for old in con.dumpregistrations()? {
        if old.session() == Some("record-scheduler") {
            con.unregister(old)?;
        }
    }
    let keys = (1..=RECORDS).map(|number| format!("record:{number}"));
    let mut delete = redis::cmd("DEL");
    delete
        .arg("to_be_processed")
        .arg(keys.collect::<Vec<_>>())
        .exec(&mut con)?;
    Ok(())
}
