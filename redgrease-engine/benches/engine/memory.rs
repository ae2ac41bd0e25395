//! The memory of an idle engine.

use std::fs;

use crate::Outcome;
use crate::support::Server;

/// Figures of `/proc/PID/smaps_rollup` in kilobytes.
pub(crate) fn of(process: u32, name: &str) -> Result<u64, String> {
    let path = format!("/proc/{process}/smaps_rollup");
    let text = fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    Ok(text
        .lines()
        .filter_map(|line| line.strip_prefix(name))
        .filter_map(|rest| rest.trim().split(' ').next()?.parse::<u64>().ok())
        .sum())
}

pub(crate) fn run() -> Outcome {
    let server = Server::start();
    let mut client = server.client();
    let script = "GB('CommandReader').map(lambda x: x).register(trigger='a')";
    let answer = client.call(&["RG.PYEXECUTE", script]);
    if answer.text() != "OK" {
        return Err(format!("{script}: {answer}").into());
    }
    client.call(&["RG.TRIGGER", "a"]);
    println!("a worker that has registered and run a function, in MB (goal: under 15)");
    println!(
        "  {:>8} {:>8} {:>8}   (alone, with its share of common pages, with all of them)",
        "private", "PSS", "RSS"
    );
    for worker in server.workers() {
        let private = of(worker, "Private_Clean:")? + of(worker, "Private_Dirty:")?;
        let megabytes = |kilobytes: u64| kilobytes as f64 / 1024.0;
        println!(
            "  {:>8.1} {:>8.1} {:>8.1}",
            megabytes(private),
            megabytes(of(worker, "Pss:")?),
            megabytes(of(worker, "Rss:")?),
        );
    }
    Ok(())
}
