//! Commands of a function that are run together or not at all.

use std::fmt;
use std::sync::Arc;

use super::forbidden::Forbidden;
use super::{error_text, permit};
use crate::event::{hook, stream};
use crate::record::reply::value_of;
use crate::record::value::Value;
use crate::registration::{self, Registration};
use crate::server::{ReplyKind, ServerLock};

/// A key and the id of an entry in it.
type Entry = (Vec<u8>, Vec<u8>);

/// What a function sends at the end of its block.
#[derive(Debug, PartialEq)]
pub(super) struct Transaction {
    pub(super) commands: Vec<Vec<Vec<u8>>>,
    /// The registration whose hook is left out.
    pub(super) hook: Option<String>,
    pub(super) database: i32,
    /// The registration whose streams these entries are in.
    pub(super) registration: Option<String>,
    /// The entries that are worked off with it; an empty list means all that its function got.
    pub(super) acknowledged: Option<Vec<Entry>>,
}

/// Why nothing of a transaction was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unrun {
    /// A command has no name.
    NoName,
    /// The command of this name, at this place of so many, may not be run.
    Command {
        place: usize,
        count: usize,
        name: String,
        why: Forbidden,
    },
    /// The registration is gone whose entries are acknowledged.
    Registration,
}

impl fmt::Display for Unrun {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoName => formatter.write_str("a command without a name"),
            Self::Command {
                place,
                count,
                name,
                why,
            } => write!(
                formatter,
                "nothing of the transaction was run: command {place} of {count}, {name}: {why}"
            ),
            Self::Registration => {
                formatter.write_str("the registration whose entries are acknowledged is gone")
            }
        }
    }
}

impl Transaction {
    /// Looks at all commands, then runs them: under one lock, so that replicas and files get them as one piece. Gives a pair
    /// for each: whether it failed, and its value or the text of its error.
    ///
    /// # Errors
    /// Why none was run.
    pub(super) fn run(&self, lock: &ServerLock) -> Result<Value, Unrun> {
        let follower = match &self.acknowledged {
            Some(_) => Some(self.registration()?),
            None => None,
        };
        let commands: Vec<Vec<&[u8]>> = self
            .commands
            .iter()
            .map(|words| words.iter().map(Vec::as_slice).collect())
            .collect();
        lock.in_database(self.database, || {
            for (place, words) in commands.iter().enumerate() {
                let (name, arguments) = words.split_first().ok_or(Unrun::NoName)?;
                permit::check(lock, name, arguments).map_err(|why| Unrun::Command {
                    place: place + 1,
                    count: commands.len(),
                    name: String::from_utf8_lossy(name).into_owned(),
                    why,
                })?;
            }
            Ok(())
        })?;
        let all = || {
            lock.in_database(self.database, || {
                commands
                    .iter()
                    .filter_map(|words| words.split_first())
                    .map(|(name, arguments)| outcome(lock, name, arguments))
                    .collect()
            })
        };
        let outcomes = match self.hook.as_deref() {
            Some(registration) => hook::without(lock, registration, all),
            None => all(),
        };
        if let (Some(registration), Some(entries)) = (follower, &self.acknowledged) {
            stream::acknowledge_early(lock, &registration, entries);
        }
        Ok(Value::List(outcomes))
    }

    fn registration(&self) -> Result<Arc<Registration>, Unrun> {
        self.registration
            .as_ref()
            .and_then(|id| registration::list::find(id.as_bytes()))
            .filter(|registration| registration.follower.is_some())
            .ok_or(Unrun::Registration)
    }
}

fn outcome(lock: &ServerLock, name: &[u8], arguments: &[&[u8]]) -> Value {
    let (failed, value) = match permit::run(lock, name, arguments) {
        Ok(reply) if reply.kind() == ReplyKind::Error => {
            (true, Value::redis(&error_text::bearable(reply.text())))
        }
        Ok(reply) => (false, value_of(&reply)),
        Err(error) => (true, Value::str(error.text)),
    };
    Value::Tuple(vec![Value::Bool(failed), value])
}
