//! What a registration on key events costs a SET.

use std::time::{Duration, Instant};

use crate::Outcome;
use crate::compare::{Measure, Side, compare, median, register, unregister};
use crate::load::Load;
use crate::support::{Client, Server, Value};

const ROUNDS: usize = 5;
/// Events that take longer hang.
const PATIENCE: Duration = Duration::from_secs(60);
/// What says a module is left to a worker.
const SYNC_WORKER: &str =
    "import os\nGB().foreach(lambda r: os and None).register('*', mode='sync', readValue=False)";
const ASYNC_INCR: &str =
    "GB().foreach(lambda r: execute('INCR', 'n')).register('key', mode='async', readValue=False)";
const ASYNC_WORKER: &str =
    "import os\nGB().foreach(lambda r: os and None).register('*', mode='async', readValue=False)";
const ASYNC: &str = "GB().foreach(lambda r: None).register('*', mode='async', readValue=False)";
const ASYNC_VALUE: &str = "GB().foreach(lambda r: None).register('*', mode='async')";
const ASYNC_INCR_WORKER: &str = "import os\nGB().foreach(lambda r: os and execute('INCR', 'n')).register('*', mode='async', eventTypes=['set'])";
/// How many keys are written at once.
const BURST: i64 = 20_000;
const SET: &[&str] = &["SET", "key", "value"];

pub(crate) fn run() -> Outcome {
    let server = Server::start();
    let side = |name, script, goal| Side {
        name,
        command: SET,
        script,
        goal,
    };
    for connections in [1, 50] {
        let goal = |ratio| (connections == 50).then_some(ratio);
        compare(
            &server,
            connections,
            Measure::Rate,
            &[
                side("SET, nothing registered", None, None),
                side(
                    "SET, the prefix rejects it",
                    Some("GB().foreach(lambda r: None).register('other:*', mode='sync')"),
                    goal(0.95),
                ),
                side(
                    "SET, the event type rejects it",
                    Some(
                        "GB().foreach(lambda r: None).register('*', mode='sync', eventTypes=['del'])",
                    ),
                    goal(0.95),
                ),
                side(
                    "SET, the key type rejects it",
                    Some(
                        "GB().foreach(lambda r: None).register('*', mode='sync', keyTypes=['hash'])",
                    ),
                    goal(0.95),
                ),
                side(
                    "SET, a sync function of nothing",
                    Some(
                        "GB().foreach(lambda r: None).register('*', mode='sync', readValue=False)",
                    ),
                    goal(0.95),
                ),
                side(
                    "SET, a sync function that does an INCR",
                    Some(
                        "GB().foreach(lambda r: execute('INCR', 'n')).register('key', mode='sync', readValue=False)",
                    ),
                    goal(0.75),
                ),
                side(
                    "SET, a sync function of nothing in a worker",
                    Some(SYNC_WORKER),
                    None,
                ),
                side("SET, an async function of nothing", Some(ASYNC), None),
                side(
                    "SET, the same with the value of the key",
                    Some(ASYNC_VALUE),
                    None,
                ),
            ],
        )?;
    }
    println!("\nevents of SET, 50 connections, until all are worked off (medians of {ROUNDS})");
    for (name, script) in [
        ("async", ASYNC),
        ("async, with the value of the key", ASYNC_VALUE),
        ("async, with an INCR (goal: 60000)", ASYNC_INCR),
        ("async, in a worker", ASYNC_WORKER),
        ("async INCR in a worker, with the value", ASYNC_INCR_WORKER),
    ] {
        work_off(&server, name, script)?;
    }
    println!(
        "\nevents of {BURST} keys that one command writes, until all are worked off (medians of {ROUNDS})"
    );
    for (name, script) in [
        ("async, in a worker", ASYNC_WORKER),
        ("async INCR in a worker, with the value", ASYNC_INCR_WORKER),
    ] {
        work_off_burst(&server, name, script)?;
    }
    Ok(())
}

/// Writes for a moment and waits until the registered function has run for each write.
fn work_off(server: &Server, name: &str, script: &str) -> Outcome {
    let mut load = Load::connect(server.address(), 50)?;
    let mut client = server.client();
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let id = register(&mut client, script)?;
        load.run(SET, Duration::from_millis(50))?;
        finished(&mut client, server)?;
        let before = finished(&mut client, server)?;
        let begun = Instant::now();
        load.run(SET, Duration::from_millis(500))?;
        let events = finished(&mut client, server)? - before;
        rates.push(events as f64 / begun.elapsed().as_secs_f64());
        unregister(&mut client, &id)?;
    }
    println!("  {name:<44} {:>10.0} events/s", median(&rates));
    Ok(())
}

/// Writes many keys at once and waits until the registered function has run for each.
fn work_off_burst(server: &Server, name: &str, script: &str) -> Outcome {
    let mut client = server.client();
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let id = register(&mut client, script)?;
        client.call(&["SET", "key", "value"]);
        let before = finished(&mut client, server)?;
        let begun = Instant::now();
        let write = "for n = 1, tonumber(ARGV[1]) do redis.call('set', 'key:' .. n, n) end";
        client.call(&["EVAL", write, "0", &BURST.to_string()]);
        let events = finished(&mut client, server)? - before;
        rates.push(events as f64 / begun.elapsed().as_secs_f64());
        unregister(&mut client, &id)?;
    }
    println!("  {name:<44} {:>10.0} events/s", median(&rates));
    Ok(())
}

/// Waits until the last registration has run for all of its events; gives their number.
fn finished(client: &mut Client, server: &Server) -> Result<i64, String> {
    let begun = Instant::now();
    loop {
        let all = client.call(&["RG.DUMPREGISTRATIONS"]);
        let data = all
            .items()
            .last()
            .and_then(|one| one.field("RegistrationData"));
        let number = |name| match data.and_then(|data| data.field(name)) {
            Some(Value::Int(number)) => *number,
            _ => -1,
        };
        if number("numTriggered") == number("numSuccess") {
            return Ok(number("numTriggered"));
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!(
                "events are left over: {all}\n{}",
                server.log_tail()
            ));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
