//! What operators, indices and loops do with values of known types.

use super::{Type, Types};
use crate::python::parse::ast::Operator;

/// The result of an operation, if any pair of possible types has it.
pub(super) fn binary(left: &Types, operator: Operator, right: &Types) -> Result<Types, ()> {
    if left.is_any() || right.is_any() {
        return Ok(Types::ANY);
    }
    let mut result: Option<Types> = None;
    for one in left.known() {
        for other in right.known() {
            if let Some(types) = pair(one, operator, other) {
                result = Some(match result {
                    Some(before) => before.or(types),
                    None => types,
                });
            }
        }
    }
    result.ok_or(())
}

fn pair(left: &Type, operator: Operator, right: &Type) -> Option<Types> {
    use Operator as O;
    // what a class does with operators is not known
    if matches!(left, Type::Record | Type::StreamRecord | Type::Function)
        || matches!(right, Type::Record | Type::StreamRecord)
    {
        return None;
    }
    if left.is_number() && right.is_number() {
        let float = *left == Type::Float || *right == Type::Float;
        let number = if float { Type::Float } else { Type::Int };
        return Some(match operator {
            O::Div => Type::Float.into(),
            O::Add | O::Sub | O::Mult | O::Mod | O::FloorDiv => number.into(),
            // a negative power makes floats
            O::Pow => Types::ANY,
            O::BitAnd | O::BitOr | O::BitXor if *left == Type::Bool && *right == Type::Bool => {
                Type::Bool.into()
            }
            O::BitAnd | O::BitOr | O::BitXor | O::LShift | O::RShift if !float => Type::Int.into(),
            _ => return None,
        });
    }
    let whole = |t: &Type| matches!(t, Type::Int | Type::Bool);
    Some(match (operator, left, right) {
        (O::Mod, Type::Str, _) => Type::Str.into(),
        (O::Mod, Type::Bytes, _) => Type::Bytes.into(),
        (O::Add, Type::Str, Type::Str) => Type::Str.into(),
        (O::Add, Type::Bytes, Type::Bytes) => Type::Bytes.into(),
        (O::Add, Type::List(a), Type::List(b)) => {
            Type::list((**a).clone().or((**b).clone())).into()
        }
        (O::Add, Type::Tuple(_), Type::Tuple(_)) => Type::Tuple(None).into(),
        (O::Mult, Type::Str | Type::Bytes | Type::List(_), n) if whole(n) => left.clone().into(),
        (O::Mult, n, Type::Str | Type::Bytes | Type::List(_)) if whole(n) => right.clone().into(),
        (O::Mult, Type::Tuple(_), n) | (O::Mult, n, Type::Tuple(_)) if whole(n) => {
            Type::Tuple(None).into()
        }
        (O::Sub | O::BitAnd | O::BitOr | O::BitXor, Type::Set, Type::Set) => Type::Set.into(),
        (O::BitOr, Type::Dict(_), Type::Dict(_)) => Type::Dict(None).into(),
        _ => return None,
    })
}

/// What `value[index]` gives, if any possible type has indices of such types.
pub(super) fn index(value: &Types, index: &Types, slice: bool) -> Result<Types, ()> {
    if value.is_any() {
        return Ok(Types::ANY);
    }
    let number = slice || !index.never(|t| matches!(t, Type::Int | Type::Bool));
    let mut result: Option<Types> = None;
    for one in value.known() {
        let types = match one {
            Type::Str if number => Type::Str.into(),
            Type::Bytes if slice => Type::Bytes.into(),
            Type::Bytes if number => Type::Int.into(),
            Type::List(_) if slice => one.clone().into(),
            Type::List(elements) if number => (**elements).clone(),
            Type::Tuple(_) if number => Types::ANY,
            Type::Lazy("range", _) if slice => one.clone().into(),
            Type::Lazy("range", elements) if number => (**elements).clone(),
            Type::Dict(_) if !slice => Types::ANY,
            // the class has `[name]` for its fields
            Type::Record | Type::StreamRecord if !slice => Types::ANY,
            _ => continue,
        };
        result = Some(match result {
            Some(before) => before.or(types),
            None => types,
        });
    }
    result.ok_or(())
}

/// What a loop over a value gives, if any possible type can be looped over.
pub(super) fn elements(value: &Types) -> Result<Types, ()> {
    if value.is_any() {
        return Ok(Types::ANY);
    }
    let mut result: Option<Types> = None;
    for one in value.known() {
        let types = match one {
            Type::Str => Type::Str.into(),
            Type::Bytes => Type::Int.into(),
            Type::List(elements) | Type::Lazy(_, elements) => (**elements).clone(),
            Type::Tuple(Some(elements)) if !elements.is_empty() => elements
                .iter()
                .cloned()
                .reduce(Types::or)
                .unwrap_or(Types::ANY),
            Type::Tuple(_) | Type::Set | Type::Dict(_) => Types::ANY,
            // `[0]` and so on are tried, which the classes of records do not have
            _ => continue,
        };
        result = Some(match result {
            Some(before) => before.or(types),
            None => types,
        });
    }
    result.ok_or(())
}

/// What a name can be that is one of `first` before `changes` are made to it, in whatever order.
pub(super) fn changed(first: Types, changes: &[(Operator, Types)]) -> Types {
    let mut all = first;
    // as many rounds as there are types that one change can add
    for _ in 0..4 {
        let before = all.clone();
        for (operator, value) in changes {
            // a change that fails gives nothing
            if let Ok(types) = in_place(&all, *operator, value) {
                all = all.or(types.without_elements());
            }
        }
        if all == before {
            return all;
        }
    }
    Types::ANY
}

/// The result of `name += value`, if any possible type has it: lists, sets and dictionaries take more than `+` does.
pub(super) fn in_place(left: &Types, operator: Operator, right: &Types) -> Result<Types, ()> {
    let container = |t: &Type| matches!(t, Type::List(_) | Type::Set | Type::Dict(_) | Type::Bytes);
    match left.known().iter().any(container) {
        true => Ok(Types::ANY),
        false => binary(left, operator, right),
    }
}

/// Whether values of these types may have an order.
pub(super) fn may_compare(left: &Types, right: &Types) -> bool {
    let pair = |one: &Type, other: &Type| match (one, other) {
        (Type::None | Type::Dict(_) | Type::Lazy(..), _)
        | (_, Type::None | Type::Dict(_) | Type::Lazy(..)) => false,
        (Type::Record | Type::StreamRecord | Type::Function, _)
        | (_, Type::Record | Type::StreamRecord | Type::Function) => true,
        (one, other) if one.is_number() => other.is_number(),
        (Type::List(_), other) => matches!(other, Type::List(_)),
        (Type::Tuple(_), other) => matches!(other, Type::Tuple(_)),
        (one, other) => one == other,
    };
    let any = left.is_any() || right.is_any();
    any || left
        .known()
        .iter()
        .any(|one| right.known().iter().any(|other| pair(one, other)))
}

/// Whether a value may be in another one.
pub(super) fn may_contain(left: &Types, right: &Types) -> bool {
    let pair = |one: &Type, other: &Type| match other {
        Type::Str => *one == Type::Str,
        other => !other.is_number() && !matches!(other, Type::None | Type::Function),
    };
    match (left.is_any(), right.is_any()) {
        (_, true) => true,
        (true, false) => !right.never(|other| pair(&Type::Str, other)),
        (false, false) => left
            .known()
            .iter()
            .any(|one| right.known().iter().any(|other| pair(one, other))),
    }
}
