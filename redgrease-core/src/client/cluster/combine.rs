//! One answer from those of all nodes.

use redis::{ErrorKind, RedisError, RedisResult, Value};

use crate::client::data::ExecId;

/// Makes one answer of those of all nodes, which come as a map from addresses to answers.
pub(super) type Combine = fn(Value) -> RedisResult<Value>;

fn answers(value: Value) -> RedisResult<Vec<Value>> {
    match value {
        Value::Map(pairs) if !pairs.is_empty() => Ok(pairs.into_iter().map(|(_, v)| v).collect()),
        _ => Err(RedisError::from((
            ErrorKind::ClusterConnectionNotFound,
            "no node of the cluster answered",
        ))),
    }
}

/// An error when there is one, else any answer: they all say `OK`.
pub(super) fn any(value: Value) -> RedisResult<Value> {
    let mut answers = answers(value)?;
    let failed = |answer: &Value| matches!(answer, Value::ServerError(_));
    let at = answers.iter().position(failed).unwrap_or(0);
    Ok(answers.swap_remove(at))
}

/// The answer with a refusal in it when there is one, else any: they all have `OK`s.
pub(super) fn refused(value: Value) -> RedisResult<Value> {
    let mut answers = answers(value)?;
    let failed = |answer: &Value| match answer {
        Value::Array(items) => items
            .iter()
            .any(|item| matches!(item, Value::ServerError(_))),
        other => matches!(other, Value::ServerError(_)),
    };
    let at = answers.iter().position(failed).unwrap_or(0);
    Ok(answers.swap_remove(at))
}

/// The sums of the numbers that stand at the same place.
pub(super) fn sums(value: Value) -> RedisResult<Value> {
    let mut answers = answers(value)?.into_iter();
    let first = answers.next().unwrap_or_default();
    Ok(answers.fold(first, sum))
}

fn sum(a: Value, b: Value) -> Value {
    match (a, b) {
        (error @ Value::ServerError(_), _) | (_, error @ Value::ServerError(_)) => error,
        (Value::Int(a), Value::Int(b)) => Value::Int(a.saturating_add(b)),
        (Value::Array(a), Value::Array(b)) => {
            Value::Array(a.into_iter().zip(b).map(|(a, b)| sum(a, b)).collect())
        }
        (Value::Map(a), Value::Map(b)) => {
            let sums = a.into_iter().zip(b);
            Value::Map(sums.map(|((name, a), (_, b))| (name, sum(a, b))).collect())
        }
        (a, _) => a,
    }
}

/// All items of all lists, each once. Items with the same ID are the same, but for IDs of engines
/// that do not know of each other.
pub(super) fn union(value: Value) -> RedisResult<Value> {
    let mut items: Vec<Value> = Vec::new();
    for answer in answers(value)? {
        match answer {
            Value::Array(new) => {
                for item in new {
                    if is_alone(&item) || !items.iter().any(|old| id(old) == id(&item)) {
                        items.push(item);
                    }
                }
            }
            error @ Value::ServerError(_) => return Ok(error),
            _ => {}
        }
    }
    Ok(Value::Array(items))
}

/// All registrations of all nodes, each once, with the statistics of the whole cluster: the counters are added, of durations and
/// lags the longest counts, and an error or a state that is not `OK` is shown wherever it is.
pub(super) fn registrations(value: Value) -> RedisResult<Value> {
    let mut all: Vec<Value> = Vec::new();
    for answer in answers(value)? {
        match answer {
            Value::Array(items) => {
                for item in items {
                    let known = all
                        .iter_mut()
                        .find(|known| !is_alone(&item) && id(known) == id(&item));
                    match known {
                        Some(known) => add_statistics(known, &item),
                        None => all.push(item),
                    }
                }
            }
            error @ Value::ServerError(_) => return Ok(error),
            _ => {}
        }
    }
    Ok(Value::Array(all))
}

/// Adds the statistics of a registration on another node.
fn add_statistics(known: &mut Value, other: &Value) {
    let (Some(known), Some(other)) = (
        field_mut(known, "RegistrationData"),
        field(other, "RegistrationData"),
    ) else {
        return;
    };
    for name in [
        "numTriggered",
        "numSuccess",
        "numFailures",
        "numAborted",
        "totalRunDurationMS",
    ] {
        if let (Some(Value::Int(sum)), Some(Value::Int(more))) =
            (field_mut(known, name), field(other, name))
        {
            *sum = sum.saturating_add(*more);
        }
    }
    for name in [
        "lastRunDurationMS",
        "lastEstimatedLagMS",
        "avgEstimatedLagMS",
    ] {
        if let (Some(known), Some(other)) = (field_mut(known, name), field(other, name))
            && number(other) > number(known)
        {
            *known = other.clone();
        }
    }
    if let (Some(known), Some(other)) = (field_mut(known, "lastError"), field(other, "lastError"))
        && matches!(known, Value::Nil)
    {
        *known = other.clone();
    }
    if let (Some(known), Some(other)) = (field_mut(known, "status"), field(other, "status"))
        && text(known) == Some("OK")
    {
        *known = other.clone();
    }
    let count = |name| field(known, name).map_or(0.0, number);
    let runs = count("numSuccess") + count("numFailures") + count("numAborted");
    let total = count("totalRunDurationMS");
    if let Some(average) = field_mut(known, "avgRunDurationMS")
        && runs > 0.0
    {
        *average = match average {
            Value::Double(_) => Value::Double(total / runs),
            _ => Value::BulkString(format!("{:.2}", total / runs).into_bytes()),
        };
    }
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
        Value::SimpleString(text) => Some(text),
        Value::Okay => Some("OK"),
        _ => None,
    }
}

fn number(value: &Value) -> f64 {
    match value {
        Value::Double(number) => *number,
        #[expect(clippy::cast_precision_loss, reason = "milliseconds and counts")]
        Value::Int(number) => *number as f64,
        other => text(other)
            .and_then(|text| text.parse().ok())
            .unwrap_or(0.0),
    }
}

/// Where a field's value is: of a map, or of a list in which names and values take turns.
fn place(item: &Value, name: &str) -> Option<usize> {
    match item {
        Value::Array(fields) => fields
            .chunks(2)
            .position(|pair| text(&pair[0]) == Some(name))
            .map(|at| 2 * at + 1),
        Value::Map(fields) => fields.iter().position(|(key, _)| text(key) == Some(name)),
        _ => None,
    }
}

/// The value of a field.
fn field<'a>(item: &'a Value, name: &str) -> Option<&'a Value> {
    let at = place(item, name)?;
    match item {
        Value::Array(fields) => fields.get(at),
        Value::Map(fields) => fields.get(at).map(|(_, value)| value),
        _ => None,
    }
}

fn field_mut<'a>(item: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    let at = place(item, name)?;
    match item {
        Value::Array(fields) => fields.get_mut(at),
        Value::Map(fields) => fields.get_mut(at).map(|(_, value)| value),
        _ => None,
    }
}

/// Whether the ID says that the engine works on its own node only.
fn is_alone(item: &Value) -> bool {
    matches!(id(item), Some(Value::BulkString(id)) if ExecId::maker(id).is_none())
}

/// The value of an item's first field.
fn id(item: &Value) -> Option<&Value> {
    match item {
        Value::Array(fields) => fields.get(1),
        Value::Map(fields) => fields.first().map(|(_, value)| value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(replies: &[&str]) -> Value {
        let answer = |reply: &&str| redis::parse_redis_value(reply.as_bytes()).unwrap();
        let address = |n: usize| Value::BulkString(format!("node{n}").into_bytes());
        Value::Map(
            replies
                .iter()
                .enumerate()
                .map(|(n, reply)| (address(n), answer(reply)))
                .collect(),
        )
    }

    #[test]
    fn refusals_win() {
        let answer = any(nodes(&["+OK\r\n", "-ERR no\r\n"])).unwrap();
        assert!(matches!(answer, Value::ServerError(_)));
        assert_eq!(any(nodes(&["+OK\r\n", "+OK\r\n"])).unwrap(), Value::Okay);
        let answer = refused(nodes(&["*1\r\n+OK\r\n", "*1\r\n-(error) no\r\n"])).unwrap();
        assert!(matches!(answer, Value::Array(items) if matches!(items[0], Value::ServerError(_))));
        assert!(any(nodes(&[])).is_err());
    }

    #[test]
    fn numbers_are_added() {
        let answer = sums(nodes(&["*2\r\n+a\r\n:1\r\n", "*2\r\n+a\r\n:2\r\n"])).unwrap();
        let expected = redis::parse_redis_value(b"*2\r\n+a\r\n:3\r\n").unwrap();
        assert_eq!(answer, expected);
    }

    #[test]
    fn statistics_are_those_of_all_nodes() {
        let one = |shard: &str, runs: usize, error: &str, average: &str| {
            let id = format!("{}-1", shard.repeat(20));
            format!(
                "*1\r\n*4\r\n$2\r\nid\r\n${}\r\n{id}\r\n$16\r\nRegistrationData\r\n*14\r\n\
                 +numTriggered\r\n:{runs}\r\n+numSuccess\r\n:{runs}\r\n+numFailures\r\n:0\r\n+totalRunDurationMS\r\n:{}\r\n\
                 +lastRunDurationMS\r\n:{runs}\r\n+lastError\r\n{error}\r\n+avgRunDurationMS\r\n{average}\r\n",
                id.len(),
                10 * runs
            )
        };
        let (a, b) = (
            one("a1", 2, "$-1", "$5\r\n10.00"),
            one("a1", 4, "+bad", "$5\r\n10.00"),
        );
        let Value::Array(items) = registrations(nodes(&[&a, &b])).unwrap() else {
            panic!("a list");
        };
        assert_eq!(items.len(), 1);
        let data = field(&items[0], "RegistrationData").unwrap();
        let shown = |name| field(data, name).map(number);
        assert_eq!(shown("numTriggered"), Some(6.0));
        assert_eq!(shown("totalRunDurationMS"), Some(60.0));
        assert_eq!(shown("lastRunDurationMS"), Some(4.0));
        assert_eq!(shown("avgRunDurationMS"), Some(10.0));
        assert_eq!(text(field(data, "lastError").unwrap()), Some("bad"));
        // Engines that do not know of each other number alike.
        let alone = one("00", 1, "$-1", "$-1");
        let Value::Array(items) = registrations(nodes(&[&alone, &alone])).unwrap() else {
            panic!("a list");
        };
        assert_eq!(items.len(), 2);
    }

    #[test]
    fn lists_are_united() {
        let item = |shard: &str, number: usize| {
            let id = format!("{}-{number}", shard.repeat(20));
            format!("*2\r\n+executionId\r\n${}\r\n{id}\r\n", id.len())
        };
        let one = format!("*1\r\n{}", item("a1", 1));
        let two = format!("*2\r\n{}{}", item("a1", 2), item("a1", 1));
        let Value::Array(items) = union(nodes(&[&one, &two])).unwrap() else {
            panic!("a list");
        };
        assert_eq!(items.len(), 2);

        let alone = format!("*1\r\n{}", item("00", 1));
        let Value::Array(items) = union(nodes(&[&alone, &alone])).unwrap() else {
            panic!("a list");
        };
        assert_eq!(items.len(), 2);
    }
}
