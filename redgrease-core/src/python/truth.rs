//! What tests come to, whatever the data is.

use super::parse::ast::{self, CmpOp, Constant, Expr};
use crate::pyversion::PyVersion;

/// What a test comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Truth {
    Known(bool),
    /// It depends on the Python that runs it, so each side may be for another one.
    Version,
    Open,
}

impl Truth {
    /// Whether no code may rely on it that a place is reached where the test has come to `value`.
    pub(super) fn excludes(self, value: bool) -> bool {
        match self {
            Self::Known(known) => known != value,
            Self::Version => true,
            Self::Open => false,
        }
    }
}

/// Whether no code may rely on it that a place is reached where `test` has come to `value`.
pub(crate) fn never(test: &Expr, value: bool) -> bool {
    truth(test).excludes(value)
}

pub(super) fn truth(test: &Expr) -> Truth {
    match test {
        Expr::Constant(constant) => match &constant.value {
            Constant::None => Truth::Known(false),
            Constant::Bool(value) => Truth::Known(*value),
            Constant::Int(number) => Truth::Known(number.to_string() != "0"),
            Constant::Str(text) => Truth::Known(!text.is_empty()),
            _ => Truth::Open,
        },
        Expr::Name(name) if name.id.as_str() == "TYPE_CHECKING" => Truth::Known(false),
        Expr::Attribute(e) if e.attr.as_str() == "TYPE_CHECKING" => Truth::Known(false),
        Expr::UnaryOp(e) if e.op == ast::UnaryOp::Not => match truth(&e.operand) {
            Truth::Known(value) => Truth::Known(!value),
            other => other,
        },
        Expr::BoolOp(e) => {
            let decides = e.op == ast::BoolOp::Or;
            let mut parts = e.values.iter().map(truth);
            if parts.clone().any(|part| part == Truth::Known(decides)) {
                Truth::Known(decides)
            } else if parts.clone().all(|part| part == Truth::Known(!decides)) {
                Truth::Known(!decides)
            } else if parts.any(|part| part == Truth::Version) {
                Truth::Version
            } else {
                Truth::Open
            }
        }
        Expr::Compare(e) => match (&e.ops[..], &e.comparators[..]) {
            ([op], [right]) => compared(&e.left, *op, right),
            _ => Truth::Open,
        },
        _ => Truth::Open,
    }
}

/// A comparison with the version of Python, or with the system's name.
fn compared(left: &Expr, op: CmpOp, right: &Expr) -> Truth {
    let index = |e: &Expr| matches!(e, Expr::Constant(c) if c.value.as_int().is_some_and(|n| n.to_string() == "0"));
    let (value, part) = match left {
        Expr::Subscript(e) => (&*e.value, index(&e.slice)),
        Expr::Attribute(e) if e.attr.as_str() == "major" => (&*e.value, true),
        other => (other, false),
    };
    // a script is never the main program of the server
    if let (Expr::Name(name), Expr::Constant(main)) = (value, right)
        && name.id.as_str() == "__name__"
        && main.value.as_str().is_some_and(|main| main == "__main__")
        && matches!(op, CmpOp::Eq | CmpOp::NotEq)
    {
        return Truth::Known(op == CmpOp::NotEq);
    }
    let Expr::Attribute(of) = value else {
        return Truth::Open;
    };
    match (of.attr.as_str(), right) {
        ("platform", Expr::Constant(name)) if name.value.as_str().is_some_and(|n| n == "win32") => {
            Truth::Known(op == CmpOp::NotEq)
        }
        ("name", Expr::Constant(name)) if name.value.as_str().is_some_and(|n| n == "nt") => {
            Truth::Known(op == CmpOp::NotEq)
        }
        ("version_info", Expr::Constant(number)) if part => {
            let Some(number) = number
                .value
                .as_int()
                .and_then(|n| n.to_string().parse().ok())
            else {
                return Truth::Open;
            };
            Truth::Known(match op {
                CmpOp::Eq => 3 == number,
                CmpOp::NotEq => 3 != number,
                CmpOp::Lt => 3 < number,
                CmpOp::LtE => 3 <= number,
                CmpOp::Gt => 3 > number,
                CmpOp::GtE => 3 >= number,
                _ => return Truth::Open,
            })
        }
        ("version_info", Expr::Tuple(tuple)) => {
            let number = |index: usize| {
                let Some(Expr::Constant(constant)) = tuple.elts.get(index) else {
                    return None;
                };
                constant.value.as_int()?.to_string().parse::<u8>().ok()
            };
            let Some(major) = number(0) else {
                return Truth::Open;
            };
            // everything from 3.7 on is newer than an older version, and at least as new as 3.7
            let least = PyVersion::new(major, number(1).unwrap_or(0)) <= PyVersion::OLDEST;
            match op {
                CmpOp::Gt | CmpOp::GtE if least => Truth::Known(true),
                CmpOp::Lt if least => Truth::Known(false),
                _ => Truth::Version,
            }
        }
        ("version_info", _) => Truth::Version,
        _ => Truth::Open,
    }
}
