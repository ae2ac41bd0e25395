//! Three shards of one machine against one server with the same data.

use std::time::{Duration, Instant};

use crate::Outcome;
use crate::support::{Client, Cluster, Options, Server};

/// How many keys there are.
const KEYS: usize = 60_000;
/// How many records change shards.
const EXCHANGED: usize = 300_000;
/// Rounds of each measurement.
const ROUNDS: usize = 5;
/// Calls whose times are sorted.
const CALLS: usize = 300;

const WORDS: &str =
    "GB('KeysReader').flatmap(lambda r: r['value'].split()).countby().count().run('w:*')";
const COUNTED: &str =
    "GB('KeysReader').map(lambda r: len(r['value'])).filter(lambda n: n > 3).count().run('w:*')";
const TRIGGER: &str =
    "GB('CommandReader').map(lambda r: '1').register(trigger='shards', mode='async')";
/// What says a module is left to a worker.
const WORKER: &str = "import os\nGB('CommandReader').map(lambda r: os and '1').register(trigger='shards', mode='async')";
const SHARDS: &str = "GB('ShardsIDReader').count().run()";

/// Word count, map and filter and count on three shards and on one server; the exchange of records; a run of nothing.
pub(crate) fn run() -> Outcome {
    let cluster = Cluster::of(3);
    let alone = Server::with(&Options::default());
    let mut shards = cluster.clients();
    let mut one = alone.client();
    for at in 0..KEYS {
        let key = format!("w:{at}");
        let value = format!("the {} word {} of line {at}", at % 997, at % 89);
        Cluster::set(&mut shards, &key, &value);
        one.call(&["SET", &key, &value]);
    }
    let three = &mut shards[0];
    for (name, script) in [("word count", WORDS), ("map, filter, count", COUNTED)] {
        let (mut on_three, mut on_one) = (Duration::MAX, Duration::MAX);
        // By turns, and the best of each: what else runs here slows both.
        for _ in 0..ROUNDS {
            on_three = on_three.min(timed(three, script));
            on_one = on_one.min(timed(&mut one, script));
        }
        println!(
            "{name} over {KEYS} keys: {on_three:?} on three shards, {on_one:?} on one server: ratio {:.2}",
            on_one.as_secs_f64() / on_three.as_secs_f64()
        );
    }
    let text = "x".repeat(45);
    let exchange = format!(
        "def generate():\n    for number in range({}): yield '{text}%d' % number\n\
         GB('PythonReader').repartition(lambda r: r).count().run(generate)",
        EXCHANGED / 3
    );
    let best = (0..ROUNDS).map(|_| timed(three, &exchange)).min();
    let best = best.unwrap_or_default();
    println!(
        "repartition of {EXCHANGED} records of 50 bytes: {best:?}, {:.0} records/s",
        EXCHANGED as f64 / best.as_secs_f64()
    );
    show("ShardsIDReader().count() on three shards", || {
        timed(three, SHARDS)
    });
    for (name, script) in [("", TRIGGER), (" in a worker", WORKER)] {
        let registered = three.call(&["RG.PYEXECUTE", script, "ID", "trigger", "UPGRADE"]);
        assert_eq!(registered.text(), "OK");
        show(
            &format!("a trigger in async mode{name} on three shards"),
            || {
                let begun = Instant::now();
                let reply = three.call(&["RG.TRIGGER", "shards"]);
                assert_eq!(reply.items().len(), 3, "{reply}");
                begun.elapsed()
            },
        );
    }
    let links = three.call(&["INFO", "rg_links"]).text();
    for line in links.lines().filter(|line| line.contains("longest")) {
        println!("{line}");
    }
    Ok(())
}

/// Half and nearly all of the times are no longer than what it prints.
fn show(name: &str, call: impl FnMut() -> Duration) {
    let mut times: Vec<Duration> = std::iter::repeat_with(call).take(CALLS).collect();
    times.sort_unstable();
    println!(
        "{name}: p50 {:?}, p99 {:?}",
        times[CALLS / 2],
        times[CALLS * 99 / 100]
    );
}

fn timed(client: &mut Client, script: &str) -> Duration {
    let begun = Instant::now();
    let reply = client.call(&["RG.PYEXECUTE", script]);
    assert!(
        reply
            .items()
            .get(1)
            .is_some_and(|errors| errors.items().is_empty()),
        "{script}: {reply}"
    );
    begun.elapsed()
}
