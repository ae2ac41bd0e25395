//! A batch of entries on its way: to be read, read, worked off; and how a registration wants its batches.

use std::sync::Arc;
use std::time::{Duration, Instant};

use itoa::Buffer;

use crate::plan::{Mode, Policy, StreamEvents};
use crate::record::batch::Batch;

/// Reads what no consumer of the group has got.
pub(crate) const NEW: &[u8] = b">";
/// Reads what was got and not acknowledged, from the start.
pub(crate) const UNACKNOWLEDGED: &[u8] = b"0";

/// Batches that are read ahead while one runs.
const AHEAD: usize = 8;
/// Read ahead no more than so many bytes.
pub(crate) const AHEAD_BYTES: usize = 1 << 20;

/// The name of a stream.
pub(crate) type Key = Arc<[u8]>;

/// An id of a stream in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(pub(crate) u64, pub(crate) u64);

impl Id {
    pub(crate) fn parse(text: &[u8]) -> Option<Self> {
        let (time, number) = std::str::from_utf8(text).ok()?.split_once('-')?;
        Some(Self(time.parse().ok()?, number.parse().ok()?))
    }

    /// As the server writes it.
    pub(crate) fn text(self) -> Vec<u8> {
        let (mut time, mut number) = (Buffer::new(), Buffer::new());
        let parts = [time.format(self.0), "-", number.format(self.1)];
        parts.concat().into_bytes()
    }

    pub(crate) fn next(self) -> Self {
        match self.1.checked_add(1) {
            Some(number) => Self(self.0, number),
            None => Self(self.0.saturating_add(1), 0),
        }
    }
}

/// What was read of a stream while its group stayed where it was: the entries behind the first id, up to the second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) after: Id,
    pub(crate) through: Id,
}

/// What DUMPREGISTRATIONS calls the status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    #[default]
    Ok,
    Waiting,
    Aborted,
    Paused,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Waiting => "WAITING_FOR_RETRY_ON_FAILURE",
            Self::Aborted => "ABORTED",
            Self::Paused => "PAUSED",
        }
    }
}

/// Some entries of a stream on their way to a function.
#[derive(Debug)]
pub(crate) struct Entries {
    /// The ids to acknowledge; one of an entry that was deleted meanwhile has no record.
    pub(crate) ids: Vec<Vec<u8>>,
    pub(crate) batch: Batch,
    /// Where they are, if the group has not got them yet.
    pub(crate) ahead: Option<Stretch>,
}

impl Entries {
    pub(crate) fn new() -> Self {
        Self {
            ids: Vec::new(),
            batch: Batch::new(),
            ahead: None,
        }
    }
}

/// A batch to be read.
#[derive(Debug)]
pub(crate) struct Claim {
    pub(crate) key: Key,
    pub(crate) from: Vec<u8>,
    pub(crate) count: usize,
}

/// A batch that was read.
#[derive(Debug)]
pub(crate) struct Portion {
    pub(crate) key: Key,
    pub(crate) entries: Entries,
    /// When its first entry was noticed.
    pub(crate) since: Option<Instant>,
}

/// Where the stream of a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Under its name.
    Here,
    /// On its way to another name.
    Leaving,
    /// Nowhere that anybody knows of.
    Gone,
}

/// A batch that runs, or that was worked off and is to be acknowledged.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) key: Key,
    pub(crate) place: Place,
    pub(crate) ids: Vec<Vec<u8>>,
    /// Where its entries are, if the group has not got them yet.
    pub(crate) ahead: Option<Stretch>,
    pub(crate) since: Option<Instant>,
    /// The error for which its entries are given up.
    pub(crate) given_up: Option<Vec<u8>>,
}

/// What to do with a batch whose execution is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Worked off.
    Acknowledge,
    /// Not worked off, and not tried again, because of this error.
    GiveUp(Vec<u8>),
    /// Not worked off; the registration stops with this status and its entries stay.
    Stop(Status),
}

/// What follows from an event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Noted {
    /// A batch is due.
    pub(crate) due: bool,
    /// Somebody should look at the stream after this time.
    pub(crate) later: Option<Duration>,
}

/// How a registration reads.
#[derive(Debug)]
pub(crate) struct Rules {
    pub(crate) batch: usize,
    pub(crate) duration: Option<Duration>,
    pub(crate) ahead: usize,
}

impl Rules {
    pub(crate) fn new(events: &StreamEvents, mode: Mode) -> Self {
        // What is read ahead shows as pending, which it must not when a failure leaves it alone.
        let ahead = events.policy == Policy::Continue && mode != Mode::Sync;
        Self {
            batch: usize::try_from(events.batch).unwrap_or(1).max(1),
            duration: u64::try_from(events.duration)
                .ok()
                .filter(|&milliseconds| milliseconds > 0)
                .map(Duration::from_millis),
            ahead: if ahead { AHEAD } else { 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn ids_are_numbers() {
        assert!(Id::parse(b"9-1") < Id::parse(b"10-0"));
        assert_eq!(Id::parse(b"x"), None);
        assert_eq!(Id(1, 2).next(), Id(1, 3));
        assert_eq!(Id(1, u64::MAX).next(), Id(2, 0));
        assert_eq!(Id(1, u64::MAX).text(), b"1-18446744073709551615");
    }
}
