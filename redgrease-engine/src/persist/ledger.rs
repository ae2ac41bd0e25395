//! The registrations as they are written into files of the server.

use std::collections::HashMap;
use std::sync::Arc;

use crate::record::value::{Value, encode};
use crate::session::Session;

/// What is written of a session.
#[derive(Debug)]
struct Head {
    name: String,
    description: Option<String>,
    requirements: Vec<String>,
    inherits: bool,
}

/// What is written of a registration.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    id: String,
    session: Arc<Head>,
    /// The description that the worker gave, marshalled.
    description: Arc<[u8]>,
}

/// The registrations as they are written, in their order.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
}

impl Ledger {
    /// One without registrations.
    pub(super) const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Adds registrations of a session; gives them as they are written.
    pub(super) fn add(&mut self, session: &Session, descriptions: &[Value]) -> Vec<Entry> {
        let head = self
            .entries
            .iter()
            .find(|entry| entry.session.name == session.name)
            .map_or_else(
                || {
                    Arc::new(Head {
                        name: session.name.clone(),
                        description: session.description.clone(),
                        requirements: session.requirements.clone(),
                        inherits: session.inherits,
                    })
                },
                |entry| Arc::clone(&entry.session),
            );
        let made: Vec<Entry> = descriptions
            .iter()
            .map(|description| {
                let mut bytes = Vec::new();
                encode(description, &mut bytes);
                Entry {
                    id: description.text("id").unwrap_or_default(),
                    session: Arc::clone(&head),
                    description: Arc::from(bytes),
                }
            })
            .collect();
        self.entries.extend(made.iter().cloned());
        made
    }

    /// Forgets a registration.
    pub(super) fn remove(&mut self, id: &str) {
        self.entries.retain(|entry| entry.id != id);
    }

    /// One record for each session, in the order of their first registrations.
    pub(super) fn records(&self) -> Vec<Vec<u8>> {
        let mut sessions: Vec<Vec<&Entry>> = Vec::new();
        let mut known: HashMap<*const Head, usize> = HashMap::new();
        for entry in &self.entries {
            let at = *known.entry(Arc::as_ptr(&entry.session)).or_insert_with(|| {
                sessions.push(Vec::new());
                sessions.len() - 1
            });
            sessions[at].push(entry);
        }
        sessions.iter().map(|entries| record(entries)).collect()
    }
}

/// A session and some of its registrations, as they are written.
pub(super) fn record(entries: &[&Entry]) -> Vec<u8> {
    let Some(first) = entries.first() else {
        return Vec::new();
    };
    let head = &first.session;
    let registrations = entries
        .iter()
        .map(|entry| Value::Bytes(entry.description.to_vec()))
        .collect();
    let value = Value::Dict(vec![
        (Value::str("name"), Value::str(&head.name)),
        (
            Value::str("description"),
            head.description.as_ref().map_or(Value::None, Value::str),
        ),
        (
            Value::str("requirements"),
            Value::List(head.requirements.iter().map(Value::str).collect()),
        ),
        (Value::str("inherits"), Value::Bool(head.inherits)),
        (Value::str("registrations"), Value::List(registrations)),
    ]);
    let mut out = Vec::new();
    encode(&value, &mut out);
    out
}
