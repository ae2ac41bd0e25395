//! The registrations as they are written into files of the server.

use std::collections::HashSet;

use super::gone::Gone;
use crate::base::{fingerprint, stamp};
use crate::session::Parcel;

/// The sessions with registrations as they are written, in the order of their first one, and what was taken away.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    sessions: Vec<Parcel>,
    pub(super) gone: Gone,
    /// The number that others are told, once it is known.
    digest: Option<u64>,
}

impl Ledger {
    /// One without registrations.
    pub(super) const fn new() -> Self {
        Self {
            sessions: Vec::new(),
            gone: Gone::new(),
            digest: None,
        }
    }

    /// Whether there is nothing to write.
    pub(super) fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.gone.is_empty()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.sessions.clear();
        self.gone.clear();
        self.digest = None;
    }

    /// Adds registrations of a session.
    pub(super) fn add(&mut self, parcel: Parcel) {
        self.digest = None;
        for (id, stamp) in parcel.stamps() {
            stamp::seen(stamp);
            self.gone.remove(id);
        }
        let known = self
            .sessions
            .iter_mut()
            .find(|known| known.name() == parcel.name());
        match known {
            Some(known) => known.append(parcel),
            None => self.sessions.push(parcel),
        }
    }

    /// Forgets a registration.
    pub(super) fn remove(&mut self, id: &str) {
        self.digest = None;
        for parcel in &mut self.sessions {
            parcel.remove(id);
        }
        self.sessions.retain(|parcel| !parcel.is_empty());
    }

    /// One record for each session, and one for what is gone.
    pub(super) fn records(&self) -> Vec<Vec<u8>> {
        self.sessions
            .iter()
            .map(Parcel::encode)
            .chain(self.gone.record())
            .collect()
    }

    // -- what others are told of it

    /// The ids of all registrations, and when each was made.
    pub(super) fn live(&self) -> Vec<(String, i64)> {
        let all = self.sessions.iter().flat_map(Parcel::stamps);
        let mut all: Vec<_> = all.map(|(id, stamp)| (id.to_owned(), stamp)).collect();
        all.sort_unstable();
        all
    }

    /// When the registration with this id was made.
    pub(super) fn stamp(&self, id: &str) -> Option<i64> {
        self.sessions
            .iter()
            .flat_map(Parcel::stamps)
            .find(|(known, _)| *known == id)
            .map(|(_, stamp)| stamp)
    }

    /// A number that is the same where the same registrations are.
    pub(super) fn digest(&mut self) -> u64 {
        let stamps = self.sessions.iter().flat_map(Parcel::stamps);
        *self.digest.get_or_insert_with(|| {
            // Whatever their order.
            stamps.fold(0, |digest: u64, (id, stamp)| {
                digest.wrapping_add(fingerprint(format!("{id} {stamp}").as_bytes()))
            })
        })
    }

    /// The sessions with some of their registrations.
    pub(super) fn parcels(&self, wanted: &HashSet<String>) -> Vec<Parcel> {
        self.sessions
            .iter()
            .map(|parcel| parcel.part(|id| wanted.contains(id)))
            .filter(|parcel| !parcel.is_empty())
            .collect()
    }
}
