//! Which names of lists are only read, so that their elements stay what they are.

use std::collections::BTreeSet;

use crate::python::parse::ast::{self, Comprehension, Expr, Stmt};
use crate::python::walk::{self, Visitor};

/// Functions that keep no argument and change none.
const READERS: &[&str] = &[
    "all",
    "any",
    "dict",
    "enumerate",
    "isinstance",
    "iter",
    "len",
    "list",
    "log",
    "max",
    "min",
    "print",
    "repr",
    "reversed",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

/// Takes names out that may be changed, or be given to what may change them.
pub(super) struct Others<'n, 'e>(pub(super) &'n mut BTreeSet<&'e str>);

impl Others<'_, '_> {
    /// An expression whose value is looked at, and left alone.
    fn read(&mut self, expression: &Expr) {
        if !expression.is_name_expr() {
            self.expression(expression);
        }
    }
}

impl Visitor for Others<'_, '_> {
    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Return(ast::StmtReturn { value: Some(e), .. }) => self.read(e),
            Stmt::For(s) => {
                self.read(&s.iter);
                self.expression(&s.target);
                walk::walk_body(self, &s.body);
                walk::walk_body(self, &s.orelse);
            }
            Stmt::If(s) => {
                self.read(&s.test);
                walk::walk_body(self, &s.body);
                walk::walk_body(self, &s.orelse);
            }
            _ => {
                // what an inner function gives back goes on under another name
                if walk::function(statement).is_some() {
                    returned(statement, self.0);
                }
                walk::walk_statement(self, statement);
            }
        }
    }

    fn comprehension(&mut self, comprehension: &Comprehension) {
        self.read(&comprehension.iter);
        self.expression(&comprehension.target);
        comprehension.ifs.iter().for_each(|e| self.expression(e));
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::Subscript(e) if e.ctx == ast::ExprContext::Load => {
                self.read(&e.value);
                self.expression(&e.slice);
            }
            Expr::Starred(e) => self.read(&e.value),
            Expr::Compare(e) => {
                self.read(&e.left);
                e.comparators.iter().for_each(|e| self.read(e));
            }
            Expr::BinOp(e) => {
                self.read(&e.left);
                self.read(&e.right);
            }
            Expr::Call(e) if reads(&e.func) => {
                self.expression(&e.func);
                e.args.iter().for_each(|e| self.read(e));
                e.keywords.iter().for_each(|k| self.expression(&k.value));
            }
            Expr::Name(e) if e.ctx == ast::ExprContext::Load => {
                self.0.remove(e.id.as_str());
            }
            _ => walk::walk_expression(self, expression),
        }
    }
}

/// Whether a call of it leaves its arguments as they are.
fn reads(function: &Expr) -> bool {
    let name = match function {
        Expr::Name(e) => &e.id,
        Expr::Attribute(e) if matches!(&*e.value, Expr::Name(of) if of.id.as_str() == "cmd") => {
            return true;
        }
        Expr::Attribute(e) => return e.attr.as_str() == "join",
        _ => return false,
    };
    READERS.contains(&name.as_str())
}

/// Takes out what inner functions give back.
fn returned(function: &Stmt, names: &mut BTreeSet<&str>) {
    struct Finder<'n, 'e>(&'n mut BTreeSet<&'e str>);
    impl Visitor for Finder<'_, '_> {
        fn statement(&mut self, statement: &Stmt) {
            if let Stmt::Return(ast::StmtReturn { value: Some(e), .. }) = statement
                && let Expr::Name(name) = &**e
            {
                self.0.remove(name.id.as_str());
            }
            walk::walk_statement(self, statement);
        }
    }
    Finder(names).statement(function);
}
