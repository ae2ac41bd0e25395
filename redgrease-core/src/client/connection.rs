//! A handle to a server that opens connections when they are needed and keeps them.

use std::sync::{Arc, Mutex, PoisonError};

use redis::{Client, Connection, ConnectionLike, IntoConnectionInfo, RedisResult, Value};

use crate::error::Result;

/// A server with the engine, as a cheap handle that can be cloned, shared between threads and put
/// in a `static`. It opens a connection for each thread that needs one at the same time and keeps
/// them open; a broken one is replaced.
///
/// ```no_run
/// use redgrease_core::client::{GearsCommands, RedisGears};
///
/// # fn main() -> redgrease_core::error::Result<()> {
/// let mut con = RedisGears::open("redis://127.0.0.1/")?;
/// println!("{:?}", con.dumpregistrations()?);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct RedisGears(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    client: Client,
    idle: Mutex<Vec<PooledConnection>>,
}

struct PooledConnection(Connection);

impl std::fmt::Debug for PooledConnection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PooledConnection")
    }
}

impl RedisGears {
    /// Takes the address of a server, such as `redis://127.0.0.1/`, and connects to it.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::error::Error::Redis) when the address is malformed or no server
    /// answers there.
    pub fn open(url: impl IntoConnectionInfo) -> Result<Self> {
        let gears = Self::lazy(url)?;
        let first = gears.0.client.get_connection()?;
        gears.0.put_back(PooledConnection(first));
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
            idle: Mutex::new(Vec::new()),
        })))
    }

    /// The client of the `redis` crate that opens the connections.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    fn with<R>(&self, work: impl FnOnce(&mut Connection) -> RedisResult<R>) -> RedisResult<R> {
        let mut con = match self.0.take() {
            Some(con) => con,
            None => PooledConnection(self.0.client.get_connection()?),
        };
        let result = work(&mut con.0);
        if con.0.is_open() {
            self.0.put_back(con);
        }
        result
    }
}

impl Pool {
    fn take(&self) -> Option<PooledConnection> {
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
    }

    fn put_back(&self, con: PooledConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(con);
    }
}

impl ConnectionLike for RedisGears {
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
