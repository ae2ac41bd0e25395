//! `redgrease health`: whether functions run on a server, for those who ask again and again.

use redgrease::{GearsCommands as _, RedisGears};
use serde_json::json;

use crate::args::{Format, HealthArgs};
use crate::failure::{Exit, Failure, Result};
use crate::metrics::Seen;
use crate::server::Server;
use crate::terminal::{Paint, Terminal, count};

/// What was looked at, and whether it is well.
struct Finding {
    part: &'static str,
    good: bool,
    text: String,
}

/// Looks at the server and its engine, lets Python run, and prints what was seen.
pub(crate) fn run(args: &HealthArgs, server: &Server, terminal: Terminal) -> Result<()> {
    let mut con = server.connect()?;
    let trial = trial(&mut con)?;
    let seen = Seen::look(&mut con)?;
    let mut findings = vec![trial, workers(&seen)];
    findings.extend(args.max_lag.map(|most| lag(&seen, most)));
    findings.extend(args.max_queued.map(|most| queued(&seen, most)));
    let good = findings.iter().all(|finding| finding.good);
    if args.format == Format::Json {
        let parts: Vec<_> = findings
            .iter()
            .map(|one| json!({"part": one.part, "good": one.good, "text": one.text}))
            .collect();
        let all = json!({"good": good, "parts": parts});
        terminal.print(serde_json::to_string_pretty(&all).unwrap_or_default())?;
    } else {
        for finding in &findings {
            let mark = if finding.good {
                terminal.paint_out(Paint::Good, "ok ")
            } else {
                terminal.paint_out(Paint::Bad, "bad")
            };
            terminal.print(format_args!("{mark}  {:<8} {}", finding.part, finding.text))?;
        }
    }
    if good {
        Ok(())
    } else {
        Err(Failure::silent(Exit::Failed))
    }
}

/// A function that runs in Python, in a worker, as those of users do.
fn trial(con: &mut RedisGears) -> Result<Finding> {
    const SCRIPT: &str =
        "import sys\nGB('ShardsIDReader').map(lambda _: sys.version.split()[0]).run()";
    const PART: &str = "python";
    let answer = con.pyexecute(SCRIPT).and_then(redgrease::Outcome::results);
    let bad = |text: String| Finding {
        part: PART,
        good: false,
        text,
    };
    let results = match answer {
        Ok(results) => results,
        Err(error) => {
            let failure = Failure::from(error);
            // one that is no engine, or lets nobody in, is no sick engine
            if failure.unknown.is_some() || failure.exit == Exit::Server {
                return Err(failure);
            }
            return Ok(bad(failure.message));
        }
    };
    Ok(match (results.errors.first(), results.value.first()) {
        (None, Some(version)) => Finding {
            part: PART,
            good: true,
            text: format!("a function ran in Python {version}"),
        },
        (error, _) => bad(error.map_or("no result".to_string(), |error| error.exception.clone())),
    })
}

fn workers(seen: &Seen) -> Finding {
    let dead = seen
        .workers
        .iter()
        .filter(|one| one.state == "dead")
        .count();
    Finding {
        part: "workers",
        good: dead == 0,
        text: format!(
            "{}, {dead} dead; {} started, {} gone",
            count(seen.workers.len(), "worker"),
            seen.workers_started,
            seen.workers_gone
        ),
    }
}

fn lag(seen: &Seen, most: f64) -> Finding {
    let lags = seen
        .registrations
        .iter()
        .filter_map(|one| Some((one.lag? / 1000.0, one)));
    let longest = lags.max_by(|(a, _), (b, _)| a.total_cmp(b));
    let (seconds, stream) = longest.map_or((0.0, ""), |(lag, one)| (lag, &one.waits_for));
    Finding {
        part: "lag",
        good: seconds <= most,
        text: format!("{seconds} s{}; the limit is {most} s", of(stream, seconds)),
    }
}

fn queued(seen: &Seen, most: u64) -> Finding {
    let queues = seen
        .registrations
        .iter()
        .filter_map(|one| Some((one.runs.as_ref()?.queued, one)));
    let longest = queues.max_by(|(a, _), (b, _)| a.total_cmp(b));
    let (number, name) = longest.map_or((0.0, ""), |(number, one)| (number, &one.waits_for));
    Finding {
        part: "queued",
        good: number <= most as f64,
        text: format!(
            "{}{}; the limit is {most}",
            count(number as usize, "execution"),
            of(name, number)
        ),
    }
}

/// Whose value it is, if there is one.
fn of(name: &str, value: f64) -> String {
    if value > 0.0 {
        format!(" ({name})")
    } else {
        String::new()
    }
}
