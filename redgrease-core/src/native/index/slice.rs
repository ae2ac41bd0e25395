//! Slices.

use super::not_subscriptable;
use crate::native::text;
use crate::native::value::{Fail, Int, Value};

/// The bounds of a slice, as they were written.
#[derive(Debug)]
pub(in crate::native) struct Bounds {
    pub(in crate::native) start: Value,
    pub(in crate::native) stop: Value,
    pub(in crate::native) step: Value,
}

fn bound(value: &Value) -> Result<Option<i64>, Fail> {
    match (value, Int::of(value)) {
        (Value::None, _) => Ok(None),
        (_, Some(Int::Small(number))) => Ok(Some(number)),
        (_, Some(number)) => Ok(Some(if number.is_negative() {
            i64::MIN
        } else {
            i64::MAX
        })),
        _ => Err(Fail::type_error(
            "slice indices must be integers or None or have an __index__ method",
        )),
    }
}

/// The places that a slice takes from a sequence of that length, in its order.
fn places(bounds: &Bounds, length: usize) -> Result<Places, Fail> {
    let step = bound(&bounds.step)?.unwrap_or(1);
    if step == 0 {
        return Err(Fail::value_error("slice step cannot be zero"));
    }
    let step = step.max(-i64::MAX);
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (lowest, highest) = if step < 0 {
        (-1, length - 1)
    } else {
        (0, length)
    };
    let fit = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(at) if at < 0 => at.saturating_add(length).max(lowest),
        Some(at) => at.min(highest),
    };
    let start = fit(
        bound(&bounds.start)?,
        if step < 0 { highest } else { lowest },
    );
    let stop = fit(
        bound(&bounds.stop)?,
        if step < 0 { lowest } else { highest },
    );
    let count = if step < 0 && stop < start {
        (start - stop - 1) / -step + 1
    } else if step > 0 && start < stop {
        (stop - start - 1) / step + 1
    } else {
        0
    };
    Ok(Places { start, step, count })
}

struct Places {
    start: i64,
    step: i64,
    count: i64,
}

impl Places {
    fn of<T: Clone>(&self, items: &[T]) -> Vec<T> {
        (0..self.count)
            .filter_map(|n| usize::try_from(self.start + n * self.step).ok())
            .filter_map(|at| items.get(at).cloned())
            .collect()
    }

    /// First and last place of a slice without gaps.
    fn range(&self) -> Option<std::ops::Range<usize>> {
        let start = usize::try_from(self.start).ok()?;
        let count = usize::try_from(self.count).ok()?;
        (self.step == 1).then_some(start..start + count)
    }
}

/// `value[start:stop:step]`
pub(in crate::native) fn slice(value: &Value, bounds: &Bounds, minor: u8) -> Result<Value, Fail> {
    match value {
        Value::Str(text) if text.is_ascii() => {
            let places = places(bounds, text.len())?;
            match places.range() {
                Some(range) => Ok(text.get(range).map_or(Value::None, Value::str)),
                None => Ok(String::from_utf8(places.of(text.as_bytes()))
                    .unwrap_or_default()
                    .into()),
            }
        }
        Value::Str(text) => {
            let characters: Vec<char> = text.chars().collect();
            let places = places(bounds, characters.len())?;
            Ok(places
                .of(&characters)
                .into_iter()
                .collect::<String>()
                .into())
        }
        Value::List(list) => {
            let items = list.items.borrow();
            Ok(Value::list(places(bounds, items.len())?.of(&items)))
        }
        Value::Tuple(items) => Ok(Value::tuple(places(bounds, items.0.len())?.of(&items.0))),
        Value::Bytes(bytes) => Ok(Value::Bytes(places(bounds, bytes.len())?.of(bytes).into())),
        Value::ByteArray(bytes) => {
            let bytes = bytes.borrow();
            Ok(Value::byte_array(places(bounds, bytes.len())?.of(&bytes)))
        }
        Value::Dict(_) if minor < 12 => Err(Fail::type_error("unhashable type: 'slice'")),
        Value::Dict(_) => {
            let bounds = [&bounds.start, &bounds.stop, &bounds.step];
            if bounds
                .iter()
                .any(|one| !matches!(one, Value::None | Value::Int(_)))
            {
                return Err(Fail::GiveBack("a slice as a key"));
            }
            let shown: Vec<String> = bounds
                .iter()
                .map(|one| text::repr(one, minor))
                .collect::<Result<_, _>>()?;
            Err(Fail::key_error(format!("slice({})", shown.join(", "))))
        }
        _ => Err(not_subscriptable(value)),
    }
}
