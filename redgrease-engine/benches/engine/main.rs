//! How fast the engine is, beside what the same server does without it.
//!
//! `cargo bench -p redgrease-engine --bench engine` measures everything in about three minutes;
//! `-- triggers batches` names groups. Absolute figures depend on the machine and on what else runs there;
//! the ratios compare what was measured by turns in the same run.

#[path = "../../tests/support/mod.rs"]
mod support;

mod batches;
mod compare;
mod floor;
mod load;
mod memory;
mod servers;
mod shards;
mod triggers;
mod writes;

use std::error::Error;
use std::fs;

use support::{Options, Server};

/// How a group of measurements ends.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// A name on the command line, and what it measures.
type Group = (&'static str, fn() -> Outcome);

const GROUPS: [Group; 7] = [
    ("triggers", triggers::run),
    ("floor", floor::run),
    ("writes", writes::run),
    ("batches", batches::run),
    ("memory", memory::run),
    ("shards", shards::run),
    ("servers", servers::run),
];

fn main() -> Outcome {
    // Cargo says `--bench` to every benchmark.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    if let Some(unknown) = wanted
        .iter()
        .find(|word| GROUPS.iter().all(|(name, _)| name != word))
    {
        let names: Vec<&str> = GROUPS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no group {unknown}; there are {}", names.join(", ")).into());
    }
    println!("{}", machine());
    for (name, run) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            println!("\n== {name}");
            run()?;
        }
    }
    println!("\nload average at the end: {}", load_average());
    Ok(())
}

/// What the figures hold for.
fn machine() -> String {
    let processors = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, model)| model);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let server = Server::with(&Options::default());
    let info = server.client().call(&["INFO"]).text();
    let field = |name: &str| {
        info.lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or("unknown")
            .to_owned()
    };
    format!(
        "{model}, {} processors, Linux {}, Redis {}, Python {}; load average at the start: {}",
        std::thread::available_parallelism().map_or(1, usize::from),
        kernel.trim(),
        field("redis_version:"),
        support::server::python().display(),
        load_average(),
    )
}

fn load_average() -> String {
    fs::read_to_string("/proc/loadavg")
        .unwrap_or_default()
        .split(' ')
        .take(1)
        .collect()
}
