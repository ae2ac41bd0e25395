//! Functions that take long, in SLOWLOG and LATENCY of the server.

mod support;

use support::{Client, Server, Value, eventually};

/// Whoever sleeps does so for longer than these milliseconds; nothing else does, however busy the machine is.
const LIMIT: &str = "1000";

const NAPS: &str = "import time\n\
    def nap(call):\n    time.sleep(1.2)\n    return 'slept'\n\
    def alone(call):\n    with atomic():\n        time.sleep(1.2)\n    return 'slept'\n\
    GB('CommandReader').map(nap).register(trigger='nap', mode='async_local')\n\
    GB('CommandReader').map(nap).register(trigger='now', mode='sync')\n\
    GB('CommandReader').map(alone).register(trigger='alone', mode='async_local')\n\
    GB('KeysReader').foreach(nap).register('s:*', mode='sync')\n\
    GB('KeysReader').foreach(nap).register('a:*', mode='async')\n";

/// A server that keeps what takes long.
fn watched() -> (Server, Client) {
    let server = Server::start();
    let mut client = server.client();
    client.register(NAPS, &[]);
    // the worker has started, and has seen all functions
    for trigger in ["nap", "now", "alone"] {
        assert_eq!(
            client.call(&["RG.TRIGGER", trigger]).to_string(),
            "[\"slept\"]"
        );
    }
    for command in [
        &["CONFIG", "SET", "slowlog-log-slower-than", "1000000"][..],
        &["CONFIG", "SET", "latency-monitor-threshold", LIMIT],
    ] {
        assert_eq!(client.call(command).to_string(), "+OK");
    }
    // what is noted so far is told with this one
    client.call(&["RG.TRIGGER", "now"]);
    eventually("LATENCY knows the first one", || {
        late(&mut client).len() == 2
    });
    client.call(&["SLOWLOG", "RESET"]);
    client.call(&["LATENCY", "RESET"]);
    (server, client)
}

fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        other => panic!("no list: {other}"),
    }
}

/// The commands in SLOWLOG.
fn slow(client: &mut Client) -> String {
    let entries = items(client.call(&["SLOWLOG", "GET", "-1"]));
    let commands = entries.into_iter().map(|entry| {
        let words = items(items(entry).swap_remove(3));
        words.iter().map(Value::text).collect::<Vec<_>>().join(" ")
    });
    commands.collect::<Vec<_>>().join("; ")
}

/// The names of what LATENCY knows, but for the server's own.
fn late(client: &mut Client) -> Vec<String> {
    let events = items(client.call(&["LATENCY", "LATEST"]));
    let names = events.into_iter().map(|event| items(event)[0].text());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("rg-")).collect();
    names.sort();
    names
}

#[test]
fn slow_functions_are_where_operators_look() {
    let (_server, mut client) = watched();
    for (command, in_slowlog, events) in [
        (&["RG.TRIGGER", "nap"][..], true, &["rg-function"][..]),
        (&["RG.TRIGGER", "now"], true, &["rg-function", "rg-hold"]),
        (&["RG.TRIGGER", "alone"], true, &["rg-function", "rg-hold"]),
        (&["SET", "s:1", "v"], true, &["rg-function", "rg-hold"]),
        // its client did not wait
        (&["SET", "a:1", "v"], false, &["rg-function"]),
    ] {
        client.call(command);
        eventually("LATENCY knows it", || late(&mut client) == events);
        let slow = slow(&mut client);
        let name = command.join(" ");
        assert_eq!(slow.contains(&name), in_slowlog, "{name}: {slow}");
        client.call(&["SLOWLOG", "RESET"]);
        client.call(&["LATENCY", "RESET"]);
    }
}

#[test]
fn quick_functions_are_not_there() {
    let (_server, mut client) = watched();
    client.register(
        "GB('CommandReader').map(lambda c: 1).register(trigger='quick', mode='sync')",
        &[],
    );
    for _ in 0..100 {
        client.call(&["RG.TRIGGER", "quick"]);
    }
    // once this one is there, those before it would be, too
    client.call(&["RG.TRIGGER", "nap"]);
    eventually("LATENCY knows the slow one", || {
        late(&mut client) == ["rg-function"]
    });
    assert!(!slow(&mut client).contains("quick"));
}
