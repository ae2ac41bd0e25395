//! Functions that come from files or from a master run without Python, too.

use crate::counted;
use crate::support::{Client, Options, Server, eventually};

const SCRIPT: &str = "limit = 3
def double(x):
    return int(x[1]) * 2 + limit
GB('CommandReader').map(double).register(trigger='double', mode='sync')
GB('CommandReader').map(lambda x: execute('GET', x[1])).register(trigger='read')
GB().foreach(lambda r: execute('INCR', 'seen')).register('k*', mode='sync', eventTypes=['set'])";

/// Calls both triggers: without Python.
#[track_caller]
fn are_native(client: &mut Client) {
    let before = counted(client, "native_calls");
    assert_eq!(
        client.call(&["RG.TRIGGER", "double", "20"]).to_string(),
        "[\"43\"]"
    );
    assert_eq!(
        client.call(&["RG.TRIGGER", "read", "there"]).to_string(),
        "[\"yes\"]"
    );
    assert_eq!(counted(client, "native_calls"), before + 2);
}

#[test]
fn functions_of_files_run_without_python() {
    for file in [
        &["--appendonly", "no"][..],
        &[
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--aof-use-rdb-preamble",
            "no",
        ],
        &["--appendonly", "yes", "--appendfsync", "always"],
    ] {
        let mut server = Server::with(&Options {
            server: file.iter().map(ToString::to_string).collect(),
            ..Options::module(&["NativeFunctions", "yes"])
        });
        let mut client = server.client();
        client.register(SCRIPT, &[]);
        client.call(&["SET", "there", "yes"]);
        are_native(&mut client);
        if !file.contains(&"yes") {
            assert_eq!(client.call(&["SAVE"]).text(), "OK");
        }
        // What was written, then what is written of what was read.
        for round in 0..2 {
            server.restart();
            client = server.client();
            eventually("the functions are here", || {
                let before = counted(&mut client, "native_calls");
                client.call(&["RG.TRIGGER", "double", "1"]);
                counted(&mut client, "native_calls") > before
            });
            let keys = client.call(&["KEYS", "*"]).to_string();
            assert!(keys.contains("there"), "{file:?}, round {round}: {keys}");
            are_native(&mut client);
            client.call(&["SET", "k", "1"]);
            if file.contains(&"yes") {
                client.call(&["BGREWRITEAOF"]);
                eventually("the file is written", || {
                    let info = client.call(&["INFO", "persistence"]).text();
                    info.contains("aof_rewrite_in_progress:0")
                        && info.contains("aof_rewrite_scheduled:0")
                });
            } else {
                client.call(&["SAVE"]);
            }
        }
    }
}

#[test]
fn functions_of_a_master_run_without_python() {
    let options = Options {
        server: ["--repl-diskless-sync-delay", "0"]
            .map(ToString::to_string)
            .to_vec(),
        ..Options::module(&["NativeFunctions", "yes"])
    };
    let (master, replica) = (Server::with(&options), Server::with(&options));
    let (mut on_master, mut on_replica) = (master.client(), replica.client());
    on_master.call(&["SET", "there", "yes"]);
    on_master.register(SCRIPT, &[]);
    let port = master.address().port().to_string();
    on_replica.call(&["REPLICAOF", "127.0.0.1", &port]);
    let native = |client: &mut Client, trigger: &str| {
        eventually("the functions are here", || {
            let before = counted(client, "native_calls");
            client.call(&["RG.TRIGGER", trigger, "1"]);
            counted(client, "native_calls") > before
        });
    };
    // By full synchronisation, then through the stream.
    native(&mut on_replica, "double");
    are_native(&mut on_replica);
    on_master.register(
        "GB('CommandReader').map(lambda x: x[1] + '!').register(trigger='later', mode='sync')",
        &["ID", "later"],
    );
    native(&mut on_replica, "later");
}
