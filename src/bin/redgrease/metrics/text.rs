//! Metrics in the text form of OpenMetrics 1.0.

use std::fmt::Write as _;

use super::collect::{Registration, Runs, Seen};

/// What a server says; nothing but that it is away without a look at it.
pub(super) fn of(seen: Option<&Seen>) -> String {
    let mut out = Text::default();
    let up = if seen.is_some() { 1.0 } else { 0.0 };
    out.family(
        "redgrease_up",
        "gauge",
        "Whether the server with the engine answers.",
    );
    out.sample("", &[], up);
    if let Some(seen) = seen {
        engine(&mut out, seen);
        registrations(&mut out, &seen.registrations);
        runs(&mut out, seen);
        workers(&mut out, seen);
    }
    out.0.push_str("# EOF\n");
    out.0
}

fn engine(out: &mut Text, seen: &Seen) {
    out.family(
        "redgrease_engine",
        "info",
        "The engine, and the Python of its workers.",
    );
    let labels = [("version", &*seen.engine), ("python", &*seen.python)];
    out.sample("_info", &labels, 1.0);
    out.family(
        "redgrease_executions",
        "gauge",
        "Executions that the server remembers, by their states.",
    );
    for (state, number) in &seen.executions {
        out.sample("", &[("status", state)], *number);
    }
}

/// The name, kind and meaning of a family, and its value for a registration that has one.
type Family = (
    &'static str,
    &'static str,
    &'static str,
    fn(&Registration) -> Option<f64>,
);

fn registrations(out: &mut Text, registrations: &[Registration]) {
    const FAMILIES: [Family; 6] = [
        (
            "redgrease_triggered",
            "counter",
            "Executions that events have begun.",
            |one| Some(one.triggered),
        ),
        (
            "redgrease_succeeded",
            "counter",
            "Executions that ended well.",
            |one| Some(one.succeeded),
        ),
        (
            "redgrease_failed",
            "counter",
            "Executions that ended with an error.",
            |one| Some(one.failed),
        ),
        (
            "redgrease_aborted",
            "counter",
            "Executions that were stopped.",
            |one| Some(one.aborted),
        ),
        (
            "redgrease_stream_lag_seconds",
            "gauge",
            "How long the last entry of a stream had waited.",
            |one| one.lag.map(|milliseconds| milliseconds / 1000.0),
        ),
        (
            "redgrease_stream_paused",
            "gauge",
            "Whether the entries of a stream wait for `resume`.",
            |one| one.paused.map(|paused| if paused { 1.0 } else { 0.0 }),
        ),
    ];
    for (name, kind, help, value) in FAMILIES {
        if !registrations.iter().any(|one| value(one).is_some()) {
            continue;
        }
        out.family(name, kind, help);
        let suffix = if kind == "counter" { "_total" } else { "" };
        for one in registrations {
            if let Some(value) = value(one) {
                out.sample(suffix, &labels(one), value);
            }
        }
    }
}

fn labels(one: &Registration) -> [(&'static str, &str); 3] {
    [
        ("registration", &one.id),
        ("reader", &one.reader),
        ("for", &one.waits_for),
    ]
}

/// Of each registration, and of the runs that belong to none.
fn runs(out: &mut Text, seen: &Seen) {
    const BATCH: [(&str, &str); 3] = [("registration", "batch"), ("reader", ""), ("for", "")];
    let of_registrations = seen
        .registrations
        .iter()
        .filter_map(|one| Some((labels(one), one.runs.as_ref()?)));
    let all: Vec<_> = seen
        .batch
        .iter()
        .map(|runs| (BATCH, runs))
        .chain(of_registrations)
        .collect();
    if all.is_empty() {
        return;
    }
    out.family(
        "redgrease_queued",
        "gauge",
        "Executions that wait for their turn.",
    );
    for (labels, runs) in &all {
        out.sample("", labels, runs.queued);
    }
    out.family("redgrease_running", "gauge", "Executions that run.");
    for (labels, runs) in &all {
        out.sample("", labels, runs.running);
    }
    out.family(
        "redgrease_runs_failed",
        "counter",
        "Executions that ended with an error, also those of no registration.",
    );
    for (labels, runs) in &all {
        out.sample("_total", labels, runs.failed);
    }
    out.family(
        "redgrease_run_duration_seconds",
        "histogram",
        "How long executions took.",
    );
    for (labels, runs) in &all {
        histogram(out, labels, runs);
    }
}

fn histogram(out: &mut Text, labels: &[(&str, &str)], runs: &Runs) {
    for (bound, count) in &runs.classes {
        let bound = bound.map_or("+Inf".to_string(), |bound| format!("{:?}", bound / 1000.0));
        let labels: Vec<_> = labels.iter().copied().chain([("le", &*bound)]).collect();
        out.sample("_bucket", &labels, *count);
    }
    out.sample("_sum", labels, runs.seconds);
    let count = runs.classes.last().map_or(0.0, |(_, count)| *count);
    out.sample("_count", labels, count);
}

fn workers(out: &mut Text, seen: &Seen) {
    out.family(
        "redgrease_workers",
        "gauge",
        "Processes that run Python, by their states.",
    );
    for state in ["idle", "busy", "dead"] {
        let number = seen.workers.iter().filter(|one| one.state == state).count();
        out.sample("", &[("state", state)], number as f64);
    }
    out.family(
        "redgrease_workers_started",
        "counter",
        "Workers that were started.",
    );
    out.sample("_total", &[], seen.workers_started);
    out.family(
        "redgrease_workers_gone",
        "counter",
        "Workers that have ended; others take their places when they are needed.",
    );
    out.sample("_total", &[], seen.workers_gone);
    out.family(
        "redgrease_worker_memory_bytes",
        "gauge",
        "Memory of a worker.",
    );
    for one in &seen.workers {
        out.sample("", &[("worker", &one.number)], one.memory);
    }
    out.family(
        "redgrease_worker_in_hand",
        "gauge",
        "Calls that a worker has not answered.",
    );
    for one in &seen.workers {
        out.sample("", &[("worker", &one.number)], one.in_hand);
    }
}

/// The text so far, and the family whose samples are being written.
#[derive(Default)]
struct Text(String, &'static str);

impl Text {
    fn family(&mut self, name: &'static str, kind: &str, help: &str) {
        self.1 = name;
        let _ = writeln!(self.0, "# TYPE {name} {kind}");
        let unit = ["seconds", "bytes"]
            .into_iter()
            .find(|unit| name.ends_with(unit));
        if let Some(unit) = unit {
            let _ = writeln!(self.0, "# UNIT {name} {unit}");
        }
        let _ = writeln!(self.0, "# HELP {name} {}", escaped(help));
    }

    fn sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: f64) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
            .collect();
        let labels = match labels.as_slice() {
            [] => String::new(),
            labels => format!("{{{}}}", labels.join(",")),
        };
        let _ = writeln!(self.0, "{}{suffix}{labels} {value}", self.1);
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::super::collect::tests::seen;
    use super::*;

    #[test]
    fn everything_that_was_seen_is_written() {
        insta::assert_snapshot!(of(Some(&seen())));
    }

    #[test]
    fn a_server_that_is_away_is_said_to_be() {
        assert_eq!(
            of(None),
            "# TYPE redgrease_up gauge\n\
             # HELP redgrease_up Whether the server with the engine answers.\n\
             redgrease_up 0\n# EOF\n"
        );
    }
}
