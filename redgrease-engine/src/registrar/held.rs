//! Scripts whose registrations are about to be put in place: the names that they take meanwhile, and what other shards sent of
//! them.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use super::Claim;
use crate::base::guard;
use crate::plan::{CommandReader, Reader};
use crate::record::value::Value;
use crate::session::{Parcel, Session};

/// How long a script may take to be ready on all shards: pip may make environments meanwhile.
pub(super) const READY: Duration = Duration::from_secs(15 * 60);

/// What a shard keeps of a script that another one was asked to run.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) parcel: Parcel,
    pub(super) session: Arc<Session>,
    pub(super) claim: Claim,
}

#[derive(Debug)]
struct Held {
    /// The shard that was asked to run it.
    by: &'static str,
    since: Instant,
    names: Vec<String>,
    triggers: Vec<Vec<u8>>,
    prepared: Option<Prepared>,
}

static HELD: LazyLock<Mutex<HashMap<String, Held>>> = LazyLock::new(Mutex::default);

/// The triggers of registrations.
pub(super) fn triggers(descriptions: &[Value]) -> Vec<Vec<u8>> {
    descriptions
        .iter()
        .filter_map(|one| match Reader::parse(one)? {
            Reader::Command(CommandReader { trigger, .. }) => trigger,
            _ => None,
        })
        .collect()
}

/// Takes the names of a script's session and triggers, for which no other script may register meanwhile; false where one does.
pub(super) fn take(
    ticket: &str,
    by: &'static str,
    session: &str,
    claim: &Claim,
    descriptions: &[Value],
) -> bool {
    let names: Vec<String> = [Some(session.to_owned()), claim.replace.clone()]
        .into_iter()
        .flatten()
        .collect();
    let triggers = triggers(descriptions);
    let mut held = guard(&HELD);
    held.retain(|_, one| one.since.elapsed() < READY);
    let is_free = held.iter().all(|(other, one)| {
        other == ticket
            || !one.names.iter().any(|name| names.contains(name))
                && !one.triggers.iter().any(|name| triggers.contains(name))
    });
    if is_free {
        held.insert(
            ticket.to_owned(),
            Held {
                by,
                since: Instant::now(),
                names,
                triggers,
                prepared: None,
            },
        );
    }
    is_free
}

/// Keeps what is to be put in place; false where that was called off.
pub(super) fn keep(ticket: &str, prepared: Prepared) -> bool {
    let mut held = guard(&HELD);
    let place = held.get_mut(ticket);
    let is_held = place.is_some();
    let before = place.and_then(|one| one.prepared.replace(prepared));
    drop(held);
    drop(before);
    is_held
}

/// Gives the names back, and what was kept.
pub(super) fn leave(ticket: &str) -> Option<Prepared> {
    let left = guard(&HELD).remove(ticket);
    left.and_then(|one| one.prepared)
}

/// A shard is gone, and what it was asked to run with it.
pub(super) fn lost(shard: &str) {
    let mut held = guard(&HELD);
    let gone: Vec<Held> = {
        let tickets: Vec<String> = held
            .iter()
            .filter(|(_, one)| one.by == shard)
            .map(|(ticket, _)| ticket.clone())
            .collect();
        tickets
            .iter()
            .filter_map(|ticket| held.remove(ticket))
            .collect()
    };
    drop(held);
    drop(gone);
}

/// Whether a script is on its way.
pub(super) fn is_any() -> bool {
    let held = guard(&HELD);
    held.values().any(|one| one.since.elapsed() < READY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(trigger: &str) -> Value {
        Value::Dict(vec![
            (Value::str("reader"), Value::str("CommandReader")),
            (
                Value::str("arguments"),
                Value::Dict(vec![(Value::str("trigger"), Value::str(trigger))]),
            ),
        ])
    }

    #[test]
    fn a_name_is_taken_once() {
        let claim = Claim::default();
        assert_eq!(triggers(&[command("held-t")]), [b"held-t".to_vec()]);
        assert!(take("1", "here", "held-a", &claim, &[command("held-t")]));
        assert!(!take("2", "there", "held-a", &claim, &[]));
        assert!(!take("2", "there", "held-b", &claim, &[command("held-t")]));
        let replacing = Claim {
            upgrade: false,
            replace: Some("held-a".to_owned()),
        };
        assert!(!take("2", "there", "held-b", &replacing, &[]));
        leave("1");
        assert!(take("2", "there", "held-a", &claim, &[command("held-t")]));
        lost("there");
        assert!(take("3", "here", "held-a", &claim, &[]));
        leave("3");
    }
}
