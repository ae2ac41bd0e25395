//! What survives a restart: registrations, their functions and their ids, through snapshots and the append-only file.

mod support;

use std::time::{Duration, Instant};

use support::{Client, Options, Server, Value};

/// Runs a script that must answer OK.
#[track_caller]
fn register(client: &mut Client, script: &str, options: &[&str]) {
    let mut command = vec!["RG.PYEXECUTE", script];
    command.extend(options);
    let reply = client.call(&command);
    assert_eq!(reply.text(), "OK", "{script}: {reply}");
}

/// The ids of all registrations, sorted.
fn ids(client: &mut Client) -> Vec<String> {
    let mut ids: Vec<String> = client
        .call(&["RG.DUMPREGISTRATIONS"])
        .items()
        .iter()
        .filter_map(|one| one.field("id").map(Value::text))
        .collect();
    ids.sort();
    ids
}

/// Waits until `command` answers `text`.
#[track_caller]
fn eventually(client: &mut Client, command: &[&str], text: &str) {
    let end = Instant::now() + Duration::from_secs(5);
    loop {
        let reply = client.call(command);
        if reply.text() == text {
            return;
        }
        assert!(Instant::now() < end, "{command:?} still answers {reply}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[track_caller]
fn triggered(client: &mut Client, trigger: &str) -> String {
    let reply = client.call(&["RG.TRIGGER", trigger]);
    assert!(!reply.is_error(), "{trigger}: {reply}");
    reply.items().first().map(Value::text).unwrap_or_default()
}

const COUNTER: &str = "\
counter = 1
def add(r):
    global counter
    counter += 2
    return counter
GB('CommandReader', desc='adds').map(add).register(trigger='a')
GB('CommandReader').map(add).register(trigger='b', mode='async_local')
";

const LOUD: &str = "\
def hello():
    execute('INCR', 'told')
GB('CommandReader').map(lambda r: 'here').register(trigger='loud', mode='sync', onRegistered=hello)
";

/// Everything that is promised of a restart, whatever brings the data back.
#[track_caller]
fn restart_keeps_all(server: &mut Server, before: &[&str]) {
    let mut client = server.client();
    register(
        &mut client,
        COUNTER,
        &["ID", "counter", "DESCRIPTION", "two triggers"],
    );
    register(&mut client, LOUD, &[]);
    register(
        &mut client,
        "GB('CommandReader').map(lambda r: 'gone').register(trigger='gone')",
        &["ID", "gone"],
    );
    let gone = client
        .call(&["RG.PYDUMPSESSIONS", "SESSIONS", "gone"])
        .items()[0]
        .field("registrations")
        .expect("registrations")
        .items()[0]
        .text();
    assert_eq!(client.call(&["RG.UNREGISTER", &gone]).text(), "OK");
    eventually(&mut client, &["GET", "told"], "1");
    assert_eq!(triggered(&mut client, "a"), "3");
    assert_eq!(triggered(&mut client, "b"), "5");
    let known = ids(&mut client);
    assert_eq!(known.len(), 3);
    if !before.is_empty() {
        let reply = client.call(before);
        assert!(!reply.is_error(), "{before:?}: {reply}");
    }
    let end = Instant::now() + Duration::from_secs(5);
    while client
        .call(&["INFO", "persistence"])
        .text()
        .contains("_in_progress:1")
    {
        assert!(Instant::now() < end, "{before:?} does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(20));
    server.restart();

    let mut client = server.client();
    assert_eq!(ids(&mut client), known);
    // The statistics begin again.
    for one in client.call(&["RG.DUMPREGISTRATIONS"]).items() {
        let data = one.field("RegistrationData").expect("data");
        assert_eq!(data.field("numTriggered"), Some(&Value::Int(0)), "{one}");
    }
    let session = &client
        .call(&["RG.PYDUMPSESSIONS", "SESSIONS", "counter"])
        .items()[0]
        .clone();
    assert_eq!(
        session
            .field("sessionDescription")
            .expect("it has one")
            .text(),
        "two triggers"
    );
    // The functions are those of the time of registration, with one dictionary of globals for both.
    assert_eq!(triggered(&mut client, "a"), "3");
    assert_eq!(triggered(&mut client, "b"), "5");
    assert_eq!(triggered(&mut client, "loud"), "here");
    assert_eq!(
        client.call(&["RG.TRIGGER", "gone"]).text(),
        "ERR subcommand not found"
    );
    eventually(&mut client, &["GET", "told"], "2");
    // New ids go on behind the old ones.
    register(
        &mut client,
        "GB('CommandReader').register(trigger='new')",
        &[],
    );
    let all = ids(&mut client);
    assert_eq!(all.len(), 4, "{all:?}");
    // A session that came back can be replaced and taken away.
    register(
        &mut client,
        "GB('CommandReader').map(lambda r: 'second').register(trigger='a')",
        &["ID", "counter", "UPGRADE"],
    );
    assert_eq!(triggered(&mut client, "a"), "second");
    assert_eq!(
        client.call(&["RG.TRIGGER", "b"]).text(),
        "ERR subcommand not found"
    );
}

#[test]
fn a_snapshot_keeps_registrations() {
    restart_keeps_all(&mut Server::start(), &["SAVE"]);
}

#[test]
fn a_snapshot_in_the_background_keeps_registrations() {
    restart_keeps_all(&mut Server::start(), &["BGSAVE"]);
}

const APPEND: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

#[test]
fn the_append_only_file_keeps_registrations() {
    restart_keeps_all(&mut Server::with(&Options::server(&APPEND)), &[]);
}

#[test]
fn a_rewritten_append_only_file_keeps_registrations() {
    restart_keeps_all(
        &mut Server::with(&Options::server(&APPEND)),
        &["BGREWRITEAOF"],
    );
}

#[test]
fn an_append_only_file_without_preamble_keeps_registrations() {
    let options = [&APPEND[..], &["--aof-use-rdb-preamble", "no"]].concat();
    restart_keeps_all(
        &mut Server::with(&Options::server(&options)),
        &["BGREWRITEAOF"],
    );
}

#[test]
fn an_append_only_file_that_is_switched_on_keeps_registrations() {
    let options = ["--aof-use-rdb-preamble", "no"];
    let mut server = Server::with(&Options::server(&options));
    let mut client = server.client();
    register(&mut client, COUNTER, &[]);
    assert_eq!(
        client.call(&["CONFIG", "SET", "appendonly", "yes"]).text(),
        "OK"
    );
    let end = Instant::now() + Duration::from_secs(5);
    while client
        .call(&["INFO", "persistence"])
        .text()
        .contains("_in_progress:1")
    {
        assert!(Instant::now() < end, "the rewrite does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
    let known = ids(&mut client);
    server.options_mut().server.extend(APPEND.map(String::from));
    server.restart();
    assert_eq!(ids(&mut server.client()), known);
}

#[test]
fn a_snapshot_that_is_loaded_replaces_what_is_there_and_flushall_keeps_it() {
    let server = Server::with(&Options::server(&["--enable-debug-command", "yes"]));
    let mut client = server.client();
    register(&mut client, COUNTER, &[]);
    let kept = ids(&mut client);
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    register(
        &mut client,
        "GB('CommandReader').register(trigger='later')",
        &[],
    );
    assert_eq!(client.call(&["DEBUG", "RELOAD", "NOSAVE"]).text(), "OK");
    assert_eq!(ids(&mut client), kept);
    assert_eq!(client.call(&["FLUSHALL"]).text(), "OK");
    assert_eq!(ids(&mut client), kept);
    assert_eq!(triggered(&mut client, "a"), "3");
}

#[test]
fn clients_cannot_send_what_masters_send() {
    let server = Server::start();
    let mut client = server.client();
    for command in ["RG.INNERREGISTER", "RG.INNERUNREGISTER"] {
        let reply = client.call(&[command, "x"]);
        assert!(
            reply.is_error() && reply.text().contains("RG.PYEXECUTE"),
            "{reply}"
        );
    }
}
