//! What two pages of the guide promise, under conditions that a page cannot show.
#![cfg(feature = "embedded")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use common::{gears, start, wait_until};
use redgrease::prelude::*;
use redis::{Value, cmd};

/// The first block of Python on a page.
fn script(page: &str) -> &str {
    let (_, rest) = page.split_once("```python\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        // the constants of Knuth's MMIX
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn key(&mut self) -> String {
        match self.below(4) {
            0 => format!("other:{}", self.below(3)),
            _ => format!("person:{}", self.below(6)),
        }
    }

    fn team(&mut self) -> String {
        format!("team{}", self.below(3))
    }
}

/// One change of some key, in a way that is chosen by chance.
fn change(numbers: &mut Numbers) -> Vec<String> {
    let (a, b, team) = (numbers.key(), numbers.key(), numbers.team());
    let line = match numbers.below(22) {
        0..4 => format!("HSET {a} name x team {team}"),
        4 => format!("HSET {a} name y"),
        5 => format!("HDEL {a} team"),
        6 => format!("HDEL {a} name team"),
        7 => format!("DEL {a} {b}"),
        8 => format!("UNLINK {a}"),
        9 => format!("SET {a} text"),
        10 => format!("PEXPIRE {a} 1"),
        11 => format!("EXPIRE {a} -1"),
        12 | 13 => format!("RENAME {a} {b}"),
        14 => format!("RENAMENX {a} {b}"),
        15 | 16 => format!("COPY {a} {b} REPLACE"),
        17 => format!("HINCRBY {a} age 1"),
        18 => format!("SORT other:list STORE {a}"),
        19 => format!("GETDEL {a}"),
        20 => format!(
            "EVAL return{{redis.call('hset',KEYS[1],'team',ARGV[1]),redis.call('del',KEYS[2])}} 2 {a} {b} {team}"
        ),
        _ => format!("MOVE {a} 1"),
    };
    line.split(' ').map(str::to_string).collect()
}

/// The teams of all keys that are people, made from what is there.
fn made_anew(con: &mut redis::Connection) -> BTreeMap<String, String> {
    let mut index = BTreeMap::new();
    let keys: Vec<String> = cmd("KEYS").arg("person:*").query(con).unwrap();
    for key in keys {
        let kind: String = cmd("TYPE").arg(&key).query(con).unwrap();
        if kind == "hash" {
            let team: Option<String> = cmd("HGET").arg(&key).arg("team").query(con).unwrap();
            index.insert(key, team.unwrap_or_else(|| "none".into()));
        }
    }
    index
}

#[test]
fn an_index_stays_complete_whatever_happens_to_its_keys() {
    const CHANGES: u32 = 3000;
    let server = start();
    let page = include_str!("../docs/complete-index.md");
    gears(&server).pyexecute(script(page)).unwrap();
    let mut con = server.connection().unwrap();
    cmd("RPUSH")
        .arg("other:list")
        .arg(&[3, 1, 2])
        .exec(&mut con)
        .unwrap();
    let mut numbers = Numbers(20_261_129);
    let mut done = BTreeMap::new();
    let mut last = Vec::new();
    for round in 0..CHANGES {
        let words = change(&mut numbers);
        // some do not fit what is there, and change nothing
        if cmd(&words[0])
            .arg(&words[1..])
            .query::<Value>(&mut con)
            .is_ok()
        {
            *done.entry(words[0].clone()).or_insert(0) += 1;
        }
        last.push(words);
        if round % 10 != 0 {
            continue;
        }
        // a look at a key whose time is over makes the server notice that
        for number in 0..6 {
            let key = format!("person:{number}");
            wait_until("the end of a key", || {
                cmd("PTTL").arg(&key).query::<i64>(&mut con).unwrap() < 0
            });
        }
        // of such a key the functions are told a moment after it is gone
        let mut seen = (BTreeMap::new(), BTreeMap::new());
        wait_until(&format!("the index after {last:?}"), || {
            let index: BTreeMap<String, String> =
                cmd("HGETALL").arg("people:teams").query(&mut con).unwrap();
            seen = (index, made_anew(&mut con));
            seen.0 == seen.1
        });
        let wanted = seen.1;
        for team in ["team0", "team1", "team2", "none"] {
            let members: BTreeSet<String> = cmd("SMEMBERS")
                .arg(format!("people:in:{team}"))
                .query(&mut con)
                .unwrap();
            let wanted: BTreeSet<String> = wanted
                .iter()
                .filter(|(_, of)| *of == team)
                .map(|(key, _)| key.clone())
                .collect();
            assert_eq!(members, wanted, "{team} after {last:?}");
        }
        last.clear();
    }
    assert!(done.len() >= 15, "few commands had an effect: {done:?}");
}

#[test]
fn entries_count_once_although_workers_are_killed() {
    let (_, with_a_note) = include_str!("../docs/exactly-once.md")
        .split_once("## With a note")
        .unwrap();
    // the name of what counts the entries, how it is asked, and the name of the sum
    for (page, count, total) in [
        (
            include_str!("../docs/exactly-once.md"),
            ["GET", "booked"],
            "total",
        ),
        (with_a_note, ["HLEN", "noted"], "sum"),
    ] {
        count_while_workers_die(script(page), count, total);
    }
}

fn count_while_workers_die(script: &str, count: [&str; 2], total: &str) {
    const ENTRIES: i64 = 400;
    // What runs inside the server has no worker that could be killed.
    let server = redgrease::embedded::Server::builder()
        .module_arg("NativeFunctions", "no")
        .start()
        .unwrap();
    let mut gears = gears(&server);
    gears.pyexecute(script).unwrap();
    let mut con = server.connection().unwrap();
    let workers = |con: &mut redis::Connection| -> Vec<String> {
        let info: String = cmd("INFO").arg("rg_workers").query(con).unwrap();
        let pids = info
            .lines()
            .filter_map(|line| line.split_once(":pid=")?.1.split(',').next());
        pids.map(str::to_string).collect()
    };
    let booked = |con: &mut redis::Connection| -> i64 {
        let booked: Option<i64> = cmd(count[0]).arg(count[1]).query(con).unwrap();
        booked.unwrap_or(0)
    };
    let mut kills = 0;
    for amount in 1..=ENTRIES {
        cmd("XADD")
            .arg("payments")
            .arg("*")
            .arg("amount")
            .arg(amount)
            .exec(&mut con)
            .unwrap();
        if amount % 80 == 0 {
            // in the middle of its work: what it has booked is more than before, and not all
            wait_until("some entries", || booked(&mut con) > amount - 80);
            for pid in workers(&mut con) {
                kills += u32::from(
                    Command::new("kill")
                        .args(["-9", &pid])
                        .status()
                        .unwrap()
                        .success(),
                );
            }
        }
    }
    assert!(kills >= 3, "{kills} workers were killed");
    wait_until("all entries", || booked(&mut con) == ENTRIES);
    let total: i64 = cmd("GET").arg(total).query(&mut con).unwrap();
    assert_eq!(total, ENTRIES * (ENTRIES + 1) / 2);
}
