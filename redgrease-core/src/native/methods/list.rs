//! Methods of lists, tuples and numbers.

use super::Type::{Float, Int, List, Tuple};
use super::{Caller, Row, integer, missing, partial, row};
use crate::native::index;
use crate::native::text;
use crate::native::value::{self, Fail, Kind, Value, element_equals, whole};

pub(super) static ROWS: &[Row] = &[
    row(List, "append", 1, 1, 1, append),
    row(List, "extend", 1, 1, 1, extend),
    row(List, "insert", 2, 2, 2, insert),
    row(List, "pop", 0, 1, 1, pop),
    row(List, "remove", 1, 1, 1, remove),
    row(List, "index", 1, 1, 1, index),
    row(List, "count", 1, 1, 1, count),
    row(List, "reverse", 0, 0, 0, reverse),
    row(List, "sort", 0, 0, 0, sort),
    row(List, "copy", 0, 0, 0, copy),
    row(List, "clear", 0, 0, 0, clear),
    row(Tuple, "index", 1, 1, 1, index),
    row(Tuple, "count", 1, 1, 1, count),
    partial(Int, "bit_length", 0, 0, bit_length),
    partial(Float, "is_integer", 0, 0, is_integer),
    missing(Int, "is_integer"),
];

fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::List(list) => list.items.borrow().clone(),
        Value::Tuple(items) => items.0.clone(),
        _ => Vec::new(),
    }
}

fn append(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    vm.suspect(value, &arguments[0]);
    vm.charge(24)?;
    if let Value::List(list) = value {
        list.items.borrow_mut().push(arguments[0].clone());
    }
    Ok(Value::None)
}

fn extend(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let more = match &arguments[0] {
        Value::List(_) | Value::Tuple(_) => items(&arguments[0]),
        other => vm.elements(other)?,
    };
    vm.charge(24 * more.len())?;
    for item in &more {
        vm.suspect(value, item);
    }
    if let Value::List(list) = value {
        list.items.borrow_mut().extend(more);
    }
    Ok(Value::None)
}

fn insert(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let at = integer(&arguments[0], vm.minor())?;
    vm.suspect(value, &arguments[1]);
    vm.charge(24)?;
    if let Value::List(list) = value {
        let mut items = list.items.borrow_mut();
        let length = items.len();
        let signed = i64::try_from(length).unwrap_or(i64::MAX);
        let at = if at < 0 {
            at.saturating_add(signed).max(0)
        } else {
            at
        };
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(length);
        items.insert(at, arguments[1].clone());
    }
    Ok(Value::None)
}

fn pop(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let at = match arguments.first() {
        None => -1,
        Some(at) => integer(at, vm.minor())?,
    };
    let Value::List(list) = value else {
        return Ok(Value::None);
    };
    let mut items = list.items.borrow_mut();
    if items.is_empty() {
        return Err(Fail::raise(Kind::IndexError, "pop from empty list"));
    }
    match index::place(&value::Int::Small(at), items.len()) {
        Some(at) => Ok(items.remove(at)),
        None => Err(Fail::raise(Kind::IndexError, "pop index out of range")),
    }
}

fn position(value: &Value, item: &Value) -> Result<Option<usize>, Fail> {
    for (at, other) in items(value).iter().enumerate() {
        if element_equals(other, item, 0)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn remove(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let Some(at) = position(value, &arguments[0])? else {
        return Err(Fail::value_error("list.remove(x): x not in list"));
    };
    if let Value::List(list) = value {
        let gone = list.items.borrow_mut().remove(at);
        drop(gone);
    }
    Ok(Value::None)
}

fn index(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    if let Some(at) = position(value, &arguments[0])? {
        return Ok(Value::size(at));
    }
    Err(Fail::value_error(match value {
        Value::Tuple(_) => "tuple.index(x): x not in tuple".to_owned(),
        _ => format!("{} is not in list", text::repr(&arguments[0], vm.minor())?),
    }))
}

fn count(_: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let mut found = 0;
    for item in &items(value) {
        found += usize::from(element_equals(item, &arguments[0], 0)?);
    }
    Ok(Value::size(found))
}

fn reverse(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    if let Value::List(list) = value {
        list.items.borrow_mut().reverse();
    }
    Ok(Value::None)
}

fn sort(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let Value::List(list) = value else {
        return Ok(Value::None);
    };
    let items = std::mem::take(&mut *list.items.borrow_mut());
    let sorted = vm.in_order(items.clone());
    // After an error Python leaves the elements in some order.
    let (items, result) = match sorted {
        Ok(sorted) => (sorted, Ok(Value::None)),
        Err(error) => (items, Err(error)),
    };
    *list.items.borrow_mut() = items;
    result
}

fn copy(vm: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    let items = items(value);
    vm.charge(24 * items.len())?;
    Ok(Value::list(items))
}

fn clear(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    if let Value::List(list) = value {
        let gone = std::mem::take(&mut *list.items.borrow_mut());
        drop(gone);
    }
    Ok(Value::None)
}

fn bit_length(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    match value::Int::of(value) {
        Some(number) => Ok(Value::Int(
            i64::try_from(number.big().bits()).unwrap_or(i64::MAX),
        )),
        None => Err(Fail::GiveBack("bit_length")),
    }
}

fn is_integer(_: &mut dyn Caller, value: &Value, _: &[Value]) -> Result<Value, Fail> {
    Ok(Value::Bool(
        matches!(value, Value::Float(number) if whole(*number).is_some()),
    ))
}
