//! D: the commands themselves.

use super::stage::{Stage, error_with, expect};
use super::{Case, Verdict};
use crate::support::Value;

const SLOW: &str = "import time\ndef slow():\n    for i in range(600):\n        time.sleep(0.1)\n    yield 1\nGB('PythonReader').run(slow)";

/// What the commands answer where no client may be blocked: `command => reply`, and `…` for the rest of a reply.
const CONTEXTS: &str = include_str!("contexts.txt");

/// A function that issues a command and gives its reply.
const ISSUE: &str = "def issue(r):\n    try:\n        return execute(*r[1:])\n    except Exception as error:\n        return '-' + str(error)\n\
    for mode in ['async', 'async_local', 'sync']:\n    GB('CommandReader').map(issue).register(trigger='issue_' + mode, mode=mode, convertToStr=False)";

/// Every command in a transaction, in a script of the server, and where it would block in a function, in both protocols.
fn contexts(s: &mut Stage) -> Verdict {
    for mode in ["async", "async_local", "sync"] {
        s.accepts(&format!(
            "GB('CommandReader').register(trigger='{mode}', mode='{mode}')"
        ))?;
    }
    let dump = s.line("RG.DUMPREGISTRATIONS")?;
    let command = dump.items()[0].field("id").map(Value::text);
    let stream = s.py("GB('CommandReader').map(lambda r: GB('StreamReader').register('s')).register(trigger='r')\n")
        .and_then(|_| s.line("RG.TRIGGER r"))?;
    let done = s.unblocking("GB('ShardsIDReader').run()")?;
    s.ok(&format!("RG.GETRESULTSBLOCKING {done}"))?;
    let running = s.unblocking(SLOW)?;
    s.accepts(ISSUE)?;
    let fill = |line: &str| {
        line.replace("{done}", &done)
            .replace("{running}", &running)
            .replace("{command}", &command.clone().unwrap_or_default())
            .replace("{stream}", &stream.items()[0].text())
    };
    for protocol in ["2", "3"] {
        s.ok(&format!("HELLO {protocol}"))?;
        for line in CONTEXTS.lines() {
            let line = fill(line);
            let (command, wanted) = line.split_once(" => ").expect("command => reply");
            let words: Vec<&str> = command.split(' ').collect();
            let check = |context: &str, reply: &Value| {
                let reply = reply.to_string();
                match wanted.strip_suffix('…') {
                    Some(start) if reply.starts_with(start) => Ok(()),
                    _ => expect(
                        &format!("{command} in {context}, RESP{protocol}"),
                        wanted,
                        &reply,
                    ),
                }
            };
            s.exchange(&format!("MULTI => +OK\n{command} => +QUEUED"))?;
            check("MULTI", &s.line("EXEC")?.items()[0])?;
            let script = ["EVAL", "return redis.pcall(unpack(ARGV))", "0"];
            check("Lua", &s.call(&[&script[..], &words].concat())?)?;
            if !wanted.contains("block") {
                continue;
            }
            for mode in ["async", "async_local", "sync"] {
                let trigger = format!("issue_{mode}");
                let reply = s.call(&[&["RG.TRIGGER", &trigger][..], &words].concat())?;
                expect(
                    &format!("{command} in {trigger}"),
                    &format!("[{wanted}  ]"),
                    &reply.to_string(),
                )?;
            }
        }
    }
    Ok(())
}

/// Registrations and what RG.DUMPREGISTRATIONS says of them.
const REGISTRATIONS: &str = include_str!("registrations.txt");
const COUNTERS: &str = "\"numTriggered\", :0, \"numSuccess\", :0, \"numFailures\", :0, \"numAborted\", :0, \
    \"lastRunDurationMS\", :0, \"totalRunDurationMS\", :0, \"avgRunDurationMS\", \"0\"";

/// The fields of a registration, for each reader, in both protocols.
fn registrations(s: &mut Stage) -> Verdict {
    let names = [
        "id",
        "reader",
        "desc",
        "RegistrationData",
        "PD",
        "ExecutionThreadPool",
    ];
    for line in REGISTRATIONS.lines() {
        let (script, wanted) = line.split_once(" => ").expect("script => data");
        s.accepts(script)?;
        for protocol in ["2", "3"] {
            s.ok(&format!("HELLO {protocol}"))?;
            let dump = s.line("RG.DUMPREGISTRATIONS")?;
            let one = &dump.items()[0];
            let fields: Vec<String> = one.items().iter().step_by(2).map(Value::text).collect();
            expect(script, &names.join(" "), &fields.join(" "))?;
            let data = one.field("RegistrationData").map(ToString::to_string);
            let mut wanted = wanted.replace("{counters}", COUNTERS);
            if protocol == "3" {
                // Averages are doubles there.
                wanted = wanted.replace("\"0\"", "+,0");
            }
            expect(
                &format!("{script}, RESP{protocol}"),
                &wanted,
                &data.unwrap_or_default(),
            )?;
        }
        let id = s.registration()?;
        s.exchange(&format!("RG.UNREGISTER {id} => +OK"))?;
    }
    Ok(())
}

pub(super) const CASES: &[Case] = &[
    ("D-contexts", contexts),
    ("D-registrations", registrations),
    ("D02", |s| {
        s.ok("SET a 1")?;
        s.results("GB().count().run()", &["1"])?;
        s.exchange("RG.DUMPEXECUTIONS => []")
    }),
    ("D03", |s| {
        let id = s.unblocking(SLOW)?;
        s.becomes(
            "RG.DUMPEXECUTIONS",
            &format!("[[\"executionId\", \"{id}\", \"status\", \"running\", \"registered\", :0]]"),
        )?;
        let results = s.call(&["RG.GETRESULTS", &id])?;
        error_with("RG.GETRESULTS", &results, "execution is still running")?;
        let drop = s.call(&["RG.DROPEXECUTION", &id])?;
        error_with(
            "RG.DROPEXECUTION",
            &drop,
            "can not drop a not yet finished execution",
        )
    }),
    ("D05", |s| {
        s.with_module_arguments(&["ExecutionThreads", "1"]);
        let first = s.unblocking(SLOW)?;
        let second = s.unblocking(SLOW)?;
        s.exchange(&format!("RG.ABORTEXECUTION {second} => +OK"))?;
        let dump = s.line("RG.DUMPEXECUTIONS")?;
        let status = dump
            .items()
            .iter()
            .find(|e| e.field("executionId").map(Value::text) == Some(second.clone()));
        let aborted = expect(
            "status",
            "aborted",
            &status
                .and_then(|e| e.field("status"))
                .map(Value::text)
                .unwrap_or_default(),
        );
        // It begins only when the one before it has ended.
        aborted.map_err(|why| match s.line(&format!("RG.GETEXECUTION {first}")) {
            Ok(before) => format!("{why}\nthe one before it: {before}"),
            Err(error) => format!("{why}\nthe one before it: {error}"),
        })
    }),
    ("D06", |s| {
        let reply = s.line("RG.ABORTEXECUTION bogus")?;
        error_with(
            "RG.ABORTEXECUTION bogus",
            &reply,
            "execution does not exist",
        )?;
        let id = s.unblocking("GB('ShardsIDReader').run()")?;
        s.ok(&format!("RG.GETRESULTSBLOCKING {id}"))?;
        s.exchange(&format!("RG.ABORTEXECUTION {id} => +OK"))
    }),
    ("D08", |s| {
        let id = s.unblocking("GB('ShardsIDReader').run()")?;
        s.ok(&format!("RG.GETRESULTSBLOCKING {id}"))?;
        let cluster = s.line(&format!("RG.GETEXECUTION {id} CLUSTER"))?;
        error_with("CLUSTER", &cluster, "no cluster detected")?;
        let shard = s.line(&format!("RG.GETEXECUTION {id} sHaRd"))?;
        expect("elements", "1", &shard.items().len().to_string())?;
        let other = s.line(&format!("RG.GETEXECUTION {id} foo"))?;
        error_with("foo", &other, "unknown subcommand")
    }),
    ("D09", |s| {
        let id = s.unblocking("GB('ShardsIDReader').run()")?;
        s.ok(&format!("RG.GETRESULTSBLOCKING {id}"))?;
        s.exchange(&format!("RG.DUMPEXECUTIONS => [[\"executionId\", \"{id}\", \"status\", \"done\", \"registered\", :0]]"))
    }),
    ("D11", |s| {
        s.exchange(
            "RG.CONFIGGET MaxExecutions NoSuch maxexecutions => \
             [:1000, -(error) Unsupported config parameter: NoSuch, -(error) Unsupported config parameter: maxexecutions]",
        )
    }),
    ("D12", |s| {
        s.exchange("RG.CONFIGSET NoSuch 1 MaxExecutions 10 => [+OK - value was saved in extra config dictionary, +OK]")
    }),
    ("D14", |s| {
        s.with_module_arguments(&["Greeting", "hi"]);
        let script = "GB('ShardsIDReader').map(lambda r: (gearsConfigGet('Greeting'), gearsConfigGet('None_', 'd'), configGet('MaxExecutions'))).run()";
        s.results(script, &["('hi', 'd', None)"])
    }),
    ("D15", |s| {
        let reply = s.call(&["RG.PYEXECUTE", "x=1", "NOPE"])?;
        error_with("NOPE", &reply, "Unknown arguments were given")
    }),
    ("D17", |s| {
        let reply = s.call(&["RG.PYEXECUTE", "x=1", "ID", "a b"])?;
        error_with("ID 'a b'", &reply, "must be compose of")?;
        let reply = s.call(&["RG.PYEXECUTE", "x=1", "ID", "Ab_9-z"])?;
        expect("ID Ab_9-z", "+OK", &reply.to_string())
    }),
    ("D18", |s| {
        s.call(&[
            "RG.PYEXECUTE",
            "GB('CommandReader').register(trigger='old')",
            "ID",
            "s1",
        ])?;
        let script = "GB('CommandReader').register(trigger='new')";
        let reply = s.call(&["RG.PYEXECUTE", script, "ID", "s2", "REPLACE_WITH", "s1"])?;
        expect("ID s2 REPLACE_WITH s1", "+OK", &reply.to_string())?;
        s.trigger_fails("old", "ERR subcommand not found")?;
        s.trigger("new", "[\"['new']\"]")?;
        let reply = s.call(&["RG.PYEXECUTE", script, "ID", "s3", "REPLACE_WITH", "zz"])?;
        error_with("ID s3 REPLACE_WITH zz", &reply, "Can not replace with zz")
    }),
    ("D20", |s| {
        s.accepts("GB('CommandReader').register(trigger='x')")?;
        let id = s.registration()?;
        s.exchange(&format!("RG.UNREGISTER {id} => +OK"))?;
        let again = s.line(&format!("RG.UNREGISTER {id}"))?;
        error_with("RG.UNREGISTER again", &again, "execution is not registered")
    }),
    ("D21", |s| {
        s.exchange("RG.INFOCLUSTER => \"no cluster mode\"")
    }),
    ("D23", |s| {
        s.ok("SET a 1")?;
        s.accepts("GB('CommandReader').register(trigger='z')\nGB().count().run()")?;
        let dump = s.line("RG.DUMPEXECUTIONS")?;
        let id = dump
            .items()
            .first()
            .and_then(|e| e.field("executionId"))
            .map(Value::text)
            .unwrap_or_default();
        s.exchange(&format!("RG.GETRESULTSBLOCKING {id} => [[\"1\"], []]"))
    }),
    ("D24", |s| {
        s.accepts("")?;
        s.accepts("x = 1")
    }),
    ("D-RESP3", |s| {
        // The shapes are those of RESP2: no maps and no booleans, and no doubles in results.
        let hello = s.line("HELLO 3")?;
        expect("HELLO 3", "+map", &hello.items()[0].to_string())?;
        let script = "GB('ShardsIDReader').map(lambda r: [1, 1.5, True, 'a', None, {'a': 1}, ['+OK']]).run(convertToStr=False)";
        let reply = s.py(script)?.to_string();
        let wanted = "[[[:1, \"1.500000\", :1, \"a\", \"PY RECORD\", \"PY RECORD\", [+OK]]], []]";
        expect(script, wanted, &reply)?;
        s.accepts("GB('CommandReader').register(trigger='t')")?;
        let dump = s.line("RG.DUMPREGISTRATIONS")?;
        let one = &dump.items()[0];
        expect("a registration", "12", &one.items().len().to_string())?;
        expect(
            "its description",
            "nil",
            &one.field("desc")
                .map(ToString::to_string)
                .unwrap_or_default(),
        )?;
        let data = one
            .field("RegistrationData")
            .map_or(0, |data| data.items().len());
        expect("its data", "20", &data.to_string())?;
        s.exchange("RG.CONFIGGET MaxExecutions nosuch => [:1000, -(error) Unsupported config parameter: nosuch]")?;
        let sessions = s.line("RG.PYDUMPSESSIONS")?;
        expect(
            "a session",
            "16",
            &sessions.items()[0].items().len().to_string(),
        )
    }),
];
