//! Comprehensions, and builtins that take all elements of an iteration.

use std::sync::Arc;

use super::Vm;
use crate::native::number::{Operator, float};
use crate::native::operate;
use crate::native::tree::{Comprehension, Gather, Gatherer, Made, Source};
use crate::native::value::{Dict, Fail, Value};

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

    pub(super) fn items(&mut self, source: &'a Source) -> Result<Vec<Value>, Fail> {
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
                total = float(next);
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
        *total = float(*sum + *compensation);
    }
    *compensation = 0.0;
}
