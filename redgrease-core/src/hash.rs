//! A hash that is the same everywhere and for ever: what is written down can be compared with what another program writes.

/// FNV-1a with 64 bits.
///
/// ```
/// use redgrease_core::hash::Fnv1a;
///
/// let whole = Fnv1a::of(b"ab");
/// assert_eq!(whole, Fnv1a::new().add(b"a").add(b"b").value());
/// assert_eq!(format!("{whole:016x}"), "089c4407b545986a");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fnv1a(u64);

impl Fnv1a {
    /// The hash of nothing.
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The hash of what was added before and of `bytes` behind it.
    #[must_use]
    pub const fn add(mut self, bytes: &[u8]) -> Self {
        let mut at = 0;
        while at < bytes.len() {
            self.0 = (self.0 ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
            at += 1;
        }
        self
    }

    /// The number.
    pub const fn value(self) -> u64 {
        self.0
    }

    /// The number of some bytes.
    pub const fn of(bytes: &[u8]) -> u64 {
        Self::new().add(bytes).value()
    }
}

impl Default for Fnv1a {
    fn default() -> Self {
        Self::new()
    }
}
