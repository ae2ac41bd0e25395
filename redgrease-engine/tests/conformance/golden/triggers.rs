//! F: functions that are called by name, and hooks.

use std::time::Duration;

use super::stage::{Stage, error_with, expect, pause};
use super::{Case, Verdict};

/// Two clients call at almost the same time, the slow one first; the order in which the calls end.
fn order(s: &mut Stage, inorder: &str) -> Result<String, String> {
    s.accepts(&format!(
        "import time\ndef work(r):\n    if r[1] == 'slow':\n        time.sleep(0.5)\n    execute('rpush', 'order', r[1])\n\
         GB('CommandReader').foreach(work).register(trigger='w', mode='async_local', inorder={inorder})"
    ))?;
    let (mut slow, mut fast) = (s.connect(), s.connect());
    slow.send(&["RG.TRIGGER", "w", "slow"])
        .map_err(|e| e.to_string())?;
    pause(0.15);
    fast.send(&["RG.TRIGGER", "w", "fast"])
        .map_err(|e| e.to_string())?;
    for client in [&mut slow, &mut fast] {
        client
            .read(Duration::from_secs(5))
            .map_err(|e| e.to_string())?;
    }
    s.line("LRANGE order 0 -1").map(|v| v.to_string())
}

/// Trigger inside MULTI; the element of EXEC.
fn in_multi(s: &mut Stage, name: &str) -> Result<crate::support::Value, String> {
    s.exchange(&format!("MULTI => +OK\nRG.TRIGGER {name} => +QUEUED"))?;
    let reply = s.line("EXEC")?;
    reply
        .items()
        .first()
        .cloned()
        .ok_or_else(|| format!("EXEC: {reply}"))
}

const SUMS: &str = "n = 1\ndef up(r):\n    global n\n    n += 1\n    return n\n\
    GB('CommandReader').map(up).map(up).register(trigger='a')\nGB('CommandReader').map(up).map(up).register(trigger='b')";

fn add_field(field: &str) -> String {
    format!(
        "GB('CommandReader').map(lambda r: call_next(*(r[1:] + ['{field}', '1']))).register(hook='hset', mode='sync')"
    )
}

fn sums(s: &mut Stage) -> Verdict {
    s.trigger("a", "[\"3\"]")?;
    s.trigger("b", "[\"5\"]")
}

pub(super) const CASES: &[Case] = &[
    ("F01", |s| {
        s.accepts("GB('CommandReader').register(trigger='echo')")?;
        s.trigger("echo a b", "[\"['echo', 'a', 'b']\"]")
    }),
    ("F03 (one shard)", |s| {
        s.accepts("GB('CommandReader').count().register(trigger='n', mode='sync')")?;
        s.trigger("n", "[\"1\"]")?;
        s.accepts("GB('CommandReader').count().register(trigger='m')")?;
        s.trigger("m", "[\"1\"]")
    }),
    ("F04", |s| {
        s.accepts("GB('CommandReader').flatmap(lambda r: r[1:]).countby(lambda r: r).register(trigger='c')")?;
        s.trigger("c x x", "[\"{'key': 'x', 'value': 2}\"]")?;
        s.trigger("c x x", "[\"{'key': 'x', 'value': 2}\"]")
    }),
    ("F06", |s| {
        s.accepts("def bad(r):\n    raise ValueError('bad')\nGB('CommandReader').map(bad).register(trigger='e', mode='sync')")?;
        s.trigger_fails("e", "ValueError: bad")
    }),
    ("F07", |s| {
        s.accepts("GB('CommandReader').register(trigger='d')")?;
        s.refuses(
            "GB('CommandReader').register(trigger='d')",
            "trigger already registered",
        )?;
        let twice =
            "GB('CommandReader').register(trigger='e')\nGB('CommandReader').register(trigger='e')";
        s.refuses(twice, "already registered in this session")
    }),
    ("F09", |s| {
        s.accepts("GB('CommandReader').register(trigger='m')")?;
        let reply = in_multi(s, "m")?;
        error_with(
            "async in MULTI",
            &reply,
            "can not run a non-sync execution inside a MULTI/LUA",
        )?;
        s.accepts("GB('CommandReader').register(trigger='k', mode='sync')")?;
        let reply = in_multi(s, "k")?;
        expect("sync in MULTI", "[\"['k']\"]", &reply.to_string())
    }),
    ("F10", |s| {
        s.accepts(
            "GB('CommandReader').map(lambda r: 1 / int(r[1])).register(trigger='s', mode='sync')",
        )?;
        s.trigger("s 1", "[\"1.0\"]")?;
        s.trigger("s 2", "[\"0.5\"]")?;
        s.trigger_fails("s 0", "ZeroDivisionError")?;
        for (name, wanted) in [
            ("numTriggered", ":3"),
            ("numSuccess", ":2"),
            ("numFailures", ":1"),
        ] {
            expect(name, wanted, &s.statistic(name)?)?;
        }
        if !s.statistic("lastError")?.contains("ZeroDivisionError") {
            return Err(format!("lastError is {}", s.statistic("lastError")?));
        }
        s.trigger("s 1", "[\"1.0\"]")?;
        expect("lastError", "nil", &s.statistic("lastError")?)
    }),
    ("F12 (inorder)", |s| {
        expect("order", "[\"slow\", \"fast\"]", &order(s, "True")?)
    }),
    ("F12 (overlapping)", |s| {
        expect("order", "[\"fast\", \"slow\"]", &order(s, "False")?)
    }),
    ("F13", |s| {
        s.accepts(&add_field("extra"))?;
        s.exchange("HSET h a 1 => \"2\"\nHGET h extra => \"1\"")?;
        let id = s.registration()?;
        s.ok(&format!("RG.UNREGISTER {id}"))?;
        s.accepts("GB('CommandReader').map(lambda r: call_next(*(r[1:] + ['x', '1']))).register(hook='hset', mode='sync', convertToStr=False)")?;
        s.exchange("HSET g a 1 => :2")
    }),
    ("F15", |s| {
        s.accepts(&add_field("one"))?;
        s.accepts(&add_field("two"))?;
        s.ok("HSET h a 1")?;
        s.exchange("HGET h one => \"1\"\nHGET h two => \"1\"\nHGET h a => \"1\"")
    }),
    ("F16", |s| {
        s.accepts("GB('CommandReader').flatmap(lambda r: r).register(hook='set', mode='sync')")?;
        s.exchange("SET a 1 => -Command hook must return exactly one result")
    }),
    ("F18", |s| {
        s.fails(
            "GB('ShardsIDReader').map(lambda r: call_next(r)).run()",
            &[],
            "Can not get CommandHook ctx",
        )
    }),
    ("F19", |s| {
        s.accepts(SUMS)?;
        sums(s)?;
        s.restart()?;
        sums(s)
    }),
];
