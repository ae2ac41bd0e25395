//! A campaign: faults of all kinds, one after the other, under mixed load, for as long as one says.
//!
//! `make campaign SECONDS=600 SEED=7` prints what was tried, what survived, what was lost or doubled, and the seed that repeats it. Without
//! these a short one runs with the other tests.

use std::collections::BTreeMap;
use std::env;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};

use crate::support::server::signal;
use crate::support::{Client, Options, Server, eventually};

const FUNCTIONS: &str = "
GB('CommandReader').map(lambda w: execute('incr', 'async')).register(trigger='async', mode='async_local')
GB('CommandReader').map(lambda w: execute('incr', 'sync')).register(trigger='sync', mode='sync')
GB('KeysReader').foreach(lambda r: execute('incr', 'events')).register('event:*', mode='sync', eventTypes=['set'])
GB('StreamReader').foreach(lambda r: execute('hincrby', 'seen', r['value']['n'], 1)).register('entries', onFailedPolicy='retry')
";
/// What clients ask for; `@` stands for the number of the call.
const LOAD: [&str; 5] = [
    "RG.TRIGGER async",
    "RG.TRIGGER sync",
    "SET event:1 @",
    "XADD entries * n @",
    "RG.PYEXECUTE GB('KeysReader').count().run('event:*')",
];
/// How long is waited between two faults.
const PAUSE: Duration = Duration::from_millis(300);

/// Numbers that a seed repeats.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[derive(Default)]
struct Tally {
    /// Calls that were sent, and answered without an error, by their place in [`LOAD`].
    sent: [AtomicU64; LOAD.len()],
    answered: [AtomicU64; LOAD.len()],
    stop: AtomicBool,
}

fn load(server: &Server, tally: &Arc<Tally>, what: usize) -> JoinHandle<()> {
    let (address, tally) = (server.address(), Arc::clone(tally));
    thread::spawn(move || {
        let mut client = None;
        while !tally.stop.load(Ordering::Relaxed) {
            let Some(open) = client.as_mut() else {
                client = Client::connect(address).ok();
                thread::sleep(Duration::from_millis(5));
                continue;
            };
            let number = tally.sent[what].fetch_add(1, Ordering::Relaxed).to_string();
            let words: Vec<String> = LOAD[what]
                .splitn(5, ' ')
                .map(|word| {
                    if word == "@" {
                        number.clone()
                    } else {
                        word.to_owned()
                    }
                })
                .collect();
            match Client::ask(open, &words, Duration::from_secs(60)) {
                Ok(reply) if !reply.is_error() => {
                    tally.answered[what].fetch_add(1, Ordering::Relaxed);
                }
                Ok(_) => {}
                Err(_) => client = None,
            }
        }
    })
}

fn setting(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

#[test]
fn campaign() {
    let seconds = setting("CAMPAIGN_SECONDS").unwrap_or(8);
    let seed = setting("CAMPAIGN_SEED").unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(1, |since| since.as_secs())
    });
    println!("seed {seed}");
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut options = Options::module(&["SyncDeadline", "5000"]);
    options.server = ["--appendonly", "yes", "--appendfsync", "no"]
        .map(str::to_owned)
        .to_vec();
    let mut server = Server::with(&options);
    server.client().register(FUNCTIONS, &[]);
    let tally = Arc::new(Tally::default());
    let clients: Vec<_> = (0..LOAD.len())
        .map(|what| load(&server, &tally, what))
        .collect();
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    let end = Instant::now() + Duration::from_secs(seconds);
    while Instant::now() < end {
        let workers = server.workers();
        let one = (!workers.is_empty())
            .then(|| workers[usize::try_from(dice.throw(workers.len() as u64)).unwrap_or(0)]);
        let fault = match (dice.throw(8), one) {
            (0..=2, Some(worker)) => {
                signal(worker, "KILL");
                "kill of a worker"
            }
            (3, Some(worker)) => {
                signal(worker, "STOP");
                thread::sleep(PAUSE);
                signal(worker, "CONT");
                "pause of a worker"
            }
            (4, _) => {
                server.restart();
                "kill of the server"
            }
            (5, _) => {
                let _ = server.client().call(&["BGREWRITEAOF"]);
                "rewrite of the append-only file"
            }
            (6, _) => {
                server.signal("STOP");
                thread::sleep(PAUSE);
                server.signal("CONT");
                "pause of the server"
            }
            _ => {
                let _ = server.client().call(&["CLIENT", "PAUSE", "200", "WRITE"]);
                "pause of writes"
            }
        };
        *faults.entry(fault).or_default() += 1;
        thread::sleep(PAUSE);
    }
    tally.stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().expect("it has not failed");
    }
    let mut client = server.client();
    let count = |list: &[AtomicU64], what: usize| list[what].load(Ordering::Relaxed);
    // What was added to the stream is worked off in the end.
    eventually("the stream", || {
        client.call(&["XLEN", "entries"]).to_string() == ":0"
    });
    let seen = client.call(&["HVALS", "seen"]);
    let tries: u64 = seen
        .items()
        .iter()
        .filter_map(|value| value.text().parse::<u64>().ok())
        .sum();
    let entries = seen.items().len() as u64;
    let number = |client: &mut Client, key: &str| {
        client
            .call(&["GET", key])
            .text()
            .parse::<u64>()
            .unwrap_or(0)
    };
    let mut lost = 0;
    println!("faults: {faults:?}");
    for (what, key) in [(0, "async"), (1, "sync"), (2, "events")] {
        let (sent, answered, done) = (
            count(&tally.sent, what),
            count(&tally.answered, what),
            number(&mut client, key),
        );
        // A function that was answered has counted; one that was not may have. An event whose worker died is a failure of its own.
        let missing = if key == "events" {
            0
        } else {
            answered.saturating_sub(done)
        };
        let doubled = done.saturating_sub(sent);
        println!(
            "{key}: tried {sent}, survived {answered}, done {done}, lost {missing}, doubled {doubled}"
        );
        lost += missing + doubled;
    }
    let (sent, answered) = (count(&tally.sent, 3), count(&tally.answered, 3));
    let missing = answered.saturating_sub(entries);
    println!(
        "stream: tried {sent}, survived {answered}, seen {entries}, lost {missing}, worked off again {}",
        tries - entries
    );
    println!(
        "runs: tried {}, survived {}",
        count(&tally.sent, 4),
        count(&tally.answered, 4)
    );
    lost += missing;
    assert_eq!(lost, 0, "seed {seed}\n{}", server.log_tail());
    assert!(
        server.answers(Duration::from_secs(60)),
        "seed {seed}\n{}",
        server.log_tail()
    );
    for mode in ["async", "sync"] {
        let reply = client.call(&["RG.TRIGGER", mode]);
        assert!(!reply.is_error(), "seed {seed}: {mode}: {reply}");
    }
}
