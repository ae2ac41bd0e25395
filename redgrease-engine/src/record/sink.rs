//! What sources write records into.

use super::table::ordered;
use super::value::Value;

/// The value of a key, as records show it.
#[derive(Debug)]
pub(crate) enum Content<'a> {
    /// None: the type has none to show.
    None,
    /// A string.
    Text(&'a [u8]),
    /// A list of strings.
    Texts(&'a [Vec<u8>]),
    /// Fields and values, in the order in which the server lists them.
    Fields(&'a [(Vec<u8>, Vec<u8>)]),
}

/// What a source writes records into.
pub(crate) trait Sink {
    /// Takes so many records by their number, if that is all that matters; says whether it is.
    fn count(&mut self, more: i64) -> bool {
        let _ = more;
        false
    }

    /// Takes a bare text.
    fn text(&mut self, text: &[u8]);

    /// Takes a list of texts.
    fn texts(&mut self, texts: &[Vec<u8>]);

    /// Takes a key without its value.
    fn key(&mut self, event: Option<&str>, name: &[u8]);

    /// Takes a key with its type and value.
    fn value(&mut self, event: Option<&str>, name: &[u8], kind: &str, content: &Content<'_>);

    /// Takes an entry of a stream: fields and values as they were added.
    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]);

    /// Whether it has enough for now: then the source lets others have the server, and calls [`go_on`](Self::go_on).
    fn is_full(&self) -> bool;

    /// Makes room, which may take long; says whether more is wanted.
    fn go_on(&mut self) -> bool;

    /// That was all.
    fn finish(&mut self) {}
}

/// A record as functions see it, which takes in one at a time.
#[derive(Debug, Default)]
pub(crate) struct One(Option<Value>);

impl One {
    /// The record that was written by `write`.
    pub(crate) fn of(write: impl FnOnce(&mut Self)) -> Value {
        let mut one = Self(None);
        write(&mut one);
        one.0.unwrap_or(Value::None)
    }

    fn dict(&mut self, pairs: Vec<(&str, Value)>) {
        self.0 = Some(Value::Dict(
            pairs
                .into_iter()
                .map(|(name, value)| (Value::str(name), value))
                .collect(),
        ));
    }
}

fn event_of(event: Option<&str>) -> Value {
    event.map_or(Value::None, Value::str)
}

fn texts_of(texts: &[Vec<u8>]) -> Value {
    Value::List(texts.iter().map(|text| Value::redis(text)).collect())
}

fn fields_of<T: AsRef<[u8]>>(fields: &[(T, T)]) -> Value {
    Value::Dict(
        ordered(fields)
            .map(|(field, value)| (Value::redis(field.as_ref()), Value::redis(value.as_ref())))
            .collect(),
    )
}

impl Sink for One {
    fn text(&mut self, text: &[u8]) {
        self.0 = Some(Value::redis(text));
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.0 = Some(texts_of(texts));
    }

    fn key(&mut self, event: Option<&str>, name: &[u8]) {
        self.dict(vec![
            ("event", event_of(event)),
            ("key", Value::redis(name)),
        ]);
    }

    fn value(&mut self, event: Option<&str>, name: &[u8], kind: &str, content: &Content<'_>) {
        let value = match content {
            Content::None => Value::None,
            Content::Text(text) => Value::redis(text),
            Content::Texts(texts) => texts_of(texts),
            Content::Fields(fields) => fields_of(fields),
        };
        self.dict(vec![
            ("event", event_of(event)),
            ("key", Value::redis(name)),
            ("type", Value::str(kind)),
            ("value", value),
        ]);
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        self.dict(vec![
            ("key", Value::redis(key)),
            ("id", Value::redis(id)),
            ("value", fields_of(fields)),
        ]);
    }

    fn is_full(&self) -> bool {
        self.0.is_some()
    }

    fn go_on(&mut self) -> bool {
        self.0 = None;
        true
    }
}

/// What writes a record.
#[cfg(test)]
pub(crate) type Write<'a> = &'a dyn Fn(&mut dyn Sink);

/// Tries every form that a record can have.
#[cfg(test)]
pub(crate) fn each_form(try_one: &dyn Fn(Write<'_>)) {
    let bytes = |text: &[u8]| text.to_vec();
    let pairs = vec![(bytes(b"a"), bytes(b"1")), (bytes(b"\xff"), bytes(b"\xfe"))];
    let writes: [Write<'_>; 9] = [
        &|sink| sink.text(b"t"),
        &|sink| sink.text(b"\xff"),
        &|sink| sink.texts(&[bytes(b"a"), bytes(b"\xff")]),
        &|sink| sink.key(None, b"k"),
        &|sink| sink.value(Some("set"), b"k\xff", "string", &Content::Text(b"v")),
        &|sink| sink.value(None, b"", "unknown", &Content::None),
        &|sink| sink.value(None, b"k", "list", &Content::Texts(&[bytes(b"\xff")])),
        &|sink| sink.value(None, b"k", "hash", &Content::Fields(&pairs)),
        &|sink| {
            sink.entry(
                b"s",
                b"1-0",
                &[(b"a", b"1"), (b"\xff", b"\xfe"), (b"a", b"2")],
            );
        },
    ];
    writes.into_iter().for_each(try_one);
}

#[cfg(test)]
mod tests {
    use super::super::batch::{Batch, Layout};
    use super::super::value::{decode, encode_head};
    use super::*;

    /// The only record of a batch, with what a worker adds to it.
    fn through_a_batch(write: impl FnOnce(&mut Batch)) -> Value {
        let mut batch = Batch::new();
        write(&mut batch);
        let mut out = Vec::new();
        encode_head(b'(', 3, &mut out);
        batch.encode(0, &mut out);
        let mut parts = decode(&out)
            .ok()
            .and_then(Value::into_items)
            .expect("three values");
        let record = parts
            .pop()
            .and_then(Value::into_items)
            .and_then(|mut records| records.pop())
            .expect("one record");
        let names: &[&str] = match batch.layout() {
            Layout::Keys => &["event", "key", "type", "value"],
            Layout::KeysOnly => &["event", "key"],
            Layout::Stream => &["key", "id", "value"],
            Layout::Plain | Layout::Generator => return record,
        };
        let values = record.into_items().expect("a tuple");
        Value::Dict(names.iter().map(Value::str).zip(values).collect())
    }

    #[test]
    fn a_record_is_the_same_to_the_engine_and_to_a_worker() {
        each_form(&|write| {
            assert_eq!(
                through_a_batch(|batch| write(batch)),
                One::of(|one| write(one))
            );
        });
    }
}
