//! Entries of streams that fail again and again: tried so often, then given up and put into another stream.

mod support;

use support::{Client, Server, eventually};

/// Waits until nothing of the stream is pending and so many entries were worked off.
fn settled(client: &mut Client, worked_off: usize) {
    let pending = ["XPENDING", "s", "__gears_consumer_group__"];
    eventually("the end of the stream", || {
        let seen = client.call(&["SCARD", "seen"]).to_string();
        seen == format!(":{worked_off}") && client.call(&pending).items()[0].to_string() == ":0"
    });
}

fn add(client: &mut Client, values: &[&str]) {
    for value in values {
        client.call(&["XADD", "s", "*", "n", value]);
    }
}

/// The values that were given up, and the texts of their errors.
fn dead(client: &mut Client) -> Vec<(String, String)> {
    let reply = client.call(&["XRANGE", "dead", "-", "+"]);
    let field = |entry: &support::Value, name: &str| {
        let content = &entry.items()[1];
        content.field(name).expect("a field").text()
    };
    let entries = reply.items().iter();
    entries
        .map(|entry| {
            assert_eq!(field(entry, "failed:stream"), "s");
            assert!(field(entry, "failed:id").contains('-'));
            (field(entry, "n"), field(entry, "failed:error"))
        })
        .collect()
}

const WORK: &str = "import os\n\
    def work(r):\n\
    \x20   n = r['value']['n']\n\
    \x20   execute('hincrby', 'tries', n, 1)\n\
    \x20   if n == 'bad':\n\
    \x20       raise ValueError('no number')\n\
    \x20   if n == 'worse':\n\
    \x20       os.kill(os.getpid(), 9)\n\
    \x20   execute('sadd', 'seen', n)\n";

fn register(client: &mut Client, options: &str) {
    let script = format!(
        "{WORK}GB('StreamReader').foreach(work).register('s', onFailedPolicy='retry', onFailedRetryInterval=0, trimStream=False, {options})"
    );
    client.register(&script, &["ID", "works"]);
}

#[test]
fn an_entry_that_fails_is_tried_so_often_and_then_kept_elsewhere() {
    let mut server = Server::start();
    let mut client = server.client();
    register(&mut client, "onFailedTries=3, onFailedStream='dead'");
    add(&mut client, &["1", "bad", "2", "3"]);
    settled(&mut client, 3);
    let given_up = dead(&mut client);
    assert_eq!(given_up.len(), 1);
    assert_eq!(given_up[0].0, "bad");
    assert!(
        given_up[0].1.contains("ValueError: no number"),
        "{given_up:?}"
    );
    assert_eq!(client.call(&["HGET", "tries", "bad"]).text(), "3");
    assert_eq!(client.call(&["HGET", "tries", "2"]).text(), "1");
    let shown = client.call(&["RG.DUMPREGISTRATIONS"]).to_string();
    assert!(
        shown.contains("\"onFailedTries\", :3, \"onFailedStream\", \"dead\"")
            && shown.contains("\"status\", \"OK\""),
        "{shown}"
    );
    // The same after a restart.
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    server.restart();
    let mut client = server.client();
    add(&mut client, &["bad", "4"]);
    settled(&mut client, 4);
    assert_eq!(dead(&mut client).len(), 2);
}

#[test]
fn only_the_entry_that_fails_is_given_up_not_its_batch() {
    let server = Server::start();
    let mut client = server.client();
    register(
        &mut client,
        "onFailedTries=2, onFailedStream='dead', batch=5, duration=20",
    );
    add(&mut client, &["1", "2", "bad", "3", "4", "5", "6", "7"]);
    settled(&mut client, 7);
    assert_eq!(dead(&mut client).len(), 1);
    // Twice with its batch, then alone.
    assert_eq!(client.call(&["HGET", "tries", "bad"]).text(), "3");
}

#[test]
fn an_entry_that_kills_its_worker_is_given_up_too() {
    let server = Server::start();
    let mut client = server.client();
    register(
        &mut client,
        "onFailedTries=2, onFailedStream='dead', batch=3, duration=20",
    );
    add(&mut client, &["1", "worse", "2", "3"]);
    settled(&mut client, 3);
    let given_up = dead(&mut client);
    assert_eq!(given_up.len(), 1);
    assert_eq!(given_up[0].0, "worse");
    assert!(given_up[0].1.contains("worker died"), "{given_up:?}");
}

#[test]
fn without_a_stream_for_it_the_log_tells_what_was_given_up() {
    let server = Server::start();
    let mut client = server.client();
    register(&mut client, "onFailedTries=1");
    add(&mut client, &["1", "bad", "2"]);
    settled(&mut client, 2);
    assert!(
        server
            .log()
            .contains("of the stream s is given up after 1 tries"),
        "{}",
        server.log_tail()
    );
    assert_eq!(client.call(&["EXISTS", "dead"]).to_string(), ":0");
}

#[test]
fn what_cannot_be_kept_elsewhere_stays() {
    let server = Server::start();
    let mut client = server.client();
    client.call(&["SET", "dead", "no stream"]);
    register(&mut client, "onFailedTries=1, onFailedStream='dead'");
    add(&mut client, &["1", "bad", "2"]);
    eventually("the stop", || {
        let shown = client.call(&["RG.DUMPREGISTRATIONS"]).to_string();
        shown.contains("\"status\", \"ABORTED\"")
    });
    client.call(&["DEL", "dead"]);
    client.call(&["RG.UNPAUSEREGISTRATIONS", &client_id(&mut server.client())]);
    settled(&mut client, 2);
    assert_eq!(dead(&mut client).len(), 1);
}

fn client_id(client: &mut Client) -> String {
    client.registration_of("works")
}

#[test]
fn arguments_that_make_no_sense_are_refused() {
    let server = Server::start();
    let mut client = server.client();
    for (options, wanted) in [
        (
            "onFailedTries=2",
            "onFailedTries can only be combined with onFailedPolicy Retry",
        ),
        (
            "onFailedPolicy='retry', onFailedStream='d'",
            "onFailedStream needs onFailedTries",
        ),
        (
            "onFailedPolicy='retry', onFailedTries=-1",
            "must not be negative",
        ),
        (
            "onFailedPolicy='retry', onFailedTries='2'",
            "must be a number",
        ),
        (
            "onFailedPolicy='retry', onFailedTries=2, onFailedStream=5",
            "must be a string",
        ),
        (
            "onFailedPolicy='retry', onFailedTries=2, onFailedStream='s:dead'",
            "onFailedStream is one of the streams that the registration reads",
        ),
    ] {
        let script = format!("GB('StreamReader').register('s:*', {options})");
        let reply = client.call(&["RG.PYEXECUTE", &script]);
        assert!(reply.text().contains(wanted), "{options}: {reply}");
    }
}
