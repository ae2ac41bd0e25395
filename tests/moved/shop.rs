//! What shop.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[keys_reader(prefix = "article:*", event_types = ["hset"], mode = "sync", read_value = false, python = "3.14")]
fn index(record: Record) {
    r#"
    from redgrease import execute
    # one set of articles for each colour
    colour = execute("HGET", record["key"], "colour")
    if colour:
        execute("SADD", "colour:" + colour, record["key"])
"#
}

#[keys_reader(prefix = "article:*", event_types = ["hset", "hincrby"], read_value = false, mode = "async", python = "3.14")]
fn warn(record: Record) {
    r#"
    import json
    from redgrease import execute
    from redgrease import log
    LOW = 3
    left = int(execute("HGET", record["key"], "left") or 0)
    if left < LOW:
        text = json.dumps({"article": record["key"], "left": left}, sort_keys=True)
        execute("SADD", "warnings", text)
        log(text, level="warning")
"#
}

#[command(mode = "async_local", python = "3.14")]
fn sell(call: &[&str]) -> i64 {
    r#"
    from redgrease import atomic
    from redgrease import execute
    call = ["sell"] + call
    _, article, amount = call
    with atomic():
        left = int(execute("HGET", article, "left") or 0)
        if left < int(amount):
            raise Exception("only %d left of %s" % (left, article))
        execute("HINCRBY", article, "left", -int(amount))
    return left - int(amount)
"#
}

#[command(mode = "async", python = "3.14")]
fn greeting(call: &[&str]) -> String {
    r#"
    call = ["greeting"] + call
    """What the door says."""
    return "Welcome, %s!" % call[1]
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    index::register(&mut con)?;
    warn::register(&mut con)?;
    sell::register(&mut con)?;
    greeting::register(&mut con)?;
    Ok(())
}
