//! How messages, memory and time grow with the number of servers of a cluster.
//!
//! `SERVERS=3,6,12,24 cargo bench -p redgrease-engine --bench engine -- servers`

use std::fs;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::memory;
use crate::support::{Client, Cluster, Value};

/// How many keys there are in all.
const KEYS: usize = 24_000;
/// How many records change shards in all.
const EXCHANGED: usize = 96_000;
/// Rounds of each measurement.
const ROUNDS: u32 = 5;
/// How long nothing is done to see what the servers say to each other meanwhile.
const QUIET: Duration = Duration::from_secs(5);

pub(crate) fn run() -> Outcome {
    let wanted = std::env::var("SERVERS").unwrap_or_else(|_| "3".to_owned());
    for count in wanted.split(',') {
        let count: u16 = count
            .trim()
            .parse()
            .map_err(|_| format!("SERVERS={wanted}: numbers with commas between are expected"))?;
        measure(count)?;
    }
    Ok(())
}

/// What all servers have sent, and what they and their workers have worked.
#[derive(Clone, Copy)]
struct Counted {
    messages: u64,
    work: Duration,
}

struct Servers {
    cluster: Cluster,
    clients: Vec<Client>,
}

fn measure(count: u16) -> Outcome {
    let begun = Instant::now();
    let cluster = Cluster::of(count);
    println!(
        "\n{count} servers, which knew each other after {:.1?}",
        begun.elapsed()
    );
    let clients = cluster.clients();
    let mut servers = Servers { cluster, clients };
    for at in 0..KEYS {
        let value = format!("the {} word {} of line {}", at % 997, at % 89, at % 13);
        servers.set(&format!("w:{at}"), &value);
    }
    let exchange = format!(
        "def generate():\n    for number in range({}): yield '{}%d' % number\n\
         GB('PythonReader').repartition(lambda r: r).count().run(generate)",
        EXCHANGED / usize::from(count),
        "x".repeat(45)
    );
    println!(
        "                               time    messages  per server and other   processor time"
    );
    servers.run("a run of nothing", "GB('ShardsIDReader').count().run()");
    servers.run(
        "count of 24,000 keys",
        "GB('KeysReader').count().run('w:*')",
    );
    servers.run(
        "word count of them",
        "GB('KeysReader').flatmap(lambda r: r['value'].split()).countby().count().run('w:*')",
    );
    servers.run("repartition of 96,000", &exchange);
    servers.register();
    let before = servers.counted();
    std::thread::sleep(QUIET);
    let after = servers.counted();
    println!(
        "  in rest: {:.0} messages/s in all, {:.1} % of a processor in all",
        (after.messages - before.messages) as f64 / QUIET.as_secs_f64(),
        100.0 * (after.work - before.work).as_secs_f64() / QUIET.as_secs_f64()
    );
    let mut memory = [0, 0];
    for node in &servers.cluster.nodes {
        memory[0] += memory::of(node.pid(), "Pss:")?;
        for worker in node.workers() {
            memory[1] += memory::of(worker, "Pss:")?;
        }
    }
    let each = memory.map(|all| all as f64 / 1024.0 / f64::from(count));
    println!(
        "  memory: {:.1} MB a server with its keys, {:.1} MB its workers",
        each[0], each[1]
    );
    let links = servers.clients[0].call(&["INFO", "rg_links"]).text();
    for line in links.lines().filter(|line| line.contains("processor")) {
        println!("  {line}");
    }
    Ok(())
}

impl Servers {
    /// Sets a key on the server that has it.
    fn set(&mut self, key: &str, value: &str) {
        let reply = self.clients[0].call(&["SET", key, value]);
        if !reply.is_error() {
            return;
        }
        let port = reply.text().rsplit(':').next().map(str::to_owned);
        let is_it = |at: &usize| {
            let own = self.cluster.nodes[*at].address().port().to_string();
            port.as_deref() == Some(own.as_str())
        };
        let at = (0..self.clients.len()).find(is_it).unwrap_or(0);
        assert_eq!(self.clients[at].call(&["SET", key, value]).text(), "OK");
    }

    /// What was sent and worked so far.
    fn counted(&mut self) -> Counted {
        let mut counted = Counted {
            messages: 0,
            work: Duration::ZERO,
        };
        for client in &mut self.clients {
            let info = client.call(&["CLUSTER", "INFO"]).text();
            let sent = info
                .lines()
                .find_map(|line| line.strip_prefix("cluster_stats_messages_module_sent:"));
            counted.messages += sent.and_then(|sent| sent.parse().ok()).unwrap_or(0);
        }
        for node in &self.cluster.nodes {
            for process in node.workers().into_iter().chain([node.pid()]) {
                counted.work += worked(process);
            }
        }
        counted
    }

    /// Measures a script.
    fn run(&mut self, name: &str, script: &str) {
        self.rounds(name, |client, _| {
            let reply = client.call(&["RG.PYEXECUTE", script]);
            let errors = reply.items().get(1).map(Value::items);
            assert_eq!(errors.map(<[Value]>::len), Some(0), "{script}: {reply}");
        });
    }

    /// Measures a registration, which is taken away again.
    fn register(&mut self) {
        self.rounds("a registration", |client, round| {
            let script = format!("GB('CommandReader').count().register(trigger='t{round}')");
            assert_eq!(client.call(&["RG.PYEXECUTE", &script]).text(), "OK");
        });
    }

    fn rounds(&mut self, name: &str, mut one: impl FnMut(&mut Client, u32)) {
        // The first one starts workers.
        one(&mut self.clients[0], ROUNDS);
        let before = self.counted();
        let mut best = Duration::MAX;
        for round in 0..ROUNDS {
            let begun = Instant::now();
            one(&mut self.clients[0], round);
            best = best.min(begun.elapsed());
        }
        let after = self.counted();
        let messages = (after.messages - before.messages) as f64 / f64::from(ROUNDS);
        let servers = self.clients.len() as f64;
        println!(
            "  {name:24} {:>10} {messages:>11.0} {:>21.2} {:>14.1} ms",
            format!("{best:.1?}"),
            messages / servers / (servers - 1.0),
            (after.work - before.work).as_secs_f64() * 1000.0 / f64::from(ROUNDS)
        );
    }
}

/// How long a process has worked, as Linux says it.
fn worked(process: u32) -> Duration {
    /// Linux counts in hundredths of a second for everybody.
    const TICKS: u64 = 100;
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let words = stat.rsplit(')').next().unwrap_or_default().split(' ');
    let ticks: u64 = words
        .skip(12)
        .take(2)
        .filter_map(|one| one.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}
