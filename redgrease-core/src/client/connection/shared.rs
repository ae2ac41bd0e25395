//! One asynchronous connection for everybody who holds a [`RedisGears`].

use redis::aio::{ConnectionLike, MultiplexedConnection};
#[cfg(feature = "cluster-async")]
use redis::cluster_async::ClusterConnection;
use redis::{AsyncConnectionConfig, Client, Cmd, Pipeline, RedisFuture, RedisResult, Value};

#[cfg(feature = "cluster-async")]
use super::Kind;
use super::RedisGears;
#[cfg(feature = "cluster-async")]
use crate::client::cluster::Gears;
use crate::error::Result;

/// An asynchronous connection to a server, or with the feature `cluster-async` to a cluster:
/// [`RedisGears::async_connection`]. Clones share it.
///
/// It has no response time-out: what is slow on the server is waited for.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::{AsyncGearsCommands, RedisGears};
/// use redgrease::Result;
///
/// async fn count(gears: &RedisGears) -> Result<Option<i64>> {
///     let mut con = gears.async_connection().await?;
///     con.pyexecute("GB().count().run()").await?.decode()?.ok()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct AsyncRedisGears {
    con: Shared,
    gears: RedisGears,
}

#[derive(Debug, Clone)]
pub(super) enum Shared {
    Single(MultiplexedConnection),
    #[cfg(feature = "cluster-async")]
    Cluster(Gears<ClusterConnection>),
}

impl RedisGears {
    /// The asynchronous connection, which all holders of this handle share. When it breaks, the
    /// next call makes a new one.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// use redgrease::client::{AsyncGearsCommands, RedisGears};
    /// use redgrease::Result;
    ///
    /// async fn memory(gears: &RedisGears) -> Result<i64> {
    ///     let mut con = gears.async_connection().await?;
    ///     Ok(con.pystats().await?.curr_allocated)
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::error::Error::Redis) when no server answers.
    pub async fn async_connection(&self) -> Result<AsyncRedisGears> {
        let mut shared = self.shared().lock().await;
        let con = match shared.take() {
            Some(con) => con,
            None => connect(self).await?,
        };
        *shared = Some(con.clone());
        Ok(AsyncRedisGears {
            con,
            gears: self.clone(),
        })
    }
}

/// A connection of its own to a single server, which waits for slow answers.
pub(in crate::client) async fn patient(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    client
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

async fn connect(gears: &RedisGears) -> RedisResult<Shared> {
    #[cfg(feature = "cluster-async")]
    if let Some(con) = cluster(gears).await? {
        return Ok(con);
    }
    patient(gears.client()).await.map(Shared::Single)
}

/// A connection to the cluster, when the server is part of one.
#[cfg(feature = "cluster-async")]
async fn cluster(gears: &RedisGears) -> RedisResult<Option<Shared>> {
    // there is no way to say "never"
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(24 * 3600);
    if gears.kind().get().is_none() {
        let mut con = patient(gears.client()).await?;
        let answer = con.req_packed_command(&super::ask()).await?;
        let found = Kind::read(&answer, gears.client());
        gears.kind().get_or_init(|| found);
    }
    let Some(Kind::Cluster(client)) = gears.kind().get() else {
        return Ok(None);
    };
    let config = redis::cluster::ClusterConfig::new().set_response_timeout(PATIENCE);
    let con = client.get_async_connection_with_config(config).await?;
    Ok(Some(Shared::Cluster(Gears::new(con))))
}

impl AsyncRedisGears {
    fn connection(&mut self) -> &mut (dyn ConnectionLike + Send) {
        match &mut self.con {
            Shared::Single(con) => con,
            #[cfg(feature = "cluster-async")]
            Shared::Cluster(con) => con,
        }
    }

    /// Nobody gets a broken connection any more.
    async fn checked<T>(&mut self, result: RedisResult<T>) -> RedisResult<T> {
        if let Err(error) = &result
            && (error.is_connection_dropped() || error.is_io_error() && !error.is_timeout())
        {
            *self.gears.shared().lock().await = None;
        }
        result
    }
}

impl ConnectionLike for AsyncRedisGears {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(async move {
            let answer = self.connection().req_packed_command(cmd).await;
            self.checked(answer).await
        })
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        cmd: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(async move {
            let con = self.connection();
            let answers = con.req_packed_commands(cmd, offset, count).await;
            self.checked(answers).await
        })
    }

    fn get_db(&self) -> i64 {
        match &self.con {
            Shared::Single(con) => con.get_db(),
            #[cfg(feature = "cluster-async")]
            Shared::Cluster(con) => con.get_db(),
        }
    }
}
