//! A hash that is the same in every run.

use redgrease_core::hash::Fnv1a;

/// Stable between runs, which the standard hasher does not promise.
pub(crate) fn fingerprint(bytes: &[u8]) -> u64 {
    Fnv1a::of(bytes)
}
