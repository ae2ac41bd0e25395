//! What the server says about its commands: flags, and where their keys are.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::call::{CallReply, ReplyKind, query};
use super::context::ServerLock;

/// Where a command has its keys: positions, the name's being 0; a negative last one counts from the end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPlaces {
    pub(crate) first: i64,
    pub(crate) last: i64,
    pub(crate) step: i64,
}

/// What the server says about a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    flags: Vec<String>,
    /// The categories of the access control list, with their `@`.
    pub(super) categories: Vec<String>,
    /// How many words it has, its name included; at least so many where it is negative.
    arity: i64,
    pub(crate) places: KeyPlaces,
}

/// What was asked before: commands stay what they are. The server names them, so nobody can make their hashes collide.
static KNOWN: Mutex<Option<FxHashMap<Vec<u8>, Arc<Facts>>>> = Mutex::new(None);

impl Facts {
    /// About the command that `name` is, or the part of it that its first argument names.
    pub(crate) fn of(lock: &ServerLock, name: &[u8], first: Option<&[u8]>) -> Option<Arc<Self>> {
        if let Some(facts) = Self::known(name, first) {
            return Some(facts);
        }
        let name = name.to_ascii_lowercase();
        let (mut facts, has_parts) = ask(lock, &name)?;
        let mut key = name;
        // A container has the flags of its parts only in them, from Redis 7.0 on.
        if has_parts
            && let Some(whole) = first.map(|first| part_of(&key, first))
            && let Some((part, _)) = ask(lock, &whole)
        {
            (facts, key) = (part, whole);
        } else if has_parts {
            return Some(Arc::new(facts));
        }
        let facts = Arc::new(facts);
        KNOWN
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_default()
            .insert(key, Arc::clone(&facts));
        Some(facts)
    }

    /// About a command that was asked for before, or that the server had at the time of [`learn_commands`]; or about the part
    /// of it that its first argument names.
    pub(crate) fn known(name: &[u8], first: Option<&[u8]>) -> Option<Arc<Self>> {
        let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref()?;
        // Every command of a client is looked for.
        let mut short = [0; 32];
        let long;
        let name = match short.get_mut(..name.len()) {
            Some(short) => {
                short.copy_from_slice(name);
                short.make_ascii_lowercase();
                &*short
            }
            None => {
                long = name.to_ascii_lowercase();
                &long
            }
        };
        let part = || known.get(&part_of(name, first?));
        known.get(name).or_else(part).cloned()
    }

    /// Whether the command can have so many words, its name included.
    pub(crate) fn takes(&self, words: usize) -> bool {
        let words = i64::try_from(words).unwrap_or(i64::MAX);
        words == self.arity || self.arity < 0 && words >= -self.arity
    }

    /// Those of a command of which nothing but its categories is known.
    pub(super) fn in_categories(categories: &[&str]) -> Self {
        Self {
            categories: categories.iter().map(|&one| one.to_owned()).collect(),
            ..Self::default()
        }
    }

    /// Whether the server gives the command this flag.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|one| one == flag)
    }
}

/// Notes what the server says about all of its commands.
pub(crate) fn learn_commands(lock: &ServerLock) {
    let Ok(reply) = query::<&[u8]>(lock, b"COMMAND", &[]) else {
        return;
    };
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    for info in reply.elements() {
        // A container says nothing about its parts: they do.
        let parts = info.element(9);
        let parts = parts.iter().flat_map(CallReply::elements);
        for info in std::iter::once(info).chain(parts) {
            if let (Some(name), Some((facts, false))) = (info.element(0), parse(&info)) {
                known.insert(name.text().to_ascii_lowercase(), Arc::new(facts));
            }
        }
    }
}

/// How the server calls a part of a command.
fn part_of(name: &[u8], part: &[u8]) -> Vec<u8> {
    [name, &b"|"[..], &part.to_ascii_lowercase()].concat()
}

/// Asks for a command; says also whether it has parts with facts of their own.
fn ask(lock: &ServerLock, name: &[u8]) -> Option<(Facts, bool)> {
    let reply = query(lock, b"COMMAND", &[&b"INFO"[..], name]).ok()?;
    parse(&reply.element(0)?)
}

fn parse(info: &CallReply) -> Option<(Facts, bool)> {
    if info.kind() != ReplyKind::Array {
        return None;
    }
    let texts = |index: usize| -> Option<Vec<String>> {
        let list = info.element(index)?;
        Some(
            list.elements()
                .map(|one| String::from_utf8_lossy(one.text()).to_lowercase())
                .collect(),
        )
    };
    let number = |index| info.element(index).map_or(0, |number| number.integer());
    let places = KeyPlaces {
        first: number(3),
        last: number(4),
        step: number(5),
    };
    let parts = info.element(9).map_or(0, |parts: CallReply| parts.len());
    let facts = Facts {
        flags: texts(2)?,
        categories: texts(6).unwrap_or_default(),
        arity: number(1),
        places,
    };
    Some((facts, parts > 0))
}
