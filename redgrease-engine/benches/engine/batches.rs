//! Runs over many records.

use std::fs;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::compare::median;
use crate::support::resp::encode;
use crate::support::{Client, Server, Value};

const ROUNDS: usize = 3;
/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
const SCAN: &str = "local cursor, count = '0', 0
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor, count = page[1], count + #page[2]
until cursor == '0'
return count";
const SCAN_GET: &str = "local cursor, count = '0', 0
repeat
  local page = redis.call('SCAN', cursor, 'COUNT', 1000)
  cursor = page[1]
  for _, key in ipairs(page[2]) do
    if redis.call('GET', key) ~= 'no' then count = count + 1 end
  end
until cursor == '0'
return count";

/// Something that is run, and how much it works off.
struct Work<'a> {
    name: &'a str,
    command: Vec<&'a str>,
    records: f64,
    /// Millions of records (or words, or messages) per second.
    goal: Option<f64>,
}

pub(crate) fn run() -> Outcome {
    let server = Server::start();
    let mut client = server.client();

    fill(&mut client, 1_000_000, |number| {
        vec!["SET".into(), format!("key:{number}"), format!("{number}")]
    })?;
    let lua = |name, script| Work {
        name,
        command: vec!["EVAL", script, "0"],
        records: 1e6,
        goal: None,
    };
    let gear = |name, script, goal| Work {
        name,
        command: vec!["RG.PYEXECUTE", script],
        records: 1e6,
        goal,
    };
    println!("\n1,000,000 keys with texts");
    measure(
        &server,
        &[
            lua("the server itself: SCAN in Lua", SCAN),
            gear("KeysReader().count()", "GB().count().run()", Some(1.4)),
            gear(
                "KeysReader('key:*').count()",
                "GB().count().run('key:*')",
                Some(1.4),
            ),
            lua("the server itself: SCAN and GET in Lua", SCAN_GET),
            gear(
                "map + filter + count",
                "GB().map(lambda r: r['value']).filter(lambda v: v != 'no').count().run()",
                Some(0.84),
            ),
            gear(
                "KeysOnlyReader().count()",
                "GB('KeysOnlyReader').count().run()",
                None,
            ),
            Work {
                name: "sort of a million short texts (5 s: 0.2)",
                command: vec![
                    "RG.PYEXECUTE",
                    "GB().map(lambda r: r['value']).sort().count().run()",
                ],
                records: 1e6,
                goal: Some(0.2),
            },
        ],
    )?;

    client.call(&["FLUSHALL"]);
    let mut random = 1_u64;
    fill(&mut client, 100_000, |number| {
        let words: Vec<String> = (0..10)
            .map(|_| {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                format!("w{}", (random >> 33) % 10_000)
            })
            .collect();
        vec!["SET".into(), format!("text:{number}"), words.join(" ")]
    })?;
    println!("\n100,000 keys with ten words each, 10,000 different ones");
    measure(
        &server,
        &[gear(
            "word count: flatmap + countby, in words",
            "GB().flatmap(lambda r: r['value'].split()).countby().count().run()",
            Some(10.0),
        )],
    )?;

    client.call(&["FLUSHALL"]);
    println!("\na stream of 200,000 entries, batch=100");
    for mode in ["async", "sync"] {
        stream(&server, &mut client, mode)?;
    }
    Ok(())
}

/// Sends one command per number, many at a time.
fn fill(
    client: &mut Client,
    count: usize,
    mut command: impl FnMut(usize) -> Vec<String>,
) -> Outcome {
    const AT_A_TIME: usize = 1000;
    for start in (0..count).step_by(AT_A_TIME) {
        let mut bytes = Vec::new();
        for number in start..start + AT_A_TIME {
            bytes.extend(encode(&command(number)));
        }
        client.send_raw(&bytes)?;
        for _ in 0..AT_A_TIME {
            let answer = client.read(PATIENCE).map_err(|error| error.to_string())?;
            if answer.is_error() {
                return Err(answer.to_string().into());
            }
        }
    }
    Ok(())
}

/// The processor time of the server and its workers so far, in seconds, with that of threads that have ended.
fn processor_time(server: &Server) -> f64 {
    let mut processes = server.workers();
    processes.push(server.pid());
    let ticks = processes.iter().filter_map(|process| {
        let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // Behind the name, which may have blanks in it: user and system time are the 12th and 13th.
        let fields = text.rsplit_once(')')?.1.split_whitespace();
        let times = fields
            .skip(11)
            .take(2)
            .filter_map(|time| time.parse::<f64>().ok());
        Some(times.sum::<f64>())
    });
    // The kernel tells them in hundredths.
    ticks.sum::<f64>() / 100.0
}

fn measure(server: &Server, all: &[Work<'_>]) -> Outcome {
    let mut client = server.client();
    let mut times = vec![(Vec::new(), Vec::new(), Vec::new()); all.len()];
    for _ in 0..ROUNDS {
        for (work, (times, processor, pings)) in all.iter().zip(&mut times) {
            let before = processor_time(server);
            let begun = Instant::now();
            client.send(&work.command)?;
            let ping = slowest_ping(server, &mut client, pings);
            let answer = ping?;
            times.push(begun.elapsed().as_secs_f64());
            processor.push(processor_time(server) - before);
            check(work, &answer)?;
        }
    }
    println!(
        "  {:<44} {:>10} {:>10} {:>12}  {:<12} slowest PING",
        "", "wall s", "CPU s", "million/s", "goal"
    );
    for (work, (times, processor, pings)) in all.iter().zip(&times) {
        let wall = median(times);
        println!(
            "  {:<44} {:>10.3} {:>10.3} {:>12.2}  {:<12} {:.1} ms",
            work.name,
            wall,
            median(processor),
            work.records / wall / 1e6,
            work.goal
                .map_or_else(String::new, |goal| format!("at least {goal}")),
            median(pings) * 1e3,
        );
    }
    Ok(())
}

/// Waits for the answer of `client` while another connection asks whether the server still answers.
fn slowest_ping(
    server: &Server,
    client: &mut Client,
    slowest: &mut Vec<f64>,
) -> Result<Value, Box<dyn std::error::Error>> {
    let mut other = server.client();
    let mut longest = 0.0_f64;
    loop {
        let begun = Instant::now();
        other.call(&["PING"]);
        longest = longest.max(begun.elapsed().as_secs_f64());
        match client.read(Duration::from_millis(5)) {
            Ok(answer) => {
                slowest.push(longest);
                return Ok(answer);
            }
            Err(crate::support::resp::NoReply::Timeout) => {}
            Err(error) => return Err(error.to_string().into()),
        }
    }
}

fn check(work: &Work<'_>, answer: &Value) -> Outcome {
    let fine = match answer {
        Value::Int(count) => *count > 0,
        answer => answer.items().len() == 2 && answer.items()[1].items().is_empty(),
    };
    if fine {
        Ok(())
    } else {
        Err(format!("{}: {answer}", work.name).into())
    }
}

/// Fills a stream, registers a function on it and waits until everything was worked off.
fn stream(server: &Server, client: &mut Client, mode: &str) -> Outcome {
    const ENTRIES: usize = 200_000;
    let mut rates = Vec::new();
    for round in 0..ROUNDS {
        let key = format!("stream:{mode}:{round}");
        fill(client, ENTRIES, |number| {
            ["XADD", &key, "*", "field", &number.to_string()]
                .map(str::to_owned)
                .to_vec()
        })?;
        let script = format!(
            "GB('StreamReader').foreach(lambda r: None).register('{key}', mode='{mode}', batch=100)"
        );
        let begun = Instant::now();
        let id = crate::compare::register(client, &script)?;
        // One more entry in sync mode: there the server reads when something arrives.
        client.call(&["XADD", &key, "*", "field", "last"]);
        while client.call(&["XLEN", &key]) != Value::Int(0) {
            if begun.elapsed() > PATIENCE {
                return Err(format!("{key} is not worked off:\n{}", server.log_tail()).into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        rates.push(ENTRIES as f64 / begun.elapsed().as_secs_f64());
        crate::compare::unregister(client, &id)?;
    }
    println!(
        "  {:<44} {:>10.0} messages/s (goal: at least 280,000)",
        format!("mode='{mode}'"),
        median(&rates)
    );
    Ok(())
}
