//! What a call may still do: comparisons of elements, which can be many more than the elements are.

use std::cell::Cell;

const FULL: u32 = 50_000_000;

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(FULL) };
}

/// A new call begins on this thread.
pub(super) fn fill() {
    LEFT.with(|left| left.set(FULL));
}

/// Whether one more comparison may be made.
pub(super) fn burn() -> bool {
    LEFT.with(|left| {
        let rest = left.get().checked_sub(1);
        left.set(rest.unwrap_or(0));
        rest.is_some()
    })
}
