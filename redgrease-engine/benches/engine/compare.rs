//! Comparisons of the same run: measured by turns, told as ratios.

use std::time::Duration;

use crate::Outcome;
use crate::load::{Load, Sample};
use crate::support::{Client, Server, Value};

/// How long one side of a comparison is measured at a time.
const TURN: Duration = Duration::from_millis(250);
/// How often the sides take turns.
const ROUNDS: usize = 12;

/// One side of a comparison.
pub(crate) struct Side<'a> {
    pub(crate) name: &'a str,
    pub(crate) command: &'a [&'a str],
    /// A script that registers something for the time of the measurement.
    pub(crate) script: Option<&'a str>,
    /// The least ratio of rates to the first side, or the greatest of medians with one connection.
    pub(crate) goal: Option<f64>,
}

/// What is compared of the sides.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Rate,
    Latency,
}

/// Measures the sides by turns on `connections` connections and prints them beside the first one.
pub(crate) fn compare(
    server: &Server,
    connections: usize,
    measure: Measure,
    sides: &[Side<'_>],
) -> Outcome {
    let mut load = Load::connect(server.address(), connections)?;
    let mut client = server.client();
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); sides.len()];
    for _ in 0..ROUNDS {
        for (side, samples) in sides.iter().zip(&mut samples) {
            let registered = side.script.map(|script| register(&mut client, script));
            // What is measured is not the first call of a worker.
            load.run(side.command, TURN / 10)?;
            samples.push(load.run(side.command, TURN)?);
            if let Some(id) = registered.transpose()? {
                unregister(&mut client, &id)?;
            }
        }
    }
    println!(
        "\n{} ({ROUNDS} rounds by turns, medians)",
        match connections {
            1 => "one connection".to_owned(),
            many => format!("{many} connections"),
        }
    );
    println!(
        "  {:<44} {:>9} {:>8} {:>8}  {:<28} goal",
        "", "req/s", "p50 µs", "p99 µs", "beside the first (spread)"
    );
    for (side, mine) in sides.iter().zip(&samples) {
        let value = |sample: &Sample| match measure {
            Measure::Rate => sample.rate,
            Measure::Latency => sample.p50,
        };
        let ratios: Vec<f64> = mine
            .iter()
            .zip(&samples[0])
            .map(|(mine, base)| value(mine) / value(base))
            .collect();
        let of = |get: fn(&Sample) -> f64| median(&mine.iter().map(get).collect::<Vec<_>>());
        let (least, most) = spread(&ratios);
        println!(
            "  {:<44} {:>9.0} {:>8.1} {:>8.1}  {:<28} {}",
            side.name,
            of(|sample| sample.rate),
            of(|sample| sample.p50),
            of(|sample| sample.p99),
            format!("{:.2} ({least:.2} to {most:.2})", median(&ratios)),
            side.goal.map_or_else(String::new, |goal| match measure {
                Measure::Rate => format!("at least {goal}"),
                Measure::Latency => format!("at most {goal}"),
            }),
        );
    }
    Ok(())
}

/// Runs a script that registers one thing; gives its id.
pub(crate) fn register(client: &mut Client, script: &str) -> Result<String, String> {
    let answer = client.call(&["RG.PYEXECUTE", script]);
    if answer.text() != "OK" {
        return Err(format!("{script}: {answer}"));
    }
    let all = client.call(&["RG.DUMPREGISTRATIONS"]);
    all.items()
        .last()
        .and_then(|last| last.field("id"))
        .map(Value::text)
        .ok_or_else(|| format!("{script} registers nothing"))
}

/// Takes a registration away, and what it has not begun: the next measurement is not to bear it.
pub(crate) fn unregister(client: &mut Client, id: &str) -> Result<(), String> {
    let answer = client.call(&["RG.UNREGISTER", id, "abortpending"]);
    if answer.text() == "OK" {
        Ok(())
    } else {
        Err(format!("RG.UNREGISTER {id}: {answer}"))
    }
}

/// The value in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn spread(values: &[f64]) -> (f64, f64) {
    values
        .iter()
        .fold((f64::MAX, f64::MIN), |(least, most), &value| {
            (least.min(value), most.max(value))
        })
}
