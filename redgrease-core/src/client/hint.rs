//! Methods that do not exist, so that rustc says what does.

use std::future::Ready;

use redis::ConnectionLike;

use super::data::ExecutionResult;
use super::registering::Registered;
use super::value::FromResults;
use crate::error::{Error, Result};
use crate::gear::function::GearFunction;
use crate::gear::function::ends::Open;
use crate::gear::function::readers::ReaderType;
use crate::script::Script;

/// What has a registration of its own: the type that an attribute makes beside a function.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`register` and `script` belong to the type that has the name of the function",
    label = "write `::` instead of the `.` before it",
    note = "for `#[command] fn name(…)`: `name::register(&mut con)`, `name::script()`, `registrations![name]`"
)]
pub trait IsType {}

/// What `name.register(…)` means when `name` is a function. Nothing has these methods.
#[doc(hidden)]
pub trait OnFunction<Arguments>: Sized {
    fn register<C>(&self, _: &mut C) -> Result<Registered>
    where
        Self: IsType,
    {
        unreachable!("nothing is a type of a function")
    }

    fn register_async<C>(&self, _: &mut C) -> Ready<Result<Registered>>
    where
        Self: IsType,
    {
        unreachable!("nothing is a type of a function")
    }

    fn script(&self) -> Script
    where
        Self: IsType,
    {
        unreachable!("nothing is a type of a function")
    }
}

macro_rules! on_functions {
    ($($($argument:ident)*;)*) => { $(
        impl<F: Fn($($argument),*) -> R, R, $($argument),*> OnFunction<($($argument,)*)> for F {}
    )* };
}

on_functions! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E G;
    A B C D E G H;
    A B C D E G H I;
}

/// The `Result` that a `#[command]` was written with, whatever its name.
#[doc(hidden)]
pub trait Fallible {
    type Error;
}

impl<T, E> Fallible for Result<T, E> {
    type Error = E;
}

/// The error type that a `#[command]` names in its `Result`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a call can fail, and its error does not become a `{Self}`",
    label = "no `From<redgrease::Error>`",
    note = "write `redgrease::Result<T>`, or implement `From<redgrease::Error>` for the error type"
)]
pub trait UserError {
    fn of(error: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Error>> UserError for E {
    fn of(error: Error) -> Self {
        error.into()
    }
}

/// A gear that can be sent.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "this gear is open: a server would not know what to do with it",
    label = "end the gear with `.run()` or `.register(…)` before it is sent"
)]
pub trait IsClosed {}

impl<R: ReaderType> GearFunction<R, Open> {
    /// Cannot be called: an open gear is not sent.
    #[doc(hidden)]
    pub fn on<T: FromResults>(&self, _: &mut impl ConnectionLike) -> Result<ExecutionResult<T>>
    where
        Self: IsClosed,
    {
        unreachable!("no open gear is closed")
    }

    /// Cannot be called: an open gear is not sent.
    #[doc(hidden)]
    pub fn on_async<T: FromResults, C>(&self, _: &mut C) -> Ready<Result<ExecutionResult<T>>>
    where
        Self: IsClosed,
    {
        unreachable!("no open gear is closed")
    }
}
