//! What servers of a cluster tell each other, and its encoding: a marshalled tuple of a number and the fields.

use crate::record::value::{DecodeError, Value, decode, encode};

/// What a field of a message can be.
pub(crate) trait Field: Sized {
    /// As a value.
    fn put(self) -> Value;
    /// From a value.
    fn take(value: Value) -> Option<Self>;
}

impl Field for u64 {
    fn put(self) -> Value {
        Value::Int(i64::try_from(self).unwrap_or(i64::MAX))
    }

    fn take(value: Value) -> Option<Self> {
        Self::try_from(value.as_int()?).ok()
    }
}

impl Field for usize {
    fn put(self) -> Value {
        Value::Int(i64::try_from(self).unwrap_or(i64::MAX))
    }

    fn take(value: Value) -> Option<Self> {
        Self::try_from(value.as_int()?).ok()
    }
}

impl Field for bool {
    fn put(self) -> Value {
        Value::Bool(self)
    }

    fn take(value: Value) -> Option<Self> {
        match value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }
}

impl Field for String {
    fn put(self) -> Value {
        Value::Str(self.into_bytes())
    }

    fn take(value: Value) -> Option<Self> {
        match value {
            Value::Str(bytes) => Self::from_utf8(bytes).ok(),
            _ => None,
        }
    }
}

impl Field for Vec<u8> {
    fn put(self) -> Value {
        Value::Bytes(self)
    }

    fn take(value: Value) -> Option<Self> {
        match value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

impl Field for Value {
    fn put(self) -> Value {
        self
    }

    fn take(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl Field for Vec<Vec<u8>> {
    fn put(self) -> Value {
        Value::List(self.into_iter().map(Value::Bytes).collect())
    }

    fn take(value: Value) -> Option<Self> {
        value.into_items()?.into_iter().map(Field::take).collect()
    }
}

impl Field for i64 {
    fn put(self) -> Value {
        Value::Int(self)
    }

    fn take(value: Value) -> Option<Self> {
        value.as_int()
    }
}

impl Field for Vec<String> {
    fn put(self) -> Value {
        Value::List(self.into_iter().map(Field::put).collect())
    }

    fn take(value: Value) -> Option<Self> {
        value.into_items()?.into_iter().map(Field::take).collect()
    }
}

/// Ids or names, each with something that is known of it.
impl<T: Field> Field for Vec<(String, T)> {
    fn put(self) -> Value {
        let pair = |(name, of): (String, T)| Value::Tuple(vec![name.put(), of.put()]);
        Value::List(self.into_iter().map(pair).collect())
    }

    fn take(value: Value) -> Option<Self> {
        let pair = |pair: Value| {
            let mut both = pair.into_items()?.into_iter();
            Some((String::take(both.next()?)?, T::take(both.next()?)?))
        };
        value.into_items()?.into_iter().map(pair).collect()
    }
}

/// Declares messages, each with its number and its fields.
macro_rules! messages {
    ($(#[$all:meta])* $vis:vis enum $Messages:ident {
        $($(#[$doc:meta])* $name:ident = $number:literal {
            $($(#[$about:meta])* $field:ident: $type:ty,)*
        })*
    }) => {
        $(#[$all])*
        #[derive(Clone, Debug, PartialEq)]
        $vis enum $Messages {
            $($(#[$doc])* $name { $($(#[$about])* $field: $type,)* },)*
        }

        impl $Messages {
            /// As it travels.
            $vis fn value(self) -> $crate::record::value::Value {
                use $crate::record::value::Value;
                let fields = match self {
                    $(Self::$name { $($field),* } =>
                        vec![Value::Int($number), $($crate::cluster::Field::put($field)),*],)*
                };
                Value::Tuple(fields)
            }

            /// From what arrived; nothing where this version does not know it.
            $vis fn parse(value: $crate::record::value::Value) -> Option<Self> {
                let mut fields = value.into_items()?.into_iter();
                match fields.next()?.as_int()? {
                    $($number => Some(Self::$name {
                        $($field: $crate::cluster::Field::take(fields.next()?)?,)*
                    }),)*
                    _ => None,
                }
            }

            /// The name of its kind.
            $vis fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name),)*
                }
            }
        }

        /// The number of each kind.
        #[cfg(test)]
        const NUMBERS: &[i64] = &[$($number),*];
    };
}
pub(crate) use messages;

messages! {
    /// What one server tells another one.
    pub(crate) enum Message {
        /// A question that gets one [`Answer`](Message::Answer).
        Ask = 1 {
            /// The asker's number of it.
            number: u64,
            /// What it is about: who answers.
            about: String,
            question: Value,
        }
        /// Take part in an execution.
        Run = 10 {
            execution: String,
            /// What has to be known of it.
            order: Value,
        }
        /// A shard takes part.
        Ready = 11 {
            execution: String,
        }
        /// A shard cannot take part.
        Refused = 12 {
            execution: String,
            text: Vec<u8>,
        }
        /// All take part: begin.
        Start = 13 {
            execution: String,
        }
        /// Records for a part of its plan.
        Records = 14 {
            execution: String,
            part: usize,
            /// A marshalled list.
            records: Vec<u8>,
        }
        /// So many bytes of records are worked off.
        Taken = 15 {
            execution: String,
            bytes: usize,
        }
        /// A shard has no more records for a part.
        End = 16 {
            execution: String,
            part: usize,
        }
        /// A shard has done its share.
        Done = 17 {
            execution: String,
            /// A marshalled list.
            results: Vec<u8>,
            errors: Vec<Vec<u8>>,
            /// Whether its worker was lost before it had worked the records off.
            lost: bool,
        }
        /// It is over.
        Over = 18 {
            execution: String,
            /// Whether it stays on the list.
            kept: bool,
        }
        /// Stop it.
        Abort = 19 {
            execution: String,
        }
        /// Take it off the list.
        Forget = 20 {
            execution: String,
        }
        /// The answer to a question.
        Answer = 2 {
            number: u64,
            /// Whether it is one; else the value says why not.
            fine: bool,
            answer: Value,
        }
    }
}

impl Message {
    /// Its encoding.
    pub(crate) fn encode(self) -> Vec<u8> {
        let mut out = Vec::new();
        encode(&self.value(), &mut out);
        out
    }

    /// The message of an encoding; nothing where this version does not know it.
    ///
    /// # Errors
    /// When the bytes are no encoding of anything.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Option<Self>, DecodeError> {
        Ok(Self::parse(decode(bytes)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id() -> String {
        "a-1".to_owned()
    }

    /// One of each kind.
    fn samples() -> Vec<Message> {
        vec![
            Message::Ask {
                number: 1 << 40,
                about: "weather".to_owned(),
                question: Value::List(vec![Value::None, Value::Bytes(vec![255])]),
            },
            Message::Answer {
                number: 7,
                fine: false,
                answer: Value::str("it rains"),
            },
            Message::Run {
                execution: id(),
                order: Value::Dict(vec![(Value::str("a"), Value::Float(0.5))]),
            },
            Message::Ready { execution: id() },
            Message::Refused {
                execution: id(),
                text: vec![255],
            },
            Message::Start { execution: id() },
            Message::Records {
                execution: id(),
                part: 3,
                records: vec![0; 100_000],
            },
            Message::Taken {
                execution: id(),
                bytes: 1 << 33,
            },
            Message::End {
                execution: id(),
                part: 0,
            },
            Message::Done {
                execution: id(),
                results: Vec::new(),
                errors: vec![vec![1], Vec::new()],
                lost: true,
            },
            Message::Over {
                execution: id(),
                kept: true,
            },
            Message::Abort { execution: id() },
            Message::Forget { execution: id() },
        ]
    }

    #[test]
    fn every_message_is_what_it_was_on_the_other_side() {
        let samples = samples();
        let mut kinds: Vec<&str> = samples.iter().map(Message::name).collect();
        kinds.dedup();
        assert_eq!(kinds.len(), NUMBERS.len(), "one of each kind");
        for message in samples {
            assert_eq!(
                Message::decode(&message.clone().encode()),
                Ok(Some(message))
            );
        }
    }

    #[test]
    fn numbers_are_given_once() {
        let mut numbers = NUMBERS.to_vec();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), NUMBERS.len());
    }

    #[test]
    fn what_is_unknown_or_broken_is_none() {
        let mut bytes = Vec::new();
        encode(&Value::Tuple(vec![Value::Int(9999)]), &mut bytes);
        assert_eq!(Message::decode(&bytes), Ok(None));
        assert!(Message::decode(b"(").is_err());
        for sample in samples() {
            let bytes = sample.encode();
            for end in (0..bytes.len()).step_by(bytes.len().div_ceil(100)) {
                assert!(!matches!(Message::decode(&bytes[..end]), Ok(Some(_))));
            }
        }
    }
}
