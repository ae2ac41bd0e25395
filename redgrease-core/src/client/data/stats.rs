//! Memory of the Python runtime.

use redis::Value;
use serde::Serialize;

use crate::client::reply::{self, integer};
use crate::error::Result;

/// Memory of the Python runtime in bytes, as `RG.PYSTATS` gives it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::client::requests;
///
/// let answer = redis::parse_redis_value(b"*6\r\n+TotalAllocated\r\n:3\r\n+PeakAllocated\r\n:2\r\n+CurrAllocated\r\n:1\r\n")?;
/// let stats = requests::py_stats().read(Ok(answer))?;
/// assert_eq!((stats.peak_allocated, stats.curr_allocated), (2, 1));
/// # Ok::<(), redgrease::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[allow(clippy::struct_field_names, reason = "the names are the server's own")]
pub struct PyStats {
    /// Allocated since the start.
    pub total_allocated: i64,
    /// The most that was allocated at one time.
    pub peak_allocated: i64,
    /// Allocated now.
    pub curr_allocated: i64,
}

impl PyStats {
    pub(in crate::client) fn read(value: Value) -> Result<Self> {
        let mut fields = reply::Fields::read("RG.PYSTATS", value)?;
        let mut number = |name| integer(name, fields.require(name)?);
        Ok(Self {
            total_allocated: number("TotalAllocated")?,
            peak_allocated: number("PeakAllocated")?,
            curr_allocated: number("CurrAllocated")?,
        })
    }
}
