//! Expressions, from the weakest operator to the strongest.

use rustpython_parser::text_size::TextRange;
use rustpython_parser::{Parse as _, StringKind, Tok};

use super::Parser;
use crate::python::parse::ast::{
    BoolOp, CmpOp, Constant, Expr, ExprAttribute, ExprAwait, ExprBinOp, ExprBoolOp, ExprCall,
    ExprCompare, ExprConstant, ExprContext, ExprIfExp, ExprLambda, ExprName, ExprNamedExpr,
    ExprStarred, ExprSubscript, ExprTuple, ExprUnaryOp, ExprYield, ExprYieldFrom, Identifier,
    Operator, Ranged as _, UnaryOp,
};

/// The strength of `|`, the weakest of the operators that make a value of two.
const BITWISE_OR: u8 = 0;

impl Parser {
    /// `a, b` or one expression.
    pub(super) fn test_list(&mut self) -> Option<Expr> {
        self.list(|parser| parser.starred_or(Self::test))
    }

    /// The targets of a loop: `a, b` or one, without comparisons, so that `in` ends them.
    pub(super) fn target_list(&mut self) -> Option<Expr> {
        self.list(|parser| parser.starred_or(Self::operation))
    }

    /// One element, or a tuple without parentheses.
    fn list(&mut self, element: impl Fn(&mut Self) -> Option<Expr>) -> Option<Expr> {
        let start = self.start();
        let first = element(self)?;
        if !self.is(&Tok::Comma) {
            return Some(first);
        }
        let mut elts = vec![first];
        while self.eat(&Tok::Comma) && self.at_expression() {
            elts.push(element(self)?);
        }
        Some(Expr::Tuple(ExprTuple {
            elts,
            ctx: ExprContext::Load,
            range: self.since(start),
        }))
    }

    /// `*a`, or what `other` reads.
    pub(super) fn starred_or(
        &mut self,
        other: impl FnOnce(&mut Self) -> Option<Expr>,
    ) -> Option<Expr> {
        let start = self.start();
        if !self.eat(&Tok::Star) {
            return other(self);
        }
        let value = Box::new(self.operation()?);
        Some(Expr::Starred(ExprStarred {
            value,
            ctx: ExprContext::Load,
            range: self.since(start),
        }))
    }

    /// Whether an expression may begin here.
    pub(super) fn at_expression(&self) -> bool {
        matches!(
            self.peek(),
            Some(
                Tok::Name { .. }
                    | Tok::Int { .. }
                    | Tok::Float { .. }
                    | Tok::Complex { .. }
                    | Tok::String { .. }
                    | Tok::Lpar
                    | Tok::Lsqb
                    | Tok::Lbrace
                    | Tok::Plus
                    | Tok::Minus
                    | Tok::Tilde
                    | Tok::Star
                    | Tok::Not
                    | Tok::Lambda
                    | Tok::Await
                    | Tok::True
                    | Tok::False
                    | Tok::None
                    | Tok::Ellipsis
            )
        )
    }

    /// `yield`, `yield a` or `yield from a`.
    pub(super) fn yielded(&mut self) -> Option<Expr> {
        let start = self.start();
        self.expect(&Tok::Yield)?;
        if self.eat(&Tok::From) {
            let value = Box::new(self.test()?);
            return Some(Expr::YieldFrom(ExprYieldFrom {
                value,
                range: self.since(start),
            }));
        }
        let value = match self.at_expression() {
            true => Some(Box::new(self.test_list()?)),
            false => None,
        };
        Some(Expr::Yield(ExprYield {
            value,
            range: self.since(start),
        }))
    }

    /// Whether `name :=` comes next.
    pub(super) fn at_walrus(&self) -> bool {
        matches!(self.second(), Some(Tok::ColonEqual))
    }

    /// An expression, or `name := value`.
    pub(super) fn named_test(&mut self) -> Option<Expr> {
        if !self.at_walrus() {
            return self.test();
        }
        let start = self.start();
        let id = Identifier::new(self.name()?);
        let target = Box::new(Expr::Name(ExprName {
            id,
            ctx: ExprContext::Store,
            range: self.since(start),
        }));
        self.expect(&Tok::ColonEqual)?;
        let value = Box::new(self.test()?);
        Some(Expr::NamedExpr(ExprNamedExpr {
            target,
            range: TextRange::new(start, value.end()),
            value,
        }))
    }

    /// An expression: `a if b else c`, a lambda or weaker than neither.
    pub(super) fn test(&mut self) -> Option<Expr> {
        self.deeper(|parser| {
            if parser.is(&Tok::Lambda) {
                return parser.lambda();
            }
            let start = parser.start();
            let body = parser.or_test()?;
            if !parser.eat(&Tok::If) {
                return Some(body);
            }
            let test = Box::new(parser.or_test()?);
            parser.expect(&Tok::Else)?;
            let orelse = Box::new(parser.test()?);
            Some(Expr::IfExp(ExprIfExp {
                test,
                body: Box::new(body),
                orelse,
                range: parser.since(start),
            }))
        })
    }

    fn lambda(&mut self) -> Option<Expr> {
        let start = self.start();
        self.expect(&Tok::Lambda)?;
        let args = Box::new(self.parameters(&Tok::Colon, false)?);
        self.expect(&Tok::Colon)?;
        let body = Box::new(self.test()?);
        Some(Expr::Lambda(ExprLambda {
            args,
            body,
            range: self.since(start),
        }))
    }

    /// What stands on either side of an `if` in an expression, and after `in` in a comprehension.
    pub(super) fn or_test(&mut self) -> Option<Expr> {
        self.joined(&Tok::Or, BoolOp::Or, |parser| {
            parser.joined(&Tok::And, BoolOp::And, Self::not_test)
        })
    }

    fn joined(
        &mut self,
        operator: &Tok,
        op: BoolOp,
        operand: impl Fn(&mut Self) -> Option<Expr>,
    ) -> Option<Expr> {
        let start = self.start();
        let first = operand(self)?;
        if !self.is(operator) {
            return Some(first);
        }
        let mut values = vec![first];
        while self.eat(operator) {
            values.push(operand(self)?);
        }
        Some(Expr::BoolOp(ExprBoolOp {
            op,
            values,
            range: self.since(start),
        }))
    }

    fn not_test(&mut self) -> Option<Expr> {
        let start = self.start();
        if !self.eat(&Tok::Not) {
            return self.comparison();
        }
        let operand = Box::new(self.deeper(Self::not_test)?);
        Some(Expr::UnaryOp(ExprUnaryOp {
            op: UnaryOp::Not,
            operand,
            range: self.since(start),
        }))
    }

    fn comparison(&mut self) -> Option<Expr> {
        let start = self.start();
        let left = self.operation()?;
        let Some(first) = self.comparator() else {
            return Some(left);
        };
        let mut ops = vec![first];
        let mut comparators = vec![self.operation()?];
        while let Some(op) = self.comparator() {
            ops.push(op);
            comparators.push(self.operation()?);
        }
        Some(Expr::Compare(ExprCompare {
            left: Box::new(left),
            ops,
            comparators,
            range: self.since(start),
        }))
    }

    /// Takes an operator that compares.
    fn comparator(&mut self) -> Option<CmpOp> {
        let op = match self.peek()? {
            Tok::EqEqual => CmpOp::Eq,
            Tok::NotEqual => CmpOp::NotEq,
            Tok::Less => CmpOp::Lt,
            Tok::LessEqual => CmpOp::LtE,
            Tok::Greater => CmpOp::Gt,
            Tok::GreaterEqual => CmpOp::GtE,
            Tok::In => CmpOp::In,
            Tok::Not if matches!(self.second(), Some(Tok::In)) => CmpOp::NotIn,
            Tok::Is if matches!(self.second(), Some(Tok::Not)) => CmpOp::IsNot,
            Tok::Is => CmpOp::Is,
            _ => return None,
        };
        self.take();
        if matches!(op, CmpOp::NotIn | CmpOp::IsNot) {
            self.take();
        }
        Some(op)
    }

    /// What the operators from `|` to `**` make.
    pub(super) fn operation(&mut self) -> Option<Expr> {
        self.binary(BITWISE_OR)
    }

    /// What the operators that are at least as strong as `weakest` make.
    fn binary(&mut self, weakest: u8) -> Option<Expr> {
        let start = self.start();
        let mut left = self.factor()?;
        while let Some((op, strength)) = self.peek().and_then(operator)
            && strength >= weakest
        {
            self.take();
            let right = Box::new(self.binary(strength + 1)?);
            left = Expr::BinOp(ExprBinOp {
                left: Box::new(left),
                op,
                right,
                range: self.since(start),
            });
        }
        Some(left)
    }

    fn factor(&mut self) -> Option<Expr> {
        let start = self.start();
        let op = match self.peek()? {
            Tok::Plus => UnaryOp::UAdd,
            Tok::Minus => UnaryOp::USub,
            Tok::Tilde => UnaryOp::Invert,
            _ => return self.power(),
        };
        self.take();
        let operand = Box::new(self.deeper(Self::factor)?);
        Some(Expr::UnaryOp(ExprUnaryOp {
            op,
            operand,
            range: self.since(start),
        }))
    }

    fn power(&mut self) -> Option<Expr> {
        let start = self.start();
        let left = if self.eat(&Tok::Await) {
            let value = Box::new(self.primary()?);
            Expr::Await(ExprAwait {
                value,
                range: self.since(start),
            })
        } else {
            self.primary()?
        };
        if !self.eat(&Tok::DoubleStar) {
            return Some(left);
        }
        let right = Box::new(self.deeper(Self::factor)?);
        Some(Expr::BinOp(ExprBinOp {
            left: Box::new(left),
            op: Operator::Pow,
            right,
            range: self.since(start),
        }))
    }

    /// An atom with its calls, subscripts and attributes.
    fn primary(&mut self) -> Option<Expr> {
        let start = self.start();
        let mut value = self.atom()?;
        loop {
            value = match self.peek() {
                Some(Tok::Dot) => {
                    self.take();
                    let attr = Identifier::new(self.name()?);
                    Expr::Attribute(ExprAttribute {
                        value: Box::new(value),
                        attr,
                        ctx: ExprContext::Load,
                        range: self.since(start),
                    })
                }
                Some(Tok::Lpar) => {
                    let (args, keywords) = self.call_arguments()?;
                    Expr::Call(ExprCall {
                        func: Box::new(value),
                        args,
                        keywords,
                        range: self.since(start),
                    })
                }
                Some(Tok::Lsqb) => {
                    let slice = Box::new(self.subscript()?);
                    Expr::Subscript(ExprSubscript {
                        value: Box::new(value),
                        slice,
                        ctx: ExprContext::Load,
                        range: self.since(start),
                    })
                }
                _ => return Some(value),
            };
        }
    }

    fn atom(&mut self) -> Option<Expr> {
        let start = self.start();
        let value = match self.peek()? {
            Tok::Lpar => return self.deeper(Self::parentheses),
            Tok::Lsqb => return self.deeper(Self::square_brackets),
            Tok::Lbrace => return self.deeper(Self::braces),
            Tok::String { .. } => return self.strings(),
            _ => match self.take()? {
                Tok::Name { name } => {
                    return Some(Expr::Name(ExprName {
                        id: Identifier::new(name),
                        ctx: ExprContext::Load,
                        range: self.since(start),
                    }));
                }
                Tok::Int { value } => Constant::Int(value),
                Tok::Float { value } => Constant::Float(value),
                Tok::Complex { real, imag } => Constant::Complex { real, imag },
                Tok::True => Constant::Bool(true),
                Tok::False => Constant::Bool(false),
                Tok::None => Constant::None,
                Tok::Ellipsis => Constant::Ellipsis,
                _ => return None,
            },
        };
        Some(Expr::Constant(ExprConstant {
            value,
            kind: None,
            range: self.since(start),
        }))
    }

    /// Strings that stand side by side.
    fn strings(&mut self) -> Option<Expr> {
        let start = self.start();
        let single = !matches!(self.second(), Some(Tok::String { .. }));
        if let Some(Tok::String { value, kind, .. }) = self.peek()
            && single
            && (*kind == StringKind::RawString
                || *kind == StringKind::String && !value.contains('\\'))
            && let Some(Tok::String { value, .. }) = self.take()
        {
            return Some(Expr::Constant(ExprConstant {
                value: Constant::Str(value),
                kind: None,
                range: self.since(start),
            }));
        }
        // What is in the others is for the generated parser.
        let mut tokens = Vec::new();
        while matches!(self.peek(), Some(Tok::String { .. })) {
            let range = self.tokens[self.at].1;
            tokens.push(Ok((self.take()?, range)));
        }
        Expr::parse_tokens(tokens, "<python>").ok()
    }
}

/// An operator between two values, and how strong it is.
fn operator(token: &Tok) -> Option<(Operator, u8)> {
    Some(match token {
        Tok::Vbar => (Operator::BitOr, BITWISE_OR),
        Tok::CircumFlex => (Operator::BitXor, 1),
        Tok::Amper => (Operator::BitAnd, 2),
        Tok::LeftShift => (Operator::LShift, 3),
        Tok::RightShift => (Operator::RShift, 3),
        Tok::Plus => (Operator::Add, 4),
        Tok::Minus => (Operator::Sub, 4),
        Tok::Star => (Operator::Mult, 5),
        Tok::Slash => (Operator::Div, 5),
        Tok::DoubleSlash => (Operator::FloorDiv, 5),
        Tok::Percent => (Operator::Mod, 5),
        Tok::At => (Operator::MatMult, 5),
        _ => return None,
    })
}
