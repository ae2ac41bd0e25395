//! Records on their way to a worker.

use super::sink::{Content, Sink};
use super::table::ordered;
use super::value::{
    Decoder, Value, decode, encode, encode_head, encode_int, encode_str, encode_text,
};

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

/// Declares the bits of the flags of a batch. `wire.py` has them too, and a test compares the two.
macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)*) => {
        $($(#[$doc])* pub(crate) const $name: i64 = $bit;)*

        /// All of them, by name.
        #[cfg(test)]
        pub(crate) const FLAGS: &[(&str, i64)] = &[$((stringify!($name), $bit)),*];
    };
}

flags! {
    /// The last batch of a run.
    LAST = 1;
    /// Something in it is not UTF-8.
    BINARY = 2;
    /// The function must not return futures.
    NO_ASYNC = 4;
    /// An error does not keep the function from the records after it.
    CARRY_ON = 8;
    /// Who calls wants to know when the call begins.
    SAY_BEGUN = 16;
    /// Who calls wants to know when the call waits for futures or coroutines: the next one may begin then.
    SAY_RESTS = 32;
    /// It begins when the call before it of the same plan is over, or waits for futures.
    IN_TURN = 64;
    /// Its record was read before its turn.
    AHEAD = 128;
}

/// A batch holds no more records than this, and few more bytes than that.
const MOST_RECORDS: usize = 512;
const MOST_BYTES: usize = 256 << 10;

/// Some records in their encoding, all of one layout.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    layout: Layout,
    bytes: Vec<u8>,
    count: usize,
    /// Whether something in it is not UTF-8 and must become a bytearray.
    binary: bool,
}

impl Batch {
    /// An empty batch.
    pub(crate) fn new() -> Self {
        Self {
            layout: Layout::Plain,
            bytes: Vec::new(),
            count: 0,
            binary: false,
        }
    }

    /// One that has the worker read the records from its own generator.
    pub(crate) fn generator() -> Self {
        Self {
            layout: Layout::Generator,
            ..Self::new()
        }
    }

    /// A batch of values, whose bytes are bytearrays to Python.
    pub(crate) fn of(values: &[Value]) -> Self {
        let mut batch = Self::new();
        for value in values {
            batch.count += 1;
            batch.binary |= value.has_bytes();
            encode(value, &mut batch.bytes);
        }
        batch
    }

    /// A batch with one record that is a list of texts.
    pub(crate) fn of_texts(texts: &[Vec<u8>]) -> Self {
        let mut batch = Self::new();
        batch.texts(texts);
        batch
    }

    /// As a value, for another shard.
    pub(crate) fn packed(&self) -> Value {
        Value::Tuple(vec![
            Value::Int(self.layout as i64),
            Value::Bool(self.binary),
            Value::Int(i64::try_from(self.count).unwrap_or(0)),
            Value::Bytes(self.bytes.clone()),
        ])
    }

    /// The batch of such a value.
    pub(crate) fn unpacked(value: &Value) -> Option<Self> {
        let [layout, binary, count, Value::Bytes(bytes)] = value.items()? else {
            return None;
        };
        let layouts = [
            Layout::Plain,
            Layout::Keys,
            Layout::KeysOnly,
            Layout::Stream,
        ];
        let layout = layout.as_int()?;
        Some(Self {
            layout: layouts.into_iter().find(|&one| one as i64 == layout)?,
            bytes: bytes.clone(),
            count: usize::try_from(count.as_int()?).ok()?,
            binary: binary.is_true(),
        })
    }

    /// How its records are laid out.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// Reads the records, one after the other, as they were laid out.
    pub(crate) fn decoder(&self) -> Decoder<'_> {
        Decoder::new(&self.bytes, usize::MAX)
    }

    /// Whether bytes in the records are arrays of bytes to Python.
    pub(crate) fn is_binary(&self) -> bool {
        self.binary
    }

    /// The records as they were laid out, and whether bytes in them are arrays of bytes to Python.
    fn records(&self) -> Option<(Vec<Value>, bool)> {
        let mut bytes = Vec::with_capacity(self.bytes.len() + 5);
        encode_head(b'[', self.count, &mut bytes);
        bytes.extend_from_slice(&self.bytes);
        match decode(&bytes) {
            Ok(Value::List(records)) => Some((records, self.binary)),
            _ => None,
        }
    }

    /// Layout, flags and records, as one value.
    pub(crate) fn whole(&self) -> Value {
        let (records, binary) = self.records().unwrap_or_default();
        Value::Tuple(vec![
            Value::Int(self.layout as i64),
            Value::Int(if binary { BINARY } else { 0 }),
            Value::List(records),
        ])
    }

    /// How many records it holds.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// How many bytes it holds.
    pub(crate) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// A record with about so many bytes of texts.
    fn begin(&mut self, layout: Layout, fields: usize, bytes: usize) {
        self.layout = layout;
        self.count += 1;
        self.bytes.reserve(bytes + 5 * (fields + 1));
        encode_head(b'(', fields, &mut self.bytes);
    }

    fn redis(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).is_ok();
        self.binary |= !text;
        encode_text(if text { b'u' } else { b's' }, bytes, &mut self.bytes);
    }

    fn list<T: AsRef<[u8]>>(&mut self, texts: &[T]) {
        let lengths = texts.iter().map(|text| text.as_ref().len() + 5);
        self.bytes.reserve(lengths.sum::<usize>() + 5);
        encode_head(b'[', texts.len(), &mut self.bytes);
        for text in texts {
            self.redis(text.as_ref());
        }
    }

    fn fields<T: AsRef<[u8]>>(&mut self, fields: &[(T, T)]) {
        self.bytes.push(b'{');
        for (field, value) in ordered(fields) {
            self.redis(field.as_ref());
            self.redis(value.as_ref());
        }
        self.bytes.push(b'0');
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

impl Sink for Batch {
    fn text(&mut self, text: &[u8]) {
        self.count += 1;
        self.redis(text);
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.count += 1;
        self.list(texts);
    }

    fn key(&mut self, event: Option<&str>, name: &[u8]) {
        let bytes = event.map_or(0, str::len) + name.len();
        self.begin(Layout::KeysOnly, 2, bytes);
        self.event(event);
        self.redis(name);
    }

    fn value(&mut self, event: Option<&str>, name: &[u8], kind: &str, content: &Content<'_>) {
        let length = match content {
            Content::Text(text) => text.len(),
            _ => 0,
        };
        let bytes = event.map_or(0, str::len) + name.len() + kind.len() + length;
        self.begin(Layout::Keys, 4, bytes);
        self.event(event);
        self.redis(name);
        encode_str(kind, &mut self.bytes);
        match content {
            Content::None => self.bytes.push(b'N'),
            Content::Text(text) => self.redis(text),
            Content::Texts(texts) => self.list(texts),
            Content::Fields(fields) => self.fields(fields),
        }
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        self.begin(Layout::Stream, 3, key.len() + id.len());
        self.redis(key);
        self.redis(id);
        self.fields(fields);
    }

    fn is_full(&self) -> bool {
        self.count >= MOST_RECORDS || self.bytes.len() >= MOST_BYTES
    }

    fn go_on(&mut self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::value::decode;

    #[test]
    fn a_batch_is_the_same_on_another_shard() {
        let mut batch = Batch::new();
        batch.value(Some("set"), b"\xff", "string", &Content::Text(b"v"));
        let again = Batch::unpacked(&batch.packed()).expect("a batch");
        let encoded = |batch: &Batch| {
            let mut out = Vec::new();
            batch.encode(0, &mut out);
            (out, batch.len())
        };
        assert_eq!(encoded(&again), encoded(&batch));
        assert!(Batch::unpacked(&Value::None).is_none());
    }

    #[test]
    fn a_batch_decodes_to_its_records() {
        let mut batch = Batch::new();
        batch.value(None, b"k", "string", &Content::Text(b"v"));
        batch.value(Some("set"), b"\xff", "set", &Content::None);
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
