//! Faults of shards, one after the other, while functions are registered, called, replaced and taken away everywhere. In the end all
//! shards have the same, and every call that was answered has counted.
//!
//! `make campaign SECONDS=600 SEED=7` goes on for as long as one says; without that a short one runs with the other tests.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::registrations::same_registrations;
use crate::support::campaign::{self, Dice};
use crate::support::{Client, Cluster, Options, Server, eventually};

/// How long is waited between two faults.
const PAUSE: Duration = Duration::from_millis(700);
/// No answer takes longer: a shard that is gone is noticed before.
const LONGEST: Duration = Duration::from_secs(90);

const CALLED: &str = "
GB('CommandReader').map(lambda r: execute('incr', '{%s}called' % hashtag())).register(trigger='call', mode='sync')
GB('KeysReader').foreach(lambda r: execute('incr', '{%s}events' % hashtag())).register('event:*', mode='sync', eventTypes=['set'])
";

#[derive(Default)]
struct Tally {
    asked: AtomicU64,
    stood: AtomicU64,
    refused: AtomicU64,
    lost: AtomicU64,
    called: AtomicU64,
    stop: AtomicBool,
}

/// Registers, replaces and takes away on shards in turn.
fn register(addresses: &[SocketAddr], number: usize, tally: &Tally) {
    let mut round = number;
    while !tally.stop.load(Ordering::Relaxed) {
        round += 1;
        let Ok(mut client) = Client::connect(addresses[round % addresses.len()]) else {
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        let script = format!(
            "GB('CommandReader').map(lambda r: {round}).register(trigger='of{number}', mode='sync')"
        );
        let name = format!("session{number}");
        let command = ["RG.PYEXECUTE", &script, "ID", &name, "UPGRADE"];
        tally.asked.fetch_add(1, Ordering::Relaxed);
        match client.ask(&command, LONGEST) {
            Ok(reply) if reply.text() == "OK" => &tally.stood,
            // A shard that refuses is named.
            Ok(reply) => {
                let text = reply.to_string();
                assert!(reply.is_error() || text.contains("-ERR shard-"), "{text}");
                &tally.refused
            }
            Err(_) => &tally.lost,
        }
        .fetch_add(1, Ordering::Relaxed);
        if round.is_multiple_of(5)
            && let Ok(dump) = client.ask(&["RG.PYDUMPSESSIONS", "SESSIONS", &name], LONGEST)
            && let Some(ids) = dump
                .items()
                .first()
                .and_then(|one| one.field("registrations"))
            && let Some(id) = ids.items().first()
        {
            let _ = client.ask(&["RG.UNREGISTER", &id.text()], LONGEST);
        }
    }
}

fn call(addresses: &[SocketAddr], tally: &Tally) {
    let mut round = 0;
    while !tally.stop.load(Ordering::Relaxed) {
        round += 1;
        let Ok(mut client) = Client::connect(addresses[round % addresses.len()]) else {
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        for _ in 0..20 {
            match client.ask(&["RG.TRIGGER", "call"], LONGEST) {
                Ok(reply) if !reply.is_error() => tally.called.fetch_add(1, Ordering::Relaxed),
                _ => break,
            };
        }
    }
}

#[test]
fn whatever_happens_to_shards_in_the_end_they_are_alike() {
    let seconds = campaign::seconds().unwrap_or(10);
    let mut dice = Dice::of_the_day();
    let seed = dice.seed;
    let options = Options::server(&[
        "--appendonly",
        "yes",
        "--appendfsync",
        "no",
        "--cluster-node-timeout",
        "3000",
    ]);
    let mut cluster = Cluster::with(3, &options);
    cluster.client(0).register(CALLED, &["ID", "called"]);
    let addresses: Vec<SocketAddr> = cluster.nodes.iter().map(Server::address).collect();
    let tally = Arc::new(Tally::default());
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    thread::scope(|scope| {
        for number in 0..3 {
            let (tally, addresses) = (&tally, &addresses);
            scope.spawn(move || register(addresses, number, tally));
        }
        let (tally, addresses) = (&tally, &addresses);
        scope.spawn(move || call(addresses, tally));
        let end = Instant::now() + Duration::from_secs(seconds);
        while Instant::now() < end {
            let node = dice.throw(3);
            let fault = match dice.throw(4) {
                0 => {
                    cluster.nodes[node].restart();
                    "kill of a shard"
                }
                1 => {
                    cluster.nodes[node].signal("STOP");
                    thread::sleep(PAUSE);
                    cluster.nodes[node].signal("CONT");
                    "pause of a shard"
                }
                2 => {
                    cluster.nodes[node].signal("STOP");
                    // Long enough for the others to hold it for failed.
                    thread::sleep(Duration::from_secs(5));
                    cluster.nodes[node].signal("CONT");
                    "failure of a shard"
                }
                _ => {
                    let workers = cluster.nodes[node].workers();
                    for worker in workers {
                        crate::support::server::signal(worker, "KILL");
                    }
                    "kill of the workers of a shard"
                }
            };
            *faults.entry(fault).or_default() += 1;
            thread::sleep(PAUSE);
        }
        tally.stop.store(true, Ordering::Relaxed);
    });
    cluster.stands();
    let count = |one: &AtomicU64| one.load(Ordering::Relaxed);
    println!(
        "faults: {faults:?}; scripts: {} sent, {} stand, {} refused, {} without an answer; {} calls",
        count(&tally.asked),
        count(&tally.stood),
        count(&tally.refused),
        count(&tally.lost),
        count(&tally.called),
    );
    let mut clients = cluster.clients();
    let ids = same_registrations(&mut clients);
    // Those that are called, and at most one of each of the others.
    assert!((2..=5).contains(&ids.len()), "seed {seed}: {ids:?}");
    let called: u64 = clients
        .iter_mut()
        .zip(["06S", "8M", "63n"])
        .map(|(client, tag)| {
            let count = client.call(&["GET", &format!("{{{tag}}}called")]).text();
            count.parse::<u64>().unwrap_or(0)
        })
        .sum();
    assert!(
        called >= count(&tally.called),
        "seed {seed}: {called} of {} calls",
        count(&tally.called)
    );
    // And all goes on.
    let script =
        "GB('CommandReader').map(lambda r: 'after').register(trigger='after', mode='sync')";
    eventually("a script stands again", || {
        clients[0]
            .call(&["RG.PYEXECUTE", script, "ID", "after", "UPGRADE"])
            .text()
            == "OK"
    });
    for client in &mut clients {
        assert_eq!(client.triggered("after"), "after", "seed {seed}");
    }
}
