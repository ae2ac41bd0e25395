//! Records of a reader on their way through native functions.

use redgrease_core::native::Value as Native;

use super::functions::Functions;
use super::outside::STOPPED;
use super::records::common;
use super::run::{Ended, PartEnded, Run, Setting, Stop};
use super::values;
use crate::record::kept::Kept;
use crate::record::sink::{Content, Sink};
use crate::record::table::ordered;

/// So many records are taken before the functions run: they do so without the server's lock.
const MOST: usize = 4096;
/// Or so many bytes of them.
const MOST_BYTES: usize = 4 << 20;

/// Takes the records of a reader, and runs the functions of a plan.
pub(crate) struct Feed<'a> {
    run: Run<'a>,
    stopped: &'a dyn Fn() -> bool,
    waiting: Vec<Native>,
    /// How many bytes of them there are.
    bytes: usize,
    done: Result<(), Stop>,
}

impl<'a> Feed<'a> {
    pub(crate) fn new(functions: &'a Functions, setting: &Setting<'a>) -> Self {
        Self::of(Run::new(functions, functions.here(), setting), setting)
    }

    pub(super) fn of(run: Run<'a>, setting: &Setting<'a>) -> Self {
        Self {
            run,
            stopped: setting.stopped,
            waiting: Vec::new(),
            bytes: 0,
            done: Ok(()),
        }
    }

    fn push(&mut self, record: Native) {
        self.bytes += record.weight();
        self.waiting.push(record);
    }

    fn take(&mut self) {
        let records = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        if self.done.is_err() {
            return;
        }
        self.done = if (self.stopped)() {
            Err(Stop::Aborted(STOPPED.to_owned()))
        } else {
            self.run.take(records)
        };
    }

    /// Takes records that were kept, until there are no more or no more are wanted.
    pub(crate) fn take_kept(&mut self, all: &mut dyn Iterator<Item = Kept>) {
        for kept in all {
            kept.write(self);
            if !self.go_on() {
                return;
            }
        }
    }

    /// No more records come.
    pub(crate) fn end(mut self) -> Ended {
        self.take();
        self.run.end(self.done)
    }

    /// The same of a part of a run over several shards.
    pub(super) fn end_part(mut self, is_last: bool) -> PartEnded {
        self.take();
        self.run.end_part(self.done, is_last)
    }
}

fn event(event: Option<&str>) -> Native {
    event.map_or(Native::None, |event| common(|common| common.text(event)))
}

/// Keys that are text, or bytes, can always be keys.
fn dict(pairs: Vec<(Native, Native)>) -> Native {
    Native::dict(pairs).unwrap_or(Native::None)
}

fn content(content: &Content<'_>) -> Native {
    match content {
        Content::None => Native::None,
        Content::Text(text) => values::text(text),
        Content::Texts(texts) => texts_of(texts),
        Content::Fields(fields) => fields_of(fields),
    }
}

fn fields_of<T: AsRef<[u8]>>(fields: &[(T, T)]) -> Native {
    let pairs = ordered(fields);
    dict(
        pairs
            .map(|(field, value)| (values::key(field.as_ref()), values::text(value.as_ref())))
            .collect(),
    )
}

fn texts_of(texts: &[Vec<u8>]) -> Native {
    Native::list(texts.iter().map(|text| values::text(text)).collect())
}

impl Sink for Feed<'_> {
    fn text(&mut self, text: &[u8]) {
        self.push(values::text(text));
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.push(texts_of(texts));
    }

    fn key(&mut self, name: Option<&str>, key: &[u8]) {
        let values = [event(name), values::text(key)];
        self.push(common(|common| common.key(values)));
    }

    fn value(&mut self, name: Option<&str>, key: &[u8], kind: &str, value: &Content<'_>) {
        let (event, key, value) = (event(name), values::text(key), content(value));
        self.push(common(|common| {
            common.value([event, key, common.text(kind), value])
        }));
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        let values = [values::text(key), values::text(id), fields_of(fields)];
        self.push(common(|common| common.entry(values)));
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= MOST || self.bytes >= MOST_BYTES || self.done.is_err()
    }

    fn go_on(&mut self) -> bool {
        self.take();
        self.done.is_ok()
    }
}
