//! Dictionaries that keep the order in which their keys came; sets are dictionaries without values.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::OnceLock;

use num_bigint::BigInt;

use super::error::{Fail, Kind};
use super::integer::whole;
use super::{DEEPEST, Value, element_equals};

/// Up to so many entries are looked at one after the other.
const FEW: usize = 8;
const FREE: u32 = u32::MAX;

#[derive(Clone, Debug)]
struct Entry {
    hash: u64,
    /// The key and its value; nothing where it was removed.
    pair: Option<(Value, Value)>,
}

/// A dictionary.
#[derive(Clone, Debug, Default)]
pub(in crate::native) struct Dict {
    entries: Vec<Entry>,
    /// Places in `entries`, found by hash; empty while there are few.
    index: Vec<u32>,
    length: usize,
    /// How often keys came or went, modulo a large number.
    changes: u32,
}

impl Dict {
    pub(in crate::native) fn with_capacity(count: usize) -> Self {
        Self {
            entries: Vec::with_capacity(count),
            ..Self::default()
        }
    }

    /// A dictionary of keys that are not the same, each with its hash.
    pub(in crate::native) fn of(pairs: impl Iterator<Item = (u64, Value, Value)>) -> Self {
        let entry = |(hash, key, value)| Entry {
            hash,
            pair: Some((key, value)),
        };
        let entries: Vec<_> = pairs.map(entry).collect();
        let mut dict = Self {
            length: entries.len(),
            entries,
            ..Self::default()
        };
        if dict.length > FEW {
            dict.rebuild();
        }
        dict
    }

    pub(in crate::native) fn len(&self) -> usize {
        self.length
    }

    /// Differs when keys came or went.
    pub(in crate::native) fn changes(&self) -> usize {
        self.changes as usize
    }

    pub(in crate::native) fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(in crate::native) fn iter(&self) -> impl DoubleEndedIterator<Item = &(Value, Value)> {
        self.entries.iter().filter_map(|entry| entry.pair.as_ref())
    }

    pub(in crate::native) fn keys(&self) -> impl DoubleEndedIterator<Item = &Value> {
        self.iter().map(|(key, _)| key)
    }

    /// The first entry from place `at` on, and the place after it.
    pub(in crate::native) fn from(&self, mut at: usize) -> Option<(usize, &(Value, Value))> {
        while let Some(entry) = self.entries.get(at) {
            at += 1;
            if let Some(pair) = &entry.pair {
                return Some((at, pair));
            }
        }
        None
    }

    fn place(&self, hash: u64, key: &Value) -> Result<Option<usize>, Fail> {
        if self.index.is_empty() {
            for (at, entry) in self.entries.iter().enumerate() {
                if entry.hash == hash
                    && let Some((other, _)) = &entry.pair
                    && same_key(other, key)?
                {
                    return Ok(Some(at));
                }
            }
            return Ok(None);
        }
        let mask = self.index.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let at = self.index[slot];
            if at == FREE {
                return Ok(None);
            }
            let entry = &self.entries[at as usize];
            if entry.hash == hash
                && let Some((other, _)) = &entry.pair
                && same_key(other, key)?
            {
                return Ok(Some(at as usize));
            }
            slot = (slot + 1) & mask;
        }
    }

    /// The value under a key.
    pub(in crate::native) fn get(&self, key: &Value) -> Result<Option<&Value>, Fail> {
        let hash = hash(key)?;
        Ok(self
            .place(hash, key)?
            .and_then(|at| self.entries[at].pair.as_ref())
            .map(|(_, value)| value))
    }

    /// The value under a text key.
    pub(in crate::native) fn get_str(&self, key: &str) -> Option<&Value> {
        let hash = hash_bytes(key.as_bytes());
        let is = |entry: &&Entry| {
            entry.hash == hash
                && matches!(&entry.pair, Some((Value::Str(other), _)) if &**other == key)
        };
        let entry = if self.index.is_empty() {
            self.entries.iter().find(is)?
        } else {
            let mask = self.index.len() - 1;
            let mut slot = hash as usize & mask;
            loop {
                let at = self.index[slot];
                if at == FREE {
                    return None;
                }
                let entry = &self.entries[at as usize];
                if is(&entry) {
                    break entry;
                }
                slot = (slot + 1) & mask;
            }
        };
        entry.pair.as_ref().map(|(_, value)| value)
    }

    /// The value under a key, put there first if there is none.
    pub(in crate::native) fn entry(
        &mut self,
        key: Value,
        default: Value,
    ) -> Result<&mut Value, Fail> {
        let hash = hash(&key)?;
        let at = match self.place(hash, &key)? {
            Some(at) => at,
            None => self.push(hash, key, default),
        };
        match &mut self.entries[at].pair {
            Some((_, value)) => Ok(value),
            None => Err(Fail::Limit("a dictionary lost an entry")),
        }
    }

    /// Puts a value under a key; the key that is there stays. Gives whether there was none.
    pub(in crate::native) fn insert(&mut self, key: Value, value: Value) -> Result<bool, Fail> {
        let hash = hash(&key)?;
        if let Some(at) = self.place(hash, &key)? {
            if let Some((_, old)) = &mut self.entries[at].pair {
                *old = value;
            }
            return Ok(false);
        }
        self.push(hash, key, value);
        Ok(true)
    }

    fn push(&mut self, hash: u64, key: Value, value: Value) -> usize {
        let at = self.entries.len();
        self.changes = self.changes.wrapping_add(1);
        self.entries.push(Entry {
            hash,
            pair: Some((key, value)),
        });
        self.length += 1;
        if self.index.is_empty() && at < FEW {
            return at;
        }
        if (at + 1) * 2 > self.index.len() {
            self.rebuild();
            return self.entries.len() - 1;
        }
        self.enter(hash, at);
        at
    }

    fn enter(&mut self, hash: u64, at: usize) {
        let mask = self.index.len() - 1;
        let mut slot = hash as usize & mask;
        while self.index[slot] != FREE {
            slot = (slot + 1) & mask;
        }
        self.index[slot] = u32::try_from(at).unwrap_or(FREE);
    }

    fn rebuild(&mut self) {
        self.entries.retain(|entry| entry.pair.is_some());
        let size = (self.entries.len() * 4).next_power_of_two();
        self.index.clear();
        self.index.resize(size, FREE);
        for at in 0..self.entries.len() {
            self.enter(self.entries[at].hash, at);
        }
    }

    /// Takes a key out.
    pub(in crate::native) fn remove(
        &mut self,
        key: &Value,
    ) -> Result<Option<(Value, Value)>, Fail> {
        let hash = hash(key)?;
        let Some(at) = self.place(hash, key)? else {
            return Ok(None);
        };
        self.length -= 1;
        self.changes = self.changes.wrapping_add(1);
        let taken = self.entries[at].pair.take();
        if self.length == 0 {
            self.entries.clear();
            self.index.clear();
        }
        Ok(taken)
    }

    /// Takes the last entry out.
    pub(in crate::native) fn pop(&mut self) -> Option<(Value, Value)> {
        let last = self
            .entries
            .iter()
            .rposition(|entry| entry.pair.is_some())?;
        self.length -= 1;
        self.changes = self.changes.wrapping_add(1);
        let taken = self.entries[last].pair.take();
        if self.index.is_empty() {
            self.entries.truncate(last);
        }
        if self.length == 0 {
            self.clear();
        }
        taken
    }

    pub(in crate::native) fn clear(&mut self) {
        *self = Self {
            changes: self.changes.wrapping_add(1),
            ..Self::default()
        };
    }

    /// Whether all keys of another dictionary are in this one.
    pub(in crate::native) fn has_all(&self, other: &Self) -> Result<bool, Fail> {
        for key in other.keys() {
            if self.get(key)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(in crate::native) fn holds_others(&self) -> bool {
        self.iter()
            .any(|(key, value)| key.holds_others() || value.holds_others())
    }

    pub(in crate::native) fn drain_into(self, out: &mut Vec<Value>) {
        for entry in self.entries {
            if let Some((key, value)) = entry.pair {
                out.push(key);
                out.push(value);
            }
        }
    }
}

fn same_key(a: &Value, b: &Value) -> Result<bool, Fail> {
    match (a, b) {
        (Value::Str(a), Value::Str(b)) => Ok(a == b),
        _ => element_equals(a, b, 0),
    }
}

/// The hash of a key: equal keys have equal ones.
///
/// # Errors
/// When the value cannot be a key.
pub(in crate::native) fn hash(value: &Value) -> Result<u64, Fail> {
    hash_at(value, 0)
}

fn hash_at(value: &Value, depth: usize) -> Result<u64, Fail> {
    Ok(match value {
        Value::Str(text) => hash_bytes(text.as_bytes()),
        Value::Int(number) => hash_int(*number),
        Value::Bool(value) => hash_int(i64::from(*value)),
        Value::None | Value::Unbound => 0x6e6f_6e65,
        Value::Float(number) => match whole(*number) {
            Some(Value::Int(number)) => hash_int(number),
            Some(Value::Big(number)) => hash_big(&number),
            _ => mix(number.to_bits(), 7),
        },
        Value::Big(number) => hash_big(number),
        // Not as the text of the same bytes: those are never equal.
        Value::Bytes(bytes) => hash_bytes(bytes) ^ 1,
        Value::Tuple(items) => {
            if depth >= DEEPEST {
                return Err(Fail::Limit("values nested too deeply"));
            }
            let mut all = 11;
            for item in &items.0 {
                all = mix(all, hash_at(item, depth + 1)?);
            }
            all
        }
        Value::Exception(_) => return Err(Fail::GiveBack("an exception as a key")),
        Value::ByteArray(_) | Value::List(_) | Value::Dict(_) | Value::Set(_) => {
            return Err(Fail::raise(
                Kind::TypeError,
                format!("unhashable type: '{}'", value.type_name()),
            ));
        }
    })
}

fn hash_int(number: i64) -> u64 {
    mix(number as u64, 3)
}

fn hash_big(number: &BigInt) -> u64 {
    hash_bytes(&number.to_signed_bytes_le())
}

/// A number that nobody outside knows, against keys that are made to collide.
fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| RandomState::new().build_hasher().finish() | 1)
}

fn mix(a: u64, b: u64) -> u64 {
    let product = u128::from(a ^ seed()) * u128::from(b ^ 0x9e37_79b9_7f4a_7c15);
    (product as u64) ^ ((product >> 64) as u64)
}

/// Hashes texts as dictionaries do, for tables elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextHash(u64);

impl Hasher for TextHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = mix(self.0, hash_bytes(bytes));
    }

    /// What ends a text is the same for all.
    fn write_u8(&mut self, _: u8) {}
}

pub(in crate::native) fn hash_bytes(bytes: &[u8]) -> u64 {
    let mut all = mix(bytes.len() as u64, 5);
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        all = mix(all, u64::from_le_bytes(word));
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        let mut word = [0; 8];
        word[..rest.len()].copy_from_slice(rest);
        all = mix(all, u64::from_le_bytes(word));
    }
    all
}
