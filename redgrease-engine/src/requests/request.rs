//! What running functions ask for, but for Redis commands.

use super::refusal::Refusal;
use super::transaction::Transaction;
use crate::plan::{Plan, Reader};
use crate::record::value::Value;

/// A request of a running function.
#[derive(Debug, PartialEq)]
pub(super) enum Request {
    /// A text whose slot this shard owns.
    Hashtag,
    /// The name of this shard.
    Shard,
    /// A setting.
    Config(Vec<u8>),
    /// An id for the last of so many plans.
    Id(u64),
    /// Whether a registration could be made now, by a session that is called so in its worker.
    Check { reader: Reader, session: String },
    /// Makes one.
    Register { session: String, description: Value },
    /// Runs a plan.
    Run {
        session: String,
        plan: Plan,
        description: Value,
        id: String,
    },
    /// Whether workers of other shards need the functions of a run.
    Spreads { plan: Plan },
    /// The next hook of a command, or the command itself.
    Next {
        registration: String,
        words: Vec<Vec<u8>>,
        database: i32,
    },
    /// Calls a function every so many seconds, while a key lives if there is one.
    Timer {
        session: String,
        plan: String,
        period: i64,
        function: Vec<u8>,
        key: Option<Vec<u8>>,
        database: i32,
    },
    /// Runs commands together or not at all.
    Transaction(Transaction),
    /// The record, as it is now, of the call of this number.
    Record(u32),
    /// Puts a reply in place of that of the command whose key event called the function, which runs under this number.
    Override { number: u32, reply: Value },
}

impl Request {
    /// A request as a worker sends it: its name and a list of arguments.
    ///
    /// # Errors
    /// Why it cannot be understood.
    pub(super) fn parse(request: Value) -> Result<Self, Refusal> {
        let mut parts = request.into_items().unwrap_or_default().into_iter();
        let name = parts
            .next()
            .and_then(|name| name.as_text())
            .unwrap_or_default();
        let arguments = Arguments(parts.next().and_then(Value::into_items).unwrap_or_default());
        Ok(match name.as_str() {
            "hashtag" => Self::Hashtag,
            "shard" => Self::Shard,
            "config" => Self::Config(arguments.bytes(0).unwrap_or_default()),
            "id" => Self::Id(u64::try_from(arguments.int(0).unwrap_or(1)).unwrap_or(1)),
            "check" => Self::Check {
                reader: Reader::parse(&Value::Dict(vec![
                    (Value::str("reader"), arguments.value(0)),
                    (Value::str("arguments"), arguments.value(1)),
                ]))
                .ok_or(Refusal::Registration)?,
                session: arguments.text(3),
            },
            "register" => Self::Register {
                session: arguments.text(0),
                description: arguments.value(1),
            },
            "run" => {
                let description = arguments.value(1);
                Self::Run {
                    session: arguments.text(0),
                    plan: Plan::parse(&description).ok_or(Refusal::Run)?,
                    id: description.text("id").unwrap_or_default(),
                    description,
                }
            }
            "spreads" => Self::Spreads {
                plan: Plan::parse(&arguments.value(0)).ok_or(Refusal::Run)?,
            },
            "next" => Self::Next {
                registration: arguments.text(0),
                words: words(&arguments.value(1)),
                database: arguments.database(2),
            },
            "timer" => Self::Timer {
                session: arguments.text(0),
                plan: arguments.text(1),
                period: arguments.int(2).unwrap_or(0),
                function: arguments.bytes(3).unwrap_or_default(),
                key: arguments.bytes(4),
                database: arguments.database(5),
            },
            "transaction" => Self::Transaction(Transaction {
                commands: arguments.commands(0),
                hook: arguments.value(1).as_text(),
                database: arguments.database(2),
                registration: arguments.value(3).as_text(),
                acknowledged: match arguments.value(4) {
                    Value::List(entries) => Some(
                        entries
                            .iter()
                            .filter_map(|entry| match entry.items() {
                                Some([key, id]) => {
                                    Some((key.as_bytes()?.to_vec(), id.as_bytes()?.to_vec()))
                                }
                                _ => None,
                            })
                            .collect(),
                    ),
                    _ => None,
                },
            }),
            "record" => Self::Record(
                arguments
                    .int(0)
                    .and_then(|number| u32::try_from(number).ok())
                    .unwrap_or(0),
            ),
            "override" => Self::Override {
                number: arguments
                    .int(0)
                    .and_then(|number| u32::try_from(number).ok())
                    .unwrap_or(0),
                reply: arguments.value(1),
            },
            other => return Err(Refusal::Unknown(other.to_owned())),
        })
    }
}

/// The number of a database, as a worker gives it; 0 where it gives none.
pub(super) fn number_of_database(value: Option<&Value>) -> i32 {
    value
        .and_then(Value::as_int)
        .and_then(|number| i32::try_from(number).ok())
        .unwrap_or(0)
}

fn words(value: &Value) -> Vec<Vec<u8>> {
    value
        .items()
        .unwrap_or_default()
        .iter()
        .filter_map(Value::as_bytes)
        .map(<[u8]>::to_vec)
        .collect()
}

/// The arguments of a request, by their places.
struct Arguments(Vec<Value>);

impl Arguments {
    fn value(&self, place: usize) -> Value {
        self.0.get(place).cloned().unwrap_or(Value::None)
    }

    fn int(&self, place: usize) -> Option<i64> {
        self.0.get(place)?.as_int()
    }

    fn commands(&self, place: usize) -> Vec<Vec<Vec<u8>>> {
        let commands = self.value(place);
        commands
            .items()
            .unwrap_or_default()
            .iter()
            .map(words)
            .collect()
    }

    fn database(&self, place: usize) -> i32 {
        number_of_database(self.0.get(place))
    }

    fn bytes(&self, place: usize) -> Option<Vec<u8>> {
        self.0.get(place)?.as_bytes().map(<[u8]>::to_vec)
    }

    fn text(&self, place: usize) -> String {
        self.0
            .get(place)
            .and_then(Value::as_text)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, arguments: Vec<Value>) -> Result<Request, Refusal> {
        Request::parse(Value::Tuple(vec![
            Value::str(name),
            Value::Tuple(arguments),
        ]))
    }

    #[test]
    fn requests_have_their_arguments_by_place() {
        assert_eq!(
            parse(
                "next",
                vec![
                    Value::str("0-1"),
                    Value::Tuple(vec![Value::str("get"), Value::Bytes(vec![255])]),
                    Value::Int(5)
                ]
            ),
            Ok(Request::Next {
                registration: "0-1".to_owned(),
                words: vec![b"get".to_vec(), vec![255]],
                database: 5,
            })
        );
        assert_eq!(parse("id", vec![Value::Int(3)]), Ok(Request::Id(3)));
    }

    #[test]
    fn what_is_unknown_or_described_badly_is_said() {
        for (name, arguments, text) in [
            ("sing", Vec::new(), "the engine has no answer to `sing`"),
            (
                "run",
                vec![Value::str("s"), Value::None],
                "the run is described badly",
            ),
            (
                "check",
                vec![Value::str("NoReader")],
                "the registration is described badly",
            ),
        ] {
            let refusal = parse(name, arguments).expect_err("is refused");
            assert_eq!(refusal.to_string(), text);
        }
    }
}
