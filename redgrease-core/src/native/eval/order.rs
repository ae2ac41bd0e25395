//! Sorting, and which of all elements is first or last.

use super::Vm;
use crate::native::tree::{Function, Gather, Gatherer, Ordering};
use crate::native::value::{Fail, Sign, Value, is_number};

impl<'a> Vm<'a> {
    pub(super) fn reverse(&mut self, order: &'a Ordering) -> Result<bool, Fail> {
        let Some(reverse) = &order.reverse else {
            return Ok(false);
        };
        match self.eval(reverse)? {
            Value::Bool(reverse) => Ok(reverse),
            Value::Int(number) if i32::try_from(number).is_ok() => Ok(number != 0),
            _ => Err(Fail::GiveBack("reverse= of another type")),
        }
    }

    /// `list.sort(key=…, reverse=…)`
    pub(super) fn sort_list(
        &mut self,
        receiver: &Value,
        order: &'a Ordering,
    ) -> Result<Value, Fail> {
        let reverse = self.reverse(order)?;
        let Value::List(list) = receiver else {
            return Err(Fail::GiveBack("sort() of what is no list"));
        };
        let items = std::mem::take(&mut *list.items.borrow_mut());
        let sorted = self.sorted(items.clone(), order.key.as_ref(), reverse);
        let changed = !list.items.borrow().is_empty();
        let (items, result) = match sorted {
            Ok(sorted) if changed => (sorted, Err(Fail::value_error("list modified during sort"))),
            Ok(sorted) => (sorted, Ok(Value::None)),
            Err(error) => (items, Err(error)),
        };
        let gone = std::mem::replace(&mut *list.items.borrow_mut(), items);
        drop(gone);
        result
    }

    /// Elements in order; those that are equal keep theirs.
    pub(super) fn sorted(
        &mut self,
        items: Vec<Value>,
        key: Option<&'a Function>,
        reverse: bool,
    ) -> Result<Vec<Value>, Fail> {
        self.charge(48 * items.len())?;
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            self.tick()?;
            let key = match key {
                Some(function) => self.apply(function, vec![item.clone()])?,
                None => item.clone(),
            };
            keyed.push((key, item));
        }
        if keyed.len() == 2 && !has_order(&keyed.iter().map(|(key, _)| key).collect::<Vec<_>>()) {
            // Of two, the second is compared with the first.
            let (first, second) = if reverse { (1, 0) } else { (0, 1) };
            let swap = keyed[second].0.order(&keyed[first].0, Sign::Less, 0)?;
            if swap {
                keyed.swap(0, 1);
            }
        } else if keyed.len() > 1 {
            if !has_order(&keyed.iter().map(|(key, _)| key).collect::<Vec<_>>()) {
                return Err(Fail::GiveBack("sorting values of different types"));
            }
            self.steps = self.steps.saturating_sub(keyed.len() * 4);
            let mut failed = None;
            let mut compare = |a: &(Value, Value), b: &(Value, Value)| {
                let mut less = |a: &Value, b: &Value| {
                    a.order(b, Sign::Less, 0).unwrap_or_else(|error| {
                        failed.get_or_insert(error);
                        false
                    })
                };
                if less(&a.0, &b.0) {
                    std::cmp::Ordering::Less
                } else if less(&b.0, &a.0) {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            };
            if reverse {
                keyed.sort_by(|a, b| compare(b, a));
            } else {
                keyed.sort_by(compare);
            }
            if let Some(error) = failed {
                return Err(error);
            }
        }
        Ok(keyed.into_iter().map(|(_, item)| item).collect())
    }

    pub(super) fn extreme(&mut self, gather: &'a Gather) -> Result<Value, Fail> {
        let (sign, name) = match gather.what {
            Gatherer::Min => (Sign::Less, "min"),
            _ => (Sign::More, "max"),
        };
        let items = if gather.extra.is_some() {
            Some(self.items(&gather.source)?)
        } else {
            None
        };
        let default = match &gather.extra {
            Some(default) => Some(self.eval(default)?),
            None => None,
        };
        let mut best: Option<(Value, Value)> = None;
        let key = gather.order.key.as_ref();
        let mut take = |vm: &mut Self, item: Value| {
            let key = match key {
                Some(function) => vm.apply(function, vec![item.clone()])?,
                None => item.clone(),
            };
            let better = match &best {
                None => true,
                Some((best, _)) => key.order(best, sign, 0)?,
            };
            if better {
                best = Some((key, item));
            }
            Ok(true)
        };
        match items {
            Some(items) => {
                for item in items {
                    self.tick()?;
                    take(self, item)?;
                }
            }
            None => self.each(&gather.source, &mut take)?,
        }
        match (best, default) {
            (Some((_, item)), _) => Ok(item),
            (None, Some(default)) => Ok(default),
            (None, None) if self.minor() < 12 => Err(Fail::value_error(format!(
                "{name}() arg is an empty sequence"
            ))),
            (None, None) => Err(Fail::value_error(format!(
                "{name}() iterable argument is empty"
            ))),
        }
    }
}

/// Whether any two of these can be compared and all orders agree, so that it does not matter which are compared.
fn has_order(items: &[&Value]) -> bool {
    let Some(first) = items.first() else {
        return true;
    };
    match first {
        Value::Str(_) => items.iter().all(|item| matches!(item, Value::Str(_))),
        Value::Int(_) | Value::Bool(_) | Value::Big(_) | Value::Float(_) => {
            items.iter().all(|item| match item {
                Value::Float(number) => !number.is_nan(),
                other => is_number(other),
            })
        }
        Value::Bytes(_) => items.iter().all(|item| matches!(item, Value::Bytes(_))),
        Value::Tuple(_) => {
            let rows: Vec<&Vec<Value>> = items
                .iter()
                .filter_map(|item| match item {
                    Value::Tuple(row) => Some(&row.0),
                    _ => None,
                })
                .collect();
            let widest = rows.iter().map(|row| row.len()).max().unwrap_or(0);
            rows.len() == items.len()
                && (0..widest).all(|at| {
                    let column: Vec<&Value> = rows.iter().filter_map(|row| row.get(at)).collect();
                    has_order(&column)
                })
        }
        _ => items.len() == 1,
    }
}
