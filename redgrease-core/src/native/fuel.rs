//! What a call may still do: comparisons of elements, which can be many more than the elements are.

use std::cell::Cell;

use super::error::Fail;

const FULL: u32 = 50_000_000;

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(FULL) };
}

/// A new call begins on this thread.
pub(super) fn fill() {
    LEFT.with(|left| left.set(FULL));
}

/// One more comparison.
pub(super) fn burn() -> Result<(), Fail> {
    LEFT.with(|left| match left.get().checked_sub(1) {
        Some(rest) => {
            left.set(rest);
            Ok(())
        }
        None => Err(Fail::Limit("too many comparisons")),
    })
}
