//! `redgrease top`: executions and registrations, live.

mod history;
mod processes;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use redgrease::RedisGears;
use serde_json::Value;

use crate::args::{Listing, TopArgs};
use crate::failure::{Failure, Result};
use crate::info::Info;
use crate::interrupt;
use crate::list::{fetch, has_ended, last_line, render, rounded, short_id, waits_for};
use crate::server::Server;
use crate::table::{Column, table};
use crate::terminal::{Paint, Terminal, count};
use crate::value::plain;
use history::{History, Rates};

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
    history: History,
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
    // another server that speaks RedisGears has none of these sections
    let info = Info::ask(con, &["workers", "runs", "links"])?;
    let size = terminal.size_now();
    let width = size.map(|(width, _)| width);
    let now = Instant::now();
    let seconds = before.at.map(|at| now.duration_since(at).as_secs_f64());
    let rates = rates(&registrations, &before.last, seconds);
    if let Some(rates) = rates {
        before.history.push(rates);
    }
    let mut head = vec![
        format!(
            "{}  {}  {}",
            terminal.paint_out(Paint::Strong, &server.url()),
            count(registrations.len(), "registration"),
            states(&executions)
        ),
        totals(&registrations, rates),
    ];
    head.extend(before.history.lines(width));
    head.extend(processes::summary(&info));
    let activity = activity(&registrations, &info, &before.last, seconds, width);
    let active = active(&executions);
    let mut below = Vec::new();
    if !active.is_empty() {
        below.push(render(Listing::Executions, &active, width));
    }
    below.extend(processes::workers(&info, width));
    below.extend(processes::links(&info, width));
    before.last = registrations
        .iter()
        .map(|item| (plain(&item["id"]), counters(item)))
        .collect();
    before.at = Some(now);
    Ok(picture(
        &head,
        &activity,
        &below,
        size.map(|(_, height)| height),
    ))
}

/// The parts below each other, no longer than the terminal is high: the registrations that do the
/// least are left out first.
fn picture(head: &[String], activity: &str, below: &[String], height: Option<usize>) -> String {
    const LEAST: usize = 4;
    let below: String = below.iter().map(|part| format!("\n\n{part}")).collect();
    let head = head.join("\n");
    let Some(height) = height else {
        return format!("{head}\n\n{activity}{below}");
    };
    // the cursor stands in the last line
    let height = height.saturating_sub(1);
    // the first line of what is below ends the one before it
    let others = head.lines().count() + 1 + below.lines().count().saturating_sub(1);
    let rows = height.saturating_sub(others).max(LEAST);
    let activity: Vec<&str> = activity.lines().take(rows).collect();
    let whole = format!("{head}\n\n{}{below}", activity.join("\n"));
    whole.lines().take(height).collect::<Vec<_>>().join("\n")
}

/// The rates of all registrations together: runs and failures in a second. They need an earlier look.
fn rates(
    registrations: &[Value],
    last: &HashMap<String, Counters>,
    seconds: Option<f64>,
) -> Option<Rates> {
    let seconds = seconds?;
    let sum = |pick: fn(&Counters) -> f64| {
        let rates = registrations.iter().filter_map(|item| {
            let before = last.get(&plain(&item["id"]))?;
            Some((pick(&counters(item)) - pick(before)).max(0.0))
        });
        rates.sum::<f64>() / seconds
    };
    Some(Rates {
        runs: sum(|c| c.triggered),
        failed: sum(|c| c.failed),
    })
}

/// The rates, and the longest lag.
fn totals(registrations: &[Value], rates: Option<Rates>) -> String {
    let shown = |pick: fn(Rates) -> f64| {
        rates.map_or("-".to_string(), |rates| format!("{:.1}", pick(rates)))
    };
    let lag = |item: &Value| {
        plain(&item["RegistrationData"]["lastEstimatedLagMS"])
            .parse()
            .ok()
    };
    let lag = registrations.iter().filter_map(lag).fold(0.0, f64::max);
    format!(
        "{} runs/s  {} failed/s  longest lag {lag:.0} ms",
        shown(|rates| rates.runs),
        shown(|rates| rates.failed),
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

const COLUMNS: [Column<'_>; 15] = [
    Column::new("ID").cut(6),
    Column::new("READER").rank(6),
    Column::new("FOR").cut(10),
    Column::new("RUNS/S"),
    Column::new("RUNS").rank(3),
    Column::new("FAILED/S").rank(8),
    Column::new("FAILED"),
    Column::new("QUEUED").rank(4).optional(),
    Column::new("LAST MS").rank(9).optional(),
    Column::new("AVG MS").rank(2).optional(),
    Column::new("LAG MS").rank(5).optional(),
    Column::new("IN").rank(7).optional(),
    Column::new("BY").rank(11).optional(),
    Column::new("STATUS")
        .cut(8)
        .rank(10)
        .optional()
        .usually("OK"),
    Column::new("LAST ERROR").cut(14).rank(1).optional(),
];

/// The table of registrations, the busiest first. Rates need an earlier look.
fn activity(
    registrations: &[Value],
    info: &Info,
    last: &HashMap<String, Counters>,
    seconds: Option<f64>,
    width: Option<usize>,
) -> String {
    let runs = info.items("runs", "");
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
            let rate_now = rate(|c| c.triggered);
            let shown = |rate: Option<f64>| rate.map_or("-".to_string(), |r| format!("{r:.1}"));
            let runs = runs.iter().find(|one| one["name"] == item["id"]);
            let said = |name: &str| runs.map_or("-".to_string(), |one| plain(&one[name]));
            let row = vec![
                short_id(&plain(&item["id"])),
                plain(&item["reader"]),
                waits_for(item),
                shown(rate_now),
                plain(&data["numTriggered"]),
                shown(rate(|c| c.failed)),
                plain(&data["numFailures"]),
                said("queued"),
                rounded(&data["lastRunDurationMS"]),
                rounded(&data["avgRunDurationMS"]),
                rounded(&data["lastEstimatedLagMS"]),
                said("in"),
                said("by"),
                plain(&data["status"]),
                last_line(&data["lastError"]),
            ];
            (rate_now.unwrap_or_default(), row)
        })
        .collect();
    rows.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(_, row)| row).collect();
    table(&COLUMNS, &rows, width)
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
        let info = Info::read("# rg_runs\nrg_0-4:queued=3,running=1\n");
        insta::assert_snapshot!(activity(&now, &info, &last, Some(2.0), None));
        for width in [80, 120, 200] {
            let text = activity(&now, &info, &last, Some(2.0), Some(width));
            assert!(
                text.lines().all(|line| line.chars().count() <= width),
                "{text}"
            );
            assert!(text.contains("orders:*"), "{text}");
        }
        assert_eq!(
            totals(&now, rates(&now, &last, Some(2.0))),
            "11.0 runs/s  2.0 failed/s  longest lag 12 ms"
        );
        assert_eq!(
            totals(&now, rates(&now, &HashMap::new(), None)),
            "- runs/s  - failed/s  longest lag 12 ms"
        );
    }

    #[test]
    fn a_picture_is_no_higher_than_the_terminal() {
        let rows = vec!["row"; 50].join("\n");
        let head = ["one".to_string(), "two".to_string()];
        let below = ["workers".to_string()];
        let text = picture(&head, &rows, &below, Some(24));
        assert_eq!(text.lines().count(), 23);
        assert!(text.ends_with("\nworkers"), "{text}");
        assert_eq!(picture(&head, &rows, &below, Some(5)).lines().count(), 4);
        assert_eq!(picture(&head, &rows, &below, None).lines().count(), 55);
    }

    #[test]
    fn executions_are_counted_by_state() {
        let item = |status: &str| json!({"status": status});
        let text = states(&[item("running"), item("done"), item("running")]);
        assert_eq!(text, "executions: 1 done, 2 running");
        assert_eq!(states(&[]), "no executions");
    }
}
