//! What an operator sees and configures.

mod support;

use std::process::Command;
use std::time::Duration;

use support::{Options, Server};

#[test]
fn a_server_ends_with_its_process() {
    let mut owner = Command::new("sleep")
        .arg("60")
        .spawn()
        .expect("sleep starts");
    let number = owner.id().to_string();
    let mut server = Server::with(&Options::module(&["StopWithProcess", &number]));
    assert!(server.answers(Duration::from_secs(1)));
    std::thread::sleep(Duration::from_millis(700));
    assert!(
        server.answers(Duration::from_secs(1)),
        "it ends while its process lives"
    );
    // Not collected: what is left of it must not count as alive.
    owner.kill().expect("it is ours");
    let status = server.wait_exit(Duration::from_secs(5));
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
