//! H: registrations on streams.

use super::stage::{Stage, expect, pause};
use super::{Case, Verdict};
use crate::support::{Client, Server};

const INCR: &str = "GB('StreamReader').foreach(lambda r: execute('incr', 'n'))";

fn incr(arguments: &str) -> String {
    format!("{INCR}.register({arguments})")
}

fn xadd(s: &mut Stage, key: &str, count: usize) -> Verdict {
    (0..count).try_for_each(|_| s.ok(&format!("XADD {key} * f v")))
}

/// Become a replica of another server, and a master again: a registration that fails and retries must rest in between.
fn replica(s: &mut Stage) -> Verdict {
    s.spoil();
    s.accepts(
        "GB('StreamReader').foreach(lambda r: flat_error('no')).register('s', mode='async', onFailedPolicy='retry', onFailedRetryInterval=1)",
    )?;
    xadd(s, "s", 1)?;
    s.statistic_becomes("status", "\"WAITING_FOR_RETRY_ON_FAILURE\"")?;
    let other = Server::start();
    // The master knows the registration and the stream, so that the replica still has them after the sync.
    let mut master: Client = other.client();
    master.call(&["RG.PYEXECUTE", "GB('StreamReader').foreach(lambda r: flat_error('no')).register('s', onFailedPolicy='retry')"]);
    master.call(&["XADD", "s", "*", "f", "v"]);
    s.ok(&format!("REPLICAOF 127.0.0.1 {}", other.address().port()))?;
    // A master waits five seconds for more replicas; what it sends replaces the registration and its counters.
    pause(7.0);
    let before = s.statistic("numTriggered")?;
    pause(2.5);
    expect(
        "numTriggered of a replica",
        &before,
        &s.statistic("numTriggered")?,
    )?;
    s.ok("REPLICAOF NO ONE")?;
    pause(3.5);
    let after = s.statistic("numTriggered")?;
    if after == before {
        Err(format!("numTriggered stays {after} after the promotion"))
    } else {
        Ok(())
    }
}

pub(super) const CASES: &[Case] = &[
    ("H02", |s| {
        s.accepts(&incr("'s', mode='async_local', trimStream=False"))?;
        xadd(s, "s", 1)?;
        s.becomes("GET n", "\"1\"")?;
        pause(0.2);
        s.exchange("XLEN s => :1")
    }),
    ("H03", |s| {
        s.accepts(&incr("'s', batch=5"))?;
        xadd(s, "s", 5)?;
        s.becomes("GET n", "\"5\"")?;
        xadd(s, "s", 4)?;
        pause(0.4);
        s.exchange("GET n => \"5\"")
    }),
    ("H05", |s| {
        s.accepts("GB('StreamReader').map(lambda r: execute('incr', 'n')).register('s', batch=2, duration=100)")?;
        xadd(s, "s", 3)?;
        s.becomes("GET n", "\"3\"")
    }),
    ("H06", |s| {
        xadd(s, "s", 1)?;
        s.accepts(&incr("'s', mode='sync'"))?;
        s.becomes("GET n", "\"1\"")
    }),
    ("H08", |s| {
        s.accepts(
            "failed = []\ndef once(r):\n    if not failed:\n        failed.append(1)\n        raise Exception('first')\n    execute('incr', 'n')\n\
             GB('StreamReader').foreach(once).register('s', mode='async_local', onFailedPolicy='retry', onFailedRetryInterval=1)",
        )?;
        xadd(s, "s", 1)?;
        s.statistic_becomes("status", "\"WAITING_FOR_RETRY_ON_FAILURE\"")?;
        s.statistic_becomes("status", "\"OK\"")?;
        s.becomes("GET n", "\"1\"")?;
        s.statistic_becomes("lastError", "nil")
    }),
    ("H09", |s| {
        s.accepts("GB('StreamReader').foreach(lambda r: 1 / 0).register('s')")?;
        xadd(s, "s", 1)?;
        s.statistic_becomes("numFailures", ":1")?;
        s.becomes("XLEN s", ":0")
    }),
    ("H11", |s| {
        s.accepts(
            "GB('StreamReader').foreach(lambda r: flat_error('PAUSE now') if execute('get', 'flag') else execute('incr', 'n'))\
             .register('s', mode='sync')",
        )?;
        s.ok("SET flag 1")?;
        xadd(s, "s", 1)?;
        s.statistic_becomes("status", "\"PAUSED\"")?;
        s.exchange("GET n => nil\nXLEN s => :1")?;
        s.ok("DEL flag")?;
        let id = s.registration()?;
        s.exchange(&format!("RG.UNPAUSEREGISTRATIONS {id} => +OK"))?;
        s.becomes("GET n", "\"1\"")
    }),
    ("H12", |s| {
        s.accepts("import time\ndef work(r):\n    time.sleep(1)\n    execute('incr', 'n')\nGB('StreamReader').foreach(work).register('s')")?;
        xadd(s, "s", 2)?;
        pause(0.4);
        let id = s.registration()?;
        s.exchange(&format!("RG.UNREGISTER {id} => +OK"))?;
        s.becomes("GET n", "\"1\"")?;
        pause(1.5);
        s.exchange("GET n => \"1\"\nXLEN s => :1")
    }),
    ("H14", |s| {
        xadd(s, "x:mid:1", 1)?;
        s.accepts(&incr("'*mid*'"))?;
        s.becomes("GET n", "\"1\"")?;
        // The original saw only the earlier one; see the table of differences.
        xadd(s, "x:mid:1", 1)?;
        s.becomes("GET n", "\"2\"")
    }),
    ("H15", |s| {
        s.accepts(&incr("'s', mode='sync'"))?;
        s.ok("XADD s 1-1 f v\nXDEL s 1-1\nXTRIM s MAXLEN 0")?;
        pause(0.2);
        s.exchange("GET n => \"1\"")
    }),
    ("H17", replica),
    ("H18", |s| {
        s.accepts(
            "builder = GB('StreamReader').foreach(lambda r: execute('hset', 'seen', r['key'], '1'))\n\
             builder.register('p', mode='sync')\nbuilder.register('q', mode='sync')",
        )?;
        xadd(s, "p", 1)?;
        xadd(s, "q", 1)?;
        s.becomes("HGET seen p", "\"1\"")?;
        s.becomes("HGET seen q", "\"1\"")
    }),
];
