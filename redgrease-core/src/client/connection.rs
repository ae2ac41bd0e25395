//! A handle to a server that opens connections when they are needed and keeps them.

#[cfg(feature = "tokio")]
mod shared;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

#[cfg(feature = "cluster")]
use redis::cluster::{ClusterClient, ClusterConnection};
use redis::{Client, Cmd, Connection, ConnectionLike, IntoConnectionInfo, RedisResult, Value};

#[cfg(feature = "cluster")]
use super::cluster::Gears;
use crate::error::Result;
#[cfg(feature = "tokio")]
pub use shared::AsyncRedisGears;
#[cfg(feature = "tokio")]
pub(in crate::client) use shared::patient;

/// A server or a cluster with the engine, as a cheap handle that can be cloned, shared between
/// threads and put in a `static`. It opens a connection for each thread that needs one at the same
/// time and keeps them open; a broken one is replaced.
///
/// With the feature `cluster` it finds out whether the server is part of a cluster, and sends each
/// command to the node that it is for.
///
/// ```no_run
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{GearsCommands, RedisGears};
///
/// # fn main() -> redgrease::Result<()> {
/// let mut con = RedisGears::open("redis://127.0.0.1/")?;
/// println!("{:?}", con.dumpregistrations()?);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct RedisGears(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    client: Client,
    kind: OnceLock<Kind>,
    idle: Mutex<Vec<Pooled>>,
    #[cfg(feature = "tokio")]
    shared: tokio::sync::Mutex<Option<shared::Shared>>,
}

/// What the server is, once somebody has asked it.
#[derive(Clone)]
pub(super) enum Kind {
    Single,
    #[cfg(feature = "cluster")]
    Cluster(Box<ClusterClient>),
}

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Single => "Single",
            #[cfg(feature = "cluster")]
            Self::Cluster(_) => "Cluster",
        })
    }
}

enum Pooled {
    Single(Connection),
    #[cfg(feature = "cluster")]
    Cluster(Box<Gears<ClusterConnection>>),
}

impl std::fmt::Debug for Pooled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pooled")
    }
}

impl Pooled {
    #[cfg(feature = "cluster")]
    fn cluster(client: &ClusterClient) -> RedisResult<Self> {
        let con = client.get_connection()?;
        Ok(Self::Cluster(Box::new(Gears::new(con))))
    }

    fn connection(&mut self) -> &mut dyn ConnectionLike {
        match self {
            Self::Single(con) => con,
            #[cfg(feature = "cluster")]
            Self::Cluster(con) => con.as_mut(),
        }
    }
}

impl RedisGears {
    /// Takes the address of a server, such as `redis://127.0.0.1/`, or of any node of a cluster,
    /// and connects to it.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::error::Error::Redis) when the address is malformed or no server
    /// answers there.
    pub fn open(url: impl IntoConnectionInfo) -> Result<Self> {
        let gears = Self::lazy(url)?;
        let first = gears.0.connect()?;
        gears.0.put_back(first);
        Ok(gears)
    }

    /// As [`RedisGears::open`], but connects at the first command.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::error::Error::Redis) when the address is malformed.
    pub fn lazy(url: impl IntoConnectionInfo) -> Result<Self> {
        Ok(Self(Arc::new(Pool {
            client: Client::open(url)?,
            kind: OnceLock::new(),
            idle: Mutex::new(Vec::new()),
            #[cfg(feature = "tokio")]
            shared: tokio::sync::Mutex::new(None),
        })))
    }

    /// The client of the `redis` crate for the address that was given.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// Whether the server is part of a cluster; always `false` without the feature `cluster`.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::error::Error::Redis) when no server answers.
    pub fn is_cluster(&self) -> Result<bool> {
        if self.0.kind.get().is_none() {
            let con = self.0.connect()?;
            self.0.put_back(con);
        }
        Ok(!matches!(self.0.kind.get(), None | Some(Kind::Single)))
    }

    #[cfg(feature = "cluster-async")]
    pub(super) fn kind(&self) -> &OnceLock<Kind> {
        &self.0.kind
    }

    #[cfg(feature = "tokio")]
    fn shared(&self) -> &tokio::sync::Mutex<Option<shared::Shared>> {
        &self.0.shared
    }

    fn with<R>(
        &self,
        work: impl FnOnce(&mut dyn ConnectionLike) -> RedisResult<R>,
    ) -> RedisResult<R> {
        let mut con = match self.0.take() {
            Some(con) => con,
            None => self.0.connect()?,
        };
        let result = work(con.connection());
        if con.connection().is_open() {
            self.0.put_back(con);
        }
        result
    }
}

impl Pool {
    fn connect(&self) -> RedisResult<Pooled> {
        match self.kind.get() {
            Some(Kind::Single) => self.client.get_connection().map(Pooled::Single),
            #[cfg(feature = "cluster")]
            Some(Kind::Cluster(client)) => Pooled::cluster(client),
            None => self.find_out(),
        }
    }

    /// The first connection: asks the server what it is.
    fn find_out(&self) -> RedisResult<Pooled> {
        let con = self.client.get_connection()?;
        #[cfg(feature = "cluster")]
        {
            let mut con = con;
            let answer = con.req_command(&ask())?;
            let kind = self
                .kind
                .get_or_init(|| Kind::read(&answer, &self.client))
                .clone();
            match kind {
                Kind::Single => Ok(Pooled::Single(con)),
                Kind::Cluster(client) => Pooled::cluster(&client),
            }
        }
        #[cfg(not(feature = "cluster"))]
        {
            self.kind.get_or_init(|| Kind::Single);
            Ok(Pooled::Single(con))
        }
    }

    fn take(&self) -> Option<Pooled> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    fn put_back(&self, con: Pooled) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(con);
    }
}

/// The question what the server is.
#[cfg(feature = "cluster")]
pub(super) fn ask() -> Cmd {
    let mut cmd = redis::cmd("INFO");
    cmd.arg("cluster");
    cmd
}

#[cfg(feature = "cluster")]
impl Kind {
    /// Reads the answer of the server that `client` leads to. A server that does not tell, because
    /// the user may not ask, is taken for a single one.
    pub(super) fn read(answer: &Value, client: &Client) -> Self {
        let text = match answer {
            Value::BulkString(bytes) => String::from_utf8_lossy(bytes),
            Value::VerbatimString { text, .. } => text.as_str().into(),
            _ => return Self::Single,
        };
        if !text.contains("cluster_enabled:1") {
            return Self::Single;
        }
        let node = client.get_connection_info().clone();
        ClusterClient::new([node]).map_or(Self::Single, |client| Self::Cluster(Box::new(client)))
    }
}

impl ConnectionLike for RedisGears {
    fn req_command(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        self.with(|con| con.req_command(cmd))
    }

    fn req_packed_command(&mut self, cmd: &[u8]) -> RedisResult<Value> {
        self.with(|con| con.req_packed_command(cmd))
    }

    fn req_packed_commands(
        &mut self,
        cmd: &[u8],
        offset: usize,
        count: usize,
    ) -> RedisResult<Vec<Value>> {
        self.with(|con| con.req_packed_commands(cmd, offset, count))
    }

    fn get_db(&self) -> i64 {
        self.0.client.get_db()
    }

    fn check_connection(&mut self) -> bool {
        self.with(|con| Ok(con.check_connection())).unwrap_or(false)
    }

    fn is_open(&self) -> bool {
        true
    }
}
