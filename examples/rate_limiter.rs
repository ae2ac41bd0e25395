//! A rate limiter as a Redis command: one function in Rust, which every client of every language
//! can call, redis-cli too.
//!
//! ```sh
//! cargo run --features embedded --example rate_limiter
//! ```

use std::env;
use std::error::Error;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::embedded::{self, Server};
use redgrease::prelude::*;
use redgrease::redis::Commands;

/// Lets `who` do at most `limit` things within any `milliseconds`. Gives how many more are free
/// after this one, or -1 when this one is refused.
///
/// In the mode `sync` the body runs inside of the command: no other client comes in between.
#[command(mode = "sync", replace = true)]
fn allow(who: &str, limit: u32, milliseconds: u64) -> i64 {
    python! {
        key = "rate:" + who
        seconds, microseconds = cmd.time()
        now = seconds * 1000000 + microseconds
        cmd.zremrangebyscore(key, 0, now - milliseconds * 1000)
        used = cmd.zcard(key)
        if used >= limit:
            return -1
        cmd.zadd(key, {f "{now}/{used}": now})
        cmd.pexpire(key, milliseconds)
        return limit - used - 1
    }
}

const HOUR: u64 = 3_600_000;

fn main() -> Result<(), Box<dyn Error>> {
    let (server, mut con) = embedded::connect()?;
    let url = server
        .as_ref()
        .map_or_else(|| env::var("REDIS_URL"), |server| Ok(Server::url(server)))?;
    println!("{:?}", allow::register(&mut con)?);

    println!("== From Rust: three an hour");
    for _ in 0..4 {
        println!("{}", allow("ann", 3, HOUR).on(&mut con)?);
    }

    println!("== From redis-cli");
    for _ in 0..3 {
        println!("$ redis-cli RG.TRIGGER allow bob 2 {HOUR}");
        let hour = HOUR.to_string();
        let call = ["-u", &url, "RG.TRIGGER", "allow", "bob", "2", &hour];
        match Command::new("redis-cli").args(call).output() {
            Ok(output) => print!("{}", String::from_utf8_lossy(&output.stdout)),
            Err(error) => println!("redis-cli does not run: {error}"),
        }
    }

    println!("== A hundred an hour, asked for by eight threads at once");
    let threads = [(); 8].map(|()| {
        let mut con = con.clone();
        thread::spawn(move || count_allowed("crowd", 50, &mut con))
    });
    let mut allowed = 0;
    for thread in threads {
        allowed += thread.join().map_err(|_| "a thread panicked")??;
    }
    println!("400 calls, {allowed} allowed");

    println!("== Two in a fifth of a second: the window slides");
    let give_up = Instant::now() + Duration::from_secs(60);
    let mut allowed = Vec::new();
    while allowed.len() < 6 && Instant::now() < give_up {
        let asked = Instant::now();
        if allow("slow", 2, 200).on(&mut con)? >= 0 {
            allowed.push((asked, Instant::now()));
        }
    }
    // from before the first of three to after the last one
    let quickest = allowed
        .windows(3)
        .map(|three| three[2].1 - three[0].0)
        .min();
    let least = quickest.ok_or("the window does not slide")?;
    println!(
        "{} allowed, three of them never within 190 ms: {}",
        allowed.len(),
        least > Duration::from_millis(190)
    );

    registrations![allow].unregister_all(&mut con)?;
    let _: () = con.del(&["rate:ann", "rate:bob", "rate:crowd", "rate:slow"])?;
    Ok(())
}

fn count_allowed(who: &str, calls: u32, con: &mut RedisGears) -> redgrease::Result<u32> {
    let mut allowed = 0;
    for _ in 0..calls {
        allowed += u32::from(allow(who, 100, HOUR).on(con)? >= 0);
    }
    Ok(allowed)
}
