//! Golden cases: small programs whose outcome is known, one by one and with a name each.
//!
//! Those that are not run are listed in [`NAMED`].

mod api;
mod basics;
mod commands;
mod errors;
mod keys;
mod operations;
mod replies;
mod stage;
mod streams;
mod triggers;

use std::sync::Mutex;
use std::thread;

use stage::Stage;

/// What a case comes to: nothing, or what was expected and found.
type Verdict = Result<(), String>;

/// A named case.
type Case = (&'static str, fn(&mut Stage) -> Verdict);

/// Cases that are not run, and why.
pub(crate) const NAMED: [(&str, &str); 2] = [
    (
        "B14, B17, F03 (three shards)",
        "they count the shards of a cluster: the tests of clusters have them",
    ),
    (
        "I02 (slots of keys)",
        "it says something about a client, not about a server's replies",
    ),
];

fn all() -> Vec<Case> {
    let sections: [&[Case]; 9] = [
        basics::CASES,
        operations::CASES,
        errors::CASES,
        commands::CASES,
        replies::CASES,
        triggers::CASES,
        keys::CASES,
        streams::CASES,
        api::CASES,
    ];
    sections.concat()
}

/// Run every case whose name starts with `only`, on two servers; the failures, and how many cases there are.
pub(crate) fn run(only: &str) -> (Vec<(&'static str, String)>, usize) {
    let queue: Vec<Case> = all()
        .into_iter()
        .filter(|(id, _)| id.starts_with(only))
        .rev()
        .collect();
    let count = queue.len();
    let queue = Mutex::new(queue);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..super::PARALLEL.min(count) {
            scope.spawn(|| {
                let mut stage = Stage::new();
                loop {
                    let next = queue.lock().expect("no panic while queueing").pop();
                    let Some((id, case)) = next else { break };
                    let result = stage.ready().and_then(|()| case(&mut stage));
                    if let Err(why) = result {
                        failures
                            .lock()
                            .expect("no panic while reporting")
                            .push((id, why));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no panic while reporting");
    failures.sort();
    (failures, count)
}
