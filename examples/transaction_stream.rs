//! A hundred accounts send a hundred transfers each. A function on the streams moves the money in
//! transactions: the total stays what it was, also when a worker dies in the middle.
//!
//! ```sh
//! cargo run --features embedded --example transaction_stream
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use redgrease::embedded;
use redgrease::prelude::*;
use redgrease::redis::{self, Commands};

const ACCOUNTS: u64 = 100;
const TRANSFERS: u64 = 100;
const BALANCE: i64 = 1000;

/// Moves the amount, unless the account does not have it.
///
/// Nobody comes between the look at the account and the transfer, and the transfer happens together
/// with the acknowledgement of its entry or not at all: never half of it, and never twice.
#[stream_reader(prefix = "transactions:*", batch = 10, duration = 30)]
fn transfer(entry: StreamRecord) {
    python! {
        order = entry.value
        amount = int(order["amount"])
        with atomic():
            enough = int(cmd.hget("balances", order["from"])) >= amount
            with transaction() as t:
                if enough:
                    t.execute("HINCRBY", "balances", order["from"], -amount)
                    t.execute("HINCRBY", "balances", order["to"], amount)
                t.execute("HINCRBY", "outcomes", "done" if enough else "declined", 1)
                t.acknowledge(entry)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let (_server, mut con) = embedded::connect()?;
    clear(&mut con)?;
    let balances = Vec::from_iter((0..ACCOUNTS).map(|account| (account, BALANCE)));
    let _: () = con.hset_multiple("balances", &balances)?;
    transfer::register(&mut con)?;

    let started = Instant::now();
    let mut random = Random(2021);
    for _ in 0..TRANSFERS {
        let mut pipe = redis::pipe();
        for from in 0..ACCOUNTS {
            let (to, amount) = (random.below(ACCOUNTS), 1 + random.below(400));
            let order = [("from", from), ("to", to), ("amount", amount)];
            pipe.cmd("XADD").arg(format!("transactions:{from}"));
            pipe.arg("*").arg(&order).ignore();
        }
        pipe.exec(&mut con)?;
    }
    println!("{} transfers are on their streams", ACCOUNTS * TRANSFERS);

    let outcomes = wait_for_all(&mut con)?;
    let took = started.elapsed();
    println!("{outcomes:?}");
    eprintln!(
        "{:.0} transfers per second",
        (ACCOUNTS * TRANSFERS) as f64 / took.as_secs_f64()
    );

    let balances: BTreeMap<u64, i64> = con.hgetall("balances")?;
    let moved = balances.values().filter(|&&balance| balance != BALANCE);
    println!("balances that changed: {}", moved.count());
    println!(
        "smallest balance: {}",
        balances.values().min().ok_or("no accounts")?
    );
    println!("total before: {}", BALANCE * i64::try_from(ACCOUNTS)?);
    println!("total after:  {}", balances.values().sum::<i64>());

    registrations![transfer].unregister_all(&mut con)?;
    clear(&mut con)
}

/// Waits until each transfer was done or declined, and says how far it is on standard error.
fn wait_for_all(con: &mut RedisGears) -> Result<BTreeMap<String, u64>, Box<dyn Error>> {
    let mut last = (0, Instant::now());
    loop {
        let outcomes: BTreeMap<String, u64> = con.hgetall("outcomes")?;
        let worked_off = outcomes.values().sum();
        eprint!("\r{worked_off} worked off");
        std::io::stderr().flush()?;
        if worked_off >= ACCOUNTS * TRANSFERS {
            eprintln!();
            return Ok(outcomes);
        }
        if worked_off > last.0 {
            last = (worked_off, Instant::now());
        } else if last.1.elapsed() > Duration::from_secs(60) {
            return Err("the function does not go on; see the server's log".into());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn clear(con: &mut RedisGears) -> Result<(), Box<dyn Error>> {
    let streams = (0..ACCOUNTS).map(|account| format!("transactions:{account}"));
    let mut delete = redis::cmd("DEL");
    delete.arg(streams.collect::<Vec<_>>());
    delete.arg(&["balances", "outcomes"]).exec(con)?;
    Ok(())
}

/// The same numbers in every run (Knuth's linear congruential generator).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
