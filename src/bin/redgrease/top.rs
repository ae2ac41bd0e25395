//! `redgrease top`: executions and registrations, live.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use redgrease::RedisGears;
use serde_json::Value;

use crate::args::{Listing, TopArgs};
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::list::{fetch, has_ended, last_line, render, rounded, short_id, waits_for};
use crate::server::Server;
use crate::table::{shortened, table};
use crate::terminal::{Paint, Terminal, count};
use crate::value::plain;

/// The counters of a registration at one look.
#[derive(Debug, Clone, Copy, Default)]
struct Counters {
    triggered: f64,
    failed: f64,
}

/// The looks so far.
#[derive(Debug, Default)]
struct Looks {
    last: HashMap<String, Counters>,
    at: Option<Instant>,
}

/// Shows what happens until Ctrl-C.
pub(crate) fn run(args: &TopArgs, server: &Server, terminal: Terminal) -> Result<()> {
    let interval = Duration::try_from_secs_f64(args.interval)
        .ok()
        .filter(|interval| !interval.is_zero())
        .ok_or_else(|| Failure::usage("--interval: expected a number of seconds above 0"))?;
    let mut con = server.connect()?;
    interrupt::listen()?;
    let screen = terminal.screen()?;
    let mut before = Looks::default();
    let mut left = args.count;
    while left != Some(0) {
        let text = look(&mut con, server, &mut before, terminal)?;
        terminal.print(format_args!("{}{text}", screen.start()))?;
        left = left.map(|number| number - 1);
        if left == Some(0) || interrupt::sleep(interval) {
            break;
        }
    }
    Ok(())
}

/// One picture.
fn look(
    con: &mut RedisGears,
    server: &Server,
    before: &mut Looks,
    terminal: Terminal,
) -> Result<String> {
    let executions = fetch(con, Listing::Executions)?;
    let registrations = fetch(con, Listing::Registrations)?;
    let now = Instant::now();
    let seconds = before.at.map(|at| now.duration_since(at).as_secs_f64());
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{}  {}  {}\n{}\n",
        terminal.paint_out(Paint::Strong, &server.url()),
        count(registrations.len(), "registration"),
        states(&executions),
        totals(&registrations, &before.last, seconds),
    );
    out.push_str(&activity(&registrations, &before.last, seconds));
    let active = active(&executions);
    if !active.is_empty() {
        let _ = write!(out, "\n\n{}", render(Listing::Executions, &active));
    }
    before.last = registrations
        .iter()
        .map(|item| (plain(&item["id"]), counters(item)))
        .collect();
    before.at = Some(now);
    Ok(out)
}

/// The rates of all registrations together, and the longest lag.
fn totals(
    registrations: &[Value],
    last: &HashMap<String, Counters>,
    seconds: Option<f64>,
) -> String {
    let sum = |pick: fn(&Counters) -> f64| {
        let seconds = seconds?;
        let rates = registrations.iter().filter_map(|item| {
            let before = last.get(&plain(&item["id"]))?;
            Some((pick(&counters(item)) - pick(before)).max(0.0))
        });
        Some(rates.sum::<f64>() / seconds)
    };
    let shown = |rate: Option<f64>| rate.map_or("-".to_string(), |rate| format!("{rate:.1}"));
    let lag = |item: &Value| {
        plain(&item["RegistrationData"]["lastEstimatedLagMS"])
            .parse()
            .ok()
    };
    let lag = registrations.iter().filter_map(lag).fold(0.0, f64::max);
    format!(
        "{} runs/s  {} failed/s  longest lag {lag:.0} ms",
        shown(sum(|c| c.triggered)),
        shown(sum(|c| c.failed)),
    )
}

/// The executions that have not ended, as many as fit.
fn active(executions: &[Value]) -> Vec<Value> {
    const MOST: usize = 10;
    let is_active = |item: &&Value| !has_ended(item);
    executions
        .iter()
        .filter(is_active)
        .take(MOST)
        .cloned()
        .collect()
}

/// How many executions are in which state.
fn states(executions: &[Value]) -> String {
    let mut states: Vec<(String, usize)> = Vec::new();
    for execution in executions {
        let status = plain(&execution["status"]);
        match states.iter_mut().find(|(known, _)| *known == status) {
            Some((_, number)) => *number += 1,
            None => states.push((status, 1)),
        }
    }
    states.sort();
    let parts: Vec<String> = states
        .iter()
        .map(|(status, number)| format!("{number} {status}"))
        .collect();
    if parts.is_empty() {
        "no executions".to_string()
    } else {
        format!("executions: {}", parts.join(", "))
    }
}

/// The table of registrations, the busiest first. Rates need an earlier look.
fn activity(
    registrations: &[Value],
    last: &HashMap<String, Counters>,
    seconds: Option<f64>,
) -> String {
    let mut rows: Vec<(f64, Vec<String>)> = registrations
        .iter()
        .map(|item| {
            let data = &item["RegistrationData"];
            let now = counters(item);
            let before = last.get(&plain(&item["id"])).copied();
            let rate = |pick: fn(&Counters) -> f64| match (seconds, &before) {
                (Some(seconds), Some(before)) => {
                    Some(((pick(&now) - pick(before)) / seconds).max(0.0))
                }
                _ => None,
            };
            let runs = rate(|c| c.triggered);
            let shown = |rate: Option<f64>| rate.map_or("-".to_string(), |r| format!("{r:.1}"));
            let row = vec![
                short_id(&plain(&item["id"])),
                plain(&item["reader"]),
                shortened(&waits_for(item), 30),
                shown(runs),
                plain(&data["numTriggered"]),
                shown(rate(|c| c.failed)),
                plain(&data["numFailures"]),
                rounded(&data["lastRunDurationMS"]),
                rounded(&data["avgRunDurationMS"]),
                rounded(&data["lastEstimatedLagMS"]),
                shortened(&plain(&data["status"]), 8),
                shortened(&last_line(&data["lastError"]), 40),
            ];
            (runs.unwrap_or_default(), row)
        })
        .collect();
    rows.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, row)| row).collect();
    table(
        &[
            "ID",
            "READER",
            "FOR",
            "RUNS/S",
            "RUNS",
            "FAILED/S",
            "FAILED",
            "LAST MS",
            "AVG MS",
            "LAG MS",
            "STATUS",
            "LAST ERROR",
        ],
        &rows,
    )
}

fn counters(item: &Value) -> Counters {
    let number = |name: &str| item["RegistrationData"][name].as_f64().unwrap_or_default();
    Counters {
        triggered: number("numTriggered"),
        failed: number("numFailures"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn registration(id: &str, triggered: u32, failed: u32) -> Value {
        json!({"id": id, "reader": "StreamReader", "RegistrationData": {
            "numTriggered": triggered, "numFailures": failed, "lastRunDurationMS": 3,
            "avgRunDurationMS": "1.5", "lastEstimatedLagMS": 12, "status": "OK", "lastError": null,
            "args": {"stream": "orders:*"}}})
    }

    #[test]
    fn rates_are_differences_in_time() {
        let before = [registration("0-1", 10, 1), registration("0-4", 5, 0)];
        let last = before
            .iter()
            .map(|item| (plain(&item["id"]), counters(item)))
            .collect();
        let now = [
            registration("0-1", 12, 1),
            registration("0-4", 25, 4),
            registration("0-7", 1, 0),
        ];
        insta::assert_snapshot!(activity(&now, &last, Some(2.0)));
        assert_eq!(
            totals(&now, &last, Some(2.0)),
            "11.0 runs/s  2.0 failed/s  longest lag 12 ms"
        );
        assert_eq!(
            totals(&now, &HashMap::new(), None),
            "- runs/s  - failed/s  longest lag 12 ms"
        );
    }

    #[test]
    fn executions_are_counted_by_state() {
        let item = |status: &str| json!({"status": status});
        let text = states(&[item("running"), item("done"), item("running")]);
        assert_eq!(text, "executions: 1 done, 2 running");
        assert_eq!(states(&[]), "no executions");
    }
}
