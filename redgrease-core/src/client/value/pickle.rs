//! Pickles: what Python's `pickle.dumps` writes.
//!
//! A result has thousands of small pickles, so the operations that they are made of are read here,
//! without buffers. Whatever else a pickle can hold is left to the crate `serde_pickle`.

use std::collections::{BTreeMap, BTreeSet};

use serde_pickle::DeOptions;

use super::{PyValue, shortened};
use crate::error::{Error, Result};

/// Whether the bytes begin and end as a pickle of protocol 2 to 5 does.
pub(super) fn is_pickle(record: &[u8]) -> bool {
    matches!(record, [0x80, 2..=5, .., b'.'])
}

/// What a pickle holds.
pub(super) fn read(record: &[u8]) -> Result<PyValue> {
    let mut machine = Machine::new(record);
    if let Some(value) = machine.run() {
        return Ok(value);
    }
    let options = DeOptions::new().decode_strings();
    serde_pickle::value_from_slice(record, options).map_err(|error| {
        let found = match &machine.class {
            Some(class) => format!("a {class}"),
            None => format!("b\"{}\" ({error})", shortened(record)),
        };
        Error::decode(
            "the result",
            "a pickled value of Python's built-in types",
            found,
        )
    })
}

/// The entries of a pickled dictionary, in their order; `None` for whatever else a record can be.
///
/// A map of another type is made of them without the one that [`PyValue`] would have: for small
/// dictionaries that is half of the work.
pub(super) fn entries(record: &[u8]) -> Option<Vec<(PyValue, PyValue)>> {
    const FRAME: u8 = 0x95;
    let start = match record {
        [0x80, 2..=5, FRAME, _, _, _, _, _, _, _, _, rest @ ..] => rest,
        [0x80, 2..=5, rest @ ..] => rest,
        _ => return None,
    };
    if start.first() != Some(&b'}') {
        return None;
    }
    let mut machine = Machine::new(record);
    machine.outermost = Some(Vec::new());
    // a dictionary that ended up inside of something else has lost its place
    let whole = matches!(machine.run()?, PyValue::Dict(_));
    machine.outermost.filter(|_| whole)
}

/// The machine that a pickle is a program for, as far as built-in values need it.
struct Machine<'a> {
    pickle: &'a [u8],
    at: usize,
    stack: Vec<PyValue>,
    /// Where on the stack the open lists, tuples, sets and dictionaries begin.
    marks: Vec<usize>,
    /// Where in the pickle the remembered values stand.
    memo: Vec<usize>,
    /// The class or function that the pickle refers to, where the machine ended because of it.
    class: Option<String>,
    /// The entries of the dictionary at the bottom of the stack, when they are wanted in its place.
    outermost: Option<Vec<(PyValue, PyValue)>>,
}

impl<'a> Machine<'a> {
    fn new(pickle: &'a [u8]) -> Self {
        Self {
            pickle,
            at: 0,
            stack: Vec::with_capacity(8),
            marks: Vec::with_capacity(4),
            memo: Vec::with_capacity(8),
            class: None,
            outermost: None,
        }
    }

    /// The value; `None` when the pickle is broken, or needs more than this machine can do.
    fn run(&mut self) -> Option<PyValue> {
        let mut last = 0;
        loop {
            let start = self.at;
            match self.byte()? {
                b'.' => break,
                0x80 => drop(self.bytes(1)?), // protocol
                0x95 => drop(self.bytes(8)?), // frame
                0x94 => self.memo.push(last), // remember
                b'q' => {
                    let index = self.number(1)?;
                    self.remember(index, last)?;
                }
                b'r' => {
                    let index = self.number(4)?;
                    self.remember(index, last)?;
                }
                b'h' => {
                    let index = self.number(1)?;
                    self.recall(index)?;
                }
                b'j' => {
                    let index = self.number(4)?;
                    self.recall(index)?;
                }
                0x93 => {
                    let (name, module) = (self.stack.pop()?, self.stack.pop()?);
                    if let (PyValue::String(module), PyValue::String(name)) = (module, name) {
                        self.class = Some(format!("{module}.{name}"));
                    }
                    return None;
                }
                b'(' => self.marks.push(self.stack.len()),
                b'a' => {
                    let item = self.stack.pop()?;
                    self.extend([item].into())?;
                }
                b'e' | 0x90 => {
                    let items = self.marked()?;
                    self.extend(items)?;
                }
                b's' => {
                    let start = self.stack.len().checked_sub(2)?;
                    self.insert(start)?;
                }
                b'u' => {
                    let start = self.marks.pop()?;
                    self.insert(start)?;
                }
                operation => {
                    let value = self.value(operation)?;
                    self.stack.push(value);
                    last = start;
                    continue;
                }
            }
            // what was changed cannot be remembered by its place
            if !matches!(self.pickle[start], 0x94 | b'q' | b'r' | 0x80 | 0x95) {
                last = start;
            }
        }
        let value = self.stack.pop()?;
        (self.stack.is_empty() && self.at == self.pickle.len()).then_some(value)
    }

    /// The value that an operation makes, of nothing or of what is on the stack.
    fn value(&mut self, operation: u8) -> Option<PyValue> {
        Some(match operation {
            b']' => PyValue::List(Vec::new()),
            b'}' => PyValue::Dict(BTreeMap::new()),
            b')' => PyValue::Tuple(Vec::new()),
            0x8f => PyValue::Set(BTreeSet::new()),
            0x85..=0x87 => {
                let length = usize::from(operation - 0x84);
                let start = self.stack.len().checked_sub(length)?;
                PyValue::Tuple(self.stack.split_off(start))
            }
            b't' => PyValue::Tuple(self.marked()?),
            0x91 => {
                let items = self.marked()?.into_iter();
                PyValue::FrozenSet(
                    items
                        .map(|item| item.into_hashable().ok())
                        .collect::<Option<_>>()?,
                )
            }
            atom => self.atom(atom)?,
        })
    }

    /// A value that needs nothing from the stack.
    fn atom(&mut self, operation: u8) -> Option<PyValue> {
        Some(match operation {
            b'N' => PyValue::None,
            0x88 => PyValue::Bool(true),
            0x89 => PyValue::Bool(false),
            b'J' => PyValue::I64(i64::from(i32::from_le_bytes(
                self.bytes(4)?.try_into().ok()?,
            ))),
            b'K' => PyValue::I64(i64::try_from(self.number(1)?).ok()?),
            b'M' => PyValue::I64(i64::try_from(self.number(2)?).ok()?),
            0x8a => {
                let length = self.number(1)?;
                PyValue::I64(long(self.bytes(length)?)?)
            }
            b'G' => PyValue::F64(f64::from_be_bytes(self.bytes(8)?.try_into().ok()?)),
            0x8c => self.text(1)?,
            b'X' => self.text(4)?,
            0x8d => self.text(8)?,
            b'C' => self.raw(1)?,
            b'B' => self.raw(4)?,
            0x8e | 0x96 => self.raw(8)?,
            _ => return None,
        })
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = *self.pickle.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn bytes(&mut self, length: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(length)?;
        let bytes = self.pickle.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    /// A number of so many bytes.
    fn number(&mut self, width: usize) -> Option<usize> {
        let mut wide = [0; 8];
        wide[..width].copy_from_slice(self.bytes(width)?);
        usize::try_from(u64::from_le_bytes(wide)).ok()
    }

    /// Text after its length, which has so many bytes.
    fn text(&mut self, width: usize) -> Option<PyValue> {
        let length = self.number(width)?;
        let text = std::str::from_utf8(self.bytes(length)?).ok()?;
        Some(PyValue::String(text.to_string()))
    }

    fn raw(&mut self, width: usize) -> Option<PyValue> {
        let length = self.number(width)?;
        Some(PyValue::Bytes(self.bytes(length)?.to_vec()))
    }

    /// What is on the stack above the last mark.
    fn marked(&mut self) -> Option<Vec<PyValue>> {
        let start = self.marks.pop()?;
        (start <= self.stack.len()).then(|| self.stack.split_off(start))
    }

    fn remember(&mut self, index: usize, place: usize) -> Option<()> {
        (index == self.memo.len()).then(|| self.memo.push(place))
    }

    /// Reads a remembered value once more, when it stands in the pickle in one piece.
    fn recall(&mut self, index: usize) -> Option<()> {
        let place = *self.memo.get(index)?;
        let next = std::mem::replace(&mut self.at, place);
        let operation = self.byte()?;
        let value = self.atom(operation)?;
        self.at = next;
        self.stack.push(value);
        Some(())
    }

    fn extend(&mut self, items: Vec<PyValue>) -> Option<()> {
        match self.stack.last_mut()? {
            PyValue::List(list) if list.is_empty() => *list = items,
            PyValue::List(list) => list.extend(items),
            PyValue::Set(set) => {
                for item in items {
                    set.insert(item.into_hashable().ok()?);
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// Puts the keys and values on the stack from `start` on into the dictionary below them.
    fn insert(&mut self, start: usize) -> Option<()> {
        let below = start.checked_sub(1)?;
        if below == 0
            && let Some(outermost) = &mut self.outermost
        {
            let mut items = self.stack.drain(start..);
            while let Some(key) = items.next() {
                outermost.push((key, items.next()?));
            }
            return Some(());
        }
        let PyValue::Dict(mut dict) = std::mem::replace(self.stack.get_mut(below)?, PyValue::None)
        else {
            return None;
        };
        let mut items = self.stack.drain(start..);
        while let Some(key) = items.next() {
            dict.insert(key.into_hashable().ok()?, items.next()?);
        }
        drop(items);
        self.stack[below] = PyValue::Dict(dict);
        Some(())
    }
}

/// A whole number of up to eight bytes, the lowest first, with its sign in the highest bit.
fn long(bytes: &[u8]) -> Option<i64> {
    if bytes.len() > 8 {
        return None;
    }
    let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
    let mut wide = [if negative { 0xff } else { 0 }; 8];
    wide[..bytes.len()].copy_from_slice(bytes);
    Some(i64::from_le_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by CPython 3.11: what, protocol, `pickle.dumps(…)` in hexadecimal.
    const PICKLES: &str = include_str!("../../../tests/data/pickles.txt");

    fn pickles() -> impl Iterator<Item = (&'static str, Vec<u8>)> {
        PICKLES.lines().map(|line| {
            let (hex, what) = line.split_once(' ').unwrap();
            let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            (what, (0..hex.len()).step_by(2).map(digit).collect())
        })
    }

    #[test]
    fn reads_what_the_crate_reads() {
        let (mut own, mut dicts) = (0, 0);
        for (what, pickle) in pickles() {
            let options = || DeOptions::new().decode_strings();
            let expected = serde_pickle::value_from_slice(&pickle, options())
                .unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(read(&pickle).unwrap(), expected, "{what}");
            if let Some(value) = Machine::new(&pickle).run() {
                assert_eq!(value, expected, "{what}");
                own += 1;
            }
            if let Some(found) = entries(&pickle) {
                let dict = found
                    .into_iter()
                    .map(|(key, value)| (key.into_hashable().unwrap(), value));
                assert_eq!(PyValue::Dict(dict.collect()), expected, "{what}");
                dicts += 1;
            }
        }
        assert!(own > 40, "only {own} were read without the crate");
        assert!(dicts > 4, "only {dicts} dictionaries");
    }

    #[test]
    fn only_whole_dictionaries_have_entries() {
        // pickle.dumps(({1: 2},), protocol=4), and its inside
        let tuple = b"\x80\x04\x95\x0a\0\0\0\0\0\0\0}\x94K\x01K\x02s\x85\x94.";
        assert_eq!(entries(tuple), None);
        let dict = b"\x80\x04\x95\x08\0\0\0\0\0\0\0}\x94K\x01K\x02s.";
        let pair = (PyValue::I64(1), PyValue::I64(2));
        assert_eq!(entries(dict), Some(vec![pair]));
        assert_eq!(entries(b"\x80\x04K\x01."), None);
        assert_eq!(entries(b""), None);
    }

    #[test]
    fn objects_are_errors_that_name_their_class() {
        // pickle.dumps(datetime.date(2020, 1, 2), protocol=4)
        let date = b"\x80\x04\x95 \0\0\0\0\0\0\0\x8c\x08datetime\x94\x8c\x04date\x94\x93\x94\
            C\x04\x07\xe4\x01\x02\x94\x85\x94R\x94.";
        assert_eq!(
            read(date).unwrap_err().to_string(),
            "the result: expected a pickled value of Python's built-in types, but the server sent \
             a datetime.date"
        );
    }

    #[test]
    fn broken_pickles_are_errors() {
        for (what, pickle) in pickles().filter(|(_, pickle)| pickle.len() < 100) {
            for end in 0..pickle.len() {
                assert!(read(&pickle[..end]).is_err(), "{what}, {end} bytes");
            }
            for at in 0..pickle.len() {
                let mut changed = pickle.clone();
                changed[at] ^= 0x15;
                // whatever it is now, nobody panics
                drop(read(&changed));
            }
        }
    }
}
