//! Sessions that come and go: functions are known as long as something may still call them.

mod support;

use std::time::Duration;

use support::{Client, PATIENCE, Server, Value, eventually};

#[track_caller]
fn answers(client: &mut Client, command: &[&str], wanted: &str) {
    let reply = client.call(command).to_string();
    assert_eq!(reply, wanted, "{command:?}");
}

#[test]
fn a_session_that_comes_back_at_once_has_its_functions() {
    let server = Server::start();
    std::thread::scope(|scope| {
        for number in 0..4 {
            let mut client = server.client();
            scope.spawn(move || {
                let name = format!("s{number}");
                for round in 0..60 {
                    let script = format!(
                        "GB('CommandReader').map(lambda r: {round}).register(trigger='{name}')"
                    );
                    let fresh = round % 3 != 1;
                    let command = ["RG.PYEXECUTE", &script, "ID", &name, "UPGRADE"];
                    let words = if fresh { &command[..4] } else { &command[..] };
                    answers(&mut client, words, "+OK");
                    answers(
                        &mut client,
                        &["RG.TRIGGER", &name],
                        &format!("[\"{round}\"]"),
                    );
                    // Every third round upgrades what the round before it left.
                    if round % 3 != 0 {
                        let id = client.registration_of(&name);
                        answers(&mut client, &["RG.UNREGISTER", &id], "+OK");
                    }
                }
            });
        }
    });
}

#[test]
fn events_that_wait_when_their_registration_goes_are_worked_off() {
    let server = Server::start();
    let mut client = server.client();
    let script = "import time\n\
        def work(r):\n    while not execute('get', 'open'):\n        time.sleep(0.01)\n    execute('rpush', 'seen', r['key'])\n\
        GB('KeysReader').foreach(work).register('k*', mode='async_local')";
    answers(&mut client, &["RG.PYEXECUTE", script, "ID", "waits"], "+OK");
    for number in 1..=3 {
        client.call(&["SET", &format!("k{number}"), "x"]);
    }
    let id = client.registration_of("waits");
    answers(&mut client, &["RG.UNREGISTER", &id], "+OK");
    client.call(&["SET", "k4", "x"]);
    answers(
        &mut client,
        &[
            "RG.PYEXECUTE",
            "GB('CommandReader').register(trigger='t')",
            "ID",
            "waits",
        ],
        "+OK",
    );
    client.call(&["SET", "open", "1"]);
    client.becomes(&["LRANGE", "seen", "0", "-1"], "[\"k1\", \"k2\", \"k3\"]");
    client.becomes(&["RG.DUMPEXECUTIONS"], "[]");
}

#[test]
fn ten_thousand_registrations_of_one_script_can_be_listed() {
    let server = Server::start();
    let mut client = server.client();
    let script = "for i in range(10000):\n    GB('CommandReader').map(lambda r, i=i: i).register(trigger='t%d' % i)";
    let patience = Duration::from_secs(120);
    let reply = client
        .ask(&["RG.PYEXECUTE", script, "ID", "many"], patience)
        .expect("a reply");
    assert_eq!(reply.to_string(), "+OK");
    answers(&mut client, &["RG.TRIGGER", "t9999"], "[\"9999\"]");
    let list = client
        .ask(&["RG.DUMPREGISTRATIONS"], patience)
        .expect("a reply");
    assert_eq!(list.items().len(), 10_000);
    for one in list.items() {
        let session = one.field("PD").map(Value::text).unwrap_or_default();
        assert!(session.contains("'and 9900 more'"), "{session}");
    }
    let sessions = client.call(&["RG.PYDUMPSESSIONS"]);
    let ids = sessions.items()[0]
        .field("registrations")
        .expect("registrations");
    assert_eq!(ids.items().len(), 10_000);
    assert!(
        client
            .call(&["INFO", "rg"])
            .text()
            .contains("rg_nregistrations:10000")
    );
}

#[test]
fn a_session_is_referred_to_by_its_plans_and_dead_when_it_is_replaced() {
    let server = Server::start();
    let mut client = server.client();
    let references = |client: &mut Client, list: &[&str]| -> Vec<(String, String)> {
        let reply = client.call(&[&["RG.PYDUMPSESSIONS"], list].concat());
        let text = |one: &Value, name| one.field(name).map(ToString::to_string);
        reply
            .items()
            .iter()
            .map(|one| {
                let count = text(one, "refCount").unwrap_or_default();
                (count, text(one, "linked").unwrap_or_default())
            })
            .collect()
    };
    let held = "\
import time
def hold(r):
    while not execute('EXISTS', 'go'):
        time.sleep(0.01)
    return 'old'
GB('CommandReader').map(hold).register(trigger='t')
GB('ShardsIDReader').run()";
    client.register(held, &["ID", "s"]);
    // The registration, and the run whose results are kept.
    let primary = |count: &str| vec![(count.to_owned(), "\"primary\"".to_owned())];
    assert_eq!(references(&mut client, &[]), primary(":2"));
    let run = client.call(&["RG.DUMPEXECUTIONS"]).items()[0]
        .field("executionId")
        .expect("an id")
        .text();
    eventually("the end of the run", || {
        client.call(&["RG.DROPEXECUTION", &run]).text() == "OK"
    });
    assert_eq!(references(&mut client, &[]), primary(":1"));
    let mut caller = server.client();
    caller
        .send(&["RG.TRIGGER", "t"])
        .expect("the server listens");
    eventually("the call", || {
        client.call(&["RG.DUMPEXECUTIONS"]).items().len() == 1
    });
    client.register(
        "GB('CommandReader').map(lambda r: 'new').register(trigger='t')",
        &["ID", "s", "UPGRADE"],
    );
    assert_eq!(client.triggered("t"), "new");
    assert_eq!(references(&mut client, &[]), primary(":1"));
    let dead = vec![(":1".to_owned(), "\"None\"".to_owned())];
    assert_eq!(references(&mut client, &["DEAD"]), dead);
    client.call(&["SET", "go", "1"]);
    let reply = caller.read(PATIENCE).expect("a reply");
    assert_eq!(reply.to_string(), "[\"old\"]");
    eventually("the end of the dead session", || {
        references(&mut client, &["DEAD"]).is_empty()
    });
}
