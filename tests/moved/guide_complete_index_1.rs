//! What guide_complete_index_1.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[keys_reader(prefix = "person:*", mode = "sync", read_value = false, python = "3.14")]
fn index(record: Record) {
    r#"
    key = record["key"]
    is_person = execute("TYPE", key) == "hash"
    team = (execute("HGET", key, "team") or "none") if is_person else None
    before = execute("HGET", "people:teams", key)
    if before is not None and before != team:
        execute("SREM", "people:in:" + before, key)
        execute("HDEL", "people:teams", key)
    if is_person:
        execute("SADD", "people:in:" + team, key)
        execute("HSET", "people:teams", key, team)
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    index::register(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
def index(record):
    key = record["key"]
    is_person = execute("TYPE", key) == "hash"
    team = (execute("HGET", key, "team") or "none") if is_person else None
    before = execute("HGET", "people:teams", key)
    if before is not None and before != team:
        execute("SREM", "people:in:" + before, key)
        execute("HDEL", "people:teams", key)
    if is_person:
        execute("SADD", "people:in:" + team, key)
        execute("HSET", "people:teams", key, team)

GB("CommandReader").foreach(lambda call: [index({"key": key}) for key in execute("KEYS", "person:*")]).register(trigger="reindex", mode="sync", convertToStr=True)
"#
    }
    .on(&mut con)?;
    Ok(())
}
