//! A cluster of three nodes, each with an engine of its own.
#![allow(dead_code, reason = "each test program uses a part of this")]

use std::net::TcpListener;
use std::time::{Duration, Instant};

use redgrease::embedded::Server;
use redgrease::redis;

/// The nodes.
pub(crate) struct Cluster {
    pub(crate) nodes: Vec<Server>,
}

impl Cluster {
    /// The hash slots of each node, first and last.
    pub(crate) const SLOTS: [(u16, u16); 3] = [(0, 5460), (5461, 10_922), (10_923, 16_383)];

    pub(crate) fn start() -> Self {
        let nodes: Vec<Server> = Self::SLOTS.iter().map(|_| node()).collect();
        for (node, (first, last)) in nodes.iter().zip(Self::SLOTS) {
            let mut con = node.connection().unwrap();
            let mut slots = redis::cmd("CLUSTER");
            slots.arg("ADDSLOTSRANGE").arg(first).arg(last);
            slots.exec(&mut con).unwrap();
        }
        let mut con = nodes[0].connection().unwrap();
        for (server, bus) in nodes[1..].iter().map(|node| (node, bus(node))) {
            let mut meet = redis::cmd("CLUSTER");
            meet.arg("MEET")
                .arg("127.0.0.1")
                .arg(server.port())
                .arg(bus);
            meet.exec(&mut con).unwrap();
        }
        let cluster = Self { nodes };
        cluster.wait_until_formed();
        cluster
    }

    fn wait_until_formed(&self) {
        let give_up = Instant::now() + Duration::from_secs(30);
        let formed = |node: &Server| {
            let mut con = node.connection().unwrap();
            let info: String = redis::cmd("CLUSTER").arg("INFO").query(&mut con).unwrap();
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        };
        while !self.nodes.iter().all(formed) {
            assert!(Instant::now() < give_up, "the cluster does not form");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Server::url).collect()
    }
}

/// A node; the port of the cluster's bus is said so that any port can serve.
fn node() -> Server {
    let start = || {
        Server::builder()
            .server_arg("--cluster-enabled", "yes")
            .server_arg("--cluster-port", free_port().to_string())
            .start()
    };
    // another process may take the free port before the server does
    let node = start().or_else(|_| start()).or_else(|_| start());
    node.unwrap_or_else(|error| panic!("no node:\n{error}"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn bus(node: &Server) -> String {
    let mut con = node.connection().unwrap();
    let setting: (String, String) = redis::cmd("CONFIG")
        .arg("GET")
        .arg("cluster-port")
        .query(&mut con)
        .unwrap();
    setting.1
}
