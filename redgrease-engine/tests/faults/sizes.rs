//! Many registrations, long scripts, any bytes.

use std::time::{Duration, Instant};

use crate::arena::{Arena, REPLY_LIMIT, outcome};
use crate::support::{Client, PATIENCE, Value};

#[test]
fn ten_thousand_registrations() {
    let mut arena = Arena::new();
    let mut slow = arena.server.client();
    let started = Instant::now();
    // A session lists its registrations beside each of them, so a dump grows with the square of what one script registers.
    for first in (0..5000).step_by(10) {
        let script = format!(
            "for i in range({first}, {first} + 10):\n    \
             GB('CommandReader').map(lambda r, i=i: i).register(trigger='t%d' % i, mode='sync')\n    \
             GB('KeysReader').foreach(lambda r: execute('incr', 'n')).register('k%d' % i, mode='sync')"
        );
        let reply = slow
            .ask(&["RG.PYEXECUTE", &script], PATIENCE)
            .expect("a reply");
        assert_eq!(reply.to_string(), "+OK");
    }
    assert!(
        started.elapsed() < Duration::from_secs(300),
        "registering took {:?}",
        started.elapsed()
    );
    assert_eq!(
        arena.ask(&["RG.TRIGGER", "t4999"]).to_string(),
        "[\"4999\"]"
    );
    arena.ask(&["SET", "k17", "1"]);
    assert_eq!(
        arena.ask(&["GET", "n"]).to_string(),
        "\"1\"",
        "one of 5000 registrations fires"
    );
    let started = Instant::now();
    for _ in 0..1000 {
        arena.ask(&["SET", "other", "1"]);
    }
    assert!(
        started.elapsed() < Duration::from_secs(60),
        "1000 SET took {:?}",
        started.elapsed()
    );
    assert_eq!(arena.ask(&["RG.DUMPREGISTRATIONS"]).items().len(), 10_003);
    arena.finish();
}

#[test]
fn a_script_of_a_megabyte() {
    let mut arena = Arena::new();
    let text = "x".repeat(1 << 20);
    let reply = arena.py(&format!(
        "text = '{text}'\nGB('ShardsIDReader').map(lambda r: len(text)).run()"
    ));
    assert_eq!(outcome(&reply).as_deref(), Ok("[\"1048576\"]"));
    let lines: String = (0..20_000)
        .map(|i| format!("def f{i}(r):\n    return r + '{i}' # padding padding\n"))
        .collect();
    assert!(lines.len() > 1 << 20);
    arena.register(&format!(
        "{lines}GB('CommandReader').map(lambda r: f19999('x')).register(trigger='long')"
    ));
    assert_eq!(
        arena.ask(&["RG.TRIGGER", "long"]).to_string(),
        "[\"x19999\"]"
    );
    let reply = arena.py("GB('ShardsIDReader').map(lambda r: 'y' * (8 << 20)).run()");
    assert_eq!(
        reply.items()[0].items()[0].text().len(),
        8 << 20,
        "a long result"
    );
    arena.finish();
}

fn bulk(bytes: &[u8]) -> Value {
    Value::Bulk(bytes.to_vec())
}

fn ask(client: &mut Client, args: &[&[u8]]) -> Value {
    client.call(args)
}

/// NUL and bytes that are not UTF-8, in keys, values, arguments and scripts.
#[test]
fn any_bytes() {
    const KEY: &[u8] = b"k\x00\xff:\xc3(";
    const VALUE: &[u8] = b"\x00\x01\xfe\xff\r\n$5\r\n\xed\xa0\x80";
    let mut arena = Arena::new();
    arena.register("GB('CommandReader').map(lambda r: bytes(r[1]) if isinstance(r[1], bytearray) else r[1]).register(trigger='echo', mode='sync', convertToStr=False)");
    arena.register(
        "def copy(r):\n    execute('set', b'copy', r['value'])\n    execute('set', b'name', r['key'])\n\
         GB('KeysReader').foreach(copy).register('k*', mode='sync')",
    );
    arena.register("GB('StreamReader').foreach(lambda r: execute('set', 'entry', r['value']['f'])).register('s*', mode='sync')");
    let mut client = arena.server.client();
    let client = &mut client;
    assert_eq!(ask(client, &[b"SET", KEY, VALUE]).to_string(), "+OK");
    assert_eq!(ask(client, &[b"GET", b"copy"]), bulk(VALUE));
    assert_eq!(ask(client, &[b"GET", b"name"]), bulk(KEY));
    assert_eq!(
        ask(client, &[b"RG.TRIGGER", b"echo", VALUE]),
        Value::Array(vec![bulk(VALUE)])
    );
    assert_eq!(
        ask(client, &[b"RG.TRIGGERONKEY", b"echo", KEY, VALUE]),
        Value::Array(vec![bulk(KEY)])
    );
    assert_eq!(
        ask(client, &[b"RG.TRIGGER", VALUE]).to_string(),
        "-ERR subcommand not found"
    );
    ask(client, &[b"XADD", b"s\xff\x00", b"1-1", b"f", VALUE]);
    assert_eq!(ask(client, &[b"GET", b"entry"]), bulk(VALUE));
    ask(client, &[b"HSET", b"h", b"f\xff\x00", VALUE]);
    ask(client, &[b"RPUSH", b"l", VALUE, b"\xff"]);
    let count = |client: &mut Client, pattern: &str| {
        let script = format!("GB().map(lambda r: repr(r)).count().run({pattern:?})");
        outcome(&ask(client, &[b"RG.PYEXECUTE", script.as_bytes()]))
    };
    assert_eq!(
        count(client, "h").as_deref(),
        Ok("[\"1\"]"),
        "a hash with a field that is not UTF-8"
    );
    assert_eq!(
        count(client, "l").as_deref(),
        Ok("[\"1\"]"),
        "a list with elements that are not UTF-8"
    );
    let listed = "GB('KeysOnlyReader').map(lambda k: k if isinstance(k, str) else bytes(k)).filter(lambda k: k[:1] in ('k', b'k')).run(convertToStr=False)";
    let reply = ask(client, &[b"RG.PYEXECUTE", listed.as_bytes()]);
    assert_eq!(reply.items()[0].items(), [bulk(KEY)], "{reply}");
    for script in [
        &b"x = '\xff\xfe'"[..],
        b"x = 1\x00",
        b"\x00",
        b"# \xed\xa0\x80",
    ] {
        // An error or a success, as Python likes it: but an answer, and nothing else changes.
        ask(client, &[b"RG.PYEXECUTE", script]);
    }
    for command in [
        &b"RG.GETRESULTS"[..],
        b"RG.UNREGISTER",
        b"RG.CONFIGGET",
        b"RG.PYEXPORTREQ",
        b"RG.GETEXECUTION",
        b"RG.ABORTEXECUTION",
    ] {
        ask(client, &[command, VALUE]);
    }
    ask(client, &[b"RG.PYEXECUTE", b"x = 1", b"ID", VALUE]);
    ask(
        client,
        &[
            b"RG.PYEXECUTE",
            b"GB('CommandReader').register(trigger='d')",
            b"DESCRIPTION",
            VALUE,
        ],
    );
    ask(client, &[b"RG.PYDUMPSESSIONS", b"VERBOSE"]);
    ask(client, &[b"INFO", b"everything"]);
    assert_eq!(ask(client, &[b"PING"]).to_string(), "+PONG");
    arena.finish();
}

#[test]
fn results_that_are_too_large_are_errors_at_once() {
    let mut arena = Arena::with_module(&["MaxResultValues", "100000"], &[]);
    for (result, says) in [
        ("1 << 1000000", "an integer of 1000005 bits"),
        ("[1 << 1000000]", "an integer of 1000005 bits"),
        ("-(1 << 200000)", "an integer of 200010 bits"),
        (
            "[None] * 200000",
            "more than 100000 values, which is MaxResultValues",
        ),
        (
            "[[1] * 1000] * 101",
            "more than 100000 values, which is MaxResultValues",
        ),
    ] {
        let gear = format!("def big(r):\n    return {result}\n");
        for (way, register, call) in [
            (
                "run",
                "GB('ShardsIDReader').map(big).run(convertToStr=False)",
                &[][..],
            ),
            (
                "async",
                "GB('CommandReader').map(big).register(trigger='big', convertToStr=False)",
                &["RG.TRIGGER", "big"],
            ),
            (
                "sync",
                "GB('CommandReader').map(big).register(trigger='big', mode='sync', convertToStr=False)",
                &["RG.TRIGGER", "big"],
            ),
            (
                "hook",
                "GB('CommandReader').map(big).register(hook='getset', mode='sync', convertToStr=False)",
                &["GETSET", "k", "v"],
            ),
        ] {
            let id = if way == "run" {
                &[][..]
            } else {
                &["ID", "big", "UPGRADE"]
            };
            let reply = arena.ask(&[&["RG.PYEXECUTE", &format!("{gear}{register}")], id].concat());
            let reply = if call.is_empty() {
                reply
            } else {
                arena.ask(call)
            };
            let said = outcome(&reply).expect_err(way);
            assert!(said.contains(says), "{result}: {way}: {said}");
        }
    }
    let reply = arena.py(
        "GB('ShardsIDReader').map(lambda r: [1 << 100000, [1] * 90000]).run(convertToStr=False)",
    );
    assert!(outcome(&reply).is_ok_and(|said| said.len() > 30000));
    // As `str` has it in Python: some versions refuse, none takes long.
    arena.py("GB('ShardsIDReader').map(lambda r: 1 << 1000000).run()");
    arena.finish();
}

#[test]
fn a_worker_that_does_not_read_its_answers_does_not_fill_the_server() {
    let mut arena = Arena::with_module(&["UnreadLimit", "10000000"], &[]);
    arena.ask(&["SET", "large", &"x".repeat(1 << 20)]);
    let script = "
import struct, sys, marshal
def bad(r):
    payload = marshal.dumps(('get', 'large'), 2)
    talk = sys.modules['redgrease_worker.runtime'].hub.stream.sock
    for number in range(100000):
        talk.sendall(struct.pack('<IBI', len(payload) + 5, 68, 1 << 30 | number) + payload)
GB('ShardsIDReader').map(bad).run()";
    let said = outcome(&arena.py(script)).expect_err("it is ended");
    assert!(said.contains("died (signal 9)"), "{said}");
    assert!(arena.server.log().contains("UnreadLimit (10000000 bytes)"));
    arena.finish();
}

/// They are written by threads of their own, many at a time, for both versions of the protocol, also for clients that leave.
#[test]
fn long_answers_are_whole() {
    let mut arena = Arena::new();
    arena.register(
        "GB('CommandReader').map(lambda w: [[n, str(n), None, 0.5] for n in range(int(w[1]))]).register(trigger='long', mode='async_local', convertToStr=False)",
    );
    let mut clients: Vec<Client> = (0..6).map(|_| arena.server.client()).collect();
    for (at, client) in clients.iter_mut().enumerate() {
        if at % 2 == 0 {
            client.call(&["HELLO", "3"]);
        }
    }
    let mut leaving = arena.server.client();
    leaving
        .send(&["RG.TRIGGER", "long", "50000"])
        .expect("a connection");
    drop(leaving);
    for (at, client) in clients.iter_mut().enumerate() {
        let count = 20_000 + at;
        client
            .send(&["RG.TRIGGER", "long", &count.to_string()])
            .expect("a connection");
    }
    for (at, client) in clients.iter_mut().enumerate() {
        let reply = client.read(REPLY_LIMIT).expect("a reply");
        let rows = reply.items()[0].items();
        assert_eq!(rows.len(), 20_000 + at);
        let last = rows.last().expect("one");
        let n = (rows.len() - 1).to_string();
        let wanted = format!("[:{n}, \"{n}\", \"PY RECORD\", \"0.500000\"]");
        assert_eq!(last.to_string(), wanted);
    }
    // What a client gets as an error is written where errors are counted.
    arena.register(
        "GB('CommandReader').flatmap(lambda w: ['-ERR no'] + ['x'] * 20000).register(trigger='errors')",
    );
    let reply = arena.ask(&["RG.TRIGGER", "errors"]);
    assert_eq!(reply.items().len(), 20_001);
    assert!(
        reply.items().iter().any(Value::is_error),
        "an error among them"
    );
    arena.finish();
}
