//! What expired_keys.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[stream_reader(prefix = "expired:*", batch = 10, duration = 1, mode = "async", python = "3.14")]
fn process(x: StreamRecord) {
    r#"
    """
    Processes a message from the local expiration stream
    Note: in this example we simply print to the log, but feel free to replace
    this logic with your own, e.g. an HTTP request to a REST API or a call to an
    external data store.
    """
    log(f"Key '{x['value']['key']}' expired at {x['id'].split('-')[0]}")
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
# Capture an expiration event and adds it to the shard's local 'expired' stream
cap = GB("KeysReader")
cap.foreach(lambda x: execute("XADD", f"expired:{hashtag()}", "*", "key", x["key"]))
cap.register(prefix="*", mode="sync", eventTypes=["expired"], readValue=False, convertToStr=True)
"#
    }
    .on(&mut con)?;
    // Consume new messages from expiration streams and process them somehow
    process::register(&mut con)?;
    Ok(())
}
