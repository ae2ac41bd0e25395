//! Functions that run without Python: the same replies, executions and statistics as with a worker.

mod alike;
mod limits;
mod long;
mod part;
mod places;
mod shards;
#[path = "../support/mod.rs"]
mod support;
mod survive;

use support::{Client, Options, Server, Value, eventually};

/// What INFO says under a name of the section about native functions.
fn counted(client: &mut Client, name: &str) -> u64 {
    let info = client.call(&["INFO", "everything"]).text();
    let line = info.lines().find_map(|line| {
        line.split_once(':')
            .filter(|(found, _)| found.ends_with(name))
    });
    line.map_or(0, |(_, number)| number.trim().parse().expect("a number"))
}

/// Two servers: one whose functions run in it, and one whose functions are left to workers.
fn both() -> [Server; 2] {
    ["yes", "no"].map(|native| Server::with(&Options::module(&["NativeFunctions", native])))
}

/// Asks both servers the same, and gives what they both answered.
fn same(servers: &[Server; 2], commands: &[&[&str]]) -> Vec<String> {
    let [native, python] = servers.each_ref().map(|server| {
        let mut client = server.client();
        let replies = commands.iter().map(|words| client.call(words).to_string());
        replies.collect::<Vec<_>>()
    });
    assert_eq!(native, python, "{commands:?}");
    native
}

/// The registrations and executions of a server, without what differs from run to run.
fn lists(client: &mut Client) -> Vec<String> {
    let mut shown = Vec::new();
    for command in ["RG.DUMPREGISTRATIONS", "RG.DUMPEXECUTIONS"] {
        shown.push(without_times(&client.call(&[command])));
    }
    shown
}

/// A reply without durations and the addresses of functions.
fn without_times(reply: &Value) -> String {
    let text = reply.to_string();
    let mut kept = String::new();
    let mut skip = false;
    for word in text.split(' ') {
        let is_time = ["Duration", "duration", "DurationMS", "Run"]
            .iter()
            .any(|name| word.contains(name));
        if !skip {
            kept.push_str(word);
            kept.push(' ');
        }
        skip = is_time;
    }
    kept
}

/// Waits until the executions of all registrations are over.
fn all_worked_off(server: &Server) {
    eventually("all events were worked off", || {
        let registrations = server.client().call(&["RG.DUMPREGISTRATIONS"]);
        registrations.items().iter().all(|registration| {
            let number = |name: &str| {
                let data = registration.field("RegistrationData");
                match data.and_then(|data| data.field(name)) {
                    Some(Value::Int(number)) => *number,
                    _ => 0,
                }
            };
            number("numTriggered")
                == number("numSuccess") + number("numFailures") + number("numAborted")
        })
    });
}
