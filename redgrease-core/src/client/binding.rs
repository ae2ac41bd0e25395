//! What `#[command(on = …)]` can be bound to.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use redis::{Client, ConnectionLike};

use super::connection::RedisGears;
use crate::error::Result;

/// Something that can be shared and gives a blocking connection for a call.
///
/// ```no_run
/// # use redgrease_core::facade as redgrease;
/// use std::sync::LazyLock;
/// use redgrease::client::RedisGears;
///
/// static REDIS: LazyLock<RedisGears> = LazyLock::new(|| {
///     RedisGears::lazy("redis://127.0.0.1/").expect("the address is well-formed")
/// });
/// ```
#[diagnostic::on_unimplemented(
    message = "a function cannot be bound to a `{Self}`",
    label = "not a shared server",
    note = "bind it to a `static` that holds a `RedisGears`, a `redis::Client` or a `Mutex` with a connection"
)]
pub trait Binding {
    /// Runs `work` on a connection.
    ///
    /// # Errors
    ///
    /// Those of `work`, and that no connection could be opened.
    fn with<R>(&self, work: impl FnOnce(&mut dyn ConnectionLike) -> Result<R>) -> Result<R>;
}

impl Binding for RedisGears {
    fn with<R>(&self, work: impl FnOnce(&mut dyn ConnectionLike) -> Result<R>) -> Result<R> {
        work(&mut self.clone())
    }
}

/// Opens a connection for each call; `RedisGears` keeps them.
impl Binding for Client {
    fn with<R>(&self, work: impl FnOnce(&mut dyn ConnectionLike) -> Result<R>) -> Result<R> {
        work(&mut self.get_connection()?)
    }
}

impl<C: ConnectionLike> Binding for Mutex<C> {
    fn with<R>(&self, work: impl FnOnce(&mut dyn ConnectionLike) -> Result<R>) -> Result<R> {
        let mut con = self.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut *con)
    }
}

impl<B: Binding + ?Sized> Binding for &B {
    fn with<R>(&self, work: impl FnOnce(&mut dyn ConnectionLike) -> Result<R>) -> Result<R> {
        (**self).with(work)
    }
}

impl<B: Binding + ?Sized> Binding for Arc<B> {
    fn with<R>(&self, work: impl FnOnce(&mut dyn ConnectionLike) -> Result<R>) -> Result<R> {
        (**self).with(work)
    }
}

impl<B: Binding, F: FnOnce() -> B> Binding for LazyLock<B, F> {
    fn with<R>(&self, work: impl FnOnce(&mut dyn ConnectionLike) -> Result<R>) -> Result<R> {
        (**self).with(work)
    }
}

/// Something that can be shared and gives an asynchronous connection for a call.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::binding::AsyncBinding;
/// use redgrease::client::{AsyncGearsCommands, PyStats};
/// use redgrease::Result;
///
/// async fn stats(server: &impl AsyncBinding) -> Result<PyStats> {
///     server.connection().await?.pystats().await
/// }
/// ```
#[cfg(feature = "tokio")]
#[diagnostic::on_unimplemented(
    message = "an async function cannot be bound to a `{Self}`",
    label = "not a shared asynchronous server",
    note = "bind it to a `static` that holds a `RedisGears`, a `redis::Client`, a `MultiplexedConnection`, or with the feature `connection-manager` a `ConnectionManager`"
)]
pub trait AsyncBinding {
    /// The kind of connection.
    type Connection: redis::aio::ConnectionLike + Send;

    /// A connection.
    ///
    /// # Errors
    ///
    /// That no connection could be opened.
    fn connection(&self) -> impl Future<Output = Result<Self::Connection>> + Send;
}

#[cfg(feature = "tokio")]
impl AsyncBinding for Client {
    type Connection = redis::aio::MultiplexedConnection;

    async fn connection(&self) -> Result<Self::Connection> {
        Ok(super::connection::patient(self).await?)
    }
}

#[cfg(feature = "tokio")]
impl AsyncBinding for RedisGears {
    type Connection = super::connection::AsyncRedisGears;

    async fn connection(&self) -> Result<Self::Connection> {
        self.async_connection().await
    }
}

#[cfg(feature = "tokio")]
impl AsyncBinding for redis::aio::MultiplexedConnection {
    type Connection = Self;

    async fn connection(&self) -> Result<Self::Connection> {
        Ok(self.clone())
    }
}

#[cfg(feature = "connection-manager")]
impl AsyncBinding for redis::aio::ConnectionManager {
    type Connection = Self;

    async fn connection(&self) -> Result<Self::Connection> {
        Ok(self.clone())
    }
}

#[cfg(feature = "tokio")]
impl<B: AsyncBinding + Sync + ?Sized> AsyncBinding for &B {
    type Connection = B::Connection;

    async fn connection(&self) -> Result<Self::Connection> {
        (**self).connection().await
    }
}

#[cfg(feature = "tokio")]
impl<B: AsyncBinding + Sync + Send, F: FnOnce() -> B + Send> AsyncBinding for LazyLock<B, F> {
    type Connection = B::Connection;

    async fn connection(&self) -> Result<Self::Connection> {
        (**self).connection().await
    }
}
