//! What areas.py did.
//!
//! In Cargo.toml: `redgrease = "0.1.0"`. The server is that of REDIS_URL.

use redgrease::prelude::*;

#[command(trigger = "half of it", mode = "async", python = "3.14")]
fn half(call: &[&str]) -> f64 {
    r#"
    call = ["half of it"] + call
    return float(call[1]) / 2
"#
}

#[command(mode = "sync", python = "3.14")]
fn size(call: &[&str]) -> i64 {
    r#"
    call = ["size"] + call
    return len(call) * 100
"#
}

pub(crate) fn main() -> redgrease::Result<()> {
    let url = std::env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1/".into());
    let mut con = RedisGears::open(url)?;
    gear! {
        #![python = "3.14"]
        r#"
import math

def area(call):
    return '%.3f' % (math.pi * float(call[1]) ** 2)

GB('CommandReader').map(area).register(trigger='area', convertToStr=True)
"#
    }
    .on(&mut con)?;
    gear! {
        #![python = "3.14"]
        r#"
from os.path import basename as base

def name(call):
    return base(call[1])

GB('CommandReader').map(name).register(trigger='name', convertToStr=True)
"#
    }
    .on(&mut con)?;
    half::register(&mut con)?;
    size::register(&mut con)?;
    Ok(())
}
