//! One answer from those of all nodes.

use redis::{ErrorKind, RedisError, RedisResult, Value};

use super::route::maker;

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

/// Whether the ID says that the engine works on its own node only.
fn is_alone(item: &Value) -> bool {
    matches!(id(item), Some(Value::BulkString(id)) if maker(id).is_none())
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
