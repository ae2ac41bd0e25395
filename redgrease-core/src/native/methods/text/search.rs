//! Where a part is in a text.

use super::text;
use crate::native::methods::Caller;
use crate::native::value::{Fail, Value};

pub(super) fn starts_with(
    _: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    affix(value, &arguments[0], "startswith", |text, part| {
        text.starts_with(part)
    })
}

pub(super) fn ends_with(
    _: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    affix(value, &arguments[0], "endswith", |text, part| {
        text.ends_with(part)
    })
}

pub(super) fn find(vm: &mut dyn Caller, value: &Value, arguments: &[Value]) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.find(part(vm, arguments, "find")?);
    Ok(found.map_or(Value::Int(-1), |at| characters(text, at)))
}

pub(super) fn rfind(
    vm: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.rfind(part(vm, arguments, "rfind")?);
    Ok(found.map_or(Value::Int(-1), |at| characters(text, at)))
}

pub(super) fn index(
    vm: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.find(part(vm, arguments, "index")?);
    let at = found.ok_or_else(|| Fail::value_error("substring not found"))?;
    Ok(characters(text, at))
}

pub(super) fn rindex(
    vm: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let text = text(value);
    let found = text.rfind(part(vm, arguments, "rindex")?);
    let at = found.ok_or_else(|| Fail::value_error("substring not found"))?;
    Ok(characters(text, at))
}

pub(super) fn count(
    vm: &mut dyn Caller,
    value: &Value,
    arguments: &[Value],
) -> Result<Value, Fail> {
    let text = text(value);
    let part = part(vm, arguments, "count")?;
    Ok(Value::size(if part.is_empty() {
        text.chars().count() + 1
    } else {
        text.matches(part).count()
    }))
}

fn affix(
    value: &Value,
    wanted: &Value,
    name: &str,
    has: fn(&str, &str) -> bool,
) -> Result<Value, Fail> {
    let text = text(value);
    match wanted {
        Value::Str(wanted) => Ok(Value::Bool(has(text, wanted))),
        Value::Tuple(many) => {
            for one in &many.0 {
                let Value::Str(one) = one else {
                    return Err(Fail::type_error(format!(
                        "tuple for {name} must only contain str, not {}",
                        one.type_name()
                    )));
                };
                if has(text, one) {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        }
        other => Err(Fail::type_error(format!(
            "{name} first arg must be str or a tuple of str, not {}",
            other.type_name()
        ))),
    }
}

/// The part that is looked for.
fn part<'a>(vm: &dyn Caller, arguments: &'a [Value], name: &str) -> Result<&'a str, Fail> {
    match &arguments[0] {
        Value::Str(part) => Ok(part),
        other if vm.minor() >= 13 => Err(Fail::type_error(format!(
            "{name}() argument 1 must be str, not {}",
            other.type_name()
        ))),
        other => Err(Fail::type_error(format!(
            "must be str, not {}",
            other.type_name()
        ))),
    }
}

/// The number of characters before a byte.
fn characters(text: &str, at: usize) -> Value {
    let before = &text[..at];
    Value::size(if before.is_ascii() {
        at
    } else {
        before.chars().count()
    })
}
