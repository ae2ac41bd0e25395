//! Registrations on all shards: all or none, whoever is asked, and whatever is asked elsewhere at the same time.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::support::cluster::enabled;
use crate::support::server::python;
use crate::support::{Client, Cluster, Options, Server, Value, eventually};

/// Whether all answer the same.
pub(crate) fn agree(clients: &mut [Client], command: &[&str]) -> bool {
    let first = clients[0].call(command);
    clients
        .iter_mut()
        .all(|client| client.call(command) == first)
}

/// The ids that all have.
#[track_caller]
pub(crate) fn same_registrations(clients: &mut [Client]) -> Vec<String> {
    eventually("the same registrations everywhere", || {
        let first = clients[0].registrations();
        clients
            .iter_mut()
            .all(|client| client.registrations() == first)
    });
    clients[0].registrations()
}

const EVERYWHERE: &str = "\
def here():
    execute('set', '{%s}onreg' % hashtag(), '1')
GB('CommandReader', desc='one').map(lambda r: hashtag()).register(trigger='t', mode='sync', onRegistered=here)
GB('StreamReader').foreach(lambda r: execute('incr', 'n' + r['key'])).register('s*')
GB('CommandReader').map(lambda r: call_next(*r[1:])).register(hook='get', mode='sync', convertToStr=False)
";

#[test]
fn a_script_stands_on_every_shard() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    clients[1].register(EVERYWHERE, &["ID", "everywhere", "DESCRIPTION", "three"]);
    assert_eq!(same_registrations(&mut clients).len(), 3);
    let own = cluster.id(1);
    assert!(clients[0].registrations()[0].starts_with(&own));
    assert!(agree(&mut clients, &["RG.PYDUMPSESSIONS"]));
    // It is answered when all have them: nobody has to wait.
    let tags: Vec<String> = clients.iter_mut().map(|one| one.triggered("t")).collect();
    assert_eq!(tags, ["06S", "8M", "63n"]);
    for (client, tag) in clients.iter_mut().zip(&tags) {
        client.becomes(&["GET", &format!("{{{tag}}}onreg")], "\"1\"");
    }
    // Streams are followed where they are.
    for stream in ["s{06S}", "s{8M}", "s{63n}"] {
        let owner = usize::from(cluster.owner(stream));
        clients[owner].call(&["XADD", stream, "*", "a", "1"]);
        clients[owner].becomes(&["GET", &format!("n{stream}")], "\"1\"");
    }
    // Another shard takes them away.
    let ids = clients[0].registrations();
    for (at, id) in ids.iter().enumerate() {
        assert_eq!(clients[at % 3].call(&["RG.UNREGISTER", id]).text(), "OK");
    }
    assert!(same_registrations(&mut clients).is_empty());
    assert_eq!(
        clients[0].call(&["RG.UNREGISTER", &ids[0]]).text(),
        "execution is not registered"
    );
}

#[test]
fn calls_on_a_key_are_sent_to_its_shard() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    let script = "GB('CommandReader').map(lambda r: r[1]).register(trigger='k', mode='sync')";
    clients[2].register(script, &[]);
    for key in ["k0", "k1", "k2"] {
        let owner = usize::from(cluster.owner(key));
        for (at, client) in clients.iter_mut().enumerate() {
            let reply = client.call(&["RG.TRIGGERONKEY", "k", key]);
            if at == owner {
                assert_eq!(reply.items()[0].text(), key);
            } else {
                let port = cluster.nodes[owner].address().port();
                let text = reply.text();
                assert!(text.starts_with("MOVED "), "{text}");
                assert!(text.ends_with(&format!(" 127.0.0.1:{port}")), "{text}");
            }
        }
    }
}

/// Whether streams are followed, by registration.
pub(crate) fn status(client: &mut Client) -> Vec<String> {
    let dump = client.call(&["RG.DUMPREGISTRATIONS"]);
    let status = |one: &Value| {
        one.field("RegistrationData")?
            .field("status")
            .map(Value::text)
    };
    dump.items().iter().filter_map(status).collect()
}

#[test]
fn a_pause_holds_on_every_shard() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    clients[0].register("GB('StreamReader').register('s*')", &["ID", "paused"]);
    let id = clients[0].registration_of("paused");
    for (command, wanted) in [
        ("RG.PAUSEREGISTRATIONS", "PAUSED"),
        ("RG.UNPAUSEREGISTRATIONS", "OK"),
    ] {
        assert_eq!(clients[2].call(&[command, &id]).text(), "OK");
        eventually(wanted, || {
            clients.iter_mut().all(|one| status(one) == [wanted])
        });
    }
}

#[test]
fn a_function_registers_everywhere() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    let script = "\
def more(r):
    GB('CommandReader').map(lambda r: hashtag()).register(trigger='more', mode='sync')
GB('CommandReader').foreach(more).register(trigger='add', mode='async_local')";
    clients[0].register(script, &["ID", "adding"]);
    assert_eq!(clients[1].triggered("add"), "['add']");
    assert_eq!(same_registrations(&mut clients).len(), 2);
    assert!(agree(&mut clients, &["RG.PYDUMPSESSIONS"]));
    let tags: Vec<String> = clients
        .iter_mut()
        .map(|one| one.triggered("more"))
        .collect();
    assert_eq!(tags, ["06S", "8M", "63n"]);
    // Both belong to the same script, which can be replaced as a whole.
    let other = "GB('CommandReader').map(lambda r: 'new').register(trigger='new', mode='sync')";
    clients[2].register(other, &["ID", "renewed", "REPLACE_WITH", "adding"]);
    assert_eq!(same_registrations(&mut clients).len(), 1);
    assert!(clients.iter_mut().all(|one| one.triggered("new") == "new"));
}

/// An interpreter of another minor version than the one of the tests, with cloudpickle; below `directory`.
fn another_python(directory: &Path) -> (PathBuf, String) {
    let said = |python: &Path, code: &str| {
        let output = Command::new(python).args(["-I", "-c", code]).output();
        let output = output.expect("the interpreter runs");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let version = "import sys; print('%d.%d' % sys.version_info[:2])";
    let own = said(&python(), version);
    let home = std::env::var("HOME").unwrap_or_default();
    let versions = Path::new(&home).join(".pyenv/versions");
    let mut found: Vec<PathBuf> = fs::read_dir(&versions)
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/python3"))
        .chain((7..30).map(|minor| PathBuf::from(format!("/usr/bin/python3.{minor}"))))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    let other = found
        .into_iter()
        .rfind(|path| said(path, version) != own)
        .unwrap_or_else(|| {
            panic!(
                "no Python but {own} in {} and /usr/bin: install another one",
                versions.display()
            )
        });
    let place = directory.join("another");
    let made = Command::new(&other)
        .args(["-I", "-m", "venv", "--without-pip"])
        .arg(&place)
        .status();
    assert!(made.expect("venv runs").success());
    // It is written in Python alone, and does for every version.
    let packages = said(
        &python(),
        "import cloudpickle, os; print(os.path.dirname(os.path.dirname(cloudpickle.__file__)))",
    );
    let site = said(
        &place.join("bin/python3"),
        "import sysconfig; print(sysconfig.get_path('purelib'))",
    );
    let copied = Command::new("cp")
        .arg("-r")
        .arg(Path::new(&packages).join("cloudpickle"))
        .arg(&site)
        .status();
    assert!(copied.expect("cp runs").success());
    let python = place.join("bin/python3");
    let version = said(&python, version);
    (python, version)
}

/// Three shards, the last of which has another Python; that one's version, and the others'.
fn with_another_python(directory: &Path) -> (Cluster, String) {
    let (other, version) = another_python(directory);
    let plain = enabled(&Options::default());
    let mut different = plain.clone();
    different
        .module
        .extend(["PythonExecutable".to_owned(), other.display().to_string()]);
    let nodes = vec![
        Server::with(&plain),
        Server::with(&plain),
        Server::with(&different),
    ];
    (Cluster::among(nodes, plain), version)
}

fn texts(reply: &Value) -> Vec<String> {
    reply.items().iter().map(Value::text).collect()
}

#[test]
fn a_shard_that_refuses_keeps_all_others_from_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let (cluster, version) = with_another_python(directory.path());
    let mut clients = cluster.clients();
    let ids: Vec<String> = (0..3).map(|at| cluster.id(at)).collect();
    let script = "GB('CommandReader').map(lambda r: 1).register(trigger='t', mode='sync')";
    let refusal = clients[0].call(&["RG.PYEXECUTE", script]);
    let [text] = &texts(&refusal)[..] else {
        panic!("one shard refuses: {refusal}");
    };
    assert!(!refusal.is_error());
    assert!(
        text.starts_with(&format!("-ERR shard-{}: ", ids[2])),
        "{text}"
    );
    // Both versions, and what to do.
    assert!(text.contains(&format!("runs Python {version}")), "{text}");
    assert!(text.contains("code for Python 3."), "{text}");
    assert!(text.contains("PythonExecutable"), "{text}");
    // The other way round two refuse.
    let refusal = clients[2].call(&["RG.PYEXECUTE", script]);
    let mut named: Vec<String> = texts(&refusal)
        .iter()
        .map(|text| text[.."-ERR shard-".len() + 40].to_owned())
        .collect();
    named.sort();
    let mut wanted = [
        format!("-ERR shard-{}", ids[0]),
        format!("-ERR shard-{}", ids[1]),
    ];
    wanted.sort();
    assert_eq!(named, wanted);
    for client in &mut clients {
        assert!(client.registrations().is_empty());
        assert_eq!(
            client.call(&["RG.TRIGGER", "t"]).text(),
            "ERR subcommand not found"
        );
    }
}

#[test]
fn functions_that_cannot_be_made_on_another_shard_are_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(
        directory.path().join("only_here.py"),
        "def f(r): return 'here'\n",
    )
    .expect("a file");
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    // Pickled by its name, and only the worker of the shard that runs the script has looked there.
    let script = format!(
        "import sys\nsys.path.insert(0, {:?})\nimport only_here\nsys.path.pop(0)\n\
         GB('CommandReader').map(only_here.f).register(trigger='only', mode='sync')",
        directory.path()
    );
    let refused = texts(&clients[1].call(&["RG.PYEXECUTE", &script]));
    assert_eq!(refused.len(), 2, "{refused:?}");
    for (text, shard) in refused.iter().zip({
        let mut others = [cluster.id(0), cluster.id(2)];
        others.sort();
        others
    }) {
        assert!(text.starts_with(&format!("-ERR shard-{shard}: ")), "{text}");
        assert!(text.contains("No module named 'only_here'"), "{text}");
    }
    assert!(same_registrations(&mut clients).is_empty());
}

#[test]
fn what_was_there_stays_when_a_shard_refuses_an_upgrade() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    let old = "GB('CommandReader').map(lambda r: 'old').register(trigger='t', mode='sync')";
    clients[0].register(old, &["ID", "x"]);
    let before = same_registrations(&mut clients);
    assert_eq!(
        clients[2].call(&["RG.PYEXECUTE", old, "ID", "x"]).text(),
        "Session x already exists"
    );
    // The last one comes back with another Python.
    assert_eq!(clients[2].call(&["SAVE"]).text(), "OK");
    let (other, _) = another_python(directory.path());
    let options = cluster.nodes[2].options_mut();
    options
        .module
        .extend(["PythonExecutable".to_owned(), other.display().to_string()]);
    cluster.nodes[2].restart();
    cluster.stands();
    let mut clients = cluster.clients();
    let new = "GB('CommandReader').map(lambda r: 'new').register(trigger='t', mode='sync')";
    for options in [
        &["ID", "x", "UPGRADE"][..],
        &["ID", "y", "REPLACE_WITH", "x"],
    ] {
        let refusal = clients[0].call(&[&["RG.PYEXECUTE", new][..], options].concat());
        assert_eq!(refusal.items().len(), 1, "{refusal}");
        assert_eq!(same_registrations(&mut clients), before);
        assert_eq!(clients[0].triggered("t"), "old");
        assert_eq!(clients[1].triggered("t"), "old");
    }
}

#[test]
fn many_scripts_at_once_leave_all_shards_alike() {
    let cluster = Cluster::of(3);
    thread::scope(|scope| {
        for number in 0..9_u16 {
            let mut client = cluster.client(number % 3);
            scope.spawn(move || {
                for round in 0..4 {
                    // All want the same trigger, one gets it.
                    let contested = format!(
                        "GB('CommandReader').map(lambda r: '{number}').register(trigger='c{round}', mode='sync')"
                    );
                    let reply = client.call(&["RG.PYEXECUTE", &contested]).text();
                    assert!(reply == "OK" || reply.contains("already registered") || reply.contains("-ERR shard-") || reply.is_empty(), "{reply}");
                    // All put theirs in the place of the one before.
                    let upgraded = format!(
                        "GB('CommandReader').map(lambda r: '{number}').register(trigger='u', mode='sync')"
                    );
                    let reply = client.call(&["RG.PYEXECUTE", &upgraded, "ID", "u", "UPGRADE"]);
                    assert!(reply.text() == "OK" || !reply.items().is_empty() || reply.is_error(), "{reply}");
                }
            });
        }
    });
    let mut clients = cluster.clients();
    // One for each contested trigger, and one.
    assert_eq!(same_registrations(&mut clients).len(), 5);
    for trigger in ["c0", "c1", "c2", "c3", "u"] {
        let winner = clients[0].triggered(trigger);
        for client in &mut clients {
            assert_eq!(client.triggered(trigger), winner, "{trigger}");
        }
    }
}

#[test]
fn counters_are_set_back_on_all_shards() {
    let cluster = Cluster::of(3);
    let mut clients = cluster.clients();
    clients[0].register(
        "GB('CommandReader').register(trigger='t', mode='sync')",
        &[],
    );
    let count = |client: &mut Client| {
        let dumped = client.call(&["RG.DUMPREGISTRATIONS"]);
        let data = dumped.items()[0].field("RegistrationData").cloned();
        data.and_then(|data| data.field("numTriggered").cloned())
    };
    for client in &mut clients {
        client.call(&["RG.TRIGGER", "t"]);
        assert_eq!(count(client), Some(Value::Int(1)));
    }
    assert_eq!(
        clients[1].call(&["RG.CLEARREGISTRATIONSSTATS"]).text(),
        "OK"
    );
    for client in &mut clients {
        eventually("none", || count(client) == Some(Value::Int(0)));
    }
}
