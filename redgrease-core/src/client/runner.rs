//! One text for both colours: multi-step conversations with a server are written once as `async`
//! code over a [`Runner`]; on a blocking connection every step is ready at once.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use redis::ConnectionLike;

use super::request::Request;
use crate::error::Result;

/// Runs requests, blocking or not.
pub(crate) trait Runner {
    /// Sends a request and gives its answer.
    fn run<T>(&mut self, request: Request<T>) -> impl Future<Output = Result<T>>;
}

/// Runs requests on a blocking connection.
pub(crate) struct Blocking<'a>(pub(crate) &'a mut dyn ConnectionLike);

impl Runner for Blocking<'_> {
    fn run<T>(&mut self, request: Request<T>) -> impl Future<Output = Result<T>> {
        std::future::ready(request.run(self.0))
    }
}

/// Runs requests on an asynchronous connection.
#[cfg(feature = "tokio")]
pub(crate) struct Asynchronous<'a, C>(pub(crate) &'a mut C);

#[cfg(feature = "tokio")]
impl<C: redis::aio::ConnectionLike + Send> Runner for Asynchronous<'_, C> {
    async fn run<T>(&mut self, request: Request<T>) -> Result<T> {
        request.run_async(self.0).await
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
