//! What the client itself costs: a typed call beside a bare command, and decoding results.
//!
//! `cargo bench --bench client --features embedded` prints one run; both parts of a comparison are
//! measured in turn, so that what else the machine does hits them alike.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use redgrease::client::{FromResults, Pickle, RawRecord, requests};
use redgrease::embedded::Server;
use redgrease::prelude::*;
use redgrease::redis::{self, ConnectionLike, RedisResult, Value};

const CALLS: u32 = 20_000;
const RECORDS: usize = 100_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    client_only();
    on_a_server()?;
    decoding()?;
    Ok(())
}

/// A connection that answers at once, so that only the client's own work is left.
struct Instantly(Value);

impl ConnectionLike for Instantly {
    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        black_box(cmd);
        Ok(self.0.clone())
    }

    fn req_packed_commands(&mut self, _: &[u8], _: usize, _: usize) -> RedisResult<Vec<Value>> {
        Ok(Vec::new())
    }

    fn get_db(&self) -> i64 {
        0
    }

    fn check_connection(&mut self) -> bool {
        true
    }

    fn is_open(&self) -> bool {
        true
    }
}

#[command]
fn add(a: i64, b: i64) -> i64 {
    python! { return a + b }
}

fn client_only() {
    let mut pong = Instantly(Value::SimpleString("PONG".into()));
    let mut five = Instantly(Value::Array(vec![Value::BulkString(b"5".to_vec())]));
    let (ping, call) = compare(
        || {
            let _: String = redis::cmd("PING").query(&mut pong).expect("it answers");
        },
        || {
            assert_eq!(add(2, 3).on(&mut five).expect("it answers"), 5);
        },
    );
    report(
        "typed call over a bare PING, client only",
        call.saturating_sub(ping),
        "10 µs",
    );
}

fn on_a_server() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start()?;
    let mut ping_con = server.connection()?;
    let mut con = server.connection()?;
    let script = "GB('CommandReader').count().register(trigger='raw', mode='sync')";
    con.pyexecute(script)?;
    let mut raw_con = server.connection()?;
    let none: &[&str] = &[];
    let request = requests::trigger("raw", none);
    let (bare, typed) = compare(
        || {
            let answer: Vec<i64> = redis::cmd("RG.TRIGGER")
                .arg("raw")
                .query(&mut raw_con)
                .expect("it answers");
            black_box(answer);
        },
        || {
            black_box(request.run(&mut con).expect("it answers"));
        },
    );
    let (ping, _) = compare(
        || {
            let _: String = redis::cmd("PING").query(&mut ping_con).expect("it answers");
        },
        || {},
    );
    println!("on a server: PING {ping:.1?}, a bare RG.TRIGGER {bare:.1?}, a typed one {typed:.1?}");
    Ok(())
}

/// The mean durations of two things, measured in turn.
fn compare(mut a: impl FnMut(), mut b: impl FnMut()) -> (Duration, Duration) {
    const ROUNDS: u32 = 20;
    let mut totals = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        for _ in 0..CALLS / ROUNDS {
            a();
        }
        totals.0 += started.elapsed();
        let started = Instant::now();
        for _ in 0..CALLS / ROUNDS {
            b();
        }
        totals.1 += started.elapsed();
    }
    (totals.0 / CALLS, totals.1 / CALLS)
}

fn report(what: &str, took: Duration, limit: &str) {
    println!("{what}: {took:.2?} (limit {limit})");
}

#[derive(serde::Deserialize)]
struct Count {
    key: String,
    value: i64,
}

fn decoding() -> Result<(), Box<dyn std::error::Error>> {
    let text = |text: &str| [b"\x8c", &[text.len() as u8][..], text.as_bytes(), b"\x94"].concat();
    // pickle.dumps({'key': …, 'value': n}, protocol=4)
    let count = |n: usize| {
        let key = text(&format!("word{n}"));
        let number = [b"M", &(n as u16).to_le_bytes()[..]].concat();
        let start: &[u8] = b"\x80\x04}\x94(";
        [start, &text("key"), &key, &text("value"), &number, b"u."].concat()
    };
    // pickle.dumps(n, protocol=4)
    let number = |n: usize| [b"\x80\x04J", &(n as u32).to_le_bytes()[..], b"."].concat();
    // pickle.dumps(('word…', n), protocol=4)
    let pair = |n: usize| {
        let key = text(&format!("word{n}"));
        let number = [b"M", &(n as u16).to_le_bytes()[..]].concat();
        [b"\x80\x04", &key[..], &number, b"\x86\x94."].concat()
    };
    decode::<Vec<Pickle<i64>>>("int", &number)?;
    decode::<Vec<(String, i64)>>("tuple of a text and an int", &pair)?;
    decode::<Vec<BTreeMap<String, PyValue>>>("dict of two, as a map", &count)?;
    let counts = decode::<Vec<Pickle<Count>>>("dict of two, as a struct", &count)?;
    assert_eq!(counts[7].0.key, "word7");
    assert_eq!(counts[7].0.value, 7);
    Ok(())
}

fn decode<T: FromResults>(
    what: &str,
    record: &dyn Fn(usize) -> Vec<u8>,
) -> Result<T, redgrease::Error> {
    const ROUNDS: usize = 5;
    let mut best = Duration::MAX;
    let mut last = None;
    for _ in 0..ROUNDS {
        let records: Vec<RawRecord> = (0..RECORDS).map(|n| RawRecord::from(record(n))).collect();
        let started = Instant::now();
        let decoded = T::from_results(records)?;
        best = best.min(started.elapsed());
        last = Some(decoded);
    }
    report(
        &format!("decoding {RECORDS} pickles ({what})"),
        best,
        "50 ms",
    );
    last.ok_or_else(|| unreachable!("there are rounds"))
}
