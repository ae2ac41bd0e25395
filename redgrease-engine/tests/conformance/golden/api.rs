//! I: what scripts can call, and asynchronous functions.

use std::time::Duration;

use super::Case;
use super::stage::{expect, pause};
use crate::support::Value;

const PAUSING: &str =
    "import asyncio\nasync def one(r):\n    await asyncio.sleep(0.02)\n    return 1\n";

const BELL: &str = "waiting = []\ndef wait(r):\n    future = gearsFuture()\n    waiting.append(future)\n    return future\n\
    def ring(r):\n    while waiting:\n        waiting.pop().continueRun(r['key'])\n\
    GB('CommandReader').map(wait).register(trigger='wait', mode='async_local')\n\
    GB('KeysReader').foreach(ring).register('bell', mode='async_local')";

pub(super) const CASES: &[Case] = &[
    ("I03", |s| {
        s.ok("SET n 3")?;
        let script = "GB('ShardsIDReader').map(lambda r: (execute('incr', 'n'), execute('get', 'zz'), execute('mget', 'n', 'zz'))).run()";
        s.results(script, &["(4, None, ['4', None])"])
    }),
    ("I05", |s| {
        s.ok("SET k 1")?;
        s.py("GB().foreach(lambda r: execute('set', 'b', bytes([0, 255]))).run('k')")?;
        s.exchange("GET b => \"\\x00\\xff\"")
    }),
    ("I06", |s| {
        s.call(&["SET", "x", "a\0b"])?;
        s.py("GB().foreach(lambda r: execute('set', 'y', r['value'])).run('x')")?;
        s.exchange("GET y => \"a\\x00b\"")
    }),
    ("I08", |s| {
        let nested = "def f(r):\n    with atomic():\n        with atomic():\n            pass\nGB('ShardsIDReader').map(f).run()";
        s.fails(nested, &[], "Already inside an atomic block")?;
        let waiting = "import asyncio\nasync def f(r):\n    with atomic():\n        await asyncio.sleep(0.01)\nGB('ShardsIDReader').map(f).run()";
        s.fails(waiting, &[], "await is not allow inside atomic block")
    }),
    ("I09", |s| {
        s.refuses("log(5)", "Log message must be a string")
    }),
    ("I11", |s| {
        s.accepts(&format!(
            "{PAUSING}GB('CommandReader').map(one).register(trigger='t', mode='sync')"
        ))?;
        s.trigger("t", "[\"1\"]")
    }),
    ("I12", |s| {
        s.accepts(&format!(
            "{PAUSING}GB('CommandReader').map(one).register(trigger='t', mode='sync')"
        ))?;
        s.exchange("MULTI => +OK\nRG.TRIGGER t => +QUEUED")?;
        let reply = s.line("EXEC")?.to_string();
        if !reply.contains("Creating async record is not allow") {
            return Err(format!("EXEC: {reply}"));
        }
        let guarded = format!(
            "{PAUSING}GB('CommandReader').map(lambda r: one(r) if isAsyncAllow() else 'plain').register(trigger='g', mode='sync')"
        );
        s.accepts(&guarded)?;
        s.exchange(
            "MULTI => +OK\nRG.TRIGGER g => +QUEUED\nEXEC => [[\"plain\"]]\nRG.TRIGGER g => [\"1\"]",
        )
    }),
    ("I14", |s| {
        s.fails(
            "async def f(r):\n    raise Exception('boom')\nGB('ShardsIDReader').map(f).run()",
            &[],
            "boom",
        )
    }),
    ("I15", |s| {
        s.accepts(BELL)?;
        let mut waiting = s.connect();
        waiting
            .send(&["RG.TRIGGER", "wait"])
            .map_err(|e| e.to_string())?;
        pause(0.2);
        s.ok("SET bell 1")?;
        let reply = waiting
            .read(Duration::from_secs(3))
            .map_err(|e| e.to_string())?;
        expect("RG.TRIGGER wait", "[\"bell\"]", &reply.to_string())
    }),
    ("I17", |s| {
        s.refuses(
            "gearsFuture()",
            "Future object can only be created inside certain execution steps",
        )
    }),
    ("I18", |s| {
        s.accepts(
            "async def keys(r):\n    results = await GB('KeysReader').map(lambda r: r['key']).run()\n    return results[0]\n\
             GB('CommandReader').map(keys).flatmap(lambda r: r).sort().register(trigger='k', mode='async_local')",
        )?;
        s.ok("SET b 1\nSET a 1")?;
        s.trigger("k", "[\"a\", \"b\"]")
    }),
    ("I20", |s| {
        s.accepts("def tick():\n    execute('incr', 'tick')\nregisterTE(1, tick, 'te')")?;
        s.exchange("EXISTS te => :1")?;
        pause(2.6);
        let ticks: u32 = s.line("GET tick")?.text().parse().unwrap_or(0);
        if ticks < 2 {
            return Err(format!("{ticks} ticks in 2.6 seconds"));
        }
        s.ok("DEL te")?;
        let stopped = s.line("GET tick")?.to_string();
        pause(1.5);
        let later = s.line("GET tick")?.to_string();
        expect("ticks after DEL", &stopped, &later)
    }),
    ("I21", |s| {
        s.accepts(
            "def make(r):\n    GB('CommandReader').map(lambda r: '+OK').register(trigger=r[1], mode='sync', convertToStr=False)\n    return '+OK'\n\
             GB('CommandReader').map(make).register(trigger='mk', mode='sync', convertToStr=False)",
        )?;
        s.trigger("mk hello", "[+OK]")?;
        s.becomes("RG.TRIGGER hello", "[+OK]")?;
        let sessions = s.line("RG.PYDUMPSESSIONS")?;
        let registrations = sessions
            .items()
            .first()
            .and_then(|one| one.field("registrations"));
        expect(
            "registrations of the session",
            "2",
            &registrations
                .map_or(0, |list| Value::items(list).len())
                .to_string(),
        )
    }),
];
