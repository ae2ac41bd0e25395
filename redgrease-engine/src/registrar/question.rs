//! What shards ask each other about registrations and packages.

use super::Claim;
use super::pauses::Pauses;
use crate::cluster::{Field, messages};
use crate::persist::Stamps;
use crate::record::value::Value;

/// The requirements of a session, each with the mark of its wheels.
pub(super) type Wheels = Vec<(String, String)>;

impl Field for Claim {
    fn put(self) -> Value {
        let replace = self.replace.map_or(Value::None, Value::str);
        Value::Tuple(vec![Value::Bool(self.upgrade), replace])
    }

    fn take(value: Value) -> Option<Self> {
        match value.items()? {
            [upgrade, replace] => Some(Self {
                upgrade: upgrade.is_true(),
                replace: replace.as_text(),
            }),
            _ => None,
        }
    }
}

messages! {
    /// A question of another shard.
    pub(super) enum Question {
        /// Makes everything ready for the registrations of a script, so that nothing can come between any more.
        Prepare = 1 {
            ticket: String,
            parcel: Vec<u8>,
            claim: Claim,
            wheels: Wheels,
        }
        /// Puts in place what was made ready; what gives way goes with this stamp.
        Commit = 2 {
            ticket: String,
            stamp: i64,
        }
        /// Forgets what was made ready.
        Cancel = 3 {
            ticket: String,
        }
        /// Puts registrations in place that stand elsewhere.
        Add = 4 {
            parcel: Vec<u8>,
            wheels: Wheels,
        }
        /// Takes registrations away.
        Unregister = 5 {
            stamps: Stamps,
            abort_pending: bool,
        }
        /// Pauses registrations, or goes on with them.
        Pause = 6 {
            pauses: Pauses,
        }
        /// Fetches wheels that it lacks.
        Provide = 7 {
            wheels: Wheels,
        }
        /// Wants the wheels of a requirement.
        Fetch = 8 {
            requirement: String,
        }
        /// Takes the wheels of a requirement that a client brought.
        Import = 9 {
            packed: Vec<u8>,
        }
        /// Says what it has, unless that is the same as here.
        Compare = 10 {
            digest: i64,
        }
        /// Wants registrations.
        Want = 11 {
            ids: Vec<String>,
        }
        /// Sets the counters of all registrations back.
        Clear = 12 {}
    }
}

/// What a shard has that another one has not, or has otherwise.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summary {
    pub(super) digest: i64,
    /// Registrations that are there, and those that were taken away.
    pub(super) live: Stamps,
    pub(super) gone: Stamps,
    pub(super) pauses: Pauses,
}

impl Field for Summary {
    fn put(self) -> Value {
        let lists = [self.live.put(), self.gone.put(), self.pauses.put()];
        Value::Tuple([vec![self.digest.put()], lists.into()].concat())
    }

    fn take(value: Value) -> Option<Self> {
        let mut fields = value.into_items()?.into_iter();
        Some(Self {
            digest: Field::take(fields.next()?)?,
            live: Field::take(fields.next()?)?,
            gone: Field::take(fields.next()?)?,
            pauses: Field::take(fields.next()?)?,
        })
    }
}

/// A parcel of registrations that a shard wanted, and what it has to fetch for them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wanted {
    pub(super) parcel: Vec<u8>,
    pub(super) wheels: Wheels,
}

impl Field for Wanted {
    fn put(self) -> Value {
        Value::Tuple(vec![self.parcel.put(), self.wheels.put()])
    }

    fn take(value: Value) -> Option<Self> {
        let mut fields = value.into_items()?.into_iter();
        Some(Self {
            parcel: Field::take(fields.next()?)?,
            wheels: Field::take(fields.next()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::pauses::Pause;
    use super::*;

    #[test]
    fn every_question_arrives_as_it_was_asked() {
        let text = || "x".to_owned();
        let wheels = || vec![("numpy".to_owned(), "12".to_owned())];
        let pause = Pause { on: true, stamp: 9 };
        let questions = [
            Question::Prepare {
                ticket: text(),
                parcel: vec![255],
                claim: Claim {
                    upgrade: true,
                    replace: Some("old".to_owned()),
                },
                wheels: wheels(),
            },
            Question::Commit {
                ticket: text(),
                stamp: 1 << 41,
            },
            Question::Cancel { ticket: text() },
            Question::Add {
                parcel: vec![0],
                wheels: wheels(),
            },
            Question::Unregister {
                stamps: vec![("0-1".to_owned(), 5)],
                abort_pending: true,
            },
            Question::Pause {
                pauses: vec![(text(), pause)],
            },
            Question::Provide { wheels: wheels() },
            Question::Fetch {
                requirement: text(),
            },
            Question::Import { packed: vec![1] },
            Question::Compare { digest: -1 },
            Question::Want { ids: vec![text()] },
            Question::Clear {},
        ];
        assert_eq!(questions.len(), NUMBERS.len(), "one of each kind");
        for question in questions {
            assert_eq!(Question::parse(question.clone().value()), Some(question));
        }
        let summary = Summary {
            digest: -5,
            live: vec![(text(), 1)],
            gone: vec![(text(), 2)],
            pauses: vec![(text(), pause)],
        };
        assert_eq!(Summary::take(summary.clone().put()), Some(summary));
        let wanted = Wanted {
            parcel: vec![7],
            wheels: wheels(),
        };
        assert_eq!(Wanted::take(wanted.clone().put()), Some(wanted));
        assert_eq!(Question::parse(Value::Tuple(vec![Value::Int(9999)])), None);
        assert_eq!(Question::parse(Value::None), None);
    }
}
