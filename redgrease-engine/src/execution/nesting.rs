//! How deep functions call each other while a command waits.

use std::cell::Cell;
use std::fmt;

/// How many functions may wait for each other: much more than anybody needs, and much less than the stacks have room for.
const DEEPEST: usize = 32;

thread_local! {
    /// The functions that commands of this thread wait for.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// A function that a command waits for, until it is dropped.
#[derive(Debug)]
pub(super) struct Level;

/// That too many functions wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooDeep;

impl fmt::Display for TooDeep {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "ERR {DEEPEST} synchronous functions wait for each other already; no more are nested: does one of them trigger itself?"
        )
    }
}

impl Level {
    /// One more.
    ///
    /// # Errors
    /// That there are too many.
    pub(super) fn enter() -> Result<Self, TooDeep> {
        DEPTH.with(|depth| {
            if depth.get() >= DEEPEST {
                return Err(TooDeep);
            }
            depth.set(depth.get() + 1);
            Ok(Self)
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.with(|depth| depth.set(depth.get() - 1));
    }
}

/// Whether a command of this thread waits for a function.
pub(crate) fn is_inside() -> bool {
    DEPTH.with(|depth| depth.get() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_limit_and_it_counts_what_is_under_way() {
        let mut levels = Vec::new();
        while let Ok(level) = Level::enter() {
            levels.push(level);
        }
        assert_eq!(levels.len(), DEEPEST);
        levels.pop();
        assert!(is_inside() && Level::enter().is_ok() && Level::enter().is_ok());
        drop(levels);
        assert!(!is_inside());
    }
}
