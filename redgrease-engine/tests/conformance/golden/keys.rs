//! G: registrations on key events.

use super::Case;
use super::stage::{Stage, error_with, expect, pause};

const INCR: &str = "GB().foreach(lambda r: execute('incr', 'n'))";

fn incr(arguments: &str) -> String {
    format!("{INCR}.register({arguments})")
}

fn override_misses(s: &mut Stage, arguments: &str) -> super::Verdict {
    s.accepts(&format!(
        "GB().foreach(lambda r: override_reply('none yet')).register({arguments}, eventTypes=['keymiss'], commands=['get'])"
    ))
}

pub(super) const CASES: &[Case] = &[
    ("G02", |s| {
        s.accepts(&incr("'w', mode='sync'"))?;
        s.ok("SET w 1\nSET w1 1")?;
        s.exchange("GET n => \"1\"")
    }),
    ("G03", |s| {
        s.accepts(&incr("'a*z', mode='sync'"))?;
        s.ok("SET abz 1")?;
        s.exchange("GET n => nil")
    }),
    ("G05", |s| {
        s.accepts(&incr("mode='sync', keyTypes=['list']"))?;
        s.ok("LPUSH l 1\nSET s 1")?;
        s.exchange("GET n => \"1\"")
    }),
    ("G06", |s| {
        s.accepts(&incr("mode='sync', eventTypes=['get']"))?;
        s.ok("SET q 1\nGET q")?;
        s.exchange("GET n => nil")
    }),
    ("G08", |s| {
        let see = "GB().foreach(lambda r: execute('set', 'seen', ','.join(sorted(r.keys()))))";
        s.accepts(&format!(
            "{see}.register('k', mode='sync', readValue=False, eventTypes=['set'])"
        ))?;
        s.ok("SET k 1")?;
        s.exchange("GET seen => \"event,key\"")
    }),
    ("G09", |s| {
        s.accepts("GB().foreach(lambda r: execute('incr', 'total')).register('i:*', mode='sync')")?;
        for i in 0..50 {
            s.ok(&format!("SET i:{i} 1"))?;
        }
        s.exchange("GET total => \"50\"")
    }),
    ("G11", |s| {
        let log = "GB().foreach(lambda r: execute('rpush', 'log', r['key']))";
        s.accepts(&format!(
            "{log}.register(mode='sync', eventTypes=['expired'], readValue=False)"
        ))?;
        s.ok("SET t v PX 30")?;
        pause(0.06);
        s.exchange("GET t => nil")?;
        s.becomes("LRANGE log 0 -1", "[\"t\"]")
    }),
    ("G12 (sync)", |s| {
        override_misses(s, "mode='sync'")?;
        s.exchange("GET nokey => \"none yet\"")
    }),
    ("G12 (async_local)", |s| {
        override_misses(s, "mode='async_local'")?;
        s.exchange("GET nokey => \"none yet\"")
    }),
    ("G12 (async)", |s| {
        override_misses(s, "mode='async'")?;
        s.exchange("GET nokey => \"none yet\"")
    }),
    ("G14", |s| {
        override_misses(s, "'p*', mode='async'")?;
        s.exchange("GET q => nil\nGET p1 => \"none yet\"")
    }),
    ("G15", |s| {
        s.refuses("GB().register(commands=['nope'])", "bad reply")?;
        s.refuses(
            "GB().register(commands=['multi'])",
            "not allowed inside a script",
        )?;
        s.refuses("GB().register(commands=['xread'])", "moveable keys")
    }),
    ("G17", |s| {
        let ready = "def ready():\n    execute('set', 'ready', '1')\n";
        s.accepts(&format!(
            "{ready}GB().register('none', mode='async_local', onRegistered=ready)"
        ))?;
        s.becomes("GET ready", "\"1\"")?;
        s.ok("DEL ready")?;
        s.restart()?;
        s.becomes("GET ready", "\"1\"")
    }),
    ("G18", |s| {
        s.accepts("GB().filter(lambda r: r['key'] == 'e').foreach(lambda r: execute('incr', 'n')).register(mode='sync')")?;
        s.ok("SET e 1")?;
        let id = s.registration()?;
        s.exchange(&format!(
            "RG.UNREGISTER {id} => +OK\nSET e 2 => +OK\nGET n => \"1\""
        ))
    }),
    ("G20", |s| {
        s.accepts(&incr("'x', mode='sync'"))?;
        s.ok("FLUSHALL")?;
        s.registration().map(|_| ())
    }),
    ("G21", |s| {
        s.accepts("GB().map(lambda r: 1 / 0).register('x', mode='sync')")?;
        s.ok("SET x 1\nSET x 2")?;
        expect("numTriggered", ":2", &s.statistic("numTriggered")?)?;
        s.exchange("RG.CLEARREGISTRATIONSSTATS => +OK")?;
        for name in [
            "numTriggered",
            "numSuccess",
            "numFailures",
            "numAborted",
            "lastRunDurationMS",
            "totalRunDurationMS",
        ] {
            expect(name, ":0", &s.statistic(name)?)?;
        }
        expect("lastError", "nil", &s.statistic("lastError")?)?;
        let unknown = s.line("RG.CLEARREGISTRATIONSSTATS x")?;
        error_with(
            "RG.CLEARREGISTRATIONSSTATS x",
            &unknown,
            "wrong number of arguments",
        )
    }),
];
