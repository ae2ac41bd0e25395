//! Keys that expire an hour after their last change, as a plain script and as a `#[keys_reader]`.
//!
//! ```sh
//! cargo run --features embedded --example automatic_expiry
//! ```

use std::error::Error;

use redgrease::PyExecuteOptions;
use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{Commands, IntegerReplyOrNoOp};

const PLAIN: &str = r#"
builder = GearsBuilder("KeysReader")
builder.foreach(lambda record: execute("EXPIRE", record["key"], 3600))
builder.register("session:plain:*", mode="sync", readValue=False)
"#;

/// Runs inside of the command that changes the key: its reply comes after the expiry is set.
#[keys_reader(prefix = "session:gear:*", mode = "sync", read_value = false)]
fn expire(record: Record) {
    python! { cmd.expire(record.key, 3600) }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;

    println!("== Plain script");
    let session = PyExecuteOptions::new().id("automatic-expiry").upgrade();
    con.pyexecute_options(PLAIN, &session)?;
    set_and_show("session:plain:ann", &mut con)?;

    println!("== Gear");
    println!("{:?}", expire::register(&mut con)?);
    set_and_show("session:gear:ann", &mut con)?;
    set_and_show("other:ann", &mut con)?;

    registrations![expire].unregister_all(&mut con)?;
    for old in con.dumpregistrations()? {
        if old.session() == Some("automatic-expiry") {
            con.unregister(old)?;
        }
    }
    Ok(())
}

fn set_and_show(key: &str, con: &mut RedisGears) -> redgrease::Result<()> {
    let _: () = con.set(key, "basket")?;
    match con.ttl(key)? {
        IntegerReplyOrNoOp::IntegerReply(seconds) => {
            println!("{key} expires in {} minutes", seconds.div_ceil(60));
        }
        _ => println!("{key} stays"),
    }
    let _: () = con.del(key)?;
    Ok(())
}
