//! What schedule.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
import redgrease

def schedule(record):
    status = record.value.get("status", "new")
    redgrease.log(f"Scheduling '{status}' record: {record.key}")
    if status == "new":
        record.value["status"] = "pending"
        redgrease.cmd.hset(record.key, "status", "pending")
        redgrease.cmd.xadd("to_be_processed", {"record": record.key})
    return record

records = redgrease.KeysReader().records(type="hash")
records.foreach(schedule).register("record:*", eventTypes=["hset"], convertToStr=True)
"#
    }
    .on(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
import redgrease

def process(item):
    redgrease.log(f"processsing {item}")
    success = len(item["record"]) % 3 # Mock processing
    redgrease.cmd.hset(item["record"], "status", "success" if success else "failed")

process_records = redgrease.StreamReader().values().foreach(process)
process_records.register("to_be_processed", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
