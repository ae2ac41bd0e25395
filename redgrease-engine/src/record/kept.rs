//! Records as a source wrote them, kept for another thread, which writes them once more. A batch is for workers: to take one
//! apart costs more than most functions.

use std::ops::Range;

use super::sink::{Content, Sink};

/// Some records.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    bytes: Vec<u8>,
    records: Vec<Record>,
    /// How many bytes of lists and fields there are beside them.
    beside: usize,
}

type Span = Range<usize>;

#[derive(Debug)]
enum Record {
    Text(Span),
    Texts(Vec<Vec<u8>>),
    Key(Option<String>, Span),
    /// Its event, name and type.
    Value(Option<String>, Span, Span, Kind),
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
        self.bytes.len() + self.beside
    }

    fn list(&mut self, texts: &[Vec<u8>]) -> Vec<Vec<u8>> {
        self.beside += texts.iter().map(Vec::len).sum::<usize>();
        texts.to_vec()
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
                    let kind = String::from_utf8_lossy(text(kind));
                    sink.value(event.as_deref(), text(name), &kind, &content);
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
        let texts = self.list(texts);
        self.records.push(Record::Texts(texts));
    }

    fn key(&mut self, event: Option<&str>, name: &[u8]) {
        let name = self.span(name);
        self.records
            .push(Record::Key(event.map(str::to_owned), name));
    }

    fn value(&mut self, event: Option<&str>, name: &[u8], kind: &str, content: &Content<'_>) {
        let (name, kind) = (self.span(name), self.span(kind.as_bytes()));
        let content = match content {
            Content::None => Kind::None,
            Content::Text(text) => Kind::Text(self.span(text)),
            Content::Texts(texts) => Kind::Texts(self.list(texts)),
            Content::Fields(fields) => {
                let bytes = fields
                    .iter()
                    .map(|(field, value)| field.len() + value.len());
                self.beside += bytes.sum::<usize>();
                Kind::Fields(fields.to_vec())
            }
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
    use super::super::sink::{One, each_form};
    use super::*;

    #[test]
    fn what_is_kept_is_written_again() {
        each_form(&|write| {
            let mut kept = Kept::default();
            write(&mut kept);
            assert_eq!(One::of(|one| kept.write(one)), One::of(|one| write(one)));
        });
    }

    /// Who keeps them has to know when they are enough, whatever they are.
    #[test]
    fn all_bytes_are_counted() {
        let long = vec![b'x'; 1000];
        let lists = [long.clone(), long.clone()];
        let fields = [(long.clone(), long.clone())];
        for content in [
            Content::Text(&long),
            Content::Texts(&lists),
            Content::Fields(&fields),
        ] {
            let mut kept = Kept::default();
            kept.value(None, b"k", "kind", &content);
            assert!(kept.bytes() >= 1000, "{content:?}: {}", kept.bytes());
        }
        let mut kept = Kept::default();
        kept.texts(&lists);
        kept.entry(b"s", b"1-0", &[(&long, &long)]);
        assert!(kept.bytes() >= 4000);
    }
}
