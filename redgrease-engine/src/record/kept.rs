//! Records as a source wrote them, kept for another thread, which writes them once more.

use std::ops::Range;

use super::sink::{Content, Sink};

/// Some records.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bytes: Vec<u8>,
    records: Vec<Record>,
}

type Span = Range<usize>;

#[derive(Debug)]
enum Record {
    Text(Span),
    Texts(Vec<Vec<u8>>),
    Key(Option<String>, Span),
    Value(Option<String>, Span, &'static str, Kind),
    Entry(Span, Span, Vec<(Span, Span)>),
}

#[derive(Debug)]
enum Kind {
    None,
    Text(Span),
    Texts(Vec<Vec<u8>>),
    Fields(Vec<(Vec<u8>, Vec<u8>)>),
}

impl Kept {
    fn span(&mut self, text: &[u8]) -> Span {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        start..self.bytes.len()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// How many bytes of texts.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Writes them again.
    pub(crate) fn write(&self, sink: &mut dyn Sink) {
        let text = |span: &Span| &self.bytes[span.clone()];
        for record in &self.records {
            match record {
                Record::Text(span) => sink.text(text(span)),
                Record::Texts(texts) => sink.texts(texts),
                Record::Key(event, name) => sink.key(event.as_deref(), text(name)),
                Record::Value(event, name, kind, content) => {
                    let content = match content {
                        Kind::None => Content::None,
                        Kind::Text(span) => Content::Text(text(span)),
                        Kind::Texts(texts) => Content::Texts(texts),
                        Kind::Fields(fields) => Content::Fields(fields),
                    };
                    sink.value(event.as_deref(), text(name), kind, &content);
                }
                Record::Entry(key, id, fields) => {
                    let fields = fields.iter();
                    let fields: Vec<_> = fields
                        .map(|(one, other)| (text(one), text(other)))
                        .collect();
                    sink.entry(text(key), text(id), &fields);
                }
            }
        }
    }
}

impl Sink for Kept {
    fn text(&mut self, text: &[u8]) {
        let text = self.span(text);
        self.records.push(Record::Text(text));
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.records.push(Record::Texts(texts.to_vec()));
    }

    fn key(&mut self, event: Option<&str>, name: &[u8]) {
        let name = self.span(name);
        self.records
            .push(Record::Key(event.map(str::to_owned), name));
    }

    fn value(
        &mut self,
        event: Option<&str>,
        name: &[u8],
        kind: &'static str,
        content: &Content<'_>,
    ) {
        let name = self.span(name);
        let content = match content {
            Content::None => Kind::None,
            Content::Text(text) => Kind::Text(self.span(text)),
            Content::Texts(texts) => Kind::Texts(texts.to_vec()),
            Content::Fields(fields) => Kind::Fields(fields.to_vec()),
        };
        self.records
            .push(Record::Value(event.map(str::to_owned), name, kind, content));
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        let (key, id) = (self.span(key), self.span(id));
        let fields = fields.iter();
        let fields = fields
            .map(|(field, value)| (self.span(field), self.span(value)))
            .collect();
        self.records.push(Record::Entry(key, id, fields));
    }

    /// Whoever keeps them knows how many are enough.
    fn is_full(&self) -> bool {
        false
    }

    fn go_on(&mut self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::super::sink::One;
    use super::*;

    #[test]
    fn what_is_kept_is_written_again() {
        let bytes = |text: &[u8]| text.to_vec();
        let fields = vec![(bytes(b"a"), bytes(b"1")), (bytes(b"\xff"), bytes(b""))];
        type Write<'a> = &'a dyn Fn(&mut dyn Sink);
        let writes: [Write<'_>; 8] = [
            &|sink| sink.text(b"t\xff"),
            &|sink| sink.texts(&[bytes(b"a"), bytes(b"")]),
            &|sink| sink.key(None, b"k"),
            &|sink| sink.value(Some("set"), b"k", "string", &Content::Text(b"v")),
            &|sink| sink.value(None, b"", "stream", &Content::None),
            &|sink| sink.value(None, b"k", "list", &Content::Texts(&[bytes(b"a")])),
            &|sink| sink.value(None, b"k", "hash", &Content::Fields(&fields)),
            &|sink| sink.entry(b"s", b"1-0", &[(b"a", b"1"), (b"b", b"2")]),
        ];
        for write in writes {
            let mut kept = Kept::default();
            write(&mut kept);
            assert_eq!(One::of(|one| kept.write(one)), One::of(|one| write(one)));
        }
    }
}
