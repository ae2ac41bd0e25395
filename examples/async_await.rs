//! `async` on both sides: coroutines in the server, which wait for several things at once, and
//! futures of tokio in the client.
//!
//! ```sh
//! cargo run --features embedded,tokio --example async_await
//! ```

use std::error::Error;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use redgrease::prelude::*;
use redgrease::redis;
use redgrease::{PyExecuteOptions, Replace, embedded};

static REDIS: OnceLock<RedisGears> = OnceLock::new();

/// The server that `order` is bound to.
fn server() -> &'static RedisGears {
    REDIS.get().expect("main connects first")
}

/// An `async fn` that runs in Redis: the body is plain Python, the call is awaited.
#[command(on = *server(), replace = true)]
async fn order(item: &str, amount: u32) -> u32 {
    python! { return cmd.incr("ordered:" + item, amount) }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    const CALLS: u32 = 20;
    let (_private, gears) = embedded::connect()?;
    REDIS.set(gears.clone()).expect("it is set only here");
    let mut con = gears.async_connection().await?;

    // a coroutine per supplier; all of them wait at the same time
    let cheapest = gear! {
        import asyncio

        async def quote(supplier, item):
            await asyncio.sleep(0.1)
            return (len(supplier) * len(item), supplier)

        async def cheapest(arguments):
            item = arguments[0]
            suppliers = ["Globex", "Acme", "Initech", "Umbrella"]
            quotes = await asyncio.gather(*[quote(supplier, item) for supplier in suppliers])
            price, supplier = min(quotes)
            return f "{item} costs {price} at {supplier}"

        CommandReader().args().map(cheapest).register(trigger="cheapest", mode="async_local")
    };
    let options = PyExecuteOptions::new();
    cheapest
        .on_with_async(&mut con, &options, Replace::Replace)
        .await?;
    println!("{}", con.trigger("cheapest", "rope").await?[0]);

    // one connection gets its answers one after the other …
    let started = Instant::now();
    for _ in 0..CALLS {
        con.trigger("cheapest", "sail").await?;
    }
    eprintln!("{CALLS} calls in turn: {:.1?}", started.elapsed());

    // … but a coroutine that waits holds up no other call: those of several connections overlap
    let meet = gear! {
        import asyncio

        guests = []

        async def meet(arguments):
            name, number = arguments
            guests.append(name)
            while len(guests) < int(number):
                await asyncio.sleep(0.01)
            return f "{name} met {len(guests) - 1} others"

        CommandReader().args().map(meet).register(trigger="meet", mode="async_local")
    };
    meet.on_with_async(&mut con, &options, Replace::Replace)
        .await?;
    let patience = Some(Duration::from_secs(60));
    let config = redis::AsyncConnectionConfig::new()
        .set_connection_timeout(patience)
        .set_response_timeout(patience);
    let started = Instant::now();
    let mut calls = Vec::new();
    for guest in 1..=CALLS {
        let (client, config) = (gears.client().clone(), config.clone());
        calls.push(tokio::spawn(async move {
            let mut con = client
                .get_multiplexed_async_connection_with_config(&config)
                .await?;
            con.trigger("meet", (format!("guest {guest}"), CALLS)).await
        }));
    }
    for call in calls {
        let answer = call.await??;
        if answer[0].text().starts_with("guest 20 ") {
            println!("{}", answer[0]);
        }
    }
    eprintln!("{CALLS} calls at once: {:.1?}", started.elapsed());

    let (ropes, sails) = tokio::try_join!(order("rope", 3), order("sail", 2))?;
    println!("ordered: {ropes} ropes, {sails} sails");

    let keys = ["ordered:rope", "ordered:sail"];
    redis::cmd("DEL").arg(&keys).exec_async(&mut con).await?;
    registrations![order].unregister_all_async(&mut con).await?;
    for old in con.dumpregistrations().await? {
        if matches!(old.trigger(), Some("cheapest" | "meet")) {
            con.unregister(old).await?;
        }
    }
    Ok(())
}
