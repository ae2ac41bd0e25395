//! Records as functions see them, and those of a batch.

use std::cell::RefCell;
use std::sync::Arc;

use redgrease_core::native::{Fields, Value as Native};

use crate::record::batch::{Batch, Layout};
use crate::record::value::{DecodeError, Form};

/// The layouts of records, and texts that stand in many of them.
pub(super) struct Common {
    keys: Fields,
    keys_only: Fields,
    stream: Fields,
    texts: RefCell<Vec<Arc<str>>>,
}

/// So many texts are looked through for one that is there already.
const MOST_TEXTS: usize = 16;

thread_local! {
    static COMMON: Common = Common {
        keys: Fields::new(&["event", "key", "type", "value"]),
        keys_only: Fields::new(&["event", "key"]),
        stream: Fields::new(&["key", "id", "value"]),
        texts: RefCell::default(),
    };
}

/// Makes something of what records have in common.
pub(super) fn common<R>(make: impl FnOnce(&Common) -> R) -> R {
    COMMON.with(make)
}

impl Common {
    /// A text that is one of few: the name of a type, of an event or of a field.
    pub(super) fn text(&self, text: &str) -> Native {
        let mut texts = self.texts.borrow_mut();
        if let Some(known) = texts.iter().find(|known| ***known == *text) {
            return Native::Str(Arc::clone(known));
        }
        let text: Arc<str> = text.into();
        if texts.len() < MOST_TEXTS {
            texts.push(Arc::clone(&text));
        }
        Native::Str(text)
    }

    /// A key with its type and value.
    pub(super) fn value(&self, fields: [Native; 4]) -> Native {
        self.keys.with(fields)
    }

    /// A key without them.
    pub(super) fn key(&self, fields: [Native; 2]) -> Native {
        self.keys_only.with(fields)
    }

    /// An entry of a stream.
    pub(super) fn entry(&self, fields: [Native; 3]) -> Native {
        self.stream.with(fields)
    }
}

/// The form of values that functions see.
struct Natives<'a> {
    /// Whether bytes are arrays of bytes.
    binary: bool,
    /// Where texts are, if they are some of few.
    few: Option<&'a Common>,
}

impl Form for Natives<'_> {
    type Made = Native;

    fn none(&self) -> Native {
        Native::None
    }

    fn bool(&self, value: bool) -> Native {
        Native::Bool(value)
    }

    fn int(&self, value: i64) -> Native {
        Native::Int(value)
    }

    fn big(&self, digits: String) -> Option<Native> {
        Native::integer(&digits)
    }

    fn float(&self, value: f64) -> Native {
        Native::float(value)
    }

    /// Half surrogates are let through in the engine, and not in the evaluator.
    fn text(&self, text: &[u8]) -> Option<Native> {
        let text = std::str::from_utf8(text).ok()?;
        Some(match self.few {
            Some(common) => common.text(text),
            None => Native::str(text),
        })
    }

    fn bytes(&self, bytes: &[u8]) -> Native {
        if self.binary {
            Native::byte_array(bytes.to_vec())
        } else {
            Native::Bytes(bytes.into())
        }
    }

    fn list(&self, items: Vec<Native>) -> Native {
        Native::list(items)
    }

    fn tuple(&self, items: Vec<Native>) -> Native {
        Native::tuple(items)
    }

    fn set(&self, _items: Vec<Native>) -> Option<Native> {
        None
    }

    fn dict(&self, pairs: Vec<(Native, Native)>) -> Option<Native> {
        // An array of bytes cannot be a key.
        let fixed = |key| match key {
            Native::ByteArray(bytes) => Native::Bytes(bytes.borrow().as_slice().into()),
            other => other,
        };
        Native::dict(pairs.into_iter().map(|(key, value)| (fixed(key), value))).ok()
    }
}

/// The records of a batch, one after the other; nothing for one that is no value for the evaluator.
pub(super) fn each(batch: &Batch) -> impl Iterator<Item = Option<Native>> + '_ {
    let binary = batch.is_binary();
    let mut decoder = batch.decoder();
    let mut one = move |common: &Common| {
        let texts = Natives { binary, few: None };
        let names = Natives {
            binary,
            few: Some(common),
        };
        Ok(match batch.layout() {
            Layout::Plain | Layout::Generator => decoder.next(&texts)?,
            Layout::Keys => {
                decoder.head(b'(')?;
                let (event, key) = (decoder.next(&names)?, decoder.next(&texts)?);
                common.value([event, key, decoder.next(&names)?, decoder.next(&texts)?])
            }
            Layout::KeysOnly => {
                decoder.head(b'(')?;
                common.key([decoder.next(&names)?, decoder.next(&texts)?])
            }
            Layout::Stream => {
                decoder.head(b'(')?;
                let key = decoder.next(&names)?;
                common.entry([key, decoder.next(&texts)?, decoder.next(&texts)?])
            }
        })
    };
    let mut one = move || -> Result<Native, DecodeError> { common(&mut one) };
    (0..batch.len()).map(move |_| one().ok())
}

/// The records of a batch; nothing when one of them is no value for the evaluator.
pub(super) fn of_batch(batch: &Batch) -> Option<Vec<Native>> {
    each(batch).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::values;
    use crate::record::sink::{One, each_form};

    #[test]
    fn a_record_is_the_same_to_functions_here_and_in_a_worker() {
        each_form(&|write| {
            let mut batch = Batch::new();
            write(&mut batch);
            let made = of_batch(&batch).expect("a value");
            let [made] = made.as_slice() else {
                panic!("not one: {made:?}");
            };
            let other = values::native(&One::of(|one| write(one)), true).expect("a value");
            assert_eq!(made.repr(11).ok(), other.repr(11).ok());
        });
    }

    #[test]
    fn what_the_evaluator_has_not_is_given_back() {
        use crate::record::value::Value;
        let none = [
            Value::Set(vec![Value::Int(1)]),
            Value::Str(vec![0xed, 0xa0, 0x80]),
        ];
        for value in none {
            let records = [Value::Int(1), Value::List(vec![value])];
            assert!(of_batch(&Batch::of(&records)).is_none());
        }
        let deep = Value::BigInt("-123456789012345678901234567890".to_owned());
        let records = Batch::of(&[deep, Value::Tuple(vec![Value::Bool(true), Value::None])]);
        let made = of_batch(&records).expect("values");
        let texts: Vec<_> = made.iter().map(|one| one.repr(11).ok()).collect();
        assert_eq!(
            texts,
            [
                Some("-123456789012345678901234567890".to_owned()),
                Some("(True, None)".to_owned())
            ]
        );
    }
}
