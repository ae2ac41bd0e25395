//! A cluster of private servers.

use super::resp::{Client, Value};
use super::server::{Options, Server, program_of_node};
use super::wait::eventually;

/// The slots of a cluster.
const SLOTS: u16 = 16384;

/// Some masters that share the slots, in even ranges.
#[derive(Debug)]
pub(crate) struct Cluster {
    /// The servers, that of the lowest slots first.
    pub(crate) nodes: Vec<Server>,
    /// The arguments of those that come later.
    options: Options,
}

impl Cluster {
    /// So many masters, once each of them has a link to each.
    pub(crate) fn of(count: u16) -> Self {
        Self::with(count, &Options::default())
    }

    /// The same with further arguments for each server.
    pub(crate) fn with(count: u16, options: &Options) -> Self {
        let cluster = Self::apart(count, options);
        cluster.join();
        cluster
    }

    /// Servers that may become a cluster, each alone.
    pub(crate) fn apart(count: u16, options: &Options) -> Self {
        let options = enabled(options);
        let start = |at| Server::running(&program_of_node(at), &options);
        Self {
            nodes: (0..usize::from(count)).map(start).collect(),
            options,
        }
    }

    /// One of these servers, which were started for that.
    pub(crate) fn among(nodes: Vec<Server>, options: Options) -> Self {
        let cluster = Self::over(nodes, options);
        cluster.join();
        cluster
    }

    /// These servers, which do not know each other yet.
    pub(crate) fn over(nodes: Vec<Server>, options: Options) -> Self {
        Self { nodes, options }
    }

    /// Shares the slots out, and introduces the servers to each other.
    pub(crate) fn join(&self) {
        self.share();
        self.unite();
    }

    /// Gives each server its slots.
    pub(crate) fn share(&self) {
        let count = u16::try_from(self.nodes.len()).expect("few nodes");
        for at in 0..count {
            let mut client = self.client(at);
            let range = first_slot(at, count)..first_slot(at + 1, count);
            let slots: Vec<String> = range.map(|slot| slot.to_string()).collect();
            let mut words = vec!["CLUSTER", "ADDSLOTS"];
            words.extend(slots.iter().map(String::as_str));
            assert_eq!(client.call(&words).text(), "OK");
            // Before they meet: no two may have the same.
            let epoch = (at + 1).to_string();
            client.call(&["CLUSTER", "SET-CONFIG-EPOCH", &epoch]);
        }
    }

    /// Introduces the servers to each other.
    pub(crate) fn unite(&self) {
        for node in &self.nodes[1..] {
            self.meet(0, node);
        }
        self.stands();
    }

    /// Adds a replica of a server, once it has its data; gives it.
    pub(crate) fn replica(&self, node: u16) -> Server {
        // What an older server cannot read it would not get from a newer one.
        let replica = Server::running(&program_of_node(usize::from(node)), &self.options);
        self.meet(node, &replica);
        let master = self.id(node);
        let mut client = replica.client();
        eventually("the replica", || {
            client.call(&["CLUSTER", "REPLICATE", &master]).text() == "OK"
        });
        eventually("the data of the master", || {
            let info = client.call(&["INFO", "replication"]).text();
            info.contains("master_link_status:up")
        });
        self.catches_up(&mut client);
        replica
    }

    /// Waits until a server that has just come knows how often the others have changed: it is not believed to have taken over before.
    pub(crate) fn catches_up(&self, client: &mut Client) {
        let epoch = |client: &mut Client| {
            let info = client.call(&["CLUSTER", "INFO"]).text();
            let epoch = info
                .lines()
                .find_map(|line| line.strip_prefix("cluster_current_epoch:"));
            epoch.and_then(|epoch| epoch.parse::<u64>().ok())
        };
        let highest = self.clients().iter_mut().filter_map(epoch).max();
        eventually("the changes before", || epoch(client) >= highest);
    }

    /// Adds a master without slots.
    pub(crate) fn join_master(&mut self) -> u16 {
        let node = Server::running(&program_of_node(self.nodes.len()), &self.options);
        self.meet(0, &node);
        self.nodes.push(node);
        let all = self.nodes.len();
        for node in &self.nodes {
            let mut client = node.client();
            eventually("everybody knows it", || {
                let info = client.call(&["CLUSTER", "INFO"]).text();
                info.contains(&format!("cluster_known_nodes:{all}\r\n"))
            });
        }
        u16::try_from(all - 1).expect("few nodes")
    }

    /// Gives an empty slot to another server.
    pub(crate) fn give(&self, slot: u16, node: u16) {
        let owner = self.id(node);
        let slot = slot.to_string();
        for one in self.nodes.iter().rev() {
            let reply = one
                .client()
                .call(&["CLUSTER", "SETSLOT", &slot, "NODE", &owner]);
            assert_eq!(reply.text(), "OK");
        }
    }

    /// A connection to one of the servers.
    pub(crate) fn client(&self, node: u16) -> Client {
        self.nodes[usize::from(node)].client()
    }

    /// One connection to each server.
    pub(crate) fn clients(&self) -> Vec<Client> {
        self.nodes.iter().map(Server::client).collect()
    }

    /// The name of a server in the cluster.
    pub(crate) fn id(&self, node: u16) -> String {
        self.client(node).call(&["CLUSTER", "MYID"]).text()
    }

    /// Introduces a server to another one.
    pub(crate) fn meet(&self, node: u16, other: &Server) {
        let port = other.address().port().to_string();
        let reply = self
            .client(node)
            .call(&["CLUSTER", "MEET", "127.0.0.1", &port]);
        assert_eq!(reply.text(), "OK");
    }

    /// Waits until every server knows all the others, as a server and as an engine.
    pub(crate) fn stands(&self) {
        let own = |node: &Server| node.client().call(&["CLUSTER", "MYID"]).text();
        let mut all: Vec<String> = self.nodes.iter().map(own).collect();
        all.sort();
        for node in &self.nodes {
            let mut client = node.client();
            eventually("the cluster", || {
                let info = client.call(&["CLUSTER", "INFO"]).text();
                info.contains("cluster_state:ok")
                    && info.contains(&format!("cluster_slots_ok:{SLOTS}"))
            });
            eventually("the links", || met(&mut client) == all);
        }
    }

    /// The server that owns a key, as long as none was moved.
    pub(crate) fn owner(&self, key: &str) -> u16 {
        let slot = self.client(0).call(&["CLUSTER", "KEYSLOT", key]);
        let Value::Int(slot) = slot else {
            panic!("no slot: {slot}");
        };
        let count = u16::try_from(self.nodes.len()).expect("few nodes");
        let is_below = |at: &u16| slot < i64::from(first_slot(at + 1, count));
        (0..count).find(is_below).expect("one of them")
    }

    /// Sets a key on the server that owns it, which takes it.
    pub(crate) fn set(clients: &mut [Client], key: &str, value: &str) {
        let is_taken = |client: &mut Client| client.call(&["SET", key, value]).text() == "OK";
        assert!(clients.iter_mut().any(is_taken), "nobody takes {key}");
    }
}

/// The shards that there are for an engine, if it has a link to each of them; itself included.
fn met(client: &mut Client) -> Vec<String> {
    let info = client.call(&["RG.INFOCLUSTER"]);
    let Some(shards) = info.items().get(4) else {
        return Vec::new();
    };
    let text = |shard: &Value, name| shard.field(name).map(Value::text).unwrap_or_default();
    let shards = shards.items().iter();
    let met = shards.filter(|shard| text(shard, "runid").len() == 40);
    let mut ids: Vec<String> = met.map(|shard| text(shard, "id")).collect();
    ids.sort();
    ids
}

/// The first slot of a server among so many, as redis-cli shares them out.
fn first_slot(at: u16, count: u16) -> u16 {
    let (at, count, slots) = (u32::from(at), u32::from(count), u32::from(SLOTS));
    u16::try_from((2 * at * slots + count) / (2 * count)).expect("a slot")
}

/// Options of a server that can be part of a cluster.
pub(crate) fn enabled(options: &Options) -> Options {
    let mut options = options.clone();
    let words = [
        "--cluster-enabled",
        "yes",
        "--cluster-require-full-coverage",
        "no",
    ];
    options.server.extend(words.map(str::to_owned));
    options
}
