//! The servers of a replay: one, or the shards of a cluster, whose names and ports stand for the recorded ones.

use super::exchange::{Exchange, Recorded, Recording};
use super::mask::texts;
use crate::support::{Client, Cluster, Options, Server, Value};

/// The note of the first exchange after the servers were introduced to each other.
const JOINED: &str = "cluster created, no RG.REFRESHCLUSTER yet";

/// The servers that a recording is replayed on.
pub(crate) enum Servers {
    One(Server),
    Shards {
        cluster: Cluster,
        /// The recorded port of each.
        ports: Vec<u64>,
        /// The recorded name of each, and its own.
        names: Vec<(String, String)>,
        joined: bool,
    },
}

impl Servers {
    /// Fresh ones for a recording.
    pub(crate) fn of(recording: &Recording) -> Self {
        let mut ports: Vec<u64> = recording
            .exchanges
            .iter()
            .map(|exchange| exchange.connection.0)
            .filter(|&port| port > 0)
            .collect();
        ports.sort_unstable();
        ports.dedup();
        if ports.is_empty() {
            return Self::One(Server::with(&Options::unhurried()));
        }
        let count = u16::try_from(ports.len()).expect("few nodes");
        let cluster = Cluster::apart(count, &Options::unhurried());
        for client in &mut cluster.clients() {
            // While its cluster is down, the server lets no client wait for anything, such as a Python that is looked up.
            client.becomes(&["RG.PYEXECUTE", "1"], "+OK");
        }
        let names = ports
            .iter()
            .zip(0..)
            .map(|(&port, at)| (recorded_name(recording, port), cluster.id(at)))
            .collect();
        Self::Shards {
            cluster,
            ports,
            names,
            joined: false,
        }
    }

    /// Makes them what they were at an exchange of the recording.
    pub(crate) fn prepare(&mut self, exchange: &Exchange) {
        if let Self::Shards {
            cluster, joined, ..
        } = self
            && exchange.note == JOINED
            && !std::mem::replace(joined, true)
        {
            cluster.join();
        }
    }

    /// Starts them again, empty.
    pub(crate) fn start_over(&mut self) {
        match self {
            Self::One(server) => *server = Server::with(&Options::unhurried()),
            Self::Shards { .. } => panic!("a shard died or hangs: {}", self.server(0).log_tail()),
        }
    }

    /// The server that was at a port.
    pub(crate) fn server(&self, port: u64) -> &Server {
        match self {
            Self::One(server) => server,
            Self::Shards { cluster, ports, .. } => {
                let at = ports.iter().position(|&one| one == port).unwrap_or(0);
                &cluster.nodes[at]
            }
        }
    }

    /// The same to change it.
    pub(crate) fn server_mut(&mut self, port: u64) -> &mut Server {
        match self {
            Self::One(server) => server,
            Self::Shards { cluster, ports, .. } => {
                let at = ports.iter().position(|&one| one == port).unwrap_or(0);
                &mut cluster.nodes[at]
            }
        }
    }

    /// A connection to the server that was at a port.
    pub(crate) fn client(&self, port: u64) -> Client {
        self.server(port).client()
    }

    /// A recorded argument with the names that the servers have here.
    pub(crate) fn here(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Self::Shards { names, .. } = self {
            for (recorded, own) in names {
                text = text.replace(recorded, own);
            }
        }
        text
    }

    /// A reply with the recorded names and ports.
    pub(crate) fn recorded(&self, reply: &Value) -> Value {
        let mut reply = reply.clone();
        if let Self::Shards { names, .. } = self {
            texts(&mut reply, &mut |text| {
                let mut text = text.to_owned();
                for (recorded, own) in names {
                    text = text.replace(own, recorded);
                }
                for (recorded, own) in self.ports() {
                    text = text.replace(&format!(":{own}"), &format!(":{recorded}"));
                }
                text
            });
            self.numbers(&mut reply);
        }
        reply
    }

    /// A reply whose lists of shards have one order, whatever theirs was.
    pub(crate) fn in_order(reply: &Value) -> Value {
        let Value::Array(items) = reply else {
            return reply.clone();
        };
        let mut items: Vec<Value> = items.iter().map(Self::in_order).collect();
        let lists = |name: &str| {
            let begins = |item: &Value| item.items().first().is_some_and(|one| one.text() == name);
            items.len() > 1 && items.iter().all(begins)
        };
        // The shard that is asked about an execution is the first.
        let fixed = usize::from(lists("shard_id"));
        if fixed == 1 || lists("id") && items[0].items().len() == 16 {
            items[fixed..].sort_by_key(|item| item.items()[1].text());
        }
        Value::Array(items)
    }

    fn ports(&self) -> Vec<(u64, u64)> {
        match self {
            Self::One(_) => Vec::new(),
            Self::Shards { cluster, ports, .. } => {
                let own = cluster.nodes.iter().map(|node| node.address().port());
                ports.iter().copied().zip(own.map(u64::from)).collect()
            }
        }
    }

    fn numbers(&self, reply: &mut Value) {
        match reply {
            Value::Int(number) => {
                for (recorded, own) in self.ports() {
                    if u64::try_from(*number) == Ok(own) {
                        *number = i64::try_from(recorded).expect("a port");
                        return;
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.numbers(item)),
            _ => {}
        }
    }
}

/// The name that the node at a port said it had.
fn recorded_name(recording: &Recording, port: u64) -> String {
    let mut replies = recording.exchanges.iter().filter_map(|exchange| {
        let Recorded::Reply(reply) = &exchange.recorded else {
            return None;
        };
        let is_its = exchange.connection.0 == port && exchange.name() == "RG.INFOCLUSTER";
        let name = reply.items().get(1).filter(|_| is_its)?;
        Some(name.text())
    });
    replies
        .next()
        .unwrap_or_else(|| panic!("{}: no name of the node at {port}", recording.name))
}
