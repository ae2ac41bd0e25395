//! Records on their way to a worker.

use std::collections::HashSet;

use crate::record::value::{Value, encode, encode_head, encode_int, encode_str};

/// How the records of a batch are laid out; the worker builds the dictionaries that functions see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Layout {
    /// Values as they are.
    Plain = 0,
    /// Event, key, type, value.
    Keys = 1,
    /// Event, key.
    KeysOnly = 2,
    /// Key, id, fields.
    Stream = 3,
    /// No records: the worker reads them from its own generator.
    Generator = 9,
}

/// Bits of the flags of a batch.
pub(crate) const LAST: i64 = 1;
const BINARY: i64 = 2;
/// The function must not return futures.
pub(crate) const NO_ASYNC: i64 = 4;

/// An error does not keep the function from the records after it.
pub(crate) const CARRY_ON: i64 = 8;

/// Who calls wants to know when the call begins.
pub(crate) const SAY_BEGUN: i64 = 16;

/// Some records in their encoding.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) layout: Layout,
    bytes: Vec<u8>,
    count: usize,
    /// Whether something in it is not UTF-8 and must become a bytearray.
    binary: bool,
}

impl Batch {
    /// An empty batch.
    pub(crate) fn new(layout: Layout) -> Self {
        Self {
            layout,
            bytes: Vec::new(),
            count: 0,
            binary: false,
        }
    }

    /// A batch of values; bytes among them are bytearrays to Python when `binary`.
    pub(crate) fn of(values: &[Value], binary: bool) -> Self {
        let mut batch = Self::new(Layout::Plain);
        batch.binary = binary;
        for value in values {
            batch.count += 1;
            encode(value, &mut batch.bytes);
        }
        batch
    }

    /// How many records it holds.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// How many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    fn begin(&mut self, fields: usize) {
        self.count += 1;
        encode_head(b'(', fields, &mut self.bytes);
    }

    fn redis(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).is_ok();
        self.binary |= !text;
        self.bytes.push(if text { b'u' } else { b's' });
        self.bytes
            .extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        self.bytes.extend_from_slice(bytes);
    }

    /// A key without its value.
    pub(crate) fn push_name(&mut self, event: Option<&str>, name: &[u8]) {
        self.begin(2);
        self.event(event);
        self.redis(name);
    }

    /// A key with its value, which `value` writes.
    pub(crate) fn push_key(
        &mut self,
        event: Option<&str>,
        name: &[u8],
        kind: &str,
        value: impl FnOnce(&mut KeyValue<'_>),
    ) {
        self.begin(4);
        self.event(event);
        self.redis(name);
        encode_str(kind, &mut self.bytes);
        let before = self.bytes.len();
        value(&mut KeyValue { batch: self });
        if self.bytes.len() == before {
            self.bytes.push(b'N');
        }
    }

    /// An entry of a stream.
    pub(crate) fn push_entry<T: AsRef<[u8]>>(&mut self, key: &[u8], id: &[u8], fields: &[(T, T)]) {
        self.begin(3);
        self.redis(key);
        self.redis(id);
        KeyValue { batch: self }.fields(last_first(fields));
    }

    /// A bare text record.
    pub(crate) fn push_text(&mut self, text: &[u8]) {
        self.count += 1;
        self.redis(text);
    }

    /// A record that is a list of texts.
    pub(crate) fn push_texts<T: AsRef<[u8]>>(&mut self, texts: &[T]) {
        self.count += 1;
        encode_head(b'[', texts.len(), &mut self.bytes);
        for text in texts {
            self.redis(text.as_ref());
        }
    }

    fn event(&mut self, event: Option<&str>) {
        match event {
            Some(event) => encode_str(event, &mut self.bytes),
            None => self.bytes.push(b'N'),
        }
    }

    /// Appends layout, flags and records as three values.
    pub(crate) fn encode(&self, flags: i64, out: &mut Vec<u8>) {
        encode_int(self.layout as i64, out);
        encode_int(flags | if self.binary { BINARY } else { 0 }, out);
        encode_head(b'[', self.count, out);
        out.extend_from_slice(&self.bytes);
    }
}

/// Writes the value of a key into a batch.
#[derive(Debug)]
pub(crate) struct KeyValue<'a> {
    batch: &'a mut Batch,
}

impl KeyValue<'_> {
    /// A string.
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.batch.redis(text);
    }

    /// A list of strings.
    pub(crate) fn texts(&mut self, texts: &[Vec<u8>]) {
        encode_head(b'[', texts.len(), &mut self.batch.bytes);
        for text in texts {
            self.batch.redis(text);
        }
    }

    /// Fields and values.
    pub(crate) fn fields<'f, T: AsRef<[u8]> + 'f>(
        &mut self,
        fields: impl Iterator<Item = &'f (T, T)>,
    ) {
        self.batch.bytes.push(b'{');
        for (field, value) in fields {
            self.batch.redis(field.as_ref());
            self.batch.redis(value.as_ref());
        }
        self.batch.bytes.push(b'0');
    }
}

/// Up to so many fields are compared with each other sooner than they are put into a set.
const FEW: usize = 16;

/// The fields and values of an entry, the last one first, as RedisGears 1.2 gives them; of fields with one name only the last.
pub(crate) fn last_first<T: AsRef<[u8]>>(fields: &[(T, T)]) -> impl Iterator<Item = &(T, T)> {
    let mut seen = HashSet::new();
    let mut is_new = move |at: usize, name| {
        if fields.len() > FEW {
            return seen.insert(name);
        }
        let mut later = fields[at + 1..].iter();
        later.all(|(other, _)| other.as_ref() != name)
    };
    let numbered = fields.iter().enumerate().rev();
    numbered
        .filter(move |(at, (name, _))| is_new(*at, name.as_ref()))
        .map(|(_, field)| field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::value::decode;

    #[test]
    fn the_last_of_fields_with_one_name_counts() {
        for others in [0, FEW] {
            let mut fields = vec![("a", "1"), ("b", "2"), ("a", "3")];
            fields.extend(vec![("c", "4"); others]);
            let mut wanted = vec![("a", "3"), ("b", "2")];
            if others > 0 {
                wanted.insert(0, ("c", "4"));
            }
            let found: Vec<_> = last_first(&fields).copied().collect();
            assert_eq!(found, wanted);
        }
    }

    #[test]
    fn a_batch_decodes_to_its_records() {
        let mut batch = Batch::new(Layout::Keys);
        batch.push_key(None, b"k", "string", |value| value.text(b"v"));
        batch.push_key(Some("set"), b"\xff", "set", |_| {});
        let mut out = Vec::new();
        encode_head(b'(', 3, &mut out);
        batch.encode(LAST, &mut out);
        assert_eq!(
            decode(&out),
            Ok(Value::Tuple(vec![
                Value::Int(1),
                Value::Int(LAST | BINARY),
                Value::List(vec![
                    Value::Tuple(vec![
                        Value::None,
                        Value::str("k"),
                        Value::str("string"),
                        Value::str("v")
                    ]),
                    Value::Tuple(vec![
                        Value::str("set"),
                        Value::Bytes(vec![255]),
                        Value::str("set"),
                        Value::None
                    ]),
                ])
            ]))
        );
    }
}
