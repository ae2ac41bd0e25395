//! A cluster whose servers speak TLS with each other and nothing else, and want a password of everybody: the engine needs none of
//! these.

use std::net::TcpListener;

use crate::support::server::major_version;
use crate::support::{Client, Cluster, Options, Server, cluster, eventually};

/// A file of the certificates that are made for this test: servers show theirs as clients, too.
fn certificate(name: &str) -> String {
    format!("{}/tests/cluster/tls/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// A server that listens for TLS on this port, and on the one 10,000 above it for the others. The old one of the tests has none.
fn options(port: u16) -> Options {
    if major_version() < 7 {
        return cluster::enabled(&Options::default());
    }
    let port = port.to_string();
    let [own, key, authority] = ["server.pem", "server.key", "ca.pem"].map(certificate);
    let arguments = [
        ("--tls-port", port.as_str()),
        ("--tls-cluster", "yes"),
        ("--tls-replication", "yes"),
        ("--tls-cert-file", &own),
        ("--tls-key-file", &key),
        ("--tls-ca-cert-file", &authority),
        ("--tls-auth-clients", "no"),
    ];
    let arguments: Vec<&str> = arguments
        .iter()
        .flat_map(|(name, value)| [*name, *value])
        .collect();
    cluster::enabled(&Options::server(&arguments))
}

/// A port that is free with the one 10,000 above it.
fn free_port() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let found = (0..100).find_map(|_| {
        let any = TcpListener::bind("127.0.0.1:0").and_then(|any| any.local_addr());
        let port = any.ok()?.port() % 20_000 + 20_000;
        (is_free(port) && is_free(port + 10_000)).then_some(port)
    });
    found.expect("a free port")
}

fn works(clients: &mut [Client]) {
    let count = clients[1].call(&["RG.PYEXECUTE", "GB('ShardsIDReader').count().run()"]);
    assert_eq!(count.to_string(), "[[\"3\"], []]");
    let words = clients[2].call(&[
        "RG.PYEXECUTE",
        "GB().map(lambda r: r['value']).countby().count().run()",
    ]);
    assert_eq!(words.to_string(), "[[\"1\"], []]");
    for client in clients {
        let reply = client.call(&["RG.TRIGGER", "where"]);
        assert_eq!(reply.items().len(), 3, "{reply}");
    }
}

#[test]
fn a_cluster_of_tls_and_passwords_needs_no_setting() {
    let mut ports = Vec::new();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        ports.push(free_port());
        nodes.push(Server::with(&options(ports[ports.len() - 1])));
    }
    let cluster = Cluster::over(nodes, Options::default());
    cluster.share();
    if major_version() < 7 {
        cluster.unite();
    } else {
        for port in &ports[1..] {
            let (port, bus) = (port.to_string(), (port + 10_000).to_string());
            let meet = ["CLUSTER", "MEET", "127.0.0.1", &port, &bus];
            assert_eq!(cluster.client(0).call(&meet).text(), "OK");
        }
        cluster.stands();
    }
    let mut clients = cluster.clients();
    Cluster::set(&mut clients, "a", "x");
    Cluster::set(&mut clients, "b", "x");
    clients[0].register(
        "GB('CommandReader').map(lambda r: hashtag()).register(trigger='where')",
        &[],
    );
    eventually("it stands everywhere", || {
        clients
            .iter_mut()
            .all(|client| client.registrations().len() == 1)
    });
    works(&mut clients);
    for client in &mut clients {
        for (name, value) in [("masterauth", "secret"), ("requirepass", "secret")] {
            assert_eq!(client.call(&["CONFIG", "SET", name, value]).text(), "OK");
        }
        // Older servers cannot close it while they run.
        if major_version() >= 7 {
            assert_eq!(client.call(&["CONFIG", "SET", "port", "0"]).text(), "OK");
        }
    }
    works(&mut clients);
    clients[2].register(
        "GB('CommandReader').map(lambda r: 'new').register(trigger='later')",
        &[],
    );
    for client in &mut clients {
        assert_eq!(client.call(&["RG.TRIGGER", "later"]).items().len(), 3);
    }
}
