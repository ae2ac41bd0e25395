//! Comprehensions, and builtins that take all elements of an iteration.

use std::sync::Arc;

use super::Vm;
use crate::native::number::Operator;
use crate::native::operate;
use crate::native::tree::{Comprehension, Function, Gather, Gatherer, Made, Ordering, Source};
use crate::native::value::{Dict, Fail, Sign, Value, is_number};

impl<'a> Vm<'a> {
    pub(super) fn comprehension(&mut self, made: &'a Comprehension) -> Result<Value, Fail> {
        let first = self.open(&made.clauses[0].source)?;
        let fill = |vm: &mut Self| {
            let mut items = Vec::new();
            let mut dict = Dict::default();
            vm.clauses(&made.clauses, Some(first), &mut |vm| {
                let item = vm.eval(&made.element)?;
                match (made.made, &made.value) {
                    (Made::List, _) => {
                        vm.charge(24)?;
                        items.push(item);
                    }
                    (_, None) => {
                        vm.charge(64)?;
                        dict.insert(item, Value::None)?;
                    }
                    (_, Some(value)) => {
                        let value = vm.eval(value)?;
                        vm.charge(64)?;
                        dict.insert(item, value)?;
                    }
                }
                Ok(true)
            })?;
            Ok(match made.made {
                Made::List => Value::list(items),
                Made::Set => Value::set(dict),
                Made::Dict => Value::mapping(dict),
            })
        };
        match &made.frame {
            Some(name) => self.framed(name, made.line, fill),
            None => {
                let outer = std::mem::replace(&mut self.line, made.line);
                let filled = fill(self)?;
                self.line = outer;
                Ok(filled)
            }
        }
    }

    fn items(&mut self, source: &'a Source) -> Result<Vec<Value>, Fail> {
        let mut items = Vec::new();
        self.each(source, &mut |vm, item| {
            vm.charge(24)?;
            items.push(item);
            Ok(true)
        })?;
        Ok(items)
    }

    pub(super) fn gather(&mut self, gather: &'a Gather) -> Result<Value, Fail> {
        let source = &gather.source;
        Ok(match gather.what {
            Gatherer::List => Value::list(self.items(source)?),
            Gatherer::Tuple => {
                if let Source::Value(value) = source {
                    let value = self.eval(value)?;
                    if let Value::Tuple(_) = value {
                        return Ok(value);
                    }
                    let cursor = self.iterate(&value)?;
                    return Ok(Value::tuple(self.collect(cursor)?));
                }
                Value::tuple(self.items(source)?)
            }
            Gatherer::Set => {
                if let Source::Value(value) = source {
                    let value = self.eval(value)?;
                    if let Value::Set(set) = &value {
                        return Ok(Value::set(set.dict.borrow().clone()));
                    }
                    let cursor = self.iterate(&value)?;
                    return set(self.collect(cursor)?);
                }
                set(self.items(source)?)?
            }
            Gatherer::Dict => match source {
                Source::Value(value) => {
                    let value = self.eval(value)?;
                    let pairs = self.pairs_of(&value)?;
                    Value::dict(pairs)?
                }
                _ => {
                    let items = self.items(source)?;
                    let pairs = self.as_pairs(&items)?;
                    Value::dict(pairs)?
                }
            },
            Gatherer::Any | Gatherer::All => {
                let all = gather.what == Gatherer::All;
                let mut result = all;
                self.each(source, &mut |_, item| {
                    result = item.is_true();
                    Ok(result == all)
                })?;
                Value::Bool(result)
            }
            Gatherer::Sum => return self.sum(gather),
            Gatherer::Min | Gatherer::Max => return self.extreme(gather),
            Gatherer::Sorted => {
                let items = match source {
                    Source::Value(value) => {
                        let value = self.eval(value)?;
                        match &value {
                            // The order does not matter before sorting, if none are equal.
                            Value::Set(set) if gather.order.key.is_none() => {
                                set.dict.borrow().keys().cloned().collect()
                            }
                            _ => {
                                let cursor = self.iterate(&value)?;
                                self.collect(cursor)?
                            }
                        }
                    }
                    _ => self.items(source)?,
                };
                let reverse = self.reverse(&gather.order)?;
                Value::list(self.sorted(items, gather.order.key.as_ref(), reverse)?)
            }
        })
    }

    fn reverse(&mut self, order: &'a Ordering) -> Result<bool, Fail> {
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

    fn sum(&mut self, gather: &'a Gather) -> Result<Value, Fail> {
        // The start is an argument like the first: it is evaluated after it.
        let start = gather.extra.as_ref();
        let items = match (&gather.source, start) {
            (_, None) => None,
            (source, Some(_)) => Some(self.items(source)?),
        };
        let mut total = match start {
            None => Value::Int(0),
            Some(start) => self.eval(start)?,
        };
        match total {
            Value::Str(_) | Value::Bytes(_) | Value::ByteArray(_) => {
                return Err(Fail::GiveBack("sum() from a text"));
            }
            _ => {}
        }
        let mut compensation = 0.0;
        let minor = self.minor();
        let mut add = |vm: &mut Self, item: Value| {
            // From 3.12 on, floats are added with what was lost before.
            if minor >= 12
                && let Value::Float(sum) = total
                && let Some(item) = addend(&item)?
            {
                let next = sum + item;
                if item.abs() <= sum.abs() {
                    compensation += (sum - next) + item;
                } else {
                    compensation += (item - next) + sum;
                }
                total = crate::native::number::float(next);
                return Ok(true);
            }
            settle(&mut total, &mut compensation);
            let next = operate::binary(Operator::Add, &total, &item, minor)?;
            vm.charge_for(&next)?;
            total = next;
            Ok(true)
        };
        match items {
            Some(items) => {
                for item in items {
                    self.tick()?;
                    add(self, item)?;
                }
            }
            None => self.each(&gather.source, &mut add)?,
        }
        settle(&mut total, &mut compensation);
        Ok(total)
    }

    fn extreme(&mut self, gather: &'a Gather) -> Result<Value, Fail> {
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

    /// What `dict(value)` and `dict.update(value)` take.
    pub(super) fn pairs_of(&mut self, value: &Value) -> Result<Vec<(Value, Value)>, Fail> {
        if let Value::Dict(dict) = value {
            return Ok(dict.dict.borrow().iter().cloned().collect());
        }
        let cursor = self.iterate(value)?;
        let items = self.collect(cursor)?;
        self.as_pairs(&items)
    }

    fn as_pairs(&mut self, items: &[Value]) -> Result<Vec<(Value, Value)>, Fail> {
        let mut pairs = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let parts = match self.iterate(item) {
                Ok(cursor) => self.collect(cursor)?,
                Err(Fail::Raise(_)) => {
                    return Err(Fail::type_error(format!(
                        "cannot convert dictionary update sequence element #{at} to a sequence"
                    )));
                }
                Err(other) => return Err(other),
            };
            let length = parts.len();
            let Ok([key, value]) = <[Value; 2]>::try_from(parts) else {
                return Err(Fail::value_error(format!(
                    "dictionary update sequence element #{at} has length {length}; 2 is required"
                )));
            };
            pairs.push((key, value));
        }
        Ok(pairs)
    }

    /// A method that takes what an iteration gives.
    pub(super) fn iterated(
        &mut self,
        receiver: &Value,
        method: &str,
        source: &'a Source,
    ) -> Result<Value, Fail> {
        match (method, receiver) {
            ("join", Value::Str(separator)) => {
                let separator = Arc::clone(separator);
                let items = self.items(source)?;
                let joined = crate::native::methods::join(&separator, &items)?;
                self.charge_for(&joined)?;
                Ok(joined)
            }
            ("extend", Value::List(list)) => {
                // What the generator sees of the list is what was added before.
                let list = std::rc::Rc::clone(list);
                let target = receiver.clone();
                self.each(source, &mut |vm, item| {
                    vm.charge(24)?;
                    vm.suspect(&target, &item);
                    list.items.borrow_mut().push(item);
                    Ok(true)
                })?;
                Ok(Value::None)
            }
            ("update", Value::Set(set)) => {
                let set = std::rc::Rc::clone(set);
                self.each(source, &mut |vm, item| {
                    vm.charge(64)?;
                    set.dict.borrow_mut().insert(item, Value::None)?;
                    Ok(true)
                })?;
                Ok(Value::None)
            }
            _ => Err(Fail::GiveBack("an iteration for another method")),
        }
    }
}

fn set(items: Vec<Value>) -> Result<Value, Fail> {
    let mut made = Dict::with_capacity(items.len());
    for item in items {
        made.insert(item, Value::None)?;
    }
    Ok(Value::set(made))
}

/// A number that is added to a sum of floats as one.
fn addend(item: &Value) -> Result<Option<f64>, Fail> {
    match item {
        Value::Float(number) => Ok(Some(*number)),
        Value::Int(number) => Ok(Some(*number as f64)),
        Value::Bool(value) => Ok(Some(f64::from(u8::from(*value)))),
        _ => Ok(None),
    }
}

/// Adds what was lost to a sum of floats.
fn settle(total: &mut Value, compensation: &mut f64) {
    if let Value::Float(sum) = total
        && *compensation != 0.0
        && compensation.is_finite()
    {
        *total = Value::Float(*sum + *compensation);
    }
    *compensation = 0.0;
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
