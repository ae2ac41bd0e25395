//! Which node of a cluster a command goes to.
//!
//! The `redis` crate takes the first argument of a command that it does not know for a key, so that
//! a script would go to the node that its text happens to name, and the question for its results
//! to another one. [`Gears`] knows better.

mod combine;
mod route;

use std::collections::BTreeMap;

use redis::cluster_routing::{
    MultipleNodeRoutingInfo, ResponsePolicy, RoutingInfo, SingleNodeRoutingInfo,
};
use redis::{Cmd, ConnectionLike, RedisResult, Value};

use super::request::Request;
use crate::error::{Error, Result};
use route::{Destination, Nodes};

/// A cluster connection on which each `RG.*` command reaches the node or nodes that it is for.
///
/// * Scripts go to one node, the home: the primary that has a certain key, or the first slot. It runs
///   them on all shards and registers on all. So do the commands about packages and sessions, which
///   are the same on every node.
/// * Commands about an execution go to the node that made it, which its ID names.
/// * `RG.TRIGGERONKEY` goes to the node that has the key.
/// * `RG.REFRESHCLUSTER`, `RG.CLEARREGISTRATIONSSTATS`, `RG.CONFIGSET`, `RG.PYSTATS`,
///   `RG.DUMPREGISTRATIONS` and `RG.DUMPEXECUTIONS` go to all primaries, and their answers are put
///   together: the statistics of a registration are those of the whole cluster.
/// * All other commands go where the `redis` crate sends them.
///
/// ```no_run
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{Gears, GearsCommands};
///
/// # fn main() -> redgrease::Result<()> {
/// let client = redis::cluster::ClusterClient::new(["redis://127.0.0.1:7000/"])?;
/// let mut gears = Gears::new(client.get_connection()?);
/// gears.refreshcluster()?;
/// let count = gears.pyexecute("GB().count().run()")?.decode::<Option<i64>>()?.value;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Gears<C> {
    con: C,
    home: SingleNodeRoutingInfo,
    nodes: Nodes,
}

impl<C> std::fmt::Debug for Gears<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gears")
            .field("home", &self.home)
            .finish_non_exhaustive()
    }
}

impl<C> Gears<C> {
    /// Takes a cluster connection of the `redis` crate, blocking or asynchronous.
    pub fn new(con: C) -> Self {
        Self {
            con,
            home: route::first_slot(),
            nodes: Nodes::default(),
        }
    }

    /// Makes the primary that has `key` the home.
    #[must_use]
    pub fn home(mut self, key: impl AsRef<[u8]>) -> Self {
        self.home = route::of_key(key);
        self
    }

    /// The connection.
    pub fn into_inner(self) -> C {
        self.con
    }

    fn destination(&self, cmd: &Cmd) -> Destination {
        Destination::of(cmd, &self.home)
    }
}

/// To all primaries, each answer by its node's address.
fn everywhere() -> RoutingInfo {
    let each_apart: Option<ResponsePolicy> = None;
    RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, each_apart))
}

fn cluster_nodes() -> Cmd {
    let mut cmd = redis::cmd("CLUSTER");
    cmd.arg("NODES");
    cmd
}

fn anywhere() -> RoutingInfo {
    RoutingInfo::SingleNode(SingleNodeRoutingInfo::Random)
}

/// The answers of all nodes, each read as `request` says.
fn each<T>(request: &Request<T>, answers: Value) -> Result<BTreeMap<String, T>> {
    let Value::Map(answers) = answers else {
        return Err(Error::decode(
            "the answers of all nodes",
            "one from each",
            super::reply::describe(&answers),
        ));
    };
    answers
        .into_iter()
        .map(|(address, answer)| {
            let address = super::reply::text("a node's address", address)?;
            Ok((address, request.read(Ok(answer))?))
        })
        .collect()
}

impl Gears<redis::cluster::ClusterConnection> {
    /// Runs a request on every primary; gives the answers by the nodes' addresses.
    ///
    /// ```no_run
    /// # use redgrease_core::facade as redgrease;
    /// # use redgrease::client::{requests, Gears};
    /// # fn main() -> redgrease::Result<()> {
    /// # let client = redis::cluster::ClusterClient::new(["redis://127.0.0.1:7000/"])?;
    /// let mut gears = Gears::new(client.get_connection()?);
    /// for (node, stats) in gears.on_all(&requests::py_stats())? {
    ///     println!("{node}: {} bytes", stats.curr_allocated);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of a node.
    pub fn on_all<T>(&mut self, request: &Request<T>) -> Result<BTreeMap<String, T>> {
        match self.con.route_command(request.cmd(), everywhere()) {
            Ok(answers) => each(request, answers),
            Err(error) => request.read(Err(error)).map(|_| BTreeMap::new()),
        }
    }
}

impl ConnectionLike for Gears<redis::cluster::ClusterConnection> {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        let node = match self.destination(cmd) {
            Destination::Default => return self.con.req_command(cmd),
            Destination::All(combine) => {
                return combine(self.con.route_command(cmd, everywhere())?);
            }
            Destination::Node(node) => node,
            Destination::Shard(shard) => {
                if !self.nodes.know(&shard) {
                    let answer = self.con.route_command(&cluster_nodes(), anywhere())?;
                    self.nodes = Nodes::read(answer)?;
                }
                self.nodes.find(&shard).unwrap_or_else(|| self.home.clone())
            }
        };
        self.con.route_command(cmd, RoutingInfo::SingleNode(node))
    }

    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.con.req_packed_command(cmd)
    }

    fn req_packed_commands(
        &mut self,
        cmd: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        self.con.req_packed_commands(cmd, offset, count)
    }

    fn supports_pipelining(&self) -> bool {
        self.con.supports_pipelining()
    }

    fn get_db(&self) -> i64 {
        self.con.get_db()
    }

    fn check_connection(&mut self) -> bool {
        self.con.check_connection()
    }

    fn is_open(&self) -> bool {
        self.con.is_open()
    }
}

#[cfg(feature = "cluster-async")]
mod asynchronous {
    use super::{
        BTreeMap, Cmd, Destination, Gears, Nodes, Request, Result, RoutingInfo, Value, anywhere,
        cluster_nodes, each, everywhere,
    };
    use redis::RedisFuture;
    use redis::cluster_async::ClusterConnection;

    impl Gears<ClusterConnection> {
        /// Runs a request on every primary; gives the answers by the nodes' addresses.
        ///
        /// # Errors
        ///
        /// The first error of a node.
        pub async fn on_all_async<T>(
            &mut self,
            request: &Request<T>,
        ) -> Result<BTreeMap<String, T>> {
            let cmd = request.cmd().clone();
            match self.con.route_command(cmd, everywhere()).await {
                Ok(answers) => each(request, answers),
                Err(error) => request.read(Err(error)).map(|_| BTreeMap::new()),
            }
        }

        async fn request(&mut self, cmd: &Cmd) -> redis::RedisResult<Value> {
            let node = match self.destination(cmd) {
                Destination::Default => return self.con.req_packed_command(cmd).await,
                Destination::All(combine) => {
                    return combine(self.con.route_command(cmd.clone(), everywhere()).await?);
                }
                Destination::Node(node) => node,
                Destination::Shard(shard) => {
                    if !self.nodes.know(&shard) {
                        let answer = self.con.route_command(cluster_nodes(), anywhere()).await?;
                        self.nodes = Nodes::read(answer)?;
                    }
                    self.nodes.find(&shard).unwrap_or_else(|| self.home.clone())
                }
            };
            let routing = RoutingInfo::SingleNode(node);
            self.con.route_command(cmd.clone(), routing).await
        }
    }

    use redis::aio::ConnectionLike;

    impl ConnectionLike for Gears<ClusterConnection> {
        fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
            Box::pin(self.request(cmd))
        }

        fn req_packed_commands<'a>(
            &'a mut self,
            cmd: &'a redis::Pipeline,
            offset: usize,
            count: usize,
        ) -> RedisFuture<'a, Vec<Value>> {
            self.con.req_packed_commands(cmd, offset, count)
        }

        fn get_db(&self) -> i64 {
            self.con.get_db()
        }
    }
}
