//! What an operator sees and configures.

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use support::server::major_version;
use support::{Options, PATIENCE, Server, Value, eventually};

#[test]
fn a_server_ends_with_its_process() {
    let mut owner = Command::new("sleep")
        .arg("600")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sleep starts");
    let number = owner.id().to_string();
    let mut server = Server::with(&Options::module(&["StopWithProcess", &number]));
    assert!(server.answers(PATIENCE));
    std::thread::sleep(Duration::from_millis(700));
    assert!(server.answers(PATIENCE), "it ends while its process lives");
    // Not collected: what is left of it must not count as alive.
    owner.kill().expect("it is ours");
    let status = server.wait_exit(PATIENCE);
    owner.wait().expect("it is ours");
    assert!(
        status.is_some_and(|status| status.success()),
        "{status:?}\n{}",
        server.log_tail()
    );
    assert!(server.log().contains("StopWithProcess"));
}

#[test]
fn a_profile_shows_the_functions_of_the_session() {
    let server = Server::start();
    let mut client = server.client();
    let script = "\
def inner(x):
    return sum(range(1000))
def outer(r):
    return inner(r) + execute('INCR', 'n')
GB('CommandReader').map(outer).register(trigger='t')";
    assert_eq!(
        client.call(&["RG.PYEXECUTE", script, "ID", "p"]).text(),
        "OK"
    );
    client.call(&["RG.TRIGGER", "t"]);
    let reply = client.call(&["RG.PYPROFILE", "STATS", "p"]);
    assert!(
        reply.is_error() && reply.text().contains("TypeError"),
        "{reply}"
    );
    client.call(&["RG.CONFIGSET", "ProfileExecutions", "1"]);
    for _ in 0..3 {
        client.call(&["RG.TRIGGER", "t"]);
    }
    for order in ["tottime", "cumtime", "nonsense"] {
        let text = client.call(&["RG.PYPROFILE", "STATS", "p", order]).text();
        for part in [
            "3    ",
            "<string>:1(inner)",
            "<string>:3(outer)",
            "was called by",
        ] {
            assert!(text.contains(part), "{part} is missing from {text}");
        }
        assert!(!text.contains("redgrease_worker"), "{text}");
    }
    assert_eq!(client.call(&["RG.PYPROFILE", "RESET", "p"]).text(), "OK");
    assert!(client.call(&["RG.PYPROFILE", "STATS", "p"]).is_error());
}

#[test]
fn durations_of_steps_are_measured_while_profiling() {
    let server = Server::start();
    let mut client = server.client();
    client.call(&["SET", "k", "v"]);
    let script = "\
import time
def slow(r):
    time.sleep(1)
    return [r]
GB().flatmap(slow).accumulate(lambda a, r: r).run('k', convertToStr=False)";
    let mut steps = |profile: &str| -> Vec<(String, i64)> {
        client.call(&["RG.CONFIGSET", "ProfileExecutions", profile]);
        let id = client.call(&["RG.PYEXECUTE", script, "UNBLOCKING"]).text();
        client.call(&["RG.GETRESULTSBLOCKING", &id]);
        let reply = client.call(&["RG.GETEXECUTION", &id]);
        let plan = reply.items()[0].field("execution_plan").expect("a plan");
        let number = |value: Option<&Value>| match value {
            Some(Value::Int(number)) => *number,
            other => panic!("no number but {other:?} in {reply}"),
        };
        assert!(number(plan.field("total_duration")) >= 1000, "{reply}");
        let steps = plan.field("steps").expect("steps").items();
        let mut durations: Vec<_> = steps
            .iter()
            .map(|step| {
                let kind = step.field("type").expect("a type").text();
                (kind, number(step.field("duration")))
            })
            .collect();
        durations.push(("read".to_owned(), number(plan.field("read_duration"))));
        durations
    };
    let kinds = ["collect", "accumulate", "flatmap", "map", "map", "read"];
    let none: Vec<_> = kinds.iter().map(|kind| (kind.to_string(), 0)).collect();
    assert_eq!(steps("0"), none);
    let measured = steps("1");
    assert_eq!(measured.len(), kinds.len());
    for (at, (kind, time)) in measured.iter().enumerate() {
        assert_eq!(kind, kinds[at]);
        // The first of the two steps of a flatmap calls its function.
        assert_eq!(at == 3, *time >= 1000, "{measured:?}");
    }
}

#[test]
fn slow_functions_are_in_the_slow_log() {
    let server = Server::with(&Options::server(&["--slowlog-log-slower-than", "50000"]));
    let mut client = server.client();
    let script = "\
import time
GB('CommandReader').map(lambda r: time.sleep(0.1)).register(trigger='slow')
GB('CommandReader').map(lambda r: time.sleep(0.1)).register(trigger='slow_sync', mode='sync')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    client.call(&["SLOWLOG", "RESET"]);
    client.call(&["RG.TRIGGER", "slow"]);
    client.call(&["RG.TRIGGER", "slow_sync"]);
    client.call(&["RG.PYEXECUTE", "import time\ntime.sleep(0.1)"]);
    let log = client.call(&["SLOWLOG", "GET"]);
    let commands: Vec<String> = log
        .items()
        .iter()
        .map(|entry| format!("{}", entry.items()[3]))
        .collect();
    assert_eq!(commands.len(), 3, "{commands:?}");
    for (entry, part) in commands
        .iter()
        .zip(["RG.PYEXECUTE", "slow_sync", "\"slow\""])
    {
        assert!(entry.contains(part), "{entry}");
    }
}

#[test]
fn options_are_module_arguments_config_lines_and_config_commands() {
    if major_version() < 7 {
        options_are_module_arguments_alone();
        return;
    }
    let mut options = Options::module(&["SyncDeadline", "700", "AbortGrace", "90"]);
    options.server = ["--rg.AbortGrace", "80"].map(String::from).to_vec();
    let server = Server::with(&options);
    let mut client = server.client();
    let get = |client: &mut support::Client, name: &str| {
        let reply = client.call(&["CONFIG", "GET", name]);
        reply.items().get(1).map(Value::text)
    };
    assert_eq!(get(&mut client, "rg.SyncDeadline").as_deref(), Some("700"));
    assert_eq!(
        get(&mut client, "rg.AbortGrace").as_deref(),
        Some("80"),
        "the server's configuration wins"
    );
    assert_eq!(
        get(&mut client, "rg.MaxExecutions").as_deref(),
        Some("1000")
    );
    let installation = server.installation();
    assert_eq!(
        get(&mut client, "rg.PythonInstallationDir"),
        installation.to_str().map(String::from)
    );
    assert_eq!(
        client
            .call(&["CONFIG", "SET", "rg.syncdeadline", "150"])
            .text(),
        "OK"
    );
    assert_eq!(
        client.call(&["RG.CONFIGGET", "SyncDeadline"]).items()[0],
        Value::Int(150)
    );
    client.call(&["RG.CONFIGSET", "MaxExecutions", "7"]);
    assert_eq!(get(&mut client, "rg.MaxExecutions").as_deref(), Some("7"));
    for (name, value) in [
        ("rg.SyncDeadline", "0"),
        ("rg.ExecutionThreads", "9"),
        ("rg.SyncDeadline", "x"),
    ] {
        assert!(
            client.call(&["CONFIG", "SET", name, value]).is_error(),
            "{name} {value}"
        );
    }
    // It is in force.
    let script = "import time\nGB('CommandReader').map(lambda r: time.sleep(2)).register(trigger='t', mode='sync')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let reply = client.call(&["RG.TRIGGER", "t"]);
    assert!(reply.text().contains("SyncDeadline (150 ms)"), "{reply}");
}

/// Before Redis 7.0 modules had no options of the server.
fn options_are_module_arguments_alone() {
    let server = Server::with(&Options::module(&["SyncDeadline", "150"]));
    let mut client = server.client();
    let found = client.call(&["CONFIG", "GET", "rg.*"]);
    assert!(found.items().is_empty(), "{found}");
    let log = server.log();
    assert!(
        log.contains("lacks") && log.contains("RegisterNumericConfig"),
        "{log}"
    );
    let script = "import time\nGB('CommandReader').map(lambda r: time.sleep(2)).register(trigger='t', mode='sync')";
    assert_eq!(client.call(&["RG.PYEXECUTE", script]).text(), "OK");
    let reply = client.call(&["RG.TRIGGER", "t"]);
    assert!(reply.text().contains("SyncDeadline (150 ms)"), "{reply}");
}

#[test]
fn info_tells_of_workers_memory_and_registrations() {
    let server = Server::start();
    let mut client = server.client();
    let script = "\
import time
kept = []
def grow(r):
    kept.append(bytearray(b'x') * (40 << 20))
    return len(kept)
GB('CommandReader').map(grow).register(trigger='grow')
GB('CommandReader').map(lambda r: time.sleep(600)).register(trigger='long')";
    assert_eq!(
        client
            .call(&["RG.PYEXECUTE", script, "ID", "memory", "DESCRIPTION", "d"])
            .text(),
        "OK"
    );
    let field = |client: &mut support::Client, name: &str| {
        let info = client.call(&["INFO", "rg"]).text();
        let found = info.lines().find_map(|line| {
            line.strip_prefix(name)
                .map(|rest| rest.trim_start_matches(':').to_owned())
        });
        found.unwrap_or_else(|| panic!("no {name} in\n{info}"))
    };
    let number = |client: &mut support::Client, name: &str| {
        field(client, name).parse::<u64>().expect("a number")
    };
    assert_eq!(number(&mut client, "rg_nregistrations"), 2);
    assert!(field(&mut client, "rg_memory").contains("'sessionDescription':'d'"));
    let before = number(&mut client, "rg_CurrAllocated");
    assert!(before > 1 << 20, "{before}");
    client.call(&["RG.TRIGGER", "grow"]);
    let after = number(&mut client, "rg_CurrAllocated");
    assert!(after >= before + (40 << 20), "{before} {after}");
    let stats = client.call(&["RG.PYSTATS"]);
    let Value::Int(current) = *stats.field("CurrAllocated").expect("a field") else {
        panic!("{stats}");
    };
    assert!(
        u64::try_from(current).expect("positive") > before + (30 << 20),
        "{stats}"
    );
    // The highest ever, both.
    let highest = stats.field("PeakAllocated").expect("a field");
    assert_eq!(Some(highest), stats.field("TotalAllocated"), "{stats}");
    assert!(
        matches!(highest, Value::Int(bytes) if *bytes >= current),
        "{stats}"
    );
    assert!(field(&mut client, "rg_worker_1").contains("state=idle"));
    let mut other = server.client();
    other.send(&["RG.TRIGGER", "long"]).expect("sent");
    eventually("the start of the function", || {
        field(&mut client, "rg_worker_1").contains("state=busy")
    });
    assert_eq!(number(&mut client, "rg_nexecutions"), 1);
    assert_eq!(field(&mut client, "rg_workers_gone"), "0");
    support::server::signal(server.workers()[0], "KILL");
    assert!(other.read(PATIENCE).expect("a reply").is_error());
    assert_eq!(field(&mut client, "rg_workers_gone"), "1");
}

/// A module that writes while writes are paused (CLIENT PAUSE, FAILOVER, a shutdown that waits for replicas) ends the server.
#[test]
fn functions_do_not_write_while_writes_are_paused() {
    let mut server = Server::with(&Options::server(&["--appendonly", "yes"]));
    let mut client = server.client();
    let script = "\
GB('CommandReader').map(lambda r: execute(*r[1:])).register(trigger='async')
GB('CommandReader').map(lambda r: execute(*r[1:])).register(trigger='sync', mode='sync')
GB('KeysReader').foreach(lambda r: execute('INCR', 'missed')).register('*', eventTypes=['keymiss'], mode='sync')
GB('KeysReader').foreach(lambda r: execute('INCR', 'seen')).register('later', mode='async_local')";
    client.register(script, &[]);
    client.register(
        "GB('CommandReader').register(trigger='leaves')",
        &["ID", "leaves"],
    );
    let leaves = client.registration_of("leaves");
    client.call(&["CLIENT", "PAUSE", "600000", "WRITE"]);
    // An older server can not tell the engine which commands write.
    let reads = if major_version() < 7 {
        "writes are paused"
    } else {
        "[\"None\"]"
    };
    for (command, says) in [
        (&["RG.TRIGGER", "sync", "GET", "k"][..], reads),
        (
            &["RG.TRIGGER", "sync", "SET", "k", "1"],
            "writes are paused",
        ),
        (
            &[
                "RG.TRIGGER",
                "sync",
                "EVAL",
                "redis.call('set', 'k', 1)",
                "0",
            ],
            "writes are paused",
        ),
        (&["GET", "nothing"], "nil"),
        (&["RG.UNREGISTER", &leaves], "+OK"),
        (&["RG.TRIGGER", "leaves"], "subcommand not found"),
    ] {
        let reply = client.call(command).to_string();
        assert!(reply.contains(says), "{command:?}: {reply}");
    }
    let mut waiting = [server.client(), server.client()];
    waiting[0]
        .send(&["RG.TRIGGER", "async", "INCR", "n"])
        .expect("sent");
    waiting[1]
        .send(&[
            "RG.PYEXECUTE",
            "GB('CommandReader').register(trigger='late')",
        ])
        .expect("sent");
    let late = client.call(&["RG.TRIGGER", "late"]);
    assert!(late.is_error(), "{late}");
    client.call(&["CLIENT", "UNPAUSE"]);
    for (client, says) in waiting.iter_mut().zip(["[\"1\"]", "+OK"]) {
        assert_eq!(client.read(PATIENCE).expect("a reply").to_string(), says);
    }
    // What was put off runs before what comes later, such as this event; and it is in the append-only file then.
    client.call(&["SET", "later", "1"]);
    client.becomes(&["GET", "seen"], "\"1\"");
    let registrations = client.registrations();
    server.restart();
    let mut client = server.client();
    assert_eq!(client.registrations(), registrations);
    assert!(client.call(&["RG.TRIGGER", "leaves"]).is_error());
}
