//! Methods of dictionaries and sets.

use super::Type::{Dict, Set};
use super::{Caller, Row, partial, row};
use crate::native::number::Operator;
use crate::native::operate::combine;
use crate::native::value::{Dict as Pairs, Fail, Kind, Value};

pub(super) static ROWS: &[Row] = &[
    row(Dict, "get", 1, 2, 2, get),
    row(Dict, "pop", 1, 2, 2, pop),
    row(Dict, "popitem", 0, 0, 0, popitem),
    row(Dict, "setdefault", 1, 2, 2, setdefault),
    row(Dict, "update", 1, 1, 1, update),
    row(Dict, "copy", 0, 0, 0, copy),
    row(Dict, "clear", 0, 0, 0, clear),
    // What iterates over them is compiled on its own; alone they are objects that the evaluator has not.
    partial(Dict, "keys", 0, 0, super::unknown),
    partial(Dict, "values", 0, 0, super::unknown),
    partial(Dict, "items", 0, 0, super::unknown),
    row(Set, "add", 1, 1, 1, add),
    row(Set, "discard", 1, 1, 1, discard),
    row(Set, "remove", 1, 1, 1, remove),
    partial(Set, "pop", 0, 0, pop_any),
    partial(Set, "update", 1, 1, update_set),
    partial(Set, "union", 1, 1, union),
    partial(Set, "intersection", 1, 1, intersection),
    partial(Set, "difference", 1, 1, difference),
    partial(Set, "symmetric_difference", 1, 1, symmetric_difference),
    partial(Set, "issubset", 1, 1, is_subset),
    partial(Set, "issuperset", 1, 1, is_superset),
    partial(Set, "isdisjoint", 1, 1, is_disjoint),
    row(Set, "copy", 0, 0, 0, copy),
    row(Set, "clear", 0, 0, 0, clear),
];

fn pairs(value: &Value) -> Option<std::cell::RefMut<'_, Pairs>> {
    match value {
        Value::Dict(mapping) | Value::Set(mapping) => Some(mapping.dict.borrow_mut()),
        _ => None,
    }
}

fn get(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let Value::Dict(mapping) = value else {
        return Ok(Value::None);
    };
    let found = mapping.dict.borrow().get(&arguments[0])?.cloned();
    Ok(found.unwrap_or_else(|| arguments.get(1).cloned().unwrap_or(Value::None)))
}

fn pop(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let Some(mut pairs) = pairs(value) else {
        return Ok(Value::None);
    };
    // An empty dictionary does not look at the key.
    let found = if pairs.is_empty() {
        None
    } else {
        pairs.remove(&arguments[0])?
    };
    match (found, arguments.get(1)) {
        (Some((_, found)), _) => Ok(found),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(Fail::with(Kind::KeyError, vec![arguments[0].clone()])),
    }
}

fn popitem(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    match pairs(value).and_then(|mut pairs| pairs.pop()) {
        Some((key, value)) => Ok(Value::tuple(vec![key, value])),
        None => Err(Fail::raise(
            Kind::KeyError,
            "popitem(): dictionary is empty",
        )),
    }
}

fn setdefault(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let default = arguments.get(1).cloned().unwrap_or(Value::None);
    vm.suspect(value, &default);
    vm.charge(64)?;
    let Some(mut pairs) = pairs(value) else {
        return Ok(Value::None);
    };
    Ok(pairs.entry(arguments[0].clone(), default)?.clone())
}

fn update(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let more = vm.pairs_of(&arguments[0])?;
    vm.charge(64 * more.len())?;
    for (key, new) in more {
        vm.suspect(value, &new);
        if let Some(mut pairs) = pairs(value) {
            pairs.insert(key, new)?;
        }
    }
    Ok(Value::None)
}

fn copy(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let copied = pairs(value).map(|pairs| pairs.clone()).unwrap_or_default();
    vm.charge(64 * copied.len())?;
    Ok(match value {
        Value::Set(_) => Value::set(copied),
        _ => Value::mapping(copied),
    })
}

fn clear(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let gone = pairs(value).map(|mut pairs| std::mem::take(&mut *pairs));
    drop(gone);
    Ok(Value::None)
}

fn add(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    vm.suspect(value, &arguments[0]);
    vm.charge(64)?;
    if let Some(mut pairs) = pairs(value) {
        pairs.insert(arguments[0].clone(), Value::None)?;
    }
    Ok(Value::None)
}

fn discard(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    if matches!(arguments[0], Value::Set(_)) {
        return Ok(Value::None);
    }
    if let Some(mut pairs) = pairs(value) {
        pairs.remove(&arguments[0])?;
    }
    Ok(Value::None)
}

fn remove(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let is_set = matches!(arguments[0], Value::Set(_));
    let found = match pairs(value) {
        Some(mut pairs) if !is_set => pairs.remove(&arguments[0])?,
        _ => None,
    };
    match found {
        Some(_) => Ok(Value::None),
        None => Err(Fail::with(Kind::KeyError, vec![arguments[0].clone()])),
    }
}

fn pop_any(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let Some(mut pairs) = pairs(value) else {
        return Ok(Value::None);
    };
    if pairs.len() > 1 {
        return Err(Fail::GiveBack("the order of a set"));
    }
    pairs
        .pop()
        .map(|(key, _)| key)
        .ok_or_else(|| Fail::raise(Kind::KeyError, "pop from an empty set"))
}

/// What an argument holds, as a set.
fn other(vm: &mut dyn Caller, arguments: &[Value]) -> Result<Pairs, Fail> {
    if let Value::Set(set) = &arguments[0] {
        return Ok(set.dict.borrow().clone());
    }
    let items = vm.elements(&arguments[0])?;
    let mut made = Pairs::default();
    for item in items {
        made.insert(item, Value::None)?;
    }
    Ok(made)
}

fn combined(
    vm: &mut dyn Caller,
    operator: Operator,
    value: &Value,
    arguments: &[Value],
) -> Result<Pairs, Fail> {
    let other = other(vm, arguments)?;
    let Some(own) = pairs(value) else {
        return Ok(other);
    };
    combine(operator, &own, &other)
}

fn update_set(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let made = combined(vm, Operator::Or, value, arguments)?;
    for key in made.keys() {
        vm.suspect(value, key);
    }
    vm.charge(64 * made.len())?;
    if let Some(mut pairs) = pairs(value) {
        *pairs = made;
    }
    Ok(Value::None)
}

fn union(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    combined(vm, Operator::Or, value, arguments).map(Value::set)
}

fn intersection(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    combined(vm, Operator::And, value, arguments).map(Value::set)
}

fn difference(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    combined(vm, Operator::Subtract, value, arguments).map(Value::set)
}

fn symmetric_difference(
    vm: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    combined(vm, Operator::Xor, value, arguments).map(Value::set)
}

fn is_subset(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let other = other(vm, arguments)?;
    let own = pairs(value).map(|pairs| pairs.clone()).unwrap_or_default();
    other.has_all(&own).map(Value::Bool)
}

fn is_superset(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let other = other(vm, arguments)?;
    let own = pairs(value).map(|pairs| pairs.clone()).unwrap_or_default();
    own.has_all(&other).map(Value::Bool)
}

fn is_disjoint(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let other = other(vm, arguments)?;
    let own = pairs(value).map(|pairs| pairs.clone()).unwrap_or_default();
    Ok(Value::Bool(
        combine(Operator::And, &own, &other)?.is_empty(),
    ))
}
