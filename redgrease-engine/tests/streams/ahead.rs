//! Entries that are read ahead of their group, because their function needs no worker.

use super::support::{Client, Options, Server, Value, eventually};
use super::{
    SEEN, SPINNING, add, amid_a_batch, answers, datum, datum_becomes, durable, id, numbers, pause,
    registrations, take_the_place, the_others_are_seen,
};

const GROUP: &str = "__gears_consumer_group__";

fn native(mut options: Options) -> Options {
    options
        .module
        .extend(["NativeFunctions", "yes"].map(ToString::to_string));
    options
}

/// Whether the functions of the only registration need no worker.
#[track_caller]
fn assert_native(client: &mut Client) {
    let info = client.call(&["INFO", "rg_runs"]).text();
    assert!(info.contains("by=native"), "{info}");
}

/// A field of the first group of the stream `s`.
fn of_group(client: &mut Client, field: &str) -> String {
    let groups = client.call(&["XINFO", "GROUPS", "s"]);
    let field = groups
        .items()
        .first()
        .and_then(|group| group.field(field).cloned());
    field.map(|value| value.text()).unwrap_or_default()
}

fn pending(client: &mut Client) -> String {
    let pending = client.call(&["XPENDING", "s", GROUP]);
    pending
        .items()
        .first()
        .map(Value::to_string)
        .unwrap_or_default()
}

#[test]
fn what_runs_without_a_worker_is_got_when_it_is_over() {
    let (_server, mut client) = amid_a_batch(SPINNING, 5);
    assert_native(&mut client);
    assert_eq!(pending(&mut client), ":0");
    assert_eq!(of_group(&mut client, "last-delivered-id"), "0-0");
    answers(&mut client, &["XLEN", "s"], ":5");
    answers(&mut client, &["SET", "go", "1"], "+OK");
    client.becomes(SEEN, &numbers(1, 4));
    client.becomes(&["XLEN", "s"], ":1");
    assert_eq!(pending(&mut client), ":0");
    assert_eq!(of_group(&mut client, "last-delivered-id"), "4-1");
    if let Some(lag) = client.call(&["XINFO", "GROUPS", "s"]).items()[0].field("lag") {
        assert_eq!(lag.to_string(), ":1");
    }
}

#[test]
fn a_killed_server_begins_again_what_was_not_over() {
    let mut server = Server::with(&native(durable()));
    let mut client = server.client();
    client.register(SPINNING, &[]);
    add(&mut client, "s", 1, 6);
    client.becomes(&["LRANGE", "begun", "0", "-1"], "[\"1\"]");
    server.restart();
    let mut client = server.client();
    client.becomes(&["LRANGE", "begun", "0", "-1"], "[\"1\", \"1\"]");
    answers(&mut client, &["SET", "go", "1"], "+OK");
    client.becomes(SEEN, &numbers(1, 6));
    client.becomes(&["XLEN", "s"], ":0");
    server.restart();
    let mut client = server.client();
    add(&mut client, "s", 7, 8);
    client.becomes(SEEN, &numbers(1, 8));
}

#[test]
fn a_promoted_replica_begins_again_what_was_not_over() {
    let quick = native(Options::server(&["--repl-diskless-sync-delay", "0"]));
    let master = Server::with(&quick);
    let mut client = master.client();
    client.register(SPINNING, &[]);
    let replica = Server::with(&quick);
    let mut other = replica.client();
    let port = master.address().port().to_string();
    other.call(&["REPLICAOF", "127.0.0.1", &port]);
    eventually("the registration on the replica", || {
        !registrations(&mut other).is_empty()
    });
    answers(&mut client, &["SET", "go", "1"], "+OK");
    add(&mut client, "s", 1, 4);
    other.becomes(SEEN, &numbers(1, 4));
    eventually("the group on the replica has got them", || {
        of_group(&mut other, "last-delivered-id") == "4-1"
    });
    answers(&mut client, &["DEL", "go"], ":1");
    add(&mut client, "s", 5, 8);
    other.becomes(&["LLEN", "begun"], ":5");
    other.becomes(&["XLEN", "s"], ":4");
    assert_eq!(of_group(&mut other, "last-delivered-id"), "4-1");
    master.signal("KILL");
    other.call(&["REPLICAOF", "NO", "ONE"]);
    answers(&mut other, &["SET", "go", "1"], "+OK");
    other.becomes(SEEN, &numbers(1, 8));
    other.becomes(&["XLEN", "s"], ":0");
}

/// A function that fails while the key `closed` is there.
fn failing(arguments: &str) -> String {
    format!(
        "def work(r):\n    if execute('exists', 'closed'):\n        raise ValueError('closed')\n\
         \x20   execute('rpush', 'seen', r['value']['n'])\n\
         GB('StreamReader').foreach(work).register('s', batch=2, {arguments})"
    )
}

#[test]
fn what_failed_is_pending_and_no_more() {
    for arguments in [
        "onFailedPolicy='abort'",
        "onFailedPolicy='abort', mode='async_local'",
        "onFailedPolicy='retry', onFailedRetryInterval=1",
    ] {
        let mut server = Server::with(&native(durable()));
        let mut client = server.client();
        client.call(&["SET", "closed", "1"]);
        client.register(&failing(arguments), &[]);
        assert_native(&mut client);
        add(&mut client, "s", 1, 5);
        eventually("what failed is pending", || pending(&mut client) == ":2");
        assert_eq!(of_group(&mut client, "last-delivered-id"), "2-1");
        answers(&mut client, &["XLEN", "s"], ":5");
        // It is in the files, too.
        server.restart();
        let mut client = server.client();
        eventually("it is tried again", || {
            datum(&mut client, "numFailures") != "0"
        });
        assert_eq!(pending(&mut client), ":2");
        client.call(&["DEL", "closed"]);
        if arguments.contains("abort") {
            datum_becomes(&mut client, "status", "ABORTED");
            let registration = id(&mut client, 0);
            answers(
                &mut client,
                &["RG.UNPAUSEREGISTRATIONS", &registration],
                "+OK",
            );
        }
        client.becomes(SEEN, &numbers(1, 5));
        client.becomes(&["XLEN", "s"], ":0");
        assert_eq!(pending(&mut client), ":0");
    }
}

#[test]
fn what_is_given_up_is_done_with_or_stays_pending() {
    for (failed, left) in [("failed", 0), ("no-stream", 2)] {
        let server = Server::with(&native(Options::default()));
        let mut client = server.client();
        client.call(&["SET", "no-stream", "1"]);
        client.call(&["SET", "closed", "1"]);
        let script = failing(&format!(
            "onFailedPolicy='retry', onFailedRetryInterval=0, onFailedTries=1, onFailedStream='{failed}'"
        ));
        client.register(&script, &[]);
        add(&mut client, "s", 1, 2);
        if left == 0 {
            client.becomes(&["XLEN", "failed"], ":2");
            client.becomes(&["XLEN", "s"], ":0");
            assert_eq!(pending(&mut client), ":0");
        } else {
            datum_becomes(&mut client, "status", "ABORTED");
            assert_eq!(pending(&mut client), ":2");
            answers(&mut client, &["XLEN", "s"], ":2");
        }
    }
}

#[test]
fn a_group_that_somebody_sets_back_goes_on_from_there() {
    let (_server, mut client) = amid_a_batch(SPINNING, 2);
    // Keeps the entries.
    answers(&mut client, &["XGROUP", "CREATE", "s", "mine", "0"], "+OK");
    answers(&mut client, &["SET", "go", "1"], "+OK");
    client.becomes(SEEN, &numbers(1, 2));
    eventually("the group has got them", || {
        of_group(&mut client, "last-delivered-id") == "2-1"
    });
    answers(&mut client, &["DEL", "go"], ":1");
    add(&mut client, "s", 3, 4);
    client.becomes(&["LLEN", "begun"], ":3");
    answers(&mut client, &["XGROUP", "SETID", "s", GROUP, "0"], "+OK");
    answers(&mut client, &["SET", "go", "1"], "+OK");
    client.becomes(SEEN, &numbers(1, 4));
    add(&mut client, "s", 5, 6);
    client.becomes(SEEN, "[\"1\", \"2\", \"3\", \"4\", \"1\", \"2\"]");
}

#[test]
fn nobody_is_told_that_the_engine_moves_its_group() {
    let server = Server::with(&native(Options::default()));
    let mut client = server.client();
    client.register(
        "GB('KeysReader').filter(lambda r: r['key'] == 's').foreach(lambda r: execute('sadd', 'events', r['event'])).register('s', readValue=False)",
        &[],
    );
    client.register("GB('StreamReader').foreach(lambda r: r).register('s')", &[]);
    add(&mut client, "s", 1, 3);
    client.becomes(&["XLEN", "s"], ":0");
    assert_eq!(of_group(&mut client, "last-delivered-id"), "3-1");
    client.becomes(&["SISMEMBER", "events", "xtrim"], ":1");
    pause(100);
    answers(&mut client, &["SISMEMBER", "events", "xgroup-setid"], ":0");
    // A client that moves it is heard.
    answers(&mut client, &["XGROUP", "SETID", "s", GROUP, "$"], "+OK");
    client.becomes(&["SISMEMBER", "events", "xgroup-setid"], ":1");
}

#[test]
fn another_stream_under_the_name_is_not_acknowledged() {
    for way in ["RENAME", "COPY", "RESTORE", "SWAPDB", "DEL s", "FLUSHDB"] {
        let (_server, mut client) = amid_a_batch(SPINNING, 2);
        take_the_place(&mut client, way);
        the_others_are_seen(&mut client);
    }
}

#[test]
fn a_function_that_needs_a_worker_from_now_on_goes_on_behind() {
    let (_server, mut client) = amid_a_batch(SPINNING, 8);
    // The batches behind are read, and their group has not got them.
    pause(200);
    client.call(&["RG.CONFIGSET", "NativeFunctions", "0"]);
    answers(&mut client, &["SET", "go", "1"], "+OK");
    client.becomes(SEEN, &numbers(1, 8));
    add(&mut client, "s", 9, 12);
    client.becomes(SEEN, &numbers(1, 12));
    client.becomes(&["XLEN", "s"], ":0");
    assert_eq!(pending(&mut client), ":0");
}

#[test]
fn what_was_not_over_is_seen_by_who_comes_after() {
    let (_server, mut client) = amid_a_batch(SPINNING, 4);
    let registration = id(&mut client, 0);
    answers(&mut client, &["RG.UNREGISTER", &registration], "+OK");
    client.register(
        "GB('StreamReader').foreach(lambda r: execute('rpush', 'after', r['value']['n'])).register('s*', batch=2)",
        &[],
    );
    pause(100);
    answers(&mut client, &["EXISTS", "after"], ":0");
    answers(&mut client, &["SET", "go", "1"], "+OK");
    client.becomes(SEEN, &numbers(1, 2));
    client.becomes(&["LRANGE", "after", "0", "-1"], &numbers(3, 4));
    client.becomes(&["XLEN", "s"], ":0");
}

#[test]
fn results_are_the_texts_of_entries_whoever_runs_them() {
    let results = |native: &str, steps: &str| {
        let server = Server::with(&Options::module(&["NativeFunctions", native]));
        let mut client = server.client();
        let script = format!("GB('StreamReader').{steps}.register('s', batch=3)");
        client.register(&script, &[]);
        client.call(&["XADD", "s", "1-1", "n", "x", "n", "y'\""]);
        client.call(&["XADD", "s", "2-1", "n", ""]);
        let binary: [&[u8]; 5] = [b"XADD", b"s", b"3-1", b"n", b"\xff\n"];
        client.call(&binary);
        client.becomes(&["XLEN", "s"], ":0");
        let executions = client.call(&["RG.DUMPEXECUTIONS"]);
        let ids = executions.items().iter();
        let ids = ids.filter_map(|one| one.field("executionId").map(Value::text));
        let mut results: Vec<String> = ids
            .map(|id| client.call(&["RG.GETRESULTS", &id]).to_string())
            .collect();
        results.sort();
        results.join("\n")
    };
    for steps in [
        "foreach(lambda r: None)",
        "foreach(lambda r: 1 // len(r['value']['n']))",
        "filter(lambda r: len(r['value']['n']) == 2).foreach(lambda r: r)",
        "foreach(lambda r: r['value'].update({'m': 1}))",
        "foreach(lambda r: r.pop('key'))",
    ] {
        let native = results("yes", steps);
        assert_eq!(native, results("no", steps), "{steps}");
        assert!(native.contains("'n'"), "{steps}: {native}");
    }
}
