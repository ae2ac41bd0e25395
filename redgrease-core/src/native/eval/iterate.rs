//! Iterating over values and sources.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::Vm;
use crate::native::index::letter;
use crate::native::number::{self, Operator};
use crate::native::tree::{Clause, Function, Method, Source, View};
use crate::native::value::{Fail, Int, Kind, List, Mapping, Tuple, Value};

/// How far an iteration is.
#[derive(Debug)]
pub(super) enum Cursor<'a> {
    List(Rc<List>, usize),
    Tuple(Rc<Tuple>, usize),
    Str(Arc<str>, usize),
    Bytes(Arc<[u8]>, usize),
    ByteArray(Rc<RefCell<Vec<u8>>>, usize),
    Range {
        next: i64,
        step: i64,
        left: u64,
    },
    Pairs {
        of: Rc<Mapping>,
        at: usize,
        length: usize,
        view: View,
        is_set: bool,
    },
    Reversed(Vec<Value>),
    Enumerate(Box<Cursor<'a>>, Value),
    Zip(Vec<Cursor<'a>>),
    Map(&'a Function, Box<Cursor<'a>>),
    Filter(Option<&'a Function>, Box<Cursor<'a>>),
}

impl<'a> Vm<'a> {
    /// An iteration over a value.
    pub(super) fn iterate(&mut self, value: &Value) -> Result<Cursor<'a>, Fail> {
        Ok(match value {
            Value::List(list) => Cursor::List(Rc::clone(list), 0),
            Value::Tuple(items) => Cursor::Tuple(Rc::clone(items), 0),
            Value::Str(text) => Cursor::Str(Arc::clone(text), 0),
            Value::Bytes(bytes) => Cursor::Bytes(Arc::clone(bytes), 0),
            Value::ByteArray(bytes) => Cursor::ByteArray(Rc::clone(bytes), 0),
            Value::Dict(dict) => pairs(dict, View::Keys, false),
            Value::Set(set) => {
                if set.dict.borrow().len() > 1 {
                    return Err(Fail::GiveBack("the order of a set"));
                }
                pairs(set, View::Keys, true)
            }
            other => {
                return Err(Fail::type_error(format!(
                    "'{}' object is not iterable",
                    other.type_name()
                )));
            }
        })
    }

    /// All that an iteration gives.
    pub(super) fn collect(&mut self, mut cursor: Cursor<'a>) -> Result<Vec<Value>, Fail> {
        let mut items = Vec::new();
        while let Some(item) = self.next(&mut cursor)? {
            self.tick()?;
            self.charge(24)?;
            items.push(item);
        }
        Ok(items)
    }

    /// The iteration that a source stands for.
    pub(super) fn open(&mut self, source: &'a Source) -> Result<Cursor<'a>, Fail> {
        match source {
            Source::Value(value) => {
                let value = self.eval(value)?;
                self.iterate(&value)
            }
            Source::Range(bounds) => {
                let bounds = self.all(bounds)?;
                range(&bounds)
            }
            Source::Enumerate(inner, start) => {
                let inner = self.open(inner)?;
                let start = match start {
                    None => Value::Int(0),
                    Some(start) => match self.eval(start)? {
                        Value::Bool(start) => Value::Int(i64::from(start)),
                        start @ (Value::Int(_) | Value::Big(_)) => start,
                        _ => return Err(Fail::GiveBack("enumerate() from what is no integer")),
                    },
                };
                Ok(Cursor::Enumerate(Box::new(inner), start))
            }
            Source::Zip(inner) => inner
                .iter()
                .map(|one| self.open(one))
                .collect::<Result<Vec<_>, _>>()
                .map(Cursor::Zip)
                .map_err(|fail| match fail {
                    // Before 3.8 it says which argument cannot be iterated over.
                    Fail::Raise(_) if self.minor() < 8 => Fail::GiveBack("zip()"),
                    other => other,
                }),
            Source::Reversed(value) => {
                let value = self.eval(value)?;
                let minor = self.minor();
                match value {
                    Value::List(list) => Ok(Cursor::Reversed(list.items.borrow().clone())),
                    Value::Tuple(items) => Ok(Cursor::Reversed(items.0.clone())),
                    Value::Str(text) => Ok(Cursor::Reversed(text.chars().map(letter).collect())),
                    Value::Dict(dict) if minor >= 8 => Ok(Cursor::Reversed(
                        dict.dict.borrow().keys().cloned().collect(),
                    )),
                    Value::Bytes(_) | Value::ByteArray(_) => {
                        Err(Fail::GiveBack("reversed() of bytes"))
                    }
                    other => Err(Fail::type_error(format!(
                        "'{}' object is not reversible",
                        other.type_name()
                    ))),
                }
            }
            Source::View(value, view) => match self.eval(value)? {
                Value::Dict(dict) => Ok(pairs(&dict, *view, false)),
                other => {
                    let name = match view {
                        View::Keys => "keys",
                        View::Values => "values",
                        View::Items => "items",
                    };
                    let method = Method::named(name);
                    match method.map(|method| method.of(&other, self.minor())) {
                        Some(Err(fail)) => Err(fail),
                        _ => Err(Fail::GiveBack("a view of what is no dictionary")),
                    }
                }
            },
            Source::Map(function, inner) => {
                let inner = self.open(inner)?;
                Ok(Cursor::Map(function, Box::new(inner)))
            }
            Source::Filter(function, inner) => {
                let inner = self.open(inner)?;
                Ok(Cursor::Filter(function.as_ref(), Box::new(inner)))
            }
            Source::Generator(_) => Err(Fail::GiveBack("a generator in another iteration")),
        }
    }

    /// The next element.
    pub(super) fn next(&mut self, cursor: &mut Cursor<'a>) -> Result<Option<Value>, Fail> {
        Ok(match cursor {
            Cursor::List(list, at) => {
                let item = list.items.borrow().get(*at).cloned();
                *at += 1;
                item
            }
            Cursor::Tuple(items, at) => {
                let item = items.0.get(*at).cloned();
                *at += 1;
                item
            }
            Cursor::Str(text, at) => match text[*at..].chars().next() {
                None => None,
                Some(character) => {
                    *at += character.len_utf8();
                    Some(letter(character))
                }
            },
            Cursor::Bytes(bytes, at) => {
                let byte = bytes.get(*at).copied();
                *at += 1;
                byte.map(|byte| Value::Int(i64::from(byte)))
            }
            Cursor::ByteArray(bytes, at) => {
                let byte = bytes.borrow().get(*at).copied();
                *at += 1;
                byte.map(|byte| Value::Int(i64::from(byte)))
            }
            Cursor::Range { next, step, left } => {
                if *left == 0 {
                    return Ok(None);
                }
                *left -= 1;
                let number = *next;
                *next = next.wrapping_add(*step);
                Some(Value::Int(number))
            }
            Cursor::Pairs {
                of,
                at,
                length,
                view,
                is_set,
            } => {
                let pairs = of.dict.borrow();
                if pairs.len() != *length {
                    // From now on the iteration says so again and again.
                    *length = usize::MAX;
                    let what = if *is_set { "Set" } else { "dictionary" };
                    return Err(Fail::raise(
                        Kind::RuntimeError,
                        format!("{what} changed size during iteration"),
                    ));
                }
                if pairs.changes() != *at >> 32 {
                    return Err(Fail::Limit("a dictionary that changes while it is read"));
                }
                let Some((after, (key, value))) = pairs.from(*at & 0xffff_ffff) else {
                    return Ok(None);
                };
                *at = (*at & !0xffff_ffff) | after;
                Some(match view {
                    View::Keys => key.clone(),
                    View::Values => value.clone(),
                    View::Items => Value::tuple(vec![key.clone(), value.clone()]),
                })
            }
            Cursor::Reversed(items) => items.pop(),
            Cursor::Enumerate(inner, number) => match self.next(inner)? {
                None => None,
                Some(item) => {
                    let current = number.clone();
                    if let Some(next) =
                        number::arithmetic(Operator::Add, &current, &Value::Int(1), 0)?
                    {
                        *number = next;
                    }
                    Some(Value::tuple(vec![current, item]))
                }
            },
            Cursor::Zip(inner) => {
                let mut items = Vec::with_capacity(inner.len());
                for one in inner.iter_mut() {
                    match self.next(one)? {
                        None => return Ok(None),
                        Some(item) => items.push(item),
                    }
                }
                (!items.is_empty()).then(|| Value::tuple(items))
            }
            Cursor::Map(function, inner) => match self.next(inner)? {
                None => None,
                Some(item) => Some(self.apply(function, vec![item])?),
            },
            Cursor::Filter(function, inner) => loop {
                let Some(item) = self.next(inner)? else {
                    return Ok(None);
                };
                self.tick()?;
                let keep = match function {
                    None => item.is_true(),
                    Some(function) => self.apply(function, vec![item.clone()])?.is_true(),
                };
                if keep {
                    return Ok(Some(item));
                }
            },
        })
    }

    /// Gives each element of a source to `take`, until that wants no more.
    pub(super) fn each(
        &mut self,
        source: &'a Source,
        take: &mut dyn FnMut(&mut Self, Value) -> Result<bool, Fail>,
    ) -> Result<(), Fail> {
        let Source::Generator(generator) = source else {
            let mut cursor = self.open(source)?;
            while let Some(item) = self.next(&mut cursor)? {
                self.tick()?;
                if !take(self, item)? {
                    break;
                }
            }
            return Ok(());
        };
        let first = self.open(&generator.clauses[0].source)?;
        let outer = std::mem::replace(&mut self.line, generator.line);
        // Errors of who takes the elements have nothing to do with the generator's frame.
        let mut outside = false;
        let done = self.clauses(&generator.clauses, Some(first), &mut |vm| {
            let item = vm.eval(&generator.element)?;
            let line = std::mem::replace(&mut vm.line, outer);
            let wanted = take(vm, item);
            outside = wanted.is_err();
            vm.line = line;
            wanted
        });
        if let (Err(Fail::Raise(exception)), false) = (&done, outside) {
            exception.pass(self.line, Arc::clone(&self.program.generator));
        }
        self.line = outer;
        done.map(|_| ())
    }

    /// Runs the loops of a comprehension; `found` is called in the innermost, and says whether to go on.
    pub(super) fn clauses(
        &mut self,
        clauses: &'a [Clause],
        first: Option<Cursor<'a>>,
        found: &mut dyn FnMut(&mut Self) -> Result<bool, Fail>,
    ) -> Result<bool, Fail> {
        let Some((clause, rest)) = clauses.split_first() else {
            return found(self);
        };
        let mut cursor = match first {
            Some(cursor) => cursor,
            None => self.open(&clause.source)?,
        };
        'items: while let Some(item) = self.next(&mut cursor)? {
            self.tick()?;
            self.assign(&clause.target, item)?;
            for condition in &clause.conditions {
                if !self.eval(condition)?.is_true() {
                    continue 'items;
                }
            }
            if !self.clauses(rest, None, found)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn pairs<'a>(of: &Rc<Mapping>, view: View, is_set: bool) -> Cursor<'a> {
    let (length, changes) = {
        let pairs = of.dict.borrow();
        (pairs.len(), pairs.changes())
    };
    Cursor::Pairs {
        of: Rc::clone(of),
        at: changes << 32,
        length,
        view,
        is_set,
    }
}

fn range<'a>(bounds: &[Value]) -> Result<Cursor<'a>, Fail> {
    let mut numbers = [0; 3];
    for (number, bound) in numbers.iter_mut().zip(bounds) {
        *number = match (bound, Int::of(bound)) {
            (_, Some(Int::Small(number))) => number,
            (_, Some(Int::Big(_))) => return Err(Fail::Limit("a range beyond 64 bits")),
            (other, None) => {
                return Err(Fail::type_error(format!(
                    "'{}' object cannot be interpreted as an integer",
                    other.type_name()
                )));
            }
        };
    }
    let (start, stop, step) = match bounds.len() {
        1 => (0, numbers[0], 1),
        2 => (numbers[0], numbers[1], 1),
        _ => (numbers[0], numbers[1], numbers[2]),
    };
    if step == 0 {
        return Err(Fail::value_error("range() arg 3 must not be zero"));
    }
    let distance = if step > 0 {
        i128::from(stop) - i128::from(start)
    } else {
        i128::from(start) - i128::from(stop)
    };
    let step_size = i128::from(step).abs();
    let left = if distance <= 0 {
        0
    } else {
        u64::try_from((distance - 1) / step_size + 1).unwrap_or(u64::MAX)
    };
    Ok(Cursor::Range {
        next: start,
        step,
        left,
    })
}
