//! Packages: fetched by the shard that was asked, and on all shards.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::cluster::enabled;
use crate::support::wheels::wheel;
use crate::support::{Client, Cluster, Options, Server, Value};

/// Long enough for pip on all shards.
const PATIENCE: Duration = Duration::from_secs(300);

#[track_caller]
fn ask<A: AsRef<[u8]>>(client: &mut Client, command: &[A]) -> Value {
    client.ask(command, PATIENCE).expect("a reply")
}

fn offline(directory: &Path) -> Options {
    let directory = directory.to_str().expect("a name in UTF-8");
    enabled(&Options::module(&["WheelDirectory", directory]))
}

/// Three shards, the first of which finds wheels in a directory, and the others nowhere.
fn cluster(wheels: &Path, nothing: &Path) -> Cluster {
    let nodes = [wheels, nothing, nothing].map(|place| Server::with(&offline(place)));
    Cluster::among(nodes.into(), offline(nothing))
}

const VALUE: &str = "__import__('carried').VALUE";

#[test]
fn packages_are_fetched_once_and_reach_every_shard() {
    let (wheels, nothing) = (tempfile::tempdir(), tempfile::tempdir());
    let (wheels, nothing) = (wheels.expect("one"), nothing.expect("another"));
    // More than one message, or a window of them, can hold.
    wheel(wheels.path(), "carried", "1.0", "first", "", 12);
    let mut cluster = cluster(wheels.path(), nothing.path());
    let mut clients = cluster.clients();
    let script =
        format!("GB('CommandReader').map(lambda r: {VALUE}).register(trigger='t', mode='sync')");
    let command = [
        "RG.PYEXECUTE",
        &script,
        "ID",
        "packed",
        "REQUIREMENTS",
        "carried",
    ];
    // A shard that cannot get them says so.
    let reply = ask(&mut clients[1], &command);
    assert!(
        reply.text().contains("Could not satisfy requirements"),
        "{reply}"
    );
    assert_eq!(ask(&mut clients[0], &command).text(), "OK");
    for client in &mut clients {
        let reply = ask(client, &["RG.TRIGGER", "t"]);
        assert_eq!(reply.to_string(), "[\"first\"]");
        let known = client.call(&["RG.PYDUMPREQS"]);
        assert_eq!(
            known.items()[0].field("Name").map(Value::text).as_deref(),
            Some("carried")
        );
    }
    for node in &cluster.nodes[2..] {
        assert!(
            !node.log().contains("fetching the wheels"),
            "{}",
            node.log()
        );
    }
    // Others of the same name replace them everywhere.
    fs::remove_dir_all(wheels.path()).expect("it can be removed");
    fs::create_dir(wheels.path()).expect("it can be made");
    wheel(wheels.path(), "carried", "1.0", "other", "", 0);
    let renewing = [
        "RG.PYEXECUTE",
        &script,
        "ID",
        "packed",
        "UPGRADE",
        "FORCE_REINSTALL_REQUIREMENTS",
        "REQUIREMENTS",
        "carried",
    ];
    assert_eq!(ask(&mut clients[0], &renewing).text(), "OK");
    for client in &mut clients {
        assert_eq!(ask(client, &["RG.TRIGGER", "t"]).to_string(), "[\"other\"]");
    }
    // A shard that joins has no index either.
    let node = cluster.join_master();
    let mut joined = cluster.client(node);
    crate::support::eventually("the function on the new shard", || {
        ask(&mut joined, &["RG.TRIGGER", "t"]).to_string() == "[\"other\"]"
    });
}

#[test]
fn what_a_client_imports_is_installed_everywhere() {
    let (wheels, nothing) = (tempfile::tempdir(), tempfile::tempdir());
    let (wheels, nothing) = (wheels.expect("one"), nothing.expect("another"));
    wheel(wheels.path(), "carried", "1.0", "imported", "", 0);
    let alone = Server::with(&Options::module(&[
        "WheelDirectory",
        wheels.path().to_str().expect("a name in UTF-8"),
    ]));
    let mut from = alone.client();
    let run = format!("GB('ShardsIDReader').map(lambda r: {VALUE}).run()");
    let reply = ask(
        &mut from,
        &["RG.PYEXECUTE", &run, "REQUIREMENTS", "carried"],
    );
    assert_eq!(reply.items()[0].items()[0].text(), "imported", "{reply}");
    let export = from.call(&["RG.PYEXPORTREQ", "carried"]);
    let mut import = vec![b"RG.PYIMPORTREQ".to_vec()];
    import.extend(
        export.items()[1]
            .items()
            .iter()
            .filter_map(|chunk| chunk.bytes().map(<[u8]>::to_vec)),
    );
    let cluster = cluster(nothing.path(), nothing.path());
    let mut clients = cluster.clients();
    assert_eq!(ask(&mut clients[2], &import).text(), "OK");
    for client in &mut clients {
        let known = client.call(&["RG.PYDUMPREQS"]);
        let field = |name: &str| known.items()[0].field(name).map(Value::text);
        assert_eq!(field("Name").as_deref(), Some("carried"), "{known}");
        assert_eq!(field("IsInstalled").as_deref(), Some("yes"), "{known}");
        let local = run.replace("run()", "run(mode='async_local')");
        let reply = ask(client, &["RG.PYEXECUTE", &local, "REQUIREMENTS", "carried"]);
        assert_eq!(reply.items()[0].items()[0].text(), "imported", "{reply}");
    }
    import[1].pop();
    assert!(ask(&mut clients[0], &import).is_error());
}
