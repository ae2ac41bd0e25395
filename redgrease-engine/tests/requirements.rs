//! Packages that scripts require: installed once, kept as wheels, carried to where they are needed.
//!
//! Needs the package index that pip is configured for.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use support::server::python;
use support::wheels::wheel;
use support::{Client, Options, Server, Value, eventually};

/// Long enough for pip.
const PATIENCE: Duration = Duration::from_secs(300);

/// Small packages without dependencies.
const OLD: &str = "iniconfig==1.1.1";
const NEW: &str = "iniconfig==2.0.0";
/// The version that a function of the session sees.
const VERSION: &str = "__import__('importlib.metadata').metadata.version('iniconfig')";

#[track_caller]
fn execute(client: &mut Client, script: &str, options: &[&str]) -> Value {
    let mut command = vec!["RG.PYEXECUTE", script];
    command.extend(options);
    match client.ask(&command, PATIENCE) {
        Ok(reply) => reply,
        Err(why) => panic!("{script}: {why}"),
    }
}

#[track_caller]
fn register(client: &mut Client, trigger: &str, options: &[&str]) {
    let script =
        format!("GB('CommandReader').map(lambda r: {VERSION}).register(trigger='{trigger}')");
    let reply = execute(client, &script, options);
    assert_eq!(reply.text(), "OK", "{reply}");
}

#[track_caller]
fn triggered(client: &mut Client, trigger: &str) -> String {
    let reply = client
        .ask(&["RG.TRIGGER", trigger], PATIENCE)
        .expect("a reply");
    assert!(!reply.is_error(), "{trigger}: {reply}");
    reply.items().first().map(Value::text).unwrap_or_default()
}

/// The requirement called `name` in RG.PYDUMPREQS.
fn requirement(client: &mut Client, name: &str) -> Option<Value> {
    client
        .call(&["RG.PYDUMPREQS"])
        .items()
        .iter()
        .find(|one| one.field("Name").is_some_and(|field| field.text() == name))
        .cloned()
}

/// A directory without wheels: a server that is given it has no index.
fn nothing(server_or_test: &str) -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix(server_or_test)
        .tempdir()
        .expect("a temporary directory")
}

fn offline(directory: &Path, more: &[&str]) -> Options {
    let directory = directory.to_str().expect("a name in UTF-8");
    Options {
        module: ["WheelDirectory", directory].map(String::from).to_vec(),
        server: more.iter().map(ToString::to_string).collect(),
        ..Options::default()
    }
}

/// Puts the wheel of a requirement into a directory.
#[track_caller]
fn download(directory: &Path, requirement: &str) {
    let status = Command::new(python())
        .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
        .arg(directory)
        .arg(requirement)
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "pip cannot download {requirement}"
    );
}

/// Removes environments and wheels, as on another machine.
fn forget_packages(server: &Server) {
    for entry in fs::read_dir(server.installation())
        .expect("it is there")
        .flatten()
    {
        if !entry.file_name().to_string_lossy().starts_with("worker-") {
            fs::remove_dir_all(entry.path()).expect("it can be removed");
        }
    }
}

/// The pieces of an exported requirement as the arguments that import it.
#[track_caller]
fn import_of(client: &mut Client, name: &str) -> Vec<Vec<u8>> {
    let exported = client.call(&["RG.PYEXPORTREQ", name]);
    let [shown, pieces] = exported.items() else {
        panic!("{name}: {exported}");
    };
    // As RG.PYDUMPREQS shows it.
    assert_eq!(requirement(client, name).as_ref(), Some(shown));
    let mut import = vec![b"RG.PYIMPORTREQ".to_vec()];
    import.extend(
        pieces
            .items()
            .iter()
            .map(|piece| piece.bytes().expect("bytes").to_vec()),
    );
    import
}

#[test]
fn versions_in_conflict_live_side_by_side_and_come_back_without_an_index() {
    let mut server = Server::start();
    let mut client = server.client();
    register(&mut client, "old", &["ID", "old", "REQUIREMENTS", OLD]);
    // The same in another spelling is the same environment.
    register(
        &mut client,
        "new",
        &["ID", "new", "REQUIREMENTS", "Iniconfig == 2.0.0"],
    );
    register(&mut client, "again", &["ID", "again", "REQUIREMENTS", NEW]);
    let made = server.log().matches("making a Python environment").count();
    assert_eq!(made, 2, "{}", server.log_tail());
    for (trigger, version) in [("old", "1.1.1"), ("new", "2.0.0"), ("again", "2.0.0")] {
        assert_eq!(triggered(&mut client, trigger), version);
    }
    let shown = requirement(&mut client, OLD).expect("it is known");
    let field = |name: &str| shown.field(name).expect("a field").text();
    for name in ["IsDownloaded", "IsInstalled", "IsInReqDictionary"] {
        assert_eq!(field(name), "yes", "{name}");
    }
    assert_eq!(
        shown.field("Wheels").expect("wheels").items()[0].text(),
        "iniconfig-1.1.1-py2.py3-none-any.whl"
    );
    assert_eq!(shown.field("RefCount"), Some(&Value::Int(2)));

    // The file brings the wheels along: everything is made again from them, without an index.
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    let empty = nothing("redgrease-empty");
    server
        .options_mut()
        .module
        .extend(offline(empty.path(), &[]).module);
    forget_packages(&server);
    server.restart();
    let mut client = server.client();
    for (trigger, version) in [("old", "1.1.1"), ("new", "2.0.0"), ("again", "2.0.0")] {
        assert_eq!(triggered(&mut client, trigger), version);
    }
    // With the environments at hand nothing is made.
    let made = server.log().matches("making a Python environment").count();
    server.restart();
    assert_eq!(triggered(&mut server.client(), "old"), "1.1.1");
    assert_eq!(
        server.log().matches("making a Python environment").count(),
        made
    );
}

#[test]
fn wheels_are_exported_imported_and_replicated() {
    let from = Server::with(&Options::server(&["--repl-diskless-sync-delay", "0"]));
    let mut on_from = from.client();
    register(&mut on_from, "new", &["REQUIREMENTS", NEW]);
    assert_eq!(
        on_from.call(&["RG.PYEXPORTREQ", "iniconfig"]).to_string(),
        "-requirement does not exists"
    );
    let import = import_of(&mut on_from, NEW);

    let empty = nothing("redgrease-empty");
    let to = Server::with(&offline(empty.path(), &[]));
    let mut on_to = to.client();
    let refused = execute(
        &mut on_to,
        "GB('ShardsIDReader').run()",
        &["REQUIREMENTS", NEW],
    );
    assert!(
        refused.text().starts_with("Could not satisfy requirements")
            && refused.text().contains("iniconfig"),
        "pip says why: {refused}"
    );
    let mut broken = import.clone();
    broken[1].truncate(100);
    assert!(on_to.call(&broken).is_error());
    assert_eq!(on_to.call(&import).text(), "OK");
    let shown = requirement(&mut on_to, NEW).expect("it is known");
    assert_eq!(shown.field("IsDownloaded").expect("a field").text(), "yes");
    let version = execute(
        &mut on_to,
        &format!("GB('ShardsIDReader').map(lambda r: {VERSION}).run()"),
        &["REQUIREMENTS", NEW],
    );
    assert_eq!(version.items()[0].items()[0].text(), "2.0.0", "{version}");

    // A replica without an index gets wheels by full synchronisation, and through the stream.
    let replica = Server::with(&offline(empty.path(), &[]));
    let mut on_replica = replica.client();
    let port = from.address().port().to_string();
    assert_eq!(
        on_replica.call(&["REPLICAOF", "127.0.0.1", &port]).text(),
        "OK"
    );
    let both = ["new", "old"];
    for (trigger, wanted) in both.into_iter().zip(["2.0.0", "1.1.1"]) {
        eventually("the version on the replica", || {
            let reply = on_replica.call(&["RG.TRIGGER", trigger]);
            reply
                .items()
                .first()
                .is_some_and(|version| version.text() == wanted)
        });
        if trigger == "new" {
            register(&mut on_from, "old", &["REQUIREMENTS", OLD]);
        }
    }
}

#[test]
fn a_wheel_directory_replaces_the_index_and_requirements_can_be_renewed() {
    let wheels = nothing("redgrease-wheels");
    download(wheels.path(), NEW);
    let server = Server::with(&offline(wheels.path(), &[]));
    let mut client = server.client();
    let script = format!("GB('ShardsIDReader').map(lambda r: {VERSION}).run()");
    let run = |client: &mut Client, options: &[&str]| {
        execute(client, &script, options).items()[0].items()[0].text()
    };
    assert_eq!(run(&mut client, &["REQUIREMENTS", "iniconfig"]), "2.0.0");
    register(
        &mut client,
        "old",
        &["ID", "old", "REQUIREMENTS", "iniconfig"],
    );
    // The directory changes; only a renewal looks into it again.
    for entry in fs::read_dir(wheels.path()).expect("it is there").flatten() {
        fs::remove_file(entry.path()).expect("it can be removed");
    }
    download(wheels.path(), OLD);
    assert_eq!(run(&mut client, &["REQUIREMENTS", "iniconfig"]), "2.0.0");
    let kept = |client: &mut Client| {
        let known = client.call(&["RG.PYDUMPREQS"]);
        known.items()[0].field("Path").map(Value::text)
    };
    let path = kept(&mut client);
    assert_eq!(
        run(
            &mut client,
            &["FORCE_REINSTALL_REQUIREMENTS", "REQUIREMENTS", "iniconfig"]
        ),
        "1.1.1"
    );
    // The wheels are kept where they were.
    assert_eq!(kept(&mut client), path);
    assert_eq!(run(&mut client, &["REQUIREMENTS", "iniconfig"]), "1.1.1");
    // Whoever has the old packages keeps them. The last one who goes takes them away.
    assert_eq!(triggered(&mut client, "old"), "2.0.0");
    let environments = || {
        fs::read_dir(server.installation())
            .expect("it is there")
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("env-"))
            .count()
    };
    assert_eq!(environments(), 2);
    let id = client.registration_of("old");
    assert_eq!(client.call(&["RG.UNREGISTER", &id]).text(), "OK");
    eventually("the end of the old packages", || environments() == 1);
    assert_eq!(run(&mut client, &["REQUIREMENTS", "iniconfig"]), "1.1.1");
}

#[test]
fn what_is_exported_is_imported_whole_or_not_at_all() {
    let (wheels, empty) = (nothing("redgrease-wheels"), nothing("redgrease-empty"));
    wheel(wheels.path(), "big", "1.0", "big", "", 11);
    wheel(wheels.path(), "small", "1.0", "small", "", 0);
    let mut options = offline(wheels.path(), &[]);
    options
        .module
        .extend(["SharePackages", "0"].map(String::from));
    let from = Server::with(&options);
    let mut to = Server::with(&offline(empty.path(), &[]));
    let (mut on_from, mut on_to) = (from.client(), to.client());
    let script = "GB('ShardsIDReader').map(lambda r: __import__('big').VALUE).run()";
    let wanted = "[[\"big\"], []]";
    let ran = execute(&mut on_from, script, &["REQUIREMENTS", "big"]);
    assert_eq!(ran.to_string(), wanted);
    let import = import_of(&mut on_from, "big");
    let [command, first, last] = import.as_slice() else {
        panic!("{} pieces, not two", import.len() - 1);
    };
    assert_eq!(first.len(), 10 << 20);

    register(&mut on_from, "a", &["ID", "s", "REQUIREMENTS", "small"]);
    let small = import_of(&mut on_from, "small").remove(1);
    // Nobody exports what no session has any more.
    register(&mut on_from, "b", &["ID", "s", "UPGRADE"]);
    assert_eq!(requirement(&mut on_from, "small"), None);
    let damaged = |at: usize| {
        let mut piece = small.clone();
        piece[at] ^= 1;
        vec![piece]
    };
    for pieces in [
        vec![],
        vec![Vec::new()],
        vec![b"garbage".to_vec()],
        vec![first.clone()],
        vec![last.clone()],
        vec![last.clone(), first.clone()],
        vec![small[..small.len() - 1].to_vec()],
        vec![small[1..].to_vec()],
        vec![small.clone(), b"x".to_vec()],
        vec![small.clone(), small.clone()],
        damaged(0),
        damaged(small.len() / 2),
        damaged(small.len() - 1),
    ] {
        let lengths: Vec<usize> = pieces.iter().map(Vec::len).collect();
        let reply = on_to.call(&[&[command.clone()][..], &pieces].concat());
        assert_eq!(
            reply.to_string(),
            "-Bad serialization format on reading requirement name",
            "{lengths:?}"
        );
        assert_eq!(on_to.call(&["RG.PYDUMPREQS"]).to_string(), "[]");
    }
    assert_eq!(on_to.call(&import).text(), "OK");
    assert_eq!(on_to.call(&import).text(), "OK");
    let shown = requirement(&mut on_to, "big").expect("it is known");
    for (name, wanted) in [
        ("GearReqVersion", ":2"),
        ("IsDownloaded", "\"yes\""),
        ("IsInstalled", "\"yes\""),
        ("Wheels", "[\"big-1.0-py3-none-any.whl\"]"),
        ("RefCount", ":1"),
        ("IsInReqDictionary", "\"yes\""),
    ] {
        assert_eq!(shown.field(name).expect(name).to_string(), wanted, "{name}");
    }
    // It stays, although nobody uses it, and goes on from here.
    register(&mut on_to, "none", &[]);
    assert!(import_of(&mut on_to, "big") == import);
    assert_eq!(on_to.call(&["SAVE"]).text(), "OK");
    forget_packages(&to);
    to.restart();
    let ran = execute(&mut to.client(), script, &["REQUIREMENTS", "big"]);
    assert_eq!(ran.to_string(), wanted);
}

/// Other wheels for the same requirement reach replicas and files, and whoever has the old ones keeps them.
#[test]
fn renewed_wheels_travel_too() {
    let (wheels, empty) = (nothing("redgrease-wheels"), nothing("redgrease-empty"));
    let mut options = offline(
        wheels.path(),
        &[
            "--appendonly",
            "yes",
            "--aof-use-rdb-preamble",
            "no",
            "--repl-diskless-sync-delay",
            "0",
        ],
    );
    let mut master = Server::with(&options);
    options.module = offline(empty.path(), &[]).module;
    let mut replica = Server::with(&options);
    let (mut on_master, mut on_replica) = (master.client(), replica.client());
    let port = master.address().port().to_string();
    on_replica.call(&["REPLICAOF", "127.0.0.1", &port]);
    let again = ["FORCE_REINSTALL_REQUIREMENTS", "REQUIREMENTS", "changes"];
    let triggers = ["first", "second", "third"];
    // A newer one, and then another one of the same version.
    for (round, version) in ["1.0", "2.0", "2.0"].into_iter().enumerate() {
        let value = triggers[round];
        wheel(wheels.path(), "changes", version, value, "", 0);
        let script = format!(
            "GB('CommandReader').map(lambda r: __import__('changes').VALUE).register(trigger='{value}')"
        );
        assert_eq!(execute(&mut on_master, &script, &again).text(), "OK");
        for known in &triggers[..=round] {
            assert_eq!(triggered(&mut on_master, known), *known);
            on_replica.becomes(&["RG.TRIGGER", known], &format!("[\"{known}\"]"));
        }
    }
    // What is made again is made of what came last.
    for server in [&mut master, &mut replica] {
        // On the master a rewritten file, on the replica the one of its synchronisation.
        let mut client = server.client();
        if client.call(&["ROLE"]).items()[0].text() == "master" {
            client.call(&["BGREWRITEAOF"]);
        }
        eventually("the end of the rewrite", || {
            let info = client.call(&["INFO", "persistence"]).text();
            info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0")
        });
        server.options_mut().module = offline(empty.path(), &[]).module;
        forget_packages(server);
        server.restart();
        for trigger in triggers {
            server
                .client()
                .becomes(&["RG.TRIGGER", trigger], "[\"third\"]");
        }
    }
}

/// Neither the address nor an index is there any more: everything comes from the kept wheels.
#[test]
fn requirements_by_address_are_installed_from_their_wheels() {
    let (wheels, empty) = (nothing("redgrease-wheels"), nothing("redgrease-empty"));
    wheel(wheels.path(), "more", "2.0", "more", "", 0);
    let at = nothing("redgrease-address");
    let extra = "Provides-Extra: x\nRequires-Dist: more ; extra == 'x'\n";
    let path = wheel(at.path(), "by_address", "1.0", "here", extra, 0);
    // A name with an extra and a marker; a name that is not for this machine; an address alone; a path alone.
    let requirements = [
        format!("By.Address[x] @ file://{path} ; python_version > '3'"),
        format!("other @ file://{path} ; python_version < '3'"),
        format!("By_Address@file://{path}"),
        format!("file://{path}"),
        format!("{path}[x]"),
    ];
    let requirements = requirements.each_ref().map(String::as_str);
    let more = "__import__('by_address').VALUE + __import__('more').VALUE";
    let alone = "__import__('by_address').VALUE";
    let sets = [
        ("named", &requirements[..2], more, "heremore"),
        ("plain", &requirements[2..3], alone, "here"),
        ("bare", &requirements[3..4], alone, "here"),
        ("path", &requirements[4..], more, "heremore"),
    ];
    let mut server = Server::with(&offline(wheels.path(), &[]));
    let mut client = server.client();
    for (trigger, set, value, _) in sets {
        let script =
            format!("GB('CommandReader').map(lambda r: {value}).register(trigger='{trigger}')");
        let reply = execute(&mut client, &script, &[&["REQUIREMENTS"], set].concat());
        assert_eq!(reply.text(), "OK", "{set:?}: {reply}");
    }
    drop((at, wheels));
    server.options_mut().module = offline(empty.path(), &[]).module;
    let check = |client: &mut Client| {
        for (trigger, _, _, wanted) in sets {
            assert_eq!(triggered(client, trigger), wanted, "{trigger}");
        }
    };
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    forget_packages(&server);
    server.restart();
    let mut client = server.client();
    check(&mut client);

    let to = Server::with(&offline(empty.path(), &[]));
    let mut on_to = to.client();
    for name in requirements {
        let import = import_of(&mut client, name);
        assert_eq!(on_to.call(&import).text(), "OK", "{name}");
    }
    for (_, set, value, wanted) in sets {
        let script = format!("GB('ShardsIDReader').map(lambda r: {value}).run()");
        let reply = execute(&mut on_to, &script, &[&["REQUIREMENTS"], set].concat());
        assert_eq!(
            reply.to_string(),
            format!("[[\"{wanted}\"], []]"),
            "{set:?}"
        );
    }
}

#[test]
fn functions_whose_packages_are_gone_say_why_and_come_back() {
    let mut server = Server::start();
    let mut client = server.client();
    register(&mut client, "new", &["REQUIREMENTS", NEW]);
    let empty = nothing("redgrease-empty");
    server.options_mut().module = offline(empty.path(), &[]).module;
    // Neither the environment nor the wheels are there any more, and the file cannot hold what is not there.
    forget_packages(&server);
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    assert!(
        server
            .log()
            .contains("the wheels of iniconfig==2.0.0 are not in")
    );
    server.restart();
    let mut client = server.client();
    let reply = client
        .ask(&["RG.TRIGGER", "new"], PATIENCE)
        .expect("a reply");
    assert!(
        reply.is_error() && reply.text().contains("iniconfig"),
        "{reply}"
    );
    assert_eq!(client.call(&["RG.DUMPREGISTRATIONS"]).items().len(), 1);
    // Once they can be had, the next call some seconds later brings them.
    download(empty.path(), NEW);
    eventually("the package", || {
        let reply = client.call(&["RG.TRIGGER", "new"]);
        reply
            .items()
            .first()
            .is_some_and(|version| version.text() == "2.0.0")
    });
}

#[test]
fn scripts_without_requirements_find_what_was_installed_last() {
    let wheels = nothing("redgrease-wheels");
    wheel(wheels.path(), "first", "1.0", "1", "", 0);
    wheel(wheels.path(), "first", "2.0", "2", "", 0);
    wheel(wheels.path(), "second", "1.0", "s", "", 0);
    let mut server = Server::with(&offline(wheels.path(), &[]));
    let mut client = server.client();
    let run = |client: &mut Client, expression: &str, options: &[&str]| {
        let script = format!("GB('ShardsIDReader').map(lambda r: {expression}).run()");
        client
            .call(&[&["RG.PYEXECUTE", &script], options].concat())
            .to_string()
    };
    let first = "__import__('first').VALUE";
    let both = "__import__('first').VALUE + __import__('second').VALUE";
    assert!(run(&mut client, first, &[]).contains("ModuleNotFoundError"));
    assert_eq!(
        run(&mut client, first, &["REQUIREMENTS", "first==1.0"]),
        "[[\"1\"], []]"
    );
    assert_eq!(run(&mut client, first, &[]), "[[\"1\"], []]");
    assert_eq!(
        run(&mut client, "1", &["REQUIREMENTS", "second"]),
        "[[\"1\"], []]"
    );
    assert_eq!(run(&mut client, both, &[]), "[[\"1s\"], []]");
    // Whoever names requirements has these and no others.
    let other = run(&mut client, first, &["REQUIREMENTS", "second"]);
    assert!(other.contains("ModuleNotFoundError"), "{other}");
    assert_eq!(
        run(&mut client, "1", &["REQUIREMENTS", "first==2.0"]),
        "[[\"1\"], []]"
    );
    assert_eq!(run(&mut client, both, &[]), "[[\"2s\"], []]");

    // A function keeps what its script found, also where nothing else remembers it.
    let script =
        "import second\nGB('CommandReader').map(lambda r: second.VALUE).register(trigger='kept')";
    client.register(script, &["ID", "kept"]);
    let sessions = client.call(&["RG.PYDUMPSESSIONS", "SESSIONS", "kept"]);
    let shown = sessions.items()[0].field("requirements").expect("a field");
    assert_eq!(shown.items().len(), 0, "{sessions}");
    assert_eq!(client.call(&["SAVE"]).text(), "OK");
    let empty = nothing("redgrease-empty");
    server.options_mut().module = offline(empty.path(), &[]).module;
    forget_packages(&server);
    server.restart();
    let mut client = server.client();
    assert_eq!(triggered(&mut client, "kept"), "s");
    assert_eq!(run(&mut client, both, &[]), "[[\"2s\"], []]");
    let sessions = client.call(&["RG.PYDUMPSESSIONS", "SESSIONS", "kept"]);
    let shown = sessions.items()[0].field("requirements").expect("a field");
    assert_eq!(shown.items().len(), 0, "{sessions}");

    let set = ["RG.CONFIGSET", "SharePackages", "0"];
    assert!(!client.call(&set).is_error());
    assert!(run(&mut client, first, &[]).contains("ModuleNotFoundError"));
    assert_eq!(triggered(&mut client, "kept"), "s");
}

#[test]
fn requirements_without_a_common_solution_are_installed_one_by_one() {
    let wheels = nothing("redgrease-wheels");
    let needs = "Requires-Dist: base>=2\n";
    wheel(wheels.path(), "base", "1.0", "1", "", 0);
    wheel(wheels.path(), "base", "2.0", "2", "", 0);
    wheel(wheels.path(), "above", "1.0", "a", needs, 0);
    let server = Server::with(&offline(wheels.path(), &[]));
    let mut client = server.client();
    let script =
        "import above, base\nGB('ShardsIDReader').map(lambda r: above.VALUE + base.VALUE).run()";
    let wanted = "[[\"a1\"], []]";
    for options in [&["REQUIREMENTS", "above", "base==1.0"][..], &[]] {
        let reply = client.call(&[&["RG.PYEXECUTE", script], options].concat());
        assert_eq!(reply.to_string(), wanted);
    }
    let server = Server::with(&offline(wheels.path(), &[]));
    let mut client = server.client();
    for requirement in ["base==1.0", "above"] {
        let reply = client.call(&["RG.PYEXECUTE", "1", "REQUIREMENTS", requirement]);
        assert_eq!(reply.text(), "OK");
    }
    let reply = client.call(&["RG.PYEXECUTE", script]);
    assert_eq!(reply.to_string(), wanted);
    // What cannot be installed at all is an error, also beside what can.
    let reply = client.call(&["RG.PYEXECUTE", "1", "REQUIREMENTS", "above", "nowhere"]);
    assert!(reply.text().contains("Could not satisfy"), "{reply}");
}

/// A text with blanks inside of a name is no requirement, and not that of the package whose name it is without them.
#[test]
fn blanks_do_not_join_names() {
    let wheels = nothing("redgrease-wheels");
    wheel(wheels.path(), "joined", "1.0", "joined", "", 0);
    let server = Server::with(&offline(wheels.path(), &[]));
    let mut client = server.client();
    for requirement in ["join ed", "join\ted==1.0", "join\ned"] {
        let reply = client.call(&["RG.PYEXECUTE", "1", "REQUIREMENTS", requirement]);
        assert!(
            reply.text().contains("Could not satisfy"),
            "{requirement:?}: {reply}"
        );
        assert!(
            !client
                .call(&["RG.PYDUMPREQS"])
                .to_string()
                .contains("joined-1.0")
        );
    }
    let reply = client.call(&["RG.PYEXECUTE", "1", "REQUIREMENTS", " joined == 1.0 "]);
    assert_eq!(reply.text(), "OK", "{reply}");
}

/// The same with packages of others: `rejson` wants another redis than the one that is asked for.
#[test]
fn rejson_is_installed_beside_the_redis_that_is_asked_for() {
    let server = Server::start();
    let mut client = server.client();
    let script = "import redis, rejson\n\
        GB('ShardsIDReader').map(lambda r: redis.__version__ + rejson.Path('.x').strPath).run()";
    for requirements in [["rejson", "redis==3"], ["redis==3.0.0", "rejson"]] {
        let options = [&["REQUIREMENTS"], &requirements[..]].concat();
        let reply = execute(&mut client, script, &options);
        assert_eq!(reply.to_string(), "[[\"3.0.0.x\"], []]", "{requirements:?}");
    }
}

#[test]
fn what_is_imported_is_installed_at_once() {
    let (wheels, empty) = (nothing("redgrease-wheels"), nothing("redgrease-empty"));
    wheel(wheels.path(), "small", "1.0", "small", "", 0);
    let from = Server::with(&offline(wheels.path(), &[]));
    let to = Server::with(&offline(empty.path(), &[]));
    let (mut on_from, mut on_to) = (from.client(), to.client());
    register(&mut on_from, "a", &["REQUIREMENTS", "small"]);
    let import = import_of(&mut on_from, "small");
    assert_eq!(on_to.call(&import).text(), "OK");
    let shown = requirement(&mut on_to, "small").expect("it is known");
    assert_eq!(shown.field("IsInstalled").expect("a field").text(), "yes");
    let script = "import small\nGB('ShardsIDReader').map(lambda r: small.VALUE).run()";
    let reply = on_to.call(&["RG.PYEXECUTE", script]);
    assert_eq!(reply.to_string(), "[[\"small\"], []]");
}

/// The Python package finds that it runs here, and runs its gears.
#[test]
fn scripts_of_the_redgrease_package_run() {
    let server = Server::start();
    let mut client = server.client();
    let package = ["REQUIREMENTS", "redgrease[runtime]==0.3.30", "redis==3.5.3"];
    client.call(&["MSET", "k1", "a", "k2", "b"]);
    let script = "from redgrease import CommandReader, KeysReader, cmd\n\
        KeysReader().values().foreach(lambda v: cmd.rpush('seen', v)).register('k*', mode='sync')\n\
        CommandReader().map(lambda r: cmd.get(r[1])).register(trigger='value', convertToStr=False)";
    client.register(script, &package);
    assert_eq!(client.call(&["SET", "k3", "c"]).text(), "OK");
    assert_eq!(
        client.call(&["LRANGE", "seen", "0", "-1"]).to_string(),
        "[\"c\"]"
    );
    // Also for scripts that come after its requirements.
    let script = "from redgrease import utils, execute\nGB('ShardsIDReader').map(lambda r: utils.str_if_bytes(execute('get', 'k1'))).run()";
    let reply = client.call(&["RG.PYEXECUTE", script]);
    assert_eq!(reply.to_string(), "[[\"a\"], []]");
}

#[test]
fn workers_of_requirements_that_nobody_has_end() {
    let wheels = nothing("redgrease-wheels");
    wheel(wheels.path(), "unused", "1.0", "one", "", 0);
    wheel(wheels.path(), "in_use", "1.0", "one", "", 0);
    let mut options = offline(wheels.path(), &[]);
    options
        .module
        .extend(["WorkerIdleTime", "100"].map(String::from));
    let server = Server::with(&options);
    let mut client = server.client();
    register(&mut client, "stays", &["REQUIREMENTS", "in_use"]);
    let run = "GB('ShardsIDReader').map(lambda r: __import__('unused').VALUE).run()";
    for _ in 0..3 {
        let reply = execute(&mut client, run, &["REQUIREMENTS", "unused"]);
        assert_eq!(reply.items()[0].items()[0].text(), "one", "{reply}");
        eventually("the end of the unused worker", || {
            let info = client.call(&["INFO", "everything"]).text();
            !info.contains("requirements=unused") && info.contains("requirements=in")
        });
    }
    let log = server.log();
    assert!(
        log.matches("is ended: no session has had its requirements (unused)")
            .count()
            >= 3,
        "{log}"
    );
}
