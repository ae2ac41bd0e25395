//! Functions that are called again and again: `registerTE`.

#[path = "support/mod.rs"]
mod support;

use std::thread::sleep;
use std::time::Duration;

use support::{Options, PATIENCE, Server, eventually};

fn ask(server: &Server, command: &[&str]) -> String {
    server
        .client()
        .ask(command, PATIENCE)
        .expect("a reply")
        .text()
}

fn number(server: &Server, key: &str) -> u32 {
    ask(server, &["GET", key]).parse().unwrap_or(0)
}

/// Waits until a counter is beyond `least`.
#[track_caller]
fn wait_beyond(server: &Server, key: &str, least: u32) -> u32 {
    let mut now = 0;
    eventually("another tick", || {
        now = number(server, key);
        now > least
    });
    now
}

const TICK: &str = "def tick():\n    execute('incr', 'ticks')\n";

#[test]
fn an_event_ends_with_its_key() {
    let server = Server::start();
    let script = format!("{TICK}registerTE(0, tick, 'te')");
    assert_eq!(ask(&server, &["RG.PYEXECUTE", &script]), "OK");
    assert_eq!(ask(&server, &["TYPE", "te"]), "rg_timeev");
    let ticks = wait_beyond(&server, "ticks", 1);
    wait_beyond(&server, "ticks", ticks);
    ask(&server, &["DEL", "te"]);
    eventually("the end of the ticks", || {
        let last = number(&server, "ticks");
        sleep(Duration::from_millis(300));
        number(&server, "ticks") == last
    });
}

#[test]
fn an_event_ends_with_its_first_error() {
    let server = Server::start();
    let script = "def once():\n    execute('incr', 'ticks')\n    raise Exception('enough')\nregisterTE(0, once)";
    assert_eq!(ask(&server, &["RG.PYEXECUTE", script]), "OK");
    wait_beyond(&server, "ticks", 0);
    sleep(Duration::from_millis(200));
    assert_eq!(number(&server, "ticks"), 1);
    eventually("the line in the log", || server.log().contains("enough"));
}

/// Nobody would ever await it.
#[test]
fn a_coroutine_is_an_error_that_names_the_remedy() {
    let server = Server::start();
    let mut client = server.client();
    client.register(
        "async def never(): pass\n\
         registerTE(0, never)\n\
         GB('CommandReader').register(trigger='t', onRegistered=never)",
        &[],
    );
    for what in ["time event", "onRegistered"] {
        let wanted = format!("coroutine are not allow on {what}, start them with runCoroutine");
        eventually(&wanted, || server.log().contains(&wanted));
    }
}

#[test]
fn an_event_in_a_key_survives_a_restart() {
    for options in [
        Options::default(),
        Options::server(&["--appendonly", "yes"]),
        Options::server(&["--appendonly", "yes", "--aof-use-rdb-preamble", "no"]),
    ] {
        let mut server = Server::with(&options);
        let script = format!("{TICK}registerTE(0, tick, 'te')");
        assert_eq!(ask(&server, &["RG.PYEXECUTE", &script]), "OK");
        wait_beyond(&server, "ticks", 0);
        if options.server.is_empty() {
            assert_eq!(ask(&server, &["SAVE"]), "OK");
        } else {
            ask(&server, &["BGREWRITEAOF"]);
            eventually("the end of the rewrite", || {
                let info = ask(&server, &["INFO", "persistence"]);
                !info.contains("aof_rewrite_in_progress:1")
                    && !info.contains("aof_rewrite_scheduled:1")
            });
        }
        server.restart();
        let ticks = number(&server, "ticks");
        wait_beyond(&server, "ticks", ticks);
    }
}

/// The event is in the key: it goes where the key goes, and ends with it.
#[test]
fn an_event_goes_with_its_key() {
    let server = Server::start();
    let mut client = server.client();
    let script = format!("{TICK}registerTE(0, tick, 'te')");
    client.register(&script, &[]);
    let value = client.call(&["DUMP", "te"]);
    let value = value.bytes().expect("bytes");
    let restore = |key: &'static str| [&b"RESTORE"[..], key.as_bytes(), b"0", value];
    let goes_on = || {
        let ticks = number(&server, "ticks");
        wait_beyond(&server, "ticks", ticks);
    };
    let ended = || {
        eventually("the end of the ticks", || {
            let last = number(&server, "ticks");
            sleep(Duration::from_millis(300));
            number(&server, "ticks") == last
        });
    };
    goes_on();
    let copied = client.call(&["COPY", "te", "copy"]).to_string();
    assert!(copied.starts_with("-ERR not supported"), "{copied}");
    assert_eq!(client.call(&["RENAME", "te", "other"]).text(), "OK");
    goes_on();
    assert_eq!(client.call(&["DEL", "other"]).to_string(), ":1");
    ended();
    assert_eq!(client.call(&restore("te")).text(), "OK");
    assert_eq!(client.call(&["TYPE", "te"]).text(), "rg_timeev");
    goes_on();
    assert_eq!(client.call(&["SET", "te", "x"]).text(), "OK");
    ended();
    // With a time to live, and in another database, from where nothing else is heard of it.
    assert_eq!(client.call(&restore("short")).text(), "OK");
    goes_on();
    client.call(&["PEXPIRE", "short", "1"]);
    client.becomes(&["EXISTS", "short"], ":0");
    ended();
    let mut elsewhere = server.client();
    elsewhere.call(&["SELECT", "1"]);
    assert_eq!(elsewhere.call(&restore("te")).text(), "OK");
    goes_on();
    assert_eq!(client.call(&["FLUSHALL"]).text(), "OK");
    ended();
    let mut damaged = value.to_vec();
    damaged[20] ^= 1;
    let reply = client.call(&[&b"RESTORE"[..], b"te", b"0", &damaged]);
    assert!(reply.is_error(), "{reply}");
}
