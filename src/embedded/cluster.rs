//! A private cluster: several private servers that have found each other.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use redgrease_core::client::RedisGears;
use redgrease_core::nodes::{Node, nodes};

use super::ports::{BUS, two_free_ports, with_free_ports};
use super::{Builder, Error, Server, end_of};

/// How many hash slots a cluster has.
const SLOTS: usize = 16_384;
/// How long the servers may take to find each other.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running private cluster; dropping it stops its servers and removes their directories.
///
/// ```no_run
/// use redgrease::embedded::Cluster;
/// use redgrease::prelude::*;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let cluster = Cluster::start()?;
/// let mut con = cluster.gears()?;
/// con.pyexecute("GB('CommandReader').map(lambda r: 'hello').register(trigger='hello')")?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Cluster {
    primaries: Vec<Server>,
    replicas: Vec<Server>,
}

/// How a private cluster is started.
///
/// ```no_run
/// use redgrease::embedded::Cluster;
///
/// # fn main() -> Result<(), redgrease::embedded::Error> {
/// let cluster = Cluster::builder()
///     .replicas(1)
///     .server_arg("--cluster-node-timeout", "2000")
///     .start()?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct ClusterBuilder {
    server: Builder,
    nodes: usize,
    replicas: usize,
}

impl ClusterBuilder {
    /// How many servers share the keys, instead of three.
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes;
        self
    }

    /// How many replicas each of them has, instead of none.
    pub fn replicas(mut self, replicas: usize) -> Self {
        self.replicas = replicas;
        self
    }

    /// The servers listen on this port and the ones behind it, instead of free ones, and on those 10000 higher for each
    /// other.
    pub fn port(mut self, first: u16) -> Self {
        self.server.port = Some(first);
        self
    }

    /// Each server keeps data, log and Python environments in a directory of its own in this one, `node-1` and so on. A
    /// cluster that is started there again is the same one.
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.server.dir = Some(dir.into());
        self
    }

    /// Runs the functions with this interpreter.
    pub fn python(mut self, interpreter: impl Into<PathBuf>) -> Self {
        self.server = self.server.python(interpreter);
        self
    }

    /// Loads this module file of the engine.
    pub fn engine(mut self, file: impl Into<PathBuf>) -> Self {
        self.server = self.server.engine(file);
        self
    }

    /// Adds an option of each `redis-server`, such as `("--cluster-node-timeout", "2000")`.
    pub fn server_arg(mut self, option: impl Into<String>, value: impl Into<String>) -> Self {
        self.server = self.server.server_arg(option, value);
        self
    }

    /// Adds an argument of each engine, such as `("ExecutionThreads", "8")`.
    pub fn module_arg(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.server = self.server.module_arg(name, value);
        self
    }

    /// Starts the servers, has them find each other, and waits until every one of them knows all, who has which keys, and its
    /// replicas are there.
    ///
    /// # Errors
    ///
    /// As [`Builder::start`]; and [`Error::NotStarted`] when they do not find each other within a minute.
    pub fn start(self) -> Result<Cluster, Error> {
        if self.nodes == 0 {
            return Err(Error::NotStarted {
                what: "a cluster has one server at least".into(),
                log: String::new(),
            });
        }
        let count = self.nodes * (1 + self.replicas);
        let started: Vec<Result<Server, Error>> = std::thread::scope(|scope| {
            let node = |place| self.node(place);
            let starting: Vec<_> = (0..count)
                .map(|place| scope.spawn(move || node(place)))
                .collect();
            starting
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|_| {
                        Err(Error::NotStarted {
                            what: "a thread that starts a server panicked".into(),
                            log: String::new(),
                        })
                    })
                })
                .collect()
        });
        let mut primaries = started.into_iter().collect::<Result<Vec<_>, _>>()?;
        let replicas = primaries.split_off(self.nodes);
        let cluster = Cluster {
            primaries,
            replicas,
        };
        cluster.form()?;
        Ok(cluster)
    }

    fn node(&self, place: usize) -> Result<Server, Error> {
        let mut builder = self.server.clone().server_arg("--cluster-enabled", "yes");
        if let Some(dir) = &self.server.dir {
            builder = builder.dir(dir.join(format!("node-{}", place + 1)));
        }
        if let Some(first) = self.server.port {
            let port = u16::try_from(place).ok().and_then(|n| first.checked_add(n));
            let port = port.filter(|port| port.checked_add(BUS).is_some());
            return match port {
                Some(port) => builder.port(port).start(),
                None => Err(Error::NotStarted {
                    what: format!(
                        "the ports from {first} on are too high for a cluster: each server needs the one {BUS} higher too"
                    ),
                    log: String::new(),
                }),
            };
        }
        with_free_ports(|| builder.clone().port(two_free_ports()?).start())
    }
}

impl Cluster {
    /// Starts three private servers on free ports with temporary directories.
    ///
    /// # Errors
    ///
    /// As [`ClusterBuilder::start`].
    pub fn start() -> Result<Self, Error> {
        Self::builder().start()
    }

    /// Says how the cluster is to be started.
    pub fn builder() -> ClusterBuilder {
        ClusterBuilder {
            server: Server::builder(),
            nodes: 3,
            replicas: 0,
        }
    }

    /// The servers that shared the keys at the start, in the order of their slots.
    pub fn nodes(&self) -> &[Server] {
        &self.primaries
    }

    /// Their replicas: first one of each server, then the second one of each.
    pub fn replicas(&self) -> &[Server] {
        &self.replicas
    }

    /// The address of one server for clients, which find the others by it.
    pub fn url(&self) -> String {
        self.primaries.first().map(Server::url).unwrap_or_default()
    }

    /// The addresses of all servers, replicas too.
    pub fn urls(&self) -> Vec<String> {
        self.all().map(Server::url).collect()
    }

    /// A handle that opens connections to the cluster.
    ///
    /// # Errors
    ///
    /// [`Error::Client`] when the cluster does not answer any more.
    pub fn gears(&self) -> Result<RedisGears, Error> {
        RedisGears::open(self.url()).map_err(Error::Client)
    }

    /// Stops the server at this place of [`Cluster::nodes`] as if its machine had lost power.
    ///
    /// ```no_run
    /// # use redgrease::embedded::Cluster;
    /// # fn main() -> Result<(), redgrease::embedded::Error> {
    /// let mut cluster = Cluster::builder().replicas(1).start()?;
    /// drop(cluster.remove(0));
    /// # Ok(()) }
    /// ```
    ///
    /// # Panics
    ///
    /// When there is no such place.
    pub fn remove(&mut self, place: usize) -> Server {
        self.primaries.remove(place)
    }

    fn all(&self) -> impl Iterator<Item = &Server> {
        self.primaries.iter().chain(&self.replicas)
    }

    /// Has the servers find each other.
    fn form(&self) -> Result<(), Error> {
        self.share_slots()?;
        let first = &self.primaries[0];
        // In both directions: a server that was in this cluster before has another port now.
        for (from, to) in self
            .all()
            .flat_map(|server| [(first, server), (server, first)])
        {
            if from.port() != to.port() {
                let port = to.port().to_string();
                cluster(from, &["MEET", "127.0.0.1", &port])?;
            }
        }
        let count = self.primaries.len() + self.replicas.len();
        let known = format!("cluster_known_nodes:{count}\r\n");
        let until = Instant::now() + PATIENCE;
        self.wait("do not find each other", until, |server| {
            cluster(server, &["INFO"]).is_ok_and(|info| info.contains(&known))
        })?;
        for (place, replica) in self.replicas.iter().enumerate() {
            let primary = &self.primaries[place % self.primaries.len()];
            let id = cluster(primary, &["MYID"])?;
            // One that was here before may have been promoted.
            if own(&cluster(replica, &["NODES"])?).is_some_and(|node| node.is("master")) {
                self.replicate(replica, &id, until)?;
            }
        }
        self.wait("do not agree about their keys", until, |server| {
            cluster(server, &["INFO"]).is_ok_and(|info| {
                info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:16384")
            })
        })?;
        self.wait("do not replicate", until, |server| {
            let info = ask(server, "INFO", &["replication"]);
            info.is_ok_and(|info| {
                info.contains("role:master") || info.contains("master_link_status:up")
            })
        })
    }

    /// Makes a server a replica, once it has heard of the one that it is to follow.
    fn replicate(&self, replica: &Server, id: &str, until: Instant) -> Result<(), Error> {
        if own(&cluster(replica, &["NODES"])?).is_some_and(|node| !node.slots.is_empty()) {
            return Ok(());
        }
        self.wait("do not take replicas", until, |server| {
            server.port() != replica.port() || cluster(server, &["REPLICATE", id]).is_ok()
        })
    }

    /// Gives each server its share of the keys, unless they have theirs from before.
    fn share_slots(&self) -> Result<(), Error> {
        for server in self.all() {
            if !cluster(server, &["INFO"])?.contains("cluster_slots_assigned:0\r\n") {
                return Ok(());
            }
        }
        let count = self.primaries.len();
        for (place, server) in self.primaries.iter().enumerate() {
            let slots = SLOTS * place / count..SLOTS * (place + 1) / count;
            let slots: Vec<String> = slots.map(|slot| slot.to_string()).collect();
            let words: Vec<&str> = std::iter::once("ADDSLOTS")
                .chain(slots.iter().map(String::as_str))
                .collect();
            cluster(server, &words)?;
        }
        Ok(())
    }

    /// Waits until something is true of all servers; else says what they do not.
    fn wait(
        &self,
        lack: &str,
        until: Instant,
        is_so: impl Fn(&Server) -> bool,
    ) -> Result<(), Error> {
        const PAUSE: Duration = Duration::from_millis(20);
        for server in self.all() {
            while !is_so(server) {
                if Instant::now() > until {
                    return Err(Error::NotStarted {
                        what: format!(
                            "the servers of the cluster {lack} within {} s: the one on port {} does not",
                            PATIENCE.as_secs(),
                            server.port()
                        ),
                        log: end_of(&server.log_file()),
                    });
                }
                std::thread::sleep(PAUSE);
            }
        }
        Ok(())
    }
}

/// The node that answered CLUSTER NODES.
fn own(answer: &str) -> Option<Node<'_>> {
    nodes(answer).find(|node| node.is("myself"))
}

fn cluster(server: &Server, words: &[&str]) -> Result<String, Error> {
    ask(server, "CLUSTER", words)
}

fn ask(server: &Server, command: &str, words: &[&str]) -> Result<String, Error> {
    let mut con = server.connection()?;
    redis::cmd(command)
        .arg(words)
        .query(&mut con)
        .map_err(|error| Error::Client(error.into()))
}
