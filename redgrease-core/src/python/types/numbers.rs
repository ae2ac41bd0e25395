//! Between which numbers an integer lies, as far as that is certain, and which of them Rust's types hold.

use super::Type;
use super::infer::{DEEPEST, Infer};
use super::names::Given;
use crate::python::parse::ast::{self, Constant, Expr, UnaryOp};

/// One of Rust's types for integers.
///
/// ```
/// use redgrease_core::python::Integer;
///
/// assert_eq!(Integer::named("u8"), Some(Integer::U8));
/// assert_eq!(Integer::U8.holds(), "0 to 255");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "each variant is the type of that name, and nothing else"
)]
pub enum Integer {
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
}

impl Integer {
    const ALL: [(&'static str, Self); 12] = [
        ("i8", Self::I8),
        ("i16", Self::I16),
        ("i32", Self::I32),
        ("i64", Self::I64),
        ("i128", Self::I128),
        ("isize", Self::Isize),
        ("u8", Self::U8),
        ("u16", Self::U16),
        ("u32", Self::U32),
        ("u64", Self::U64),
        ("u128", Self::U128),
        ("usize", Self::Usize),
    ];

    /// The type of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, integer)| *integer)
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(_, known)| *known == self);
        found.map_or("", |(name, _)| name)
    }

    /// The numbers that it holds, in words: `0 to 255`.
    #[must_use]
    pub fn holds(self) -> String {
        let Span { least, most } = self.span();
        let end = |end: Option<i128>| end.unwrap_or_default().to_string();
        match self {
            Self::U128 => format!("0 to {}", u128::MAX),
            _ => format!("{} to {}", end(least), end(most)),
        }
    }

    /// The numbers that it holds; of a type that is wider on some machines, those that it holds there.
    pub(super) fn span(self) -> Span {
        match self {
            Self::I8 => Span::new(i8::MIN, i8::MAX),
            Self::I16 => Span::new(i16::MIN, i16::MAX),
            Self::I32 => Span::new(i32::MIN, i32::MAX),
            Self::I64 | Self::Isize => Span::new(i64::MIN, i64::MAX),
            Self::I128 => Span::new(i128::MIN, i128::MAX),
            Self::U8 => Span::new(u8::MIN, u8::MAX),
            Self::U16 => Span::new(u16::MIN, u16::MAX),
            Self::U32 => Span::new(u32::MIN, u32::MAX),
            Self::U64 | Self::Usize => Span::new(u64::MIN, u64::MAX),
            Self::U128 => Span {
                least: Some(0),
                most: None,
            },
        }
    }
}

/// Between which numbers an integer lies; without an end where none is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    least: Option<i128>,
    most: Option<i128>,
}

impl Span {
    const ANY: Self = Self {
        least: None,
        most: None,
    };

    fn new(least: impl Into<i128>, most: impl Into<i128>) -> Self {
        Self {
            least: Some(least.into()),
            most: Some(most.into()),
        }
    }

    /// The one number that it is.
    fn one(self) -> Option<i128> {
        self.least.filter(|_| self.least == self.most)
    }

    /// Whether no number is in both.
    pub(super) fn is_apart(self, other: Self) -> bool {
        let below = |most: Option<i128>, least: Option<i128>| match (most, least) {
            (Some(most), Some(least)) => most < least,
            _ => false,
        };
        below(self.most, other.least) || below(other.most, self.least)
    }

    /// In words: `-1`, `a number below 0`.
    pub(super) fn in_words(self, holds: Self) -> String {
        match (self.one(), holds.least, holds.most) {
            (Some(number), _, _) => number.to_string(),
            (None, Some(least), _) if self.most.is_some_and(|most| most < least) => {
                format!("a number below {least}")
            }
            (None, _, Some(most)) => format!("a number above {most}"),
            _ => "another number".to_owned(),
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            least: self.least.zip(other.least).map(|(a, b)| a.min(b)),
            most: self.most.zip(other.most).map(|(a, b)| a.max(b)),
        }
    }

    fn plus(self, other: Self) -> Self {
        let sum = |a: Option<i128>, b: Option<i128>| a.zip(b).and_then(|(a, b)| a.checked_add(b));
        Self {
            least: sum(self.least, other.least),
            most: sum(self.most, other.most),
        }
    }

    fn negative(self) -> Self {
        Self {
            least: self.most.and_then(i128::checked_neg),
            most: self.least.and_then(i128::checked_neg),
        }
    }

    fn times(self, other: Self) -> Self {
        let ends = (self.least, self.most, other.least, other.most);
        let (Some(a), Some(b), Some(c), Some(d)) = ends else {
            return Self::ANY;
        };
        let all = [(a, c), (a, d), (b, c), (b, d)].map(|(a, b)| a.checked_mul(b));
        let all: Option<Vec<i128>> = all.into_iter().collect();
        match all {
            Some(all) => Self {
                least: all.iter().min().copied(),
                most: all.iter().max().copied(),
            },
            None => Self::ANY,
        }
    }

    fn rest(self, by: Self) -> Self {
        match (by.least, by.most) {
            (Some(least), Some(most)) if least > 0 => Self::new(0, most - 1),
            (Some(least), Some(most)) if most < 0 => Self::new(least + 1, 0),
            _ => Self::ANY,
        }
    }

    fn power(self, exponent: Self) -> Self {
        let of = |base: i128, exponent: i128| base.checked_pow(u32::try_from(exponent).ok()?);
        match (self.one(), exponent.one()) {
            (Some(base), Some(exponent)) => match of(base, exponent) {
                Some(number) => Self::new(number, number),
                None if base > 1 && exponent > 0 => Self {
                    least: Some(i128::MAX),
                    most: None,
                },
                None => Self::ANY,
            },
            _ => Self::ANY,
        }
    }
}

impl<'e> Infer<'e> {
    /// Between which numbers an expression lies that is an integer, if it is one.
    pub(super) fn span(&mut self, expression: &'e Expr) -> Span {
        match expression {
            Expr::Constant(e) => constant(&e.value),
            Expr::Name(e) => self.span_of_name(&e.id),
            Expr::NamedExpr(e) => self.span(&e.value),
            Expr::UnaryOp(e) => {
                let operand = self.span(&e.operand);
                match e.op {
                    UnaryOp::USub => operand.negative(),
                    UnaryOp::UAdd => operand,
                    UnaryOp::Invert => operand.negative().plus(Span::new(-1, -1)),
                    UnaryOp::Not => Span::ANY,
                }
            }
            Expr::IfExp(e) => self.span(&e.body).or(self.span(&e.orelse)),
            Expr::BinOp(e) => self.span_of_operation(e),
            Expr::Call(e) => self.span_of_call(e),
            _ => Span::ANY,
        }
    }

    fn span_of_operation(&mut self, e: &'e ast::ExprBinOp) -> Span {
        use ast::Operator as O;
        let (left, right) = (self.span(&e.left), self.span(&e.right));
        match e.op {
            O::Add => left.plus(right),
            O::Sub => left.plus(right.negative()),
            O::Mult => left.times(right),
            // what has ends is an integer; the ends are those of the right side alone here, and the left may be a text
            O::Mod if self.is_number(&e.left) => left.rest(right),
            O::Pow => left.power(right),
            O::LShift => left.times(Span::new(2, 2).power(right)),
            _ => Span::ANY,
        }
    }

    fn span_of_call(&mut self, e: &'e ast::ExprCall) -> Span {
        let plain = e.keywords.is_empty() && !e.args.iter().any(Expr::is_starred_expr);
        let Expr::Name(name) = &*e.func else {
            return Span::ANY;
        };
        if !plain || !self.is_python(&name.id) {
            return Span::ANY;
        }
        match (name.id.as_str(), e.args.as_slice()) {
            ("len", [_]) => Span::new(0, i64::MAX),
            ("ord", [_]) => Span::new(0, 0x10_FFFF),
            ("int", []) => Span::new(0, 0),
            ("int", [value]) => {
                let types = self.quietly(|infer| infer.expression(value));
                match types.known() {
                    [Type::Int] => self.span(value),
                    _ => Span::ANY,
                }
            }
            _ => Span::ANY,
        }
    }

    fn span_of_name(&mut self, name: &'e str) -> Span {
        let found = self.scopes.iter().rposition(|s| s.given.contains_key(name));
        let Some(level) = found else {
            return Span::ANY;
        };
        let key = (level, name);
        if self.changes(level, name) || self.open.len() > DEEPEST || !self.open.insert(key) {
            return Span::ANY;
        }
        let given = self.scopes[level].given[name].clone();
        let inner = self.scopes.split_off(level + 1);
        let spans = given.iter().map(|one| match one {
            Given::Value(value) if self.is_number(value) => self.span(value),
            Given::Number(integer) => integer.span(),
            _ => Span::ANY,
        });
        let span = spans.reduce(Span::or).unwrap_or(Span::ANY);
        self.scopes.extend(inner);
        self.open.remove(&key);
        span
    }

    fn is_number(&mut self, value: &'e Expr) -> bool {
        self.quietly(|infer| infer.expression(value)).known() == [Type::Int]
    }
}

fn constant(value: &Constant) -> Span {
    let Constant::Int(number) = value else {
        return Span::ANY;
    };
    match number.to_string().parse::<i128>() {
        Ok(number) => Span::new(number, number),
        // the parser knows no negative ones
        Err(_) => Span {
            least: Some(i128::MAX),
            most: None,
        },
    }
}
