//! One look at what the engine counts.

use redgrease::RedisGears;
use serde_json::Value;

use crate::args::Listing;
use crate::failure::Result;
use crate::info::Info;
use crate::list::{fetch, short_id, waits_for};
use crate::value::plain;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) engine: String,
    pub(crate) python: String,
    /// Executions on the server's list, by their states.
    pub(crate) executions: Vec<(String, f64)>,
    pub(crate) registrations: Vec<Registration>,
    /// Runs that belong to no registration.
    pub(crate) batch: Option<Runs>,
    pub(crate) workers: Vec<Worker>,
    pub(crate) workers_started: f64,
    pub(crate) workers_gone: f64,
}

/// A registration and its counters.
#[derive(Debug)]
pub(crate) struct Registration {
    pub(crate) id: String,
    pub(crate) reader: String,
    pub(crate) waits_for: String,
    pub(crate) triggered: f64,
    pub(crate) succeeded: f64,
    pub(crate) failed: f64,
    pub(crate) aborted: f64,
    /// Of a stream, in milliseconds.
    pub(crate) lag: Option<f64>,
    /// Of a stream: whether its entries wait.
    pub(crate) paused: Option<bool>,
    pub(crate) runs: Option<Runs>,
}

/// Executions under way, and how long those took that are over.
#[derive(Debug)]
pub(crate) struct Runs {
    pub(crate) queued: f64,
    pub(crate) running: f64,
    pub(crate) failed: f64,
    /// Upper bounds in milliseconds and how many took no longer, the last without a bound.
    pub(crate) classes: Vec<(Option<f64>, f64)>,
    pub(crate) seconds: f64,
}

/// A process that runs Python.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) number: String,
    pub(crate) state: String,
    pub(crate) memory: f64,
    pub(crate) in_hand: f64,
}

impl Seen {
    /// Looks.
    pub(crate) fn look(con: &mut RedisGears) -> Result<Self> {
        let registrations = fetch(con, Listing::Registrations)?;
        let executions = fetch(con, Listing::Executions)?;
        let info = Info::ask(con, &["engine", "runs", "workers"])?;
        Ok(Self::read(&registrations, &executions, &info))
    }

    fn read(registrations: &[Value], executions: &[Value], info: &Info) -> Self {
        let runs = info.items("runs", "");
        let of = |id: &str| runs.iter().find(|one| one["name"] == id).map(Runs::read);
        let field = |section, name| info.get(section, name).unwrap_or_default();
        let counted = |name| field("workers", name).parse().unwrap_or_default();
        Self {
            engine: field("engine", "version").to_string(),
            python: field("engine", "python_version").to_string(),
            executions: by_state(executions),
            registrations: registrations
                .iter()
                .map(|item| Registration::read(item, of(&plain(&item["id"]))))
                .collect(),
            batch: of("batch"),
            workers: info
                .items("workers", "worker_")
                .iter()
                .map(Worker::read)
                .collect(),
            workers_started: counted("workers_started"),
            workers_gone: counted("workers_gone"),
        }
    }
}

fn by_state(executions: &[Value]) -> Vec<(String, f64)> {
    // a series that comes and goes is harder to watch than one that is 0
    const STATES: [&str; 4] = ["created", "running", "done", "aborted"];
    let count = |state: &str| {
        executions
            .iter()
            .filter(|one| one["status"] == state)
            .count()
    };
    STATES
        .map(|state| (state.to_string(), count(state) as f64))
        .into()
}

impl Registration {
    fn read(item: &Value, runs: Option<Runs>) -> Self {
        let data = &item["RegistrationData"];
        Self {
            id: short_id(&plain(&item["id"])),
            reader: plain(&item["reader"]),
            waits_for: waits_for(item),
            triggered: number(&data["numTriggered"]),
            succeeded: number(&data["numSuccess"]),
            failed: number(&data["numFailures"]),
            aborted: number(&data["numAborted"]),
            lag: data.get("lastEstimatedLagMS").map(number),
            paused: data.get("status").map(|status| status == "PAUSED"),
            runs,
        }
    }
}

impl Runs {
    fn read(item: &Value) -> Self {
        const MICROSECONDS: f64 = 1e6;
        let mut classes: Vec<(Option<f64>, f64)> = item
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| {
                let bound = name.strip_prefix("le_")?;
                let bound = bound.parse().ok().filter(|bound: &f64| bound.is_finite());
                Some((bound, number(value)))
            })
            .collect();
        let place = |bound: Option<f64>| bound.unwrap_or(f64::INFINITY);
        classes.sort_by(|(a, _), (b, _)| place(*a).total_cmp(&place(*b)));
        Self {
            queued: number(&item["queued"]),
            running: number(&item["running"]),
            failed: number(&item["failed"]),
            classes,
            seconds: number(&item["sum_us"]) / MICROSECONDS,
        }
    }
}

impl Worker {
    fn read(item: &Value) -> Self {
        Self {
            number: plain(&item["name"]),
            state: plain(&item["state"]),
            memory: number(&item["memory"]),
            in_hand: number(&item["in_hand"]),
        }
    }
}

fn number(value: &Value) -> f64 {
    plain(value).parse().unwrap_or_default()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    /// Two registrations and a worker.
    pub(crate) fn seen() -> Seen {
        let zeros = "0".repeat(40);
        let registrations = [
            json!({"id": format!("{zeros}-1"), "reader": "CommandReader", "RegistrationData": {
                "numTriggered": 4, "numSuccess": 2, "numFailures": 1, "numAborted": 0,
                "args": {"trigger": "a\"b"}}}),
            json!({"id": format!("{zeros}-3"), "reader": "StreamReader", "RegistrationData": {
                "numTriggered": 0, "numSuccess": 0, "numFailures": 0, "numAborted": 0,
                "lastEstimatedLagMS": 1500, "status": "PAUSED", "args": {"stream": "orders:*"}}}),
        ];
        let executions = [json!({"status": "running"}), json!({"status": "done"})];
        let info = Info::read(&format!(
            "# rg_engine\nrg_version:0.1.0\nrg_python_version:3.11.2\n\
             # rg_runs\nrg_batch:queued=0,running=1,failed=0,sum_us=0,le_1=0,le_10=0,le_inf=0\n\
             rg_{zeros}-1:queued=2,running=1,failed=1,sum_us=12500,le_1=1,le_10=2,le_inf=3\n\
             # rg_workers\nrg_workers_started:3\nrg_workers_gone:2\n\
             rg_worker_3:pid=7,state=busy,memory=1048576,sessions=1,in_hand=2,requirements=\n"
        ));
        Seen::read(&registrations, &executions, &info)
    }

    #[test]
    fn classes_stand_in_the_order_of_their_bounds() {
        let seen = seen();
        let runs = seen.registrations[0].runs.as_ref().unwrap();
        assert_eq!(
            runs.classes,
            [(Some(1.0), 1.0), (Some(10.0), 2.0), (None, 3.0)]
        );
        assert!(seen.registrations[1].runs.is_none());
    }
}
