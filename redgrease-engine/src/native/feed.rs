//! Records of a reader on their way through native functions.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use redgrease_core::native::Value as Native;

use super::functions::Functions;
use super::outside::STOPPED;
use super::run::{Ended, Run, Setting, Stop};
use super::values;
use crate::record::sink::{Content, Sink, last_first};

/// So many records are taken before the functions run: they do so without the server's lock.
const MOST: usize = 512;

/// Takes the records of a reader, and runs the functions of a plan.
pub(crate) struct Feed<'a> {
    run: Run<'a>,
    stopped: &'a dyn Fn() -> bool,
    waiting: Vec<Native>,
    done: Result<(), Stop>,
}

impl<'a> Feed<'a> {
    pub(crate) fn new(functions: &'a Functions, setting: &Setting<'a>) -> Self {
        Self {
            run: Run::new(functions, setting),
            stopped: setting.stopped,
            waiting: Vec::new(),
            done: Ok(()),
        }
    }

    fn take(&mut self) {
        let records = std::mem::take(&mut self.waiting);
        if self.done.is_err() {
            return;
        }
        self.done = if (self.stopped)() {
            Err(Stop::Aborted(STOPPED.to_owned()))
        } else {
            self.run.take(records)
        };
    }

    /// No more records come.
    pub(crate) fn end(mut self) -> Ended {
        self.take();
        self.run.end(self.done)
    }
}

thread_local! {
    /// The texts that stand in every record, made once for each thread.
    static KNOWN: RefCell<HashMap<String, Arc<str>>> = RefCell::default();
}

/// A text that is one of few: the name of a field or a type.
fn known(text: &str) -> Native {
    KNOWN.with_borrow_mut(|known| {
        if let Some(kept) = known.get(text) {
            return Native::Str(Arc::clone(kept));
        }
        let kept: Arc<str> = text.into();
        known.insert(text.to_owned(), Arc::clone(&kept));
        Native::Str(kept)
    })
}

fn pair(name: &str, value: Native) -> (Native, Native) {
    (known(name), value)
}

fn event(event: Option<&str>) -> Native {
    event.map_or(Native::None, Native::str)
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
        Content::Fields(fields) => dict(
            fields
                .iter()
                .map(|(field, value)| (values::key(field), values::text(value)))
                .collect(),
        ),
    }
}

fn texts_of(texts: &[Vec<u8>]) -> Native {
    Native::list(texts.iter().map(|text| values::text(text)).collect())
}

impl Sink for Feed<'_> {
    fn text(&mut self, text: &[u8]) {
        self.waiting.push(values::text(text));
    }

    fn texts(&mut self, texts: &[Vec<u8>]) {
        self.waiting.push(texts_of(texts));
    }

    fn key(&mut self, name: Option<&str>, key: &[u8]) {
        let fields = vec![pair("event", event(name)), pair("key", values::text(key))];
        self.waiting.push(dict(fields));
    }

    fn value(&mut self, name: Option<&str>, key: &[u8], kind: &str, value: &Content<'_>) {
        let fields = vec![
            pair("event", event(name)),
            pair("key", values::text(key)),
            pair("type", known(kind)),
            pair("value", content(value)),
        ];
        self.waiting.push(dict(fields));
    }

    fn entry(&mut self, key: &[u8], id: &[u8], fields: &[(&[u8], &[u8])]) {
        let value = last_first(fields)
            .map(|(field, value)| (values::key(field), values::text(value)))
            .collect();
        let fields = vec![
            pair("key", values::text(key)),
            pair("id", values::text(id)),
            pair("value", dict(value)),
        ];
        self.waiting.push(dict(fields));
    }

    fn is_full(&self) -> bool {
        self.waiting.len() >= MOST || self.done.is_err()
    }

    fn go_on(&mut self) -> bool {
        self.take();
        self.done.is_ok()
    }
}
