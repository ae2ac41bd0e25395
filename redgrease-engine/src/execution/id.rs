//! Ids of executions: the shard that was asked, and a number.

use std::fmt::Write as _;
use std::sync::OnceLock;

/// The id of an execution. Most are asked for by nobody, so their text is written when it is.
#[derive(Debug)]
pub(crate) struct Id {
    /// Shard and number, if it is of this shard.
    own: Option<(&'static str, u64)>,
    text: OnceLock<String>,
}

impl Id {
    /// One of this shard.
    pub(super) const fn own(shard: &'static str, number: u64) -> Self {
        Self {
            own: Some((shard, number)),
            text: OnceLock::new(),
        }
    }

    /// One that another shard has given.
    pub(super) fn foreign(text: String) -> Self {
        Self {
            own: None,
            text: OnceLock::from(text),
        }
    }

    /// The id as clients know it.
    pub(crate) fn text(&self) -> &str {
        self.text.get_or_init(|| {
            let (shard, number) = self.own.unwrap_or_default();
            text(shard, number)
        })
    }
}

/// The text of an id: who made it, and a number.
pub(super) fn text(shard: &str, number: u64) -> String {
    let mut id = String::with_capacity(shard.len() + 21);
    id.push_str(shard);
    let _ = write!(id, "-{number}");
    id
}

/// The number at the end of the id of an execution or a plan.
pub(super) fn last_number(id: &str) -> Option<u64> {
    id.rsplit_once('-')?.1.parse().ok()
}
