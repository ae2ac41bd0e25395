//! What survives a restart: registrations, their functions and their ids, through snapshots and the append-only file.

mod support;

use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use support::resp::NoReply;
use support::server::{python, version};
use support::{Client, Options, PATIENCE, Server, Value, eventually};

/// Waits for the end of a snapshot or rewrite.
#[track_caller]
fn saved(client: &mut Client) {
    eventually("the end of the snapshot or rewrite", || {
        let info = client.call(&["INFO", "persistence"]).text();
        !info.contains("_in_progress:1") && !info.contains("_scheduled:1")
    });
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
    client.register(COUNTER, &["ID", "counter", "DESCRIPTION", "two triggers"]);
    client.register(LOUD, &[]);
    client.register(
        "GB('CommandReader').map(lambda r: 'gone').register(trigger='gone')",
        &["ID", "gone"],
    );
    let gone = client.registration_of("gone");
    assert_eq!(client.call(&["RG.UNREGISTER", &gone]).text(), "OK");
    client.becomes(&["GET", "told"], "\"1\"");
    assert_eq!(client.triggered("a"), "3");
    assert_eq!(client.triggered("b"), "5");
    let known = client.registrations();
    assert_eq!(known.len(), 3);
    if !before.is_empty() {
        let reply = client.call(before);
        assert!(!reply.is_error(), "{before:?}: {reply}");
    }
    saved(&mut client);
    server.restart();

    let mut client = server.client();
    assert_eq!(client.registrations(), known);
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
    assert_eq!(client.triggered("a"), "3");
    assert_eq!(client.triggered("b"), "5");
    assert_eq!(client.triggered("loud"), "here");
    assert_eq!(
        client.call(&["RG.TRIGGER", "gone"]).text(),
        "ERR subcommand not found"
    );
    client.becomes(&["GET", "told"], "\"2\"");
    // New ids go on behind the old ones.
    client.register("GB('CommandReader').register(trigger='new')", &[]);
    let all = client.registrations();
    assert_eq!(all.len(), 4, "{all:?}");
    // A session that came back can be replaced and taken away.
    client.register(
        "GB('CommandReader').map(lambda r: 'second').register(trigger='a')",
        &["ID", "counter", "UPGRADE"],
    );
    assert_eq!(client.triggered("a"), "second");
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
    client.register(COUNTER, &[]);
    assert_eq!(
        client.call(&["CONFIG", "SET", "appendonly", "yes"]).text(),
        "OK"
    );
    saved(&mut client);
    let known = client.registrations();
    server.options_mut().server.extend(APPEND.map(String::from));
    server.restart();
    assert_eq!(server.client().registrations(), known);
}

#[test]
fn a_snapshot_that_is_loaded_replaces_what_is_there_and_flushall_keeps_it() {
    let server = Server::with(&Options::debugging());
    let mut client = server.client();
    client.register(COUNTER, &[]);
    let kept = client.registrations();
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    client.register("GB('CommandReader').register(trigger='later')", &[]);
    assert_eq!(client.call(&["DEBUG", "RELOAD", "NOSAVE"]).text(), "OK");
    assert_eq!(client.registrations(), kept);
    assert_eq!(client.call(&["FLUSHALL"]).text(), "OK");
    assert_eq!(client.registrations(), kept);
    assert_eq!(client.triggered("a"), "3");
}

/// Everything that can be registered, each with a trace of its own, and one that a function registers later.
const ALL: &str = "\
def entry(r):
    if execute('exists', 'hold'): raise Exception('not now')
    execute('rpush', 'entries', r['value']['n'])
def more(r):
    GB('CommandReader', desc='later').map(lambda r: 'more').register(trigger='more', mode='async_local')
GB('CommandReader').foreach(more).register(trigger='add')
GB('CommandReader').map(lambda r: 'hooked').register(hook='echo', mode='sync', convertToStr=False)
GB().foreach(lambda r: execute('incr', 'sync')).register('k*', mode='sync', eventTypes=['set'], keyTypes=['string'], readValue=False)
GB().foreach(lambda r: override_reply('seen')).register('m*', mode='async_local', eventTypes=['keymiss'], commands=['get'])
GB('StreamReader').foreach(entry).register('s', batch=2, duration=5, onFailedPolicy='retry', onFailedRetryInterval=1, trimStream=False)
registerTE(0, lambda: execute('incr', 'ticks'), 'te')
";

/// What a registration is, without its statistics.
fn definitions(client: &mut Client) -> Vec<String> {
    let dump = client.call(&["RG.DUMPREGISTRATIONS"]);
    let mut all: Vec<String> = dump
        .items()
        .iter()
        .map(|one| {
            let data = one.field("RegistrationData").expect("data");
            ["id", "reader", "desc", "PD"]
                .map(|name| one.field(name))
                .into_iter()
                .chain(["mode", "args"].map(|name| data.field(name)))
                .map(|field| format!("{field:?}"))
                .collect()
        })
        .collect();
    all.sort();
    all
}

/// Whatever brings the data back, also into a server with other settings, everything that was registered is as it was and
/// goes on: entries that were read and not acknowledged, time events, registrations that functions made.
#[test]
fn everything_comes_back_and_goes_on_by_every_way() {
    let append = ["--appendonly", "yes", "--appendfsync", "always"];
    let plain = [&append[..], &["--aof-use-rdb-preamble", "no"]].concat();
    let other = [
        ["WorkersPerEnvironment", "1"],
        ["ExecutionThreads", "1"],
        ["MaxExecutions", "3"],
        ["ProfileExecutions", "1"],
        ["PythonAttemptTraceback", "0"],
        ["SyncDeadline", "60000"],
    ];
    let restart: &[&str] = &[];
    for (server_options, ways) in [
        (&[][..], [&["SAVE"][..], restart]),
        (&[], [&["SAVE"], &["DEBUG", "RELOAD"]]),
        (&append, [&["PING"], restart]),
        (&append, [&["BGREWRITEAOF"], restart]),
        (&plain, [&["BGREWRITEAOF"], restart]),
        (&plain, [&["BGREWRITEAOF"], &["DEBUG", "LOADAOF"]]),
    ] {
        let mut options = Options::debugging();
        options
            .server
            .extend(server_options.iter().map(ToString::to_string));
        let mut server = Server::with(&options);
        let mut client = server.client();
        client.register(ALL, &["ID", "all", "DESCRIPTION", "everything"]);
        assert_eq!(client.triggered("add"), "['add']");
        client.call(&["SET", "hold", "1"]);
        client.call(&["XADD", "s", "*", "n", "1"]);
        client.call(&["SET", "k1", "x"]);
        client.becomes(&["GET", "sync"], "\"1\"");
        eventually("the entry is pending", || {
            let pending = client.call(&["XPENDING", "s", "__gears_consumer_group__"]);
            pending.items().first() == Some(&Value::Int(1))
        });
        let known = definitions(&mut client);
        let sessions = client.call(&["RG.PYDUMPSESSIONS"]);
        for way in ways {
            if way.is_empty() {
                let module = &mut server.options_mut().module;
                module.extend(other.iter().flatten().map(ToString::to_string));
                server.restart();
                client = server.client();
            } else {
                let reply = client.call(way);
                assert!(!reply.is_error(), "{way:?}: {reply}");
                saved(&mut client);
            }
        }
        let said = format!("{server_options:?} {ways:?}");
        assert_eq!(definitions(&mut client), known, "{said}");
        assert_eq!(client.call(&["RG.PYDUMPSESSIONS"]), sessions, "{said}");
        assert_eq!(client.triggered("more"), "more", "{said}");
        assert_eq!(client.call(&["ECHO", "x"]).text(), "hooked", "{said}");
        assert_eq!(client.call(&["GET", "missing"]).text(), "seen", "{said}");
        client.call(&["SET", "k2", "x"]);
        assert_eq!(client.call(&["GET", "sync"]).text(), "2", "{said}");
        client.call(&["DEL", "hold"]);
        client.call(&["XADD", "s", "*", "n", "2"]);
        client.becomes(&["LRANGE", "entries", "0", "-1"], "[\"1\", \"2\"]");
        assert_eq!(client.call(&["XLEN", "s"]), Value::Int(2), "{said}");
        let ticks = client.call(&["GET", "ticks"]);
        eventually("another tick", || client.call(&["GET", "ticks"]) != ticks);
    }
}

/// Writes what an append-only file says of sessions as it was written before a session had one form for all ways.
const FORMER: &str = "\
import marshal, pathlib, sys
changed = 0
for path in pathlib.Path(sys.argv[1]).rglob('*.aof'):
    data = path.read_bytes()
    if not data.startswith(b'*'):
        continue
    out, at = [], 0
    def line():
        global at
        start, at = at, data.index(b'\\r\\n', at) + 2
        return data[start + 1:at - 2]
    while at < len(data):
        words = []
        for _ in range(int(line())):
            length = int(line())
            words.append(data[at:at + length])
            at += length + 2
        if words[0].lower() == b'rg.innerregister':
            session = marshal.loads(words[1])
            session.pop('script', None)
            plans = [marshal.loads(plan) for plan in session['registrations']]
            for plan in plans:
                plan.pop('native', None)
            session['registrations'] = [marshal.dumps(plan, 2) for plan in plans]
            words[1] = marshal.dumps(session, 2)
            changed += 1
        elif words[0].lower() == b'rg.innertimeevent':
            period, session, database = marshal.loads(words[2])
            session = marshal.loads(session)
            plan = marshal.loads(session['registrations'][0])
            words[2] = marshal.dumps((period, plan['id'], plan['blob'], session['requirements'], database), 2)
            changed += 1
        out.append(b'*%d\\r\\n' % len(words))
        out.extend(b'$%d\\r\\n%s\\r\\n' % (len(word), word) for word in words)
    path.write_bytes(b''.join(out))
print(changed)
";

#[test]
fn files_of_former_versions_are_read() {
    let mut server = Server::with(&Options::server(&APPEND));
    let mut client = server.client();
    client.register(ALL, &["ID", "all", "DESCRIPTION", "everything"]);
    assert_eq!(client.triggered("add"), "['add']");
    let known = definitions(&mut client);
    let installation = server.installation();
    let directory = installation.parent().expect("a directory");
    server.restart_after(|| {
        let output = Command::new(python())
            .args(["-c", FORMER])
            .arg(directory)
            .output()
            .expect("Python runs");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            said.trim(),
            "3",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    });
    let mut client = server.client();
    assert_eq!(definitions(&mut client), known);
    assert_eq!(client.triggered("more"), "more");
    let ticks = client.call(&["GET", "ticks"]);
    eventually("another tick", || client.call(&["GET", "ticks"]) != ticks);
}

/// Raises a flag when it is dropped.
struct Raise<'a>(&'a AtomicBool);

impl Drop for Raise<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Every command is answered at once while the server loads its file: with LOADING, or with what is known so far.
#[test]
fn nobody_waits_in_vain_while_the_file_is_loaded() {
    let mut server = Server::with(&Options::server(&APPEND));
    let mut client = server.client();
    client.register(COUNTER, &["ID", "counter"]);
    client.register(
        "GB('KeysReader').foreach(lambda r: execute('incr', 'events')).register('k*', eventTypes=['del'])",
        &[],
    );
    client.register(
        "for n in range(4000):\n    execute('set', 'k%d' % n, 'x')",
        &[],
    );
    // Some seconds, in which the server looks at its clients now and then.
    server
        .options_mut()
        .server
        .extend(["--key-load-delay", "500"].map(String::from));
    let loaded = AtomicBool::new(false);
    let address = server.address();
    let ask = |command: &[&str]| {
        let mut refused = 0;
        while !loaded.load(Ordering::Relaxed) {
            // Between the old server and the new one nobody listens.
            let Ok(mut client) = Client::connect(address) else {
                thread::sleep(Duration::from_millis(5));
                continue;
            };
            match client.ask(command, PATIENCE) {
                Ok(reply) => refused += usize::from(reply.text().starts_with("LOADING")),
                Err(NoReply::Closed(_)) => {}
                Err(why) => panic!("{command:?}: {why}"),
            }
            thread::sleep(Duration::from_millis(5));
        }
        refused
    };
    let refused: usize = thread::scope(|scope| {
        let asking: Vec<_> = [
            &["RG.TRIGGER", "a"][..],
            &["RG.PYEXECUTE", "GB().count().run('k*')"],
            &["RG.DUMPREGISTRATIONS"],
            &["RG.PYDUMPSESSIONS", "VERBOSE"],
            &["INFO", "everything"],
        ]
        .into_iter()
        .map(|command| scope.spawn(|| ask(command)))
        .collect();
        // Also when the restart fails.
        let over = Raise(&loaded);
        server.restart();
        drop(over);
        asking
            .into_iter()
            .map(|one| one.join().expect("all are answered"))
            .sum()
    });
    assert!(refused > 0, "the server was never seen loading");
    let mut client = server.client();
    assert_eq!(client.registrations().len(), 3);
    let count = client.call(&["RG.PYEXECUTE", "GB().count().run('k*')"]);
    assert_eq!(count.items()[0].to_string(), "[\"4000\"]", "{count}");
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

/// Who loads the engine, registers nothing and wants to do without it again can: an append-only file without preamble says nothing of
/// it, and a snapshot does not from Redis 7.2 on.
#[test]
fn a_server_reads_without_the_engine_what_has_nothing_of_it() {
    for (arguments, command, reads) in [
        (
            "--appendonly yes --aof-use-rdb-preamble no",
            "BGREWRITEAOF",
            true,
        ),
        ("--appendonly no", "SAVE", version() >= (7, 2)),
    ] {
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let mut server = Server::with(&Options::server(&arguments));
        let mut client = server.client();
        client.register("GB('CommandReader').register(trigger='t')", &["ID", "t"]);
        let id = client.registration_of("t");
        assert_eq!(client.call(&["RG.UNREGISTER", &id]).text(), "OK");
        client.call(&["SET", "kept", "1"]);
        client.call(&[command]);
        saved(&mut client);
        server.options_mut().is_plain = true;
        let read = server.try_restart();
        assert_eq!(read.is_ok(), reads, "{command}: {read:?}");
        match read {
            Ok(()) => assert_eq!(server.client().call(&["GET", "kept"]).text(), "1"),
            // With it, all is there.
            Err(why) => {
                assert!(why.contains("no matching module"), "{why}");
                server.options_mut().is_plain = false;
                server.restart();
                assert_eq!(server.client().call(&["GET", "kept"]).text(), "1");
            }
        }
    }
}
