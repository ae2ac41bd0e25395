//! One text for both colours: multi-step conversations with a server are written once as `async`
//! code over a [`Runner`]; on a blocking connection every step is ready at once.

use std::pin::pin;
use std::task::{Context, Poll, Waker};
#[cfg(feature = "tokio")]
use std::time::Duration;

use redis::ConnectionLike;

use super::request::Request;
use crate::error::Result;

/// Runs requests, blocking or not.
pub(crate) trait Runner {
    /// Sends a request and gives its answer.
    fn run<T>(&mut self, request: Request<T>) -> impl Future<Output = Result<T>>;

    /// Whether others use the connection too, so that no answer may take long.
    const SHARED: bool;

    /// Waits before a question is asked again, a little longer each time.
    fn pause(&mut self) -> impl Future<Output = ()>;
}

/// Runs requests on a blocking connection.
pub(crate) struct Blocking<'a>(pub(crate) &'a mut dyn ConnectionLike);

impl Runner for Blocking<'_> {
    fn run<T>(&mut self, request: Request<T>) -> impl Future<Output = Result<T>> {
        std::future::ready(request.run(self.0))
    }

    const SHARED: bool = false;

    fn pause(&mut self) -> impl Future<Output = ()> {
        std::future::ready(())
    }
}

/// Runs requests on an asynchronous connection.
#[cfg(feature = "tokio")]
pub(crate) struct Asynchronous<'a, C> {
    con: &'a mut C,
    next_pause: Duration,
}

#[cfg(feature = "tokio")]
impl<'a, C> Asynchronous<'a, C> {
    const FIRST_PAUSE: Duration = Duration::from_millis(1);
    const LONGEST_PAUSE: Duration = Duration::from_millis(200);

    pub(crate) fn new(con: &'a mut C) -> Self {
        Self {
            con,
            next_pause: Self::FIRST_PAUSE,
        }
    }
}

#[cfg(feature = "tokio")]
impl<C: redis::aio::ConnectionLike + Send> Runner for Asynchronous<'_, C> {
    async fn run<T>(&mut self, request: Request<T>) -> Result<T> {
        request.run_async(self.con).await
    }

    const SHARED: bool = true;

    async fn pause(&mut self) {
        let pause = self.next_pause;
        self.next_pause = (pause * 2).min(Self::LONGEST_PAUSE);
        tokio::time::sleep(pause).await;
    }
}

/// Gives the value of a conversation over a [`Blocking`] runner, which never has to wait.
pub(crate) fn now<T>(conversation: impl Future<Output = T>) -> T {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(conversation).poll(&mut context) {
        Poll::Ready(value) => value,
        Poll::Pending => unreachable!("a blocking runner answers at once"),
    }
}
