//! Faults of shards, failovers, slots that move, servers that come and go, one after the other, while runs are on. Each run ends, with
//! all records once or with an error that says which shard was in the way.
//!
//! `make campaign RUNS=1000 SEED=7` goes on for as many runs; without that a short one goes with the other tests.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::campaign::{self, Dice};
use crate::support::cluster::enabled;
use crate::support::resp::NoReply;
use crate::support::server::program_of_node;
use crate::support::{Client, Cluster, Options, Server, Value, eventually};

/// How many records there are.
const KEYS: usize = 300;
/// How many kinds of faults there are.
const KINDS: usize = 7;
/// One fault for so many runs.
const RUNS: u64 = 10;
/// How long is waited between two faults.
const PAUSE: Duration = Duration::from_millis(300);
/// How long nothing may be heard of a run.
const IDLE: &str = "4000";
/// A run that has no answer after so long has none.
const LONGEST: Duration = Duration::from_secs(60);
/// Every record goes to the shard of its key again, and from there to the one that was asked.
const ALL: &str =
    "GB('KeysReader').map(lambda r: r['key']).repartition(lambda r: r + 'x').run('run:*')";
/// What the server that was asked says of itself, to the whole command: the run has not begun.
const OWN: [&str; 2] = ["CLUSTERDOWN", "ERR python worker died"];

#[derive(Default)]
struct Tally {
    begun: AtomicU64,
    right: AtomicU64,
    told: AtomicU64,
    /// The server that was asked is gone, or became a replica.
    unanswered: AtomicU64,
    stop: AtomicBool,
    wrong: Mutex<Vec<String>>,
}

fn is_master(client: &mut Client) -> bool {
    let role = client.ask(&["ROLE"], LONGEST);
    role.is_ok_and(|role| {
        role.items()
            .first()
            .is_some_and(|one| one.text() == "master")
    })
}

/// Whether the answer to a run is whole; else it says what was in the way.
///
/// # Errors
/// What is wrong with it.
fn judge(reply: &Value, names: &BTreeSet<String>) -> Result<bool, String> {
    if reply.is_error() {
        let text = reply.text();
        let is_known = OWN.iter().any(|known| text.starts_with(known));
        let is_named = names.iter().any(|name| text.contains(name.as_str()));
        return if is_known || is_named {
            Ok(false)
        } else {
            Err(text)
        };
    }
    let [results, errors] = reply.items() else {
        return Err(reply.to_string());
    };
    let records: BTreeSet<String> = results.items().iter().map(Value::text).collect();
    if records.len() != results.items().len() {
        let (all, distinct) = (results.items().len(), records.len());
        return Err(format!(
            "{all} records, {distinct} different ones: {errors}"
        ));
    }
    for error in errors.items().iter().map(Value::text) {
        if !names.iter().any(|name| error.contains(name.as_str())) {
            return Err(format!("an error that names no shard: {error}"));
        }
    }
    if errors.items().is_empty() {
        return match records.len() {
            KEYS => Ok(true),
            count => Err(format!("{count} of {KEYS} records, and no error")),
        };
    }
    Ok(false)
}

fn run(addresses: &[SocketAddr], first: usize, names: &Mutex<BTreeSet<String>>, tally: &Tally) {
    let mut round = first;
    while !tally.stop.load(Ordering::Relaxed) {
        round += 1;
        let Ok(mut client) = Client::connect(addresses[round % addresses.len()]) else {
            thread::sleep(Duration::from_millis(20));
            continue;
        };
        if !is_master(&mut client) {
            thread::sleep(Duration::from_millis(20));
            continue;
        }
        thread::sleep(Duration::from_millis(20));
        tally.begun.fetch_add(1, Ordering::Relaxed);
        let begun = Instant::now();
        let reply = client.ask(&["RG.PYEXECUTE", ALL], LONGEST);
        let took = begun.elapsed();
        let stayed = is_master(&mut client);
        let count = match reply {
            Err(NoReply::Timeout) => {
                let text = format!("no answer within {LONGEST:?}");
                tally.wrong.lock().expect("no panic").push(text);
                continue;
            }
            Err(_) => &tally.unanswered,
            Ok(_) if !stayed => &tally.unanswered,
            Ok(reply) => match judge(&reply, &names.lock().expect("no panic")) {
                Ok(true) => &tally.right,
                Ok(false) => &tally.told,
                Err(text) => {
                    let text = format!("{text} (after {took:?})");
                    tally.wrong.lock().expect("no panic").push(text);
                    continue;
                }
            },
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// Has the others stop, however a fault ends.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Field {
    cluster: Cluster,
    /// The replica of the first server, which takes its place and gives it back.
    replica: Server,
    options: Options,
    dice: Dice,
    faults: usize,
}

impl Field {
    fn ask(&self, node: usize, words: &[&str]) -> Option<Value> {
        let mut client = Client::connect(self.cluster.nodes[node].address()).ok()?;
        client.ask(words, LONGEST).ok()
    }

    /// Has the second of two that are master and replica take over.
    fn take_over(&mut self) -> &'static str {
        let pair = [self.cluster.nodes[0].address(), self.replica.address()];
        let mut clients = pair.map(|address| Client::connect(address).expect("it runs"));
        let at = usize::from(is_master(&mut clients[0]));
        eventually("the failover", || {
            clients[at].call(&["CLUSTER", "FAILOVER", "TAKEOVER"]);
            is_master(&mut clients[at])
        });
        let other = &mut clients[1 - at];
        eventually("the other one follows", || {
            let info = other.call(&["INFO", "replication"]).text();
            info.contains("role:slave") && info.contains("master_link_status:up")
        });
        "failover"
    }

    /// Moves a slot that has records from the second to the third server, or back.
    fn move_slot(&mut self) -> &'static str {
        let ids: Vec<String> = (1..3).map(|node| self.cluster.id(node)).collect();
        let mut clients = [1, 2].map(|node| self.cluster.client(node));
        let key = (0..KEYS)
            .map(|number| format!("run:{number}"))
            .find(|key| self.cluster.owner(key) == 1)
            .expect("a key of the second server");
        let slot = clients[0].call(&["CLUSTER", "KEYSLOT", &key]).to_string();
        let slot = slot.trim_start_matches(':');
        let from = usize::from(clients[0].call(&["GET", &key]).is_error());
        let to = 1 - from;
        for (at, state, id) in [(to, "IMPORTING", from), (from, "MIGRATING", to)] {
            let reply = clients[at].call(&["CLUSTER", "SETSLOT", slot, state, &ids[id]]);
            assert_eq!(reply.text(), "OK", "{reply}");
        }
        let port = self.cluster.nodes[1 + to].address().port().to_string();
        let keys = clients[from].call(&["CLUSTER", "GETKEYSINSLOT", slot, "1000"]);
        for key in keys.items().iter().map(Value::text) {
            let reply = clients[from].call(&["MIGRATE", "127.0.0.1", &port, &key, "0", "60000"]);
            assert_eq!(reply.text(), "OK", "{reply}");
        }
        for at in [to, from] {
            let reply = clients[at].call(&["CLUSTER", "SETSLOT", slot, "NODE", &ids[to]]);
            assert_eq!(reply.text(), "OK", "{reply}");
        }
        "move of a slot"
    }

    /// A server joins with an empty slot, and leaves.
    fn come_and_go(&mut self, names: &Mutex<BTreeSet<String>>) -> &'static str {
        let new = Server::running(&program_of_node(3), &self.options);
        let id = new.client().call(&["CLUSTER", "MYID"]).text();
        self.cluster.meet(0, &new);
        for node in self.cluster.nodes.iter().chain([&self.replica, &new]) {
            let mut client = node.client();
            eventually("everybody knows everybody", || {
                let nodes = client.call(&["CLUSTER", "NODES"]).text();
                nodes.contains(&id) && nodes.lines().count() == 5 && !nodes.contains("handshake")
            });
        }
        self.cluster.nodes.push(new);
        let node = 3;
        names.lock().expect("no panic").insert(id.clone());
        // A slot without records.
        let slot = (0..16384)
            .rev()
            .find(|slot| {
                let count = self.ask(2, &["CLUSTER", "COUNTKEYSINSLOT", &slot.to_string()]);
                count == Some(Value::Int(0))
            })
            .expect("an empty slot");
        for owner in [node, 2] {
            let owner = self.cluster.id(owner);
            // The first one may follow its replica, and hears of it.
            for node in [3, 2, 1] {
                let slot = slot.to_string();
                let reply = self.ask(node, &["CLUSTER", "SETSLOT", &slot, "NODE", &owner]);
                assert_eq!(reply.map(|one| one.text()).as_deref(), Some("OK"));
            }
            thread::sleep(PAUSE);
        }
        let gone = self.cluster.nodes.pop();
        for node in [0, 1, 2] {
            self.ask(node, &["CLUSTER", "FORGET", &id]);
        }
        let forget = ["CLUSTER", "FORGET", &id];
        let _ = Client::connect(self.replica.address()).map(|mut one| one.ask(&forget, LONGEST));
        drop(gone);
        "server that came and went"
    }

    fn fault(&mut self, names: &Mutex<BTreeSet<String>>) -> &'static str {
        let node = self.dice.throw(3);
        // Each kind once, then as the dice say.
        let kind = if self.faults < KINDS {
            self.faults
        } else {
            self.dice.throw(KINDS)
        };
        self.faults += 1;
        let what = match kind {
            // The first one has a replica, which would take its place for good.
            0 => {
                self.cluster.nodes[1 + node % 2].restart();
                "kill of a shard"
            }
            1 => {
                self.cluster.nodes[node].signal("STOP");
                thread::sleep(PAUSE);
                self.cluster.nodes[node].signal("CONT");
                "pause of a shard"
            }
            2 => {
                self.cluster.nodes[1 + node % 2].signal("STOP");
                // Long enough for the others to hold it for failed.
                thread::sleep(Duration::from_secs(5));
                self.cluster.nodes[1 + node % 2].signal("CONT");
                "failure of a shard"
            }
            3 => {
                for worker in self.cluster.nodes[node].workers() {
                    crate::support::server::signal(worker, "KILL");
                }
                "kill of the workers of a shard"
            }
            4 => self.take_over(),
            5 => self.move_slot(),
            _ => self.come_and_go(names),
        };
        // All is well before the next one: what two do together is not known of either.
        let nodes = self.cluster.nodes.iter().chain([&self.replica]);
        for node in nodes {
            eventually("the cluster stands", || {
                let ask = |mut client: Client| client.ask(&["CLUSTER", "INFO"], LONGEST).ok();
                Client::connect(node.address())
                    .ok()
                    .and_then(ask)
                    .is_some_and(|info| {
                        let text = info.text();
                        text.contains("cluster_state:ok") && text.contains("cluster_slots_ok:16384")
                    })
            });
        }
        what
    }
}

#[test]
fn whatever_happens_to_shards_every_run_ends_and_says_what_it_lacks() {
    let wanted = campaign::runs().unwrap_or(20);
    let dice = Dice::of_the_day();
    let seed = dice.seed;
    let mut options = Options::server(&[
        "--appendonly",
        "yes",
        "--appendfsync",
        "no",
        "--cluster-node-timeout",
        "3000",
        "--cluster-replica-no-failover",
        "yes",
    ]);
    options.module = vec!["ExecutionMaxIdleTime".to_owned(), IDLE.to_owned()];
    let cluster = Cluster::with(3, &options);
    let mut clients = cluster.clients();
    for number in 0..KEYS {
        Cluster::set(&mut clients, &format!("run:{number}"), "1");
    }
    let replica = cluster.replica(0);
    let names = (0..3).map(|node| cluster.id(node));
    let mut names: BTreeSet<String> = names.collect();
    names.insert(replica.client().call(&["CLUSTER", "MYID"]).text());
    let names = Mutex::new(names);
    let nodes = cluster.nodes.iter().chain([&replica]);
    let addresses: Vec<SocketAddr> = nodes.map(Server::address).collect();
    let mut field = Field {
        cluster,
        replica,
        options: enabled(&options),
        dice,
        faults: 0,
    };
    let tally = Tally::default();
    let mut faults: BTreeMap<&str, u64> = BTreeMap::new();
    let done = |tally: &Tally| {
        let count = |one: &AtomicU64| one.load(Ordering::Relaxed);
        count(&tally.right) + count(&tally.told) + count(&tally.unanswered)
    };
    thread::scope(|scope| {
        let _ends = Ends(&tally.stop);
        for first in 0..3 {
            let (tally, addresses, names) = (&tally, &addresses, &names);
            scope.spawn(move || run(addresses, first, names, tally));
        }
        let least = (wanted / RUNS).max(KINDS as u64);
        while (done(&tally) < wanted || faults.values().sum::<u64>() < least)
            && tally.wrong.lock().expect("no panic").is_empty()
        {
            thread::sleep(PAUSE);
            *faults.entry(field.fault(&names)).or_default() += 1;
        }
    });
    let count = |one: &AtomicU64| one.load(Ordering::Relaxed);
    println!(
        "faults: {faults:?}; {} runs, {} whole, {} with an error that says why, {} without an answer",
        count(&tally.begun),
        count(&tally.right),
        count(&tally.told),
        count(&tally.unanswered)
    );
    let wrong = tally.wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "seed {seed}: {wrong:?}");
    // And all goes on.
    for node in [1, 2] {
        let mut client = field.cluster.client(node);
        eventually("a whole run", || {
            let reply = client.call(&["RG.PYEXECUTE", ALL]);
            judge(&reply, &BTreeSet::new()) == Ok(true)
        });
        client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
    }
}
