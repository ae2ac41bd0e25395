//! What the parts of a value are: whether it may cross to where it cannot be one of them.

use std::rc::Rc;

use super::value::{DEEPEST, Value};

impl Value {
    /// Whether the value has no sets and bytes in it.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        is_without(self, true, true, 0)
    }

    /// Whether no two parts of the value are one that can change: then a copy of it is as good as the value.
    #[must_use]
    pub fn is_tree(&self) -> bool {
        let mut seen = Vec::new();
        is_tree(self, &mut seen, 0)
    }
}

/// Whether a value has no part that can change and that was seen before, and is not nested too deeply.
fn is_tree(value: &Value, seen: &mut Vec<*const ()>, depth: usize) -> bool {
    if depth > DEEPEST {
        return false;
    }
    // What nobody else holds is in one place.
    let mut is_new = |at: *const (), count: usize| {
        let is_new = count == 1 || !seen.contains(&at);
        if count > 1 {
            seen.push(at);
        }
        is_new && seen.len() <= MOST_SEEN
    };
    match value {
        Value::List(list) => {
            is_new(Rc::as_ptr(list).cast(), Rc::strong_count(list))
                && list
                    .items
                    .borrow()
                    .iter()
                    .all(|one| is_tree(one, seen, depth + 1))
        }
        Value::Dict(dict) | Value::Set(dict) => {
            is_new(Rc::as_ptr(dict).cast(), Rc::strong_count(dict))
                && dict
                    .dict
                    .borrow()
                    .iter()
                    .all(|(_, value)| is_tree(value, seen, depth + 1))
        }
        Value::ByteArray(bytes) => is_new(Rc::as_ptr(bytes).cast(), Rc::strong_count(bytes)),
        Value::Tuple(items) => items.0.iter().all(|one| is_tree(one, seen, depth + 1)),
        _ => true,
    }
}

/// So many parts that may be elsewhere too are told apart.
const MOST_SEEN: usize = 64;

/// Whether a value has no sets, or no bytes, in it, and is not nested too deeply.
pub(super) fn is_without(value: &Value, sets: bool, bytes: bool, depth: usize) -> bool {
    let is_plain = |value: &Value, depth: usize| is_without(value, sets, bytes, depth);
    if depth > DEEPEST {
        return false;
    }
    match value {
        Value::List(list) => list
            .items
            .borrow()
            .iter()
            .all(|one| is_plain(one, depth + 1)),
        Value::Tuple(items) => items.0.iter().all(|one| is_plain(one, depth + 1)),
        Value::Dict(dict) => dict
            .dict
            .borrow()
            .iter()
            .all(|(key, value)| is_plain(key, depth + 1) && is_plain(value, depth + 1)),
        Value::Set(_) => !sets,
        Value::Bytes(_) | Value::ByteArray(_) => !bytes,
        Value::Exception(_) => false,
        _ => true,
    }
}
