//! Sessions that come and go: functions are known as long as something may still call them.

mod support;

use std::time::Duration;

use support::server::signal;
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

/// A script that waits in its middle until the key `go` is there.
const WAIT: &str = "\nimport time\nexecute('set', 'in', '1')\nwhile not execute('exists', 'go'):\n    time.sleep(0.01)\n";

/// A script with command registrations.
fn commands(triggers: &[&str]) -> String {
    let one = |trigger: &&str| {
        format!("GB('CommandReader').map(lambda r: '{trigger}').register(trigger='{trigger}')\n")
    };
    triggers.iter().map(one).collect()
}

/// Runs a script with [`WAIT`] and does something meanwhile; gives its reply.
#[track_caller]
fn meanwhile(
    server: &Server,
    triggers: &[&str],
    options: &[&str],
    other: impl FnOnce(&mut Client),
) -> String {
    let mut client = server.client();
    let script = commands(triggers) + WAIT;
    let mut caller = server.client();
    caller
        .send(&[&["RG.PYEXECUTE", &script][..], options].concat())
        .expect("the server listens");
    client.becomes(&["EXISTS", "in"], ":1");
    other(&mut client);
    client.call(&["SET", "go", "1"]);
    let reply = caller.read(PATIENCE).expect("a reply");
    client.call(&["DEL", "in", "go"]);
    reply.to_string()
}

#[test]
fn an_upgrade_that_fails_leaves_everything_as_it_was() {
    let server = Server::start();
    let mut client = server.client();
    let old = commands(&["a"])
        + "GB().foreach(lambda r: execute('INCR', 'n')).register('k*', mode='sync', eventTypes=['set'])\n\
           GB('StreamReader').foreach(lambda r: execute('INCR', 'm')).register('s')";
    client.register(&old, &["ID", "s", "DESCRIPTION", "old"]);
    client.register(&commands(&["other"]), &["ID", "o"]);
    let mut times = 0;
    let mut works = |client: &mut Client| {
        times += 1;
        assert_eq!(client.triggered("a"), "a");
        client.call(&["SET", "k", "x"]);
        client.call(&["XADD", "s", "*", "f", "v"]);
        let count = format!("\"{times}\"");
        answers(client, &["GET", "n"], &count);
        client.becomes(&["GET", "m"], &count);
        client.becomes(&["XLEN", "s"], ":0");
    };
    works(&mut client);
    eventually("the end of all executions", || {
        let dump = client.call(&["RG.DUMPREGISTRATIONS"]);
        dump.items().iter().all(|one| {
            let data = one.field("RegistrationData").expect("data");
            data.field("numTriggered") == data.field("numSuccess")
        })
    });
    let before = client.call(&["RG.DUMPREGISTRATIONS"]);
    let new = commands(&["b"]);
    let upgrade = ["ID", "s", "UPGRADE", "DESCRIPTION", "new"];
    let replace = ["ID", "r", "REPLACE_WITH", "s"];
    let missing = [&upgrade[..], &["REQUIREMENTS", "./missing.whl"]].concat();
    for (more, options, text) in [
        ("1/0", &upgrade[..], "ZeroDivisionError"),
        ("1/0", &replace, "ZeroDivisionError"),
        ("import os\nos._exit(1)", &upgrade, "died (exit code 1)"),
        (
            "GB('CommandReader').register(trigger='b')",
            &upgrade,
            "trigger already registered in this session",
        ),
        (
            "GB('CommandReader').register(trigger='other')",
            &upgrade,
            "trigger already registered",
        ),
        (
            "GB('CommandReader').register(trigger='other')",
            &replace,
            "trigger already registered",
        ),
        (
            "lock = __import__('threading').Lock()\nGB().map(lambda r: lock).register()",
            &upgrade,
            "Error occured when serialized",
        ),
        (
            "GB('CommandReader').register(hook='multi')",
            &upgrade,
            "Can not override",
        ),
        (
            "GB('StreamReader').register('s', onFailedPolicy='no')",
            &upgrade,
            "onFailedPolicy must be",
        ),
        ("", &missing, "Could not satisfy requirements"),
        ("", &["ID", "s"], "Session s already exists"),
        (
            "",
            &["ID", "s", "REPLACE_WITH", "o"],
            "Can not replace an existing session s with o",
        ),
        (
            "",
            &["ID", "r", "REPLACE_WITH", "x"],
            "Can not replace with x, session does not exists.",
        ),
    ] {
        let script = format!("{new}{more}");
        let reply = client.call(&[&["RG.PYEXECUTE", &script][..], options].concat());
        assert!(
            reply.is_error() && reply.text().contains(text),
            "{more}: {reply}"
        );
        assert_eq!(client.call(&["RG.DUMPREGISTRATIONS"]), before, "{more}");
    }
    // A trigger that another script takes while this one runs; a worker that is killed.
    let reply = meanwhile(&server, &["b", "c"], &upgrade, |client| {
        client.register(&commands(&["c"]), &["ID", "c"]);
    });
    assert_eq!(reply, "-trigger already registered");
    let id = client.registration_of("c");
    answers(&mut client, &["RG.UNREGISTER", &id], "+OK");
    let reply = meanwhile(&server, &["b"], &upgrade, |_| {
        for worker in server.workers() {
            signal(worker, "KILL");
        }
    });
    assert!(reply.contains("died (signal 9)"), "{reply}");
    assert_eq!(client.call(&["RG.DUMPREGISTRATIONS"]), before);
    answers(
        &mut client,
        &["RG.TRIGGER", "b"],
        "-ERR subcommand not found",
    );
    // A call may still meet the dead worker.
    eventually("another worker", || {
        !client.call(&["RG.TRIGGER", "a"]).is_error()
    });
    works(&mut client);
}

#[test]
fn a_session_has_its_name_for_itself() {
    let server = Server::start();
    let mut client = server.client();
    let sessions = |client: &mut Client| -> Vec<String> {
        let dump = client.call(&["RG.PYDUMPSESSIONS"]);
        let name = |one: &Value| one.field("ID").map(Value::text);
        let mut names: Vec<String> = dump.items().iter().filter_map(name).collect();
        names.sort();
        names
    };
    // Who comes second is refused, or takes the place of who came first.
    let reply = meanwhile(&server, &["a"], &["ID", "s"], |client| {
        client.register(&commands(&["b"]), &["ID", "s"]);
    });
    assert_eq!(reply, "-Session s already exists");
    let reply = meanwhile(&server, &["a"], &["ID", "s", "UPGRADE"], |client| {
        client.register(&commands(&["a"]), &["ID", "s", "UPGRADE"]);
    });
    assert_eq!(reply, "+OK");
    assert_eq!(sessions(&mut client), ["s"]);
    assert_eq!(client.registrations().len(), 1);
    // One that was to be replaced and has gone is not missed.
    let reply = meanwhile(
        &server,
        &["a"],
        &["ID", "t", "REPLACE_WITH", "s"],
        |client| {
            let id = client.registration_of("s");
            answers(client, &["RG.UNREGISTER", &id], "+OK");
        },
    );
    assert_eq!(reply, "+OK");
    assert_eq!(sessions(&mut client), ["t"]);
    // What is left of a replaced session cannot register any more.
    let register = "import time\n\
        def late(r):\n    execute('set', 'in', '1')\n    while not execute('exists', 'go'):\n        time.sleep(0.01)\n\
        \x20   GB('CommandReader').register(trigger='late')\n\
        GB('CommandReader').map(late).register(trigger='t')";
    client.register(register, &["ID", "t", "UPGRADE"]);
    let mut caller = server.client();
    caller
        .send(&["RG.TRIGGER", "t"])
        .expect("the server listens");
    client.becomes(&["EXISTS", "in"], ":1");
    client.register(&commands(&["b"]), &["ID", "t", "UPGRADE"]);
    client.call(&["SET", "go", "1"]);
    let reply = caller.read(PATIENCE).expect("a reply");
    assert!(reply.text().contains("Session t was replaced"), "{reply}");
    assert_eq!(client.registrations().len(), 1);
    // A session goes with its last registration.
    let id = client.registration_of("t");
    answers(&mut client, &["RG.UNREGISTER", &id], "+OK");
    assert_eq!(sessions(&mut client), Vec::<String>::new());
    answers(
        &mut client,
        &["RG.PYDUMPSESSIONS", "SESSIONS", "t"],
        "[\"Session t does not exists\"]",
    );
}

/// What redgrease gives is there without an import, as in generated scripts, also in functions that come back after a restart.
#[test]
fn scripts_find_what_redgrease_gives() {
    let mut server = Server::start();
    let mut client = server.client();
    let script = "from redgrease import utils\nfrom redgrease.utils import compose\nimport redgrease.runtime\n\
        def f(r):\n    cmd.hset('h', 'a', 1)\n    return [cmd.hgetall('h'), hashtag3() == '{%s}' % hashtag(), redgrease.cmd.exists('h'), \
        Record('k').key, StreamRecord('s').key, utils.str_if_bytes(b'x'), compose(str, abs)(-1), redgrease.KeyType.Hash]\n\
        GB('CommandReader').map(f).register(trigger='given', mode='async_local')";
    let wanted = "[\"[{'a': '1'}, True, 1, 'k', 's', 'x', '1', 'hash']\"]";
    answers(&mut client, &["RG.PYEXECUTE", script], "+OK");
    answers(&mut client, &["RG.TRIGGER", "given"], wanted);
    answers(&mut client, &["SAVE"], "+OK");
    server.restart();
    answers(&mut server.client(), &["RG.TRIGGER", "given"], wanted);
}

#[test]
fn a_thread_acts_for_a_session_in_a_block() {
    let server = Server::start();
    let mut client = server.client();
    let script = "import threading\n\
        def work(r):\n\
        \x20   future, session = gearsFuture(), getGearsSession()\n\
        \x20   def body():\n\
        \x20       def known():\n\
        \x20           try:\n\
        \x20               return getGearsSession() is not None\n\
        \x20           except Exception:\n\
        \x20               return False\n\
        \x20       said = [known()]\n\
        \x20       with GearsSession(session):\n\
        \x20           said.append(known())\n\
        \x20           with GearsSession(None):\n\
        \x20               said.append(known())\n\
        \x20           said.append(known())\n\
        \x20       said.append(known())\n\
        \x20       future.continueRun(said)\n\
        \x20   threading.Thread(target=body).start()\n\
        \x20   return future\n\
        GB('CommandReader').map(work).register(trigger='blocks')";
    answers(&mut client, &["RG.PYEXECUTE", script], "+OK");
    answers(
        &mut client,
        &["RG.TRIGGER", "blocks"],
        "[\"[False, True, False, True, False]\"]",
    );
}

#[test]
fn wrong_use_of_functions_is_answered_in_their_own_words() {
    let server = Server::start();
    let mut client = server.client();
    for (script, wanted) in [
        (
            "setGearsSession(5)",
            "gears.error: Given object is not of type GearsSession",
        ),
        (
            "flat_error()",
            "gears.error: not enough arguments for time flat error",
        ),
        (
            "atomic().__exit__(None, None, None)",
            "gears.error: Not inside an atomic block",
        ),
    ] {
        let reply = client.call(&["RG.PYEXECUTE", script]);
        assert!(reply.is_error(), "{script}: {reply}");
        assert!(
            reply.text().ends_with(&format!("'{wanted}\\n']")),
            "{script}: {reply}"
        );
    }
    let builder = "GB('PythonReader').__localAggregateby__(lambda r: r, 0, lambda k, a, r: a + 1).run(shardReaderCallback)";
    answers(
        &mut client,
        &["RG.PYEXECUTE", builder],
        "[[\"{'key': '1', 'value': 1}\"], []]",
    );
}
