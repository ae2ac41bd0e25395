//! StreamReader registrations: no entry is lost, none is seen twice without need, and streams do not grow.

mod ahead;
#[path = "../support/mod.rs"]
mod support;

use std::time::{Duration, Instant};

use support::resp::encode;
use support::server::signal;
use support::{Client, Options, PATIENCE, Server, Value, eventually};

/// The only reply of a command that must not fail.
#[track_caller]
fn answers(client: &mut Client, command: &[&str], wanted: &str) {
    assert_eq!(client.call(command).to_string(), wanted, "{command:?}");
}

fn pause(milliseconds: u64) {
    std::thread::sleep(Duration::from_millis(milliseconds));
}

/// Adds the entries `first-1` to `last-1`, each with its number as the field `n`.
fn add(client: &mut Client, stream: &str, first: u64, last: u64) {
    let mut out = Vec::new();
    for number in first..=last {
        let id = format!("{number}-1");
        out.extend(encode(&["XADD", stream, &id, "n", &number.to_string()]));
    }
    client.send_raw(&out).expect("the server listens");
    for number in first..=last {
        let reply = client.read(PATIENCE).expect("a reply");
        assert_eq!(reply.text(), format!("{number}-1"));
    }
}

/// A server that may be killed at any moment: what it has answered is in its file.
fn durable() -> Options {
    Options::server(&["--appendonly", "yes", "--appendfsync", "always"])
}

fn registrations(client: &mut Client) -> Vec<Value> {
    client.call(&["RG.DUMPREGISTRATIONS"]).items().to_vec()
}

fn id(client: &mut Client, index: usize) -> String {
    registrations(client)[index]
        .field("id")
        .map(Value::text)
        .unwrap_or_default()
}

fn datum(client: &mut Client, name: &str) -> String {
    registrations(client)[0]
        .field("RegistrationData")
        .and_then(|data| data.field(name))
        .map(|value| match value {
            Value::Int(number) => number.to_string(),
            other => other.text(),
        })
        .unwrap_or_default()
}

#[track_caller]
fn datum_becomes(client: &mut Client, name: &str, wanted: &str) {
    eventually(&format!("{name} {wanted}"), || {
        datum(client, name) == wanted
    });
}

/// The numbers 1 to `last` as LRANGE answers them.
fn numbers(first: u64, last: u64) -> String {
    let list: Vec<String> = (first..=last)
        .map(|number| format!("\"{number}\""))
        .collect();
    format!("[{}]", list.join(", "))
}

const SEEN: &[&str] = &["LRANGE", "seen", "0", "-1"];

/// A function that remembers the entries in the list `seen`.
fn seen(arguments: &str) -> String {
    format!(
        "GB('StreamReader').foreach(lambda r: execute('rpush', 'seen', r['value']['n'])).register({arguments})"
    )
}

#[test]
fn two_registrations_see_every_entry() {
    let server = Server::start();
    let mut client = server.client();
    client.register(&seen("'s'"), &[]);
    client.register("GB('StreamReader').foreach(lambda r: execute('rpush', 'other', r['value']['n'])).register('s*', batch=2)", &[]);
    add(&mut client, "s", 1, 5);
    client.becomes(SEEN, &numbers(1, 5));
    client.becomes(&["LRANGE", "other", "0", "-1"], &numbers(1, 4));
    // The second one has not worked the fifth entry off.
    client.becomes(&["XLEN", "s"], ":1");
    add(&mut client, "s", 6, 6);
    client.becomes(&["XLEN", "s"], ":0");
    let groups: Vec<String> = client
        .call(&["XINFO", "GROUPS", "s"])
        .items()
        .iter()
        .filter_map(|group| group.field("name").map(Value::text))
        .collect();
    assert_eq!(
        groups,
        ["__gears_consumer_group__", "__gears_consumer_group__2"]
    );
}

#[test]
fn entries_stay_while_another_group_needs_them() {
    let server = Server::start();
    let mut client = server.client();
    client.call(&["XGROUP", "CREATE", "s", "mine", "0", "MKSTREAM"]);
    client.register(&seen("'s'"), &[]);
    add(&mut client, "s", 1, 3);
    client.becomes(SEEN, &numbers(1, 3));
    pause(100);
    answers(&mut client, &["XLEN", "s"], ":3");
    client.call(&[
        "XREADGROUP",
        "GROUP",
        "mine",
        "me",
        "COUNT",
        "3",
        "STREAMS",
        "s",
        ">",
    ]);
    client.call(&["XACK", "s", "mine", "1-1", "3-1"]);
    add(&mut client, "s", 4, 4);
    // The second entry is not acknowledged, the fourth not read.
    client.becomes(&["XLEN", "s"], ":3");
}

#[test]
fn killed_workers_lose_nothing() {
    let server = Server::start();
    let mut client = server.client();
    client.register(
        "import time\n\
         def work(r):\n    time.sleep(0.002)\n    execute('sadd', 'handled', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', batch=20)",
        &[],
    );
    add(&mut client, "s", 1, 300);
    for _ in 0..4 {
        pause(120);
        for worker in server.workers() {
            signal(worker, "KILL");
        }
    }
    client.becomes(&["SCARD", "handled"], ":300");
    client.becomes(&["XLEN", "s"], ":0");
    answers(
        &mut client,
        &["XPENDING", "s", "__gears_consumer_group__"],
        "[:0, nil, nil, nil-array]",
    );
    datum_becomes(&mut client, "status", "OK");
}

#[test]
fn a_batch_that_always_kills_its_worker_stops_the_registration() {
    let server = Server::start();
    let mut client = server.client();
    client.register(
        "import os\nGB('StreamReader').foreach(lambda r: os._exit(3)).register('s')",
        &[],
    );
    add(&mut client, "s", 1, 2);
    datum_becomes(&mut client, "status", "ABORTED");
    assert!(datum(&mut client, "lastError").contains("exit code 3"));
    answers(&mut client, &["XLEN", "s"], ":2");
}

#[test]
fn an_error_does_not_hide_the_entries_after_it() {
    let server = Server::start();
    let mut client = server.client();
    client.register("def work(r):\n    if r['value']['n'] == '2':\n        flat_error('not 2')\n    execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', batch=4)", &[]);
    add(&mut client, "s", 1, 4);
    client.becomes(SEEN, "[\"1\", \"3\", \"4\"]");
    datum_becomes(&mut client, "lastError", "not 2");
    assert_eq!(datum(&mut client, "numFailures"), "1");
    client.becomes(&["XLEN", "s"], ":0");
}

#[test]
fn an_error_may_ask_for_a_pause() {
    let server = Server::start();
    let mut client = server.client();
    client.call(&["SET", "closed", "1"]);
    client.register("def work(r):\n    if r['value']['n'] == '3' and execute('get', 'closed'):\n        flat_error('PAUSE, closed')\n\
         \x20   execute('sadd', 'handled', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', batch=5)", &[]);
    add(&mut client, "s", 1, 5);
    datum_becomes(&mut client, "status", "PAUSED");
    answers(&mut client, &["SCARD", "handled"], ":2");
    answers(&mut client, &["XLEN", "s"], ":5");
    add(&mut client, "s", 6, 7);
    client.call(&["DEL", "closed"]);
    let registration = id(&mut client, 0);
    answers(
        &mut client,
        &["RG.UNPAUSEREGISTRATIONS", &registration],
        "+OK",
    );
    client.becomes(&["SCARD", "handled"], ":7");
    client.becomes(&["XLEN", "s"], ":0");
}

#[test]
fn retries_keep_the_order() {
    let server = Server::start();
    let mut client = server.client();
    client.register("def work(r):\n    if r['value']['n'] == '2' and execute('incr', 'tries') < 3:\n        raise Exception('later')\n\
         \x20   execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', onFailedPolicy='retry', onFailedRetryInterval=1)", &[]);
    add(&mut client, "s", 1, 3);
    datum_becomes(&mut client, "status", "WAITING_FOR_RETRY_ON_FAILURE");
    add(&mut client, "s", 4, 4);
    client.becomes(SEEN, &numbers(1, 4));
    datum_becomes(&mut client, "status", "OK");
    assert_eq!(datum(&mut client, "numFailures"), "2");
}

#[test]
fn an_aborted_registration_goes_on_when_it_is_unpaused() {
    let server = Server::start();
    let mut client = server.client();
    client.register("def work(r):\n    if not execute('get', 'open'):\n        raise Exception('closed')\n    execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', onFailedPolicy='abort')", &[]);
    add(&mut client, "s", 1, 3);
    datum_becomes(&mut client, "status", "ABORTED");
    assert_eq!(datum(&mut client, "numFailures"), "1");
    client.call(&["SET", "open", "1"]);
    let registration = id(&mut client, 0);
    client.call(&["RG.UNPAUSEREGISTRATIONS", &registration]);
    client.becomes(SEEN, &numbers(1, 3));
}

#[test]
fn what_was_pending_before_a_restart_is_worked_off_after_it() {
    let mut server = Server::with(&durable());
    let mut client = server.client();
    client.call(&["SET", "closed", "1"]);
    client.register("import time\n\
         def work(r):\n    while execute('get', 'closed'):\n        time.sleep(0.05)\n    execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', batch=2)", &[]);
    add(&mut client, "s", 1, 5);
    eventually("entries are pending", || {
        let pending = client.call(&["XPENDING", "s", "__gears_consumer_group__"]);
        matches!(pending.items(), [Value::Int(2..=5), ..])
    });
    server.restart();
    let mut client = server.client();
    client.call(&["DEL", "closed"]);
    client.becomes(SEEN, &numbers(1, 5));
    client.becomes(&["XLEN", "s"], ":0");
}

#[test]
fn what_a_synchronous_function_did_is_done_after_a_restart() {
    let mut server = Server::with(&durable());
    let mut client = server.client();
    client.register(&seen("'s', mode='sync'"), &[]);
    add(&mut client, "s", 1, 3);
    answers(&mut client, SEEN, &numbers(1, 3));
    client.becomes(&["XLEN", "s"], ":0");
    server.restart();
    let mut client = server.client();
    pause(500);
    answers(&mut client, &["XLEN", "s"], ":0");
    add(&mut client, "s", 4, 4);
    client.becomes(SEEN, &numbers(1, 4));
    pause(200);
    answers(&mut client, SEEN, &numbers(1, 4));
    client.becomes(&["XLEN", "s"], ":0");
}

#[test]
fn what_a_synchronous_function_refused_is_still_there_after_a_restart() {
    let mut server = Server::with(&durable());
    let mut client = server.client();
    client.call(&["SET", "closed", "1"]);
    client.register(
        "def work(r):\n    if execute('get', 'closed'):\n        flat_error('PAUSE, closed')\n\
         \x20   execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', mode='sync')",
        &[],
    );
    add(&mut client, "s", 1, 2);
    datum_becomes(&mut client, "status", "PAUSED");
    client.call(&["DEL", "closed"]);
    // The file has what stays pending twice: once before the entry itself, which says nothing, and once after it.
    eventually("what stays pending is in the file", || {
        server.append_only_file().matches("XCLAIM").count() > 1
    });
    server.restart();
    let mut client = server.client();
    client.becomes(SEEN, &numbers(1, 2));
    client.becomes(&["XLEN", "s"], ":0");
}

#[test]
fn without_trimming_nothing_runs_for_ever_and_a_position_is_kept() {
    let server = Server::start();
    let mut client = server.client();
    client.register(&seen("'s', trimStream=False"), &[]);
    add(&mut client, "s", 1, 3);
    client.becomes(SEEN, &numbers(1, 3));
    pause(300);
    assert_eq!(datum(&mut client, "numTriggered"), "4");
    let registration = id(&mut client, 0);
    client.call(&["RG.UNREGISTER", &registration]);
    add(&mut client, "s", 4, 4);
    client.register(&seen("'s', trimStream=False"), &[]);
    add(&mut client, "s", 5, 5);
    client.becomes(SEEN, &numbers(1, 5));
    pause(200);
    answers(&mut client, SEEN, &numbers(1, 5));
    answers(&mut client, &["XLEN", "s"], ":5");
}

/// Executions are made when their turn comes: entries that wait are no executions, after a restart neither.
#[test]
fn entries_that_wait_are_no_executions() {
    let mut server = Server::with(&durable());
    let mut client = server.client();
    let script = "import time\ndef hold(r):\n    execute('rpush', 'seen', r['value']['n'])\n    while execute('get', 'go') is None:\n        time.sleep(0.005)\n\
         GB('StreamReader').foreach(hold).register('s', trimStream=False)";
    client.register(script, &[]);
    add(&mut client, "s", 1, 5);
    client.becomes(SEEN, &numbers(1, 1));
    let listed = client.call(&["RG.DUMPEXECUTIONS"]).to_string();
    let count = |state: &str| listed.matches(&format!("\"{state}\"")).count();
    assert_eq!((count("running"), count("created")), (1, 0), "{listed}");
    // They stay, and nothing is counted for them.
    let first = id(&mut client, 0);
    answers(
        &mut client,
        &["RG.UNREGISTER", &first, "ABORTPENDING"],
        "+OK",
    );
    answers(&mut client, &["XLEN", "s"], ":5");
    client.call(&["SET", "go", "1"]);
    eventually("the end of the one that had begun", || {
        !client
            .call(&["RG.DUMPEXECUTIONS"])
            .to_string()
            .contains("running")
    });
    answers(&mut client, SEEN, &numbers(1, 1));
    // The next one begins where this one was: the entry that was worked on is done, the others are not.
    client.register(script, &[]);
    datum_becomes(&mut client, "numSuccess", "4");
    let pending = ["XPENDING", "s", "__gears_consumer_group__"];
    eventually("the last acknowledgement", || {
        client.call(&pending).items().first() == Some(&Value::Int(0))
    });
    server.restart();
    let mut client = server.client();
    add(&mut client, "s", 6, 6);
    // Without trimming, the last one finds nothing more. None is counted for the load.
    datum_becomes(&mut client, "numSuccess", "2");
    assert_eq!(datum(&mut client, "numTriggered"), "2");
}

#[test]
fn an_upgrade_goes_on_where_the_old_code_stopped() {
    let server = Server::start();
    let mut client = server.client();
    let script = "import time\n\
         def work(r):\n    time.sleep(0.3)\n    execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', trimStream=False)";
    // Somebody else holds the first group.
    client.register("GB('StreamReader').register('s', trimStream=False)", &[]);
    answers(&mut client, &["RG.PYEXECUTE", script, "ID", "mine"], "+OK");
    add(&mut client, "s", 1, 4);
    pause(400);
    let script = script.replace("0.3", "0.0");
    answers(
        &mut client,
        &["RG.PYEXECUTE", &script, "ID", "mine", "UPGRADE"],
        "+OK",
    );
    client.becomes(SEEN, &numbers(1, 4));
    pause(400);
    answers(&mut client, SEEN, &numbers(1, 4));
}

#[test]
fn a_stream_may_vanish_at_any_moment() {
    let server = Server::start();
    let mut client = server.client();
    client.register(
        "import time\n\
         def work(r):\n    time.sleep(0.05)\n    execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s*', batch=2)",
        &[],
    );
    add(&mut client, "s1", 1, 20);
    pause(60);
    client.call(&["DEL", "s1"]);
    add(&mut client, "s2", 1, 20);
    pause(60);
    client.call(&["FLUSHALL"]);
    client.call(&["SET", "s1", "no stream"]);
    // What was read before it vanished may still be under way.
    datum_becomes(&mut client, "status", "OK");
    eventually("nothing is under way", || {
        let count = |client: &mut Client, name| datum(client, name).parse::<u64>().unwrap();
        let over = ["numSuccess", "numFailures", "numAborted"];
        let over: u64 = over.iter().map(|name| count(&mut client, name)).sum();
        over == count(&mut client, "numTriggered")
    });
    client.call(&["DEL", "seen"]);
    add(&mut client, "s2", 31, 32);
    client.becomes(SEEN, &numbers(31, 32));
    client.becomes(&["XLEN", "s2"], ":0");
}

#[test]
fn a_synchronous_function_runs_inside_of_the_command() {
    let server = Server::start();
    let mut client = server.client();
    client.register(&seen("'s', mode='sync', batch=2"), &[]);
    client.call(&["MULTI"]);
    for number in ["1", "2"] {
        client.call(&["XADD", "s", &format!("{number}-1"), "n", number]);
    }
    client.call(SEEN);
    let replies = client.call(&["EXEC"]).to_string();
    assert_eq!(replies, "[\"1-1\", \"2-1\", [\"1\", \"2\"]]");
    answers(
        &mut client,
        &[
            "EVAL",
            "redis.call('XADD','s','3-1','n','3') redis.call('XADD','s','4-1','n','4') return redis.call('LLEN','seen')",
            "0",
        ],
        ":4",
    );
    client.becomes(&["XLEN", "s"], ":0");
    // Other databases have other streams.
    client.call(&["SELECT", "1"]);
    client.call(&["XADD", "s", "9-1", "n", "9"]);
    client.call(&["XADD", "s", "9-2", "n", "9"]);
    answers(&mut client, &["XLEN", "s"], ":2");
}

#[test]
fn what_a_synchronous_function_adds_is_seen_too() {
    let server = Server::start();
    let mut client = server.client();
    client.register("GB('StreamReader').foreach(lambda r: execute('xadd', 'b', '*', 'n', r['value']['n'])).register('a', mode='sync')", &[]);
    client.register(&seen("'b', mode='sync'"), &[]);
    add(&mut client, "a", 1, 5);
    client.becomes(SEEN, &numbers(1, 5));
    client.becomes(&["XLEN", "b"], ":0");
}

#[test]
fn any_bytes_may_be_in_a_stream() {
    let server = Server::start();
    let mut client = server.client();
    client.register("def work(r):\n    for v in r['value'].values():\n        execute('rpush', 'seen', r['key'], v)\n\
         GB('StreamReader').foreach(work).register('*')", &[]);
    let key: &[u8] = b"k\x00\xff";
    let value: &[u8] = b"\x00\xfe\r\n\xed\xa0\x80";
    client.call(&[b"XADD".as_slice(), key, b"*", b"f\x00\xff", value]);
    eventually("the entry and its key", || {
        client.call(SEEN).items().len() == 2
    });
    let reply = client.call(SEEN);
    assert_eq!(reply.items()[0].bytes(), Some(key));
    assert_eq!(reply.items()[1].bytes(), Some(value));
    let length = client.call(&[b"XLEN".as_slice(), key]);
    assert!(matches!(length, Value::Int(0 | 1)), "{length}");
}

#[test]
fn a_large_backlog_leaves_the_server_to_others() {
    let server = Server::start();
    let mut client = server.client();
    add(&mut client, "s", 1, 20_000);
    client.register(
        "GB('StreamReader').foreach(lambda r: r).register('s', batch=100)",
        &[],
    );
    let mut slowest = Duration::ZERO;
    let end = Instant::now() + PATIENCE;
    loop {
        let asked = Instant::now();
        let length = client.call(&["XLEN", "s"]);
        slowest = slowest.max(asked.elapsed());
        if length == Value::Int(0) {
            break;
        }
        assert!(Instant::now() < end, "{length} entries are left");
    }
    assert!(
        slowest < Duration::from_secs(10),
        "a reply took {slowest:?}"
    );
    // 200 batches, and the one for what might have been pending.
    assert_eq!(datum(&mut client, "numTriggered"), "201");
    assert_eq!(datum(&mut client, "numSuccess"), "201");
}

#[test]
fn a_stream_that_comes_as_a_whole_is_read_by_itself() {
    for mode in ["async", "sync"] {
        let server = Server::start();
        let mut client = server.client();
        client.register(&seen(&format!("'s*', mode='{mode}', batch=2")), &[]);
        // Makes a stream that nobody follows, moves it under a followed name, and waits for its entries.
        let mut comes = |first: u64, how: &mut dyn FnMut(&mut Client)| {
            add(&mut client, "other", first, first + 2);
            how(&mut client);
            client.becomes(SEEN, &numbers(first, first + 2));
            client.call(&["DEL", "seen", "other"]);
        };
        comes(1, &mut |client| {
            answers(client, &["RENAME", "other", "s1"], "+OK");
        });
        comes(11, &mut |client| {
            answers(client, &["COPY", "other", "s2"], ":1");
        });
        comes(21, &mut |client| {
            let dump = client.call(&["DUMP", "other"]);
            let dump = dump.bytes().expect("a dump");
            let reply = client.call(&[b"RESTORE".as_slice(), b"s3", b"0", dump]);
            assert_eq!(reply.text(), "OK");
        });
        comes(31, &mut |client| {
            answers(client, &["RENAME", "other", "s4"], "+OK");
        });
        // In place of a stream that was worked off.
        comes(41, &mut |client| {
            answers(client, &["RENAME", "other", "s4"], "+OK");
        });
        answers(&mut client, &["SELECT", "1"], "+OK");
        add(&mut client, "s5", 51, 53);
        answers(&mut client, &["MOVE", "s5", "0"], ":1");
        answers(&mut client, &["SELECT", "0"], "+OK");
        client.becomes(SEEN, &numbers(51, 53));
        // What is no stream is nobody's business.
        client.call(&["SET", "text", "x"]);
        answers(&mut client, &["RENAME", "text", "s6"], "+OK");
        assert_eq!(datum(&mut client, "status"), "OK");
        assert_eq!(datum(&mut client, "numFailures"), "0");
    }
}

#[test]
fn waiting_entries_run_when_the_duration_is_over() {
    let server = Server::start();
    let mut client = server.client();
    client.register(&seen("'s', batch=10, duration=2000"), &[]);
    add(&mut client, "s", 1, 3);
    pause(100);
    answers(&mut client, SEEN, "[]");
    client.becomes(SEEN, &numbers(1, 3));
    add(&mut client, "s", 4, 4);
    client.becomes(SEEN, &numbers(1, 4));
}

#[test]
fn a_batch_of_nothing_is_refused() {
    let server = Server::start();
    let mut client = server.client();
    for batch in ["0", "-1", "'a'", "1.5", "10**30"] {
        let reply = client.call(&[
            "RG.PYEXECUTE",
            &format!("GB('StreamReader').register('s', batch={batch})"),
        ]);
        assert!(
            reply.is_error() && reply.text().contains("batch argument must be"),
            "{reply}"
        );
    }
    assert!(registrations(&mut client).is_empty());
}

#[test]
fn a_promoted_replica_goes_on_where_its_master_stopped() {
    let quick = Options::server(&["--repl-diskless-sync-delay", "0"]);
    let master = Server::with(&quick);
    let mut client = master.client();
    client.register("import time\n\
         def work(r):\n    while execute('get', 'closed'):\n        time.sleep(0.02)\n    execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', batch=2)", &[]);
    let replica = Server::with(&quick);
    let mut other = replica.client();
    let port = master.address().port().to_string();
    other.call(&["REPLICAOF", "127.0.0.1", &port]);
    eventually("the registration on the replica", || {
        !registrations(&mut other).is_empty()
    });
    add(&mut client, "s", 1, 2);
    other.becomes(SEEN, &numbers(1, 2));
    client.call(&["SET", "closed", "1"]);
    add(&mut client, "s", 3, 7);
    other.becomes(&["XLEN", "s"], ":5");
    pause(300);
    assert_eq!(datum(&mut other, "numTriggered"), "0");
    master.signal("KILL");
    other.call(&["REPLICAOF", "NO", "ONE"]);
    other.call(&["DEL", "closed"]);
    other.becomes(SEEN, &numbers(1, 7));
    other.becomes(&["XLEN", "s"], ":0");
}

/// A function that says when it begins with an entry and remembers it once the key `go` is there.
const SLOW: &str = "import time\n\
    def work(r):\n    execute('rpush', 'begun', r['value']['n'])\n\
    \x20   while not execute('exists', 'go'):\n        time.sleep(0.01)\n    execute('rpush', 'seen', r['value']['n'])\n\
    GB('StreamReader').foreach(work).register('s*', batch=2)";

/// The same without Python.
const SPINNING: &str = "def work(r):\n    execute('rpush', 'begun', r['value']['n'])\n\
    \x20   while not execute('exists', 'go'):\n        pass\n    execute('rpush', 'seen', r['value']['n'])\n\
    GB('StreamReader').foreach(work).register('s*', batch=2)";

/// A server whose only registration works on the first two entries of the stream `s`.
fn amid_a_batch(script: &str, count: u64) -> (Server, Client) {
    let server = Server::with(&Options::module(&["NativeFunctions", "yes"]));
    let mut client = server.client();
    client.register(script, &[]);
    add(&mut client, "s", 1, count);
    client.becomes(&["LRANGE", "begun", "0", "-1"], "[\"1\"]");
    (server, client)
}

/// Two entries with the ids of those that are worked on, and other contents.
fn twins(client: &mut Client, stream: &str) {
    for (id, number) in [("1-1", "11"), ("2-1", "12")] {
        answers(
            client,
            &["XADD", stream, id, "n", number],
            &format!("\"{id}\""),
        );
    }
}

/// Puts other entries with the same ids under the name `s`.
fn take_the_place(client: &mut Client, way: &str) {
    match way {
        "RENAME" => {
            twins(client, "other");
            answers(client, &["RENAME", "other", "s"], "+OK");
        }
        "COPY" => {
            twins(client, "other");
            answers(client, &["COPY", "other", "s", "REPLACE"], ":1");
        }
        "RESTORE" => {
            twins(client, "other");
            let dump = client.call(&["DUMP", "other"]);
            let dump = dump.bytes().expect("a dump");
            let restore: [&[u8]; 5] = [b"RESTORE", b"s", b"0", dump, b"REPLACE"];
            assert_eq!(client.call(&restore).text(), "OK");
        }
        "SWAPDB" => {
            answers(client, &["SELECT", "1"], "+OK");
            twins(client, "s");
            answers(client, &["SWAPDB", "0", "1"], "+OK");
            answers(client, &["SELECT", "0"], "+OK");
        }
        _ => {
            client.call(&way.split(' ').collect::<Vec<_>>());
            client.becomes(&["EXISTS", "s"], ":0");
            twins(client, "s");
        }
    }
}

/// The batch that is worked on ends, and is not acknowledged to the entries that have come in their place.
#[track_caller]
fn the_others_are_seen(client: &mut Client) {
    // They are forgotten and have to be read again: as pending entries, if they are still there.
    let registration = id(client, 0);
    answers(client, &["RG.PAUSEREGISTRATIONS", &registration], "+OK");
    answers(client, &["SET", "go", "1"], "+OK");
    datum_becomes(client, "numSuccess", "2");
    answers(client, SEEN, "[\"1\", \"2\"]");
    answers(client, &["XLEN", "s"], ":2");
    answers(client, &["RG.UNPAUSEREGISTRATIONS", &registration], "+OK");
    client.becomes(SEEN, "[\"1\", \"2\", \"11\", \"12\"]");
    client.becomes(&["XLEN", "s"], ":0");
}

#[test]
fn what_is_worked_on_is_not_acknowledged_to_a_stream_that_takes_its_place() {
    for way in [
        "RENAME",
        "COPY",
        "RESTORE",
        "SWAPDB",
        "DEL s",
        "MOVE s 1",
        "PEXPIRE s 1",
        "FLUSHDB",
    ] {
        let (_server, mut client) = amid_a_batch(SLOW, 2);
        take_the_place(&mut client, way);
        eventually(&format!("after {way} the others are read ahead"), || {
            let pending = client.call(&["XPENDING", "s", "__gears_consumer_group__"]);
            pending.items().first() == Some(&Value::Int(2))
        });
        the_others_are_seen(&mut client);
    }
}

#[test]
fn a_batch_is_acknowledged_where_its_stream_went() {
    for script in [SLOW, SPINNING] {
        let (_server, mut client) = amid_a_batch(script, 4);
        answers(&mut client, &["RENAME", "s", "s2"], "+OK");
        answers(&mut client, &["SET", "go", "1"], "+OK");
        client.becomes(&["XLEN", "s2"], ":0");
        answers(&mut client, SEEN, &numbers(1, 4));
    }
}

#[test]
fn a_stream_that_goes_is_let_go_and_read_again_when_it_comes_back() {
    let ways = [
        (["RENAME", "s", "other"], ["RENAME", "other", "s"]),
        (["SWAPDB", "0", "1"], ["SWAPDB", "1", "0"]),
    ];
    let each = |script| ways.map(|way| (script, way));
    for (script, (away, back)) in each(SLOW).into_iter().chain(each(SPINNING)) {
        let (_server, mut client) = amid_a_batch(script, 3);
        answers(&mut client, &away, "+OK");
        answers(&mut client, &["SET", "go", "1"], "+OK");
        // The batch that was under way ends, and its entries are left unacknowledged.
        client.becomes(SEEN, &numbers(1, 2));
        datum_becomes(&mut client, "numSuccess", "2");
        answers(&mut client, &["EXISTS", "s"], ":0");
        answers(&mut client, &back, "+OK");
        answers(&mut client, &["SET", "go", "1"], "+OK");
        client.becomes(&["XLEN", "s"], ":0");
        // Those that were worked off are seen once more, where the list is still there.
        let seen = client.call(SEEN).to_string();
        assert!(seen.ends_with("\"1\", \"2\", \"3\"]"), "{seen}");
    }
}

#[test]
fn a_stream_that_comes_by_swapdb_is_read() {
    for mode in ["async", "async_local", "sync"] {
        let server = Server::start();
        let mut client = server.client();
        client.register(&seen(&format!("'s*', mode='{mode}', batch=2")), &[]);
        add(&mut client, "s1", 1, 2);
        client.becomes(SEEN, &numbers(1, 2));
        answers(&mut client, &["SELECT", "1"], "+OK");
        add(&mut client, "s1", 11, 13);
        add(&mut client, "s2", 21, 21);
        // Two databases that the registration does not look at change nothing.
        answers(&mut client, &["SWAPDB", "1", "2"], "+OK");
        answers(&mut client, &["SWAPDB", "0", "2"], "+OK");
        answers(&mut client, &["SELECT", "0"], "+OK");
        client.becomes(&["SORT", "seen"], "[\"11\", \"12\", \"13\", \"21\"]");
        client.becomes(&["XLEN", "s1"], ":0");
        client.becomes(&["XLEN", "s2"], ":0");
        // Live entries follow the batch again.
        add(&mut client, "s1", 31, 32);
        client.becomes(
            &["SORT", "seen"],
            "[\"11\", \"12\", \"13\", \"21\", \"31\", \"32\"]",
        );
        assert_eq!(datum(&mut client, "numFailures"), "0");
        assert_eq!(datum(&mut client, "status"), "OK");
    }
}
