//! Operations that run in the engine, without a worker.

mod beside;
mod builder;
mod counters;
mod described;
mod feed;
mod functions;
mod groups;
mod imports;
mod needs_python;
mod outside;
mod part;
mod records;
mod run;
mod step;
mod values;

pub(crate) use beside::beside;
pub(crate) use counters::counted;
pub(crate) use feed::Feed;
pub(crate) use functions::Functions;
pub(crate) use needs_python::NeedsPython;
pub(crate) use outside::{Answers, answer_with};
pub(crate) use part::{Arrived, run_part};
pub(crate) use run::{Ended, PartEnded, Setting, run};

use crate::plan::Native;
use crate::record::sink::{Content, One, Sink};
use crate::record::value::Value;

#[derive(Debug)]
enum State {
    Pass,
    Count(i64),
    Total(Option<i64>),
    Text,
    Limit { length: u64, offset: u64, seen: u64 },
}

/// The native operations at the start of a plan, under way.
#[derive(Debug)]
pub(crate) struct NativeRun {
    states: Vec<State>,
    output: Vec<Value>,
    stopped: bool,
}

impl NativeRun {
    /// A run of `operations`.
    pub(crate) fn new(operations: &[Native]) -> Self {
        let states = operations
            .iter()
            .map(|operation| match *operation {
                Native::Pass => State::Pass,
                Native::Count => State::Count(0),
                Native::Total => State::Total(None),
                Native::Text => State::Text,
                Native::Limit { length, offset } => State::Limit {
                    length,
                    offset,
                    seen: 0,
                },
            })
            .collect();
        Self {
            states,
            output: Vec::new(),
            stopped: false,
        }
    }

    /// Takes one record.
    pub(crate) fn push(&mut self, record: Value) {
        self.pass(0, record);
    }

    fn pass(&mut self, from: usize, mut record: Value) {
        for state in &mut self.states[from..] {
            match state {
                State::Pass => {}
                State::Count(count) => {
                    *count += 1;
                    return;
                }
                State::Total(total) => {
                    *total = Some(total.unwrap_or(0) + record.as_int().unwrap_or(0));
                    return;
                }
                State::Text => record = text(record),
                State::Limit {
                    length,
                    offset,
                    seen,
                } => {
                    *seen += 1;
                    if *seen <= *offset {
                        return;
                    }
                    if *seen > offset.saturating_add(*length) {
                        self.stopped = true;
                        return;
                    }
                }
            }
        }
        self.output.push(record);
    }

    /// No more records come: the results, or the records for the worker.
    pub(crate) fn results(mut self) -> Vec<Value> {
        for index in 0..self.states.len() {
            let gathered = match &self.states[index] {
                State::Count(count) => (*count > 0).then_some(*count),
                State::Total(total) => *total,
                _ => None,
            };
            if let Some(number) = gathered {
                self.pass(index + 1, Value::Int(number));
            }
        }
        self.output
    }
}

impl Sink for NativeRun {
    fn count(&mut self, more: i64) -> bool {
        let first = self
            .states
            .iter_mut()
            .find(|state| !matches!(state, State::Pass));
        match first {
            Some(State::Count(count)) => {
                *count += more;
                true
            }
            _ => false,
        }
    }

    fn text(&mut self, text: &[u8]) {
        self.push(One::of(|one| one.text(text)));
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.push(One::of(|one| one.texts(texts)));
    }

    fn key(&mut self, event: Option<&str>, name: &[u8]) {
        self.push(One::of(|one| one.key(event, name)));
    }

    fn value(&mut self, event: Option<&str>, name: &[u8], kind: &str, content: &Content<'_>) {
        self.push(One::of(|one| one.value(event, name, kind, content)));
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        self.push(One::of(|one| one.entry(key, id, fields)));
    }

    fn is_full(&self) -> bool {
        self.stopped
    }

    fn go_on(&mut self) -> bool {
        !self.stopped
    }
}

/// Python's `str` of a number, of text, or of a bytearray, which is what a key that is not UTF-8 is.
fn text(record: Value) -> Value {
    match record {
        Value::Int(number) => Value::str(number.to_string()),
        Value::Bytes(bytes) => {
            let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
                b'"'
            } else {
                b'\''
            };
            let mut shown = b"bytearray(b".to_vec();
            shown.push(quote);
            for byte in bytes {
                match byte {
                    b'\t' => shown.extend_from_slice(b"\\t"),
                    b'\n' => shown.extend_from_slice(b"\\n"),
                    b'\r' => shown.extend_from_slice(b"\\r"),
                    b'\\' => shown.extend_from_slice(b"\\\\"),
                    byte if byte == quote => shown.extend_from_slice(&[b'\\', byte]),
                    0x20..=0x7e => shown.push(byte),
                    byte => shown.extend_from_slice(format!("\\x{byte:02x}").as_bytes()),
                }
            }
            shown.extend_from_slice(&[quote, b')']);
            Value::Str(shown)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_add_up_to_text() {
        let mut run = NativeRun::new(&[Native::Count, Native::Pass, Native::Total, Native::Text]);
        assert!(run.count(1));
        run.push(Value::None);
        assert_eq!(run.results(), [Value::str("2")]);
    }

    #[test]
    fn nothing_counts_to_nothing() {
        assert_eq!(
            NativeRun::new(&[Native::Count, Native::Total]).results(),
            []
        );
    }

    #[test]
    fn a_limit_reads_one_record_too_many() {
        let mut run = NativeRun::new(&[Native::Limit {
            length: 1,
            offset: 1,
        }]);
        for number in 0..2 {
            run.push(Value::Int(number));
            assert!(!run.is_full());
        }
        run.push(Value::Int(2));
        assert!(run.is_full());
        assert_eq!(run.results(), [Value::Int(1)]);
    }

    #[test]
    fn bytes_read_as_python_shows_a_bytearray() {
        let mut run = NativeRun::new(&[Native::Text]);
        run.push(Value::Bytes(b"k\xff'".to_vec()));
        assert_eq!(run.results(), [Value::str("bytearray(b\"k\\xff'\")")]);
    }
}
