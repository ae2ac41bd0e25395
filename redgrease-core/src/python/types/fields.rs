//! Parts of values: `value[index]` and `value.name`.

use std::ops::Range;

use super::infer::Infer;
use super::{Type, Types, operators};
use crate::messages;
use crate::python::parse::ast::{self, Expr};
use crate::python::parse::range;

impl<'e> Infer<'e> {
    pub(super) fn subscript(&mut self, e: &'e ast::ExprSubscript) -> Types {
        let value = self.expression(&e.value);
        let index = self.expression(&e.slice);
        if !matches!(e.ctx, ast::ExprContext::Load) {
            return Types::ANY;
        }
        if let (Expr::Constant(name), false) = (&*e.slice, value.is_any())
            && let Some(name) = name.value.as_str()
            && value.never(|t| !matches!(t, Type::Record | Type::StreamRecord))
        {
            self.field(&value, name, range(&*e.slice));
            return Types::ANY;
        }
        if let Expr::Constant(key) = &*e.slice
            && let Some(key) = key.value.as_str()
        {
            self.key(&value, key, range(&*e.slice));
        }
        let slice = e.slice.is_slice_expr();
        operators::index(&value, &index, slice).unwrap_or_else(|()| {
            if value.never(|t| *t == Type::Function) {
                let found = messages::no_index(&value.to_string(), &index.to_string(), range(e));
                self.say(found);
            }
            Types::ANY
        })
    }

    /// What an attribute is; and what it is of.
    pub(super) fn attribute(&mut self, e: &'e ast::ExprAttribute) -> (Types, Types) {
        let value = self.expression(&e.value);
        if value.is_any() || !matches!(e.ctx, ast::ExprContext::Load) {
            return (Types::ANY, value);
        }
        let end = range(e).end;
        self.field(&value, &e.attr, end.saturating_sub(e.attr.len())..end);
        let mut all = value.known().iter().map(|t| t.field(&e.attr));
        let first = all.next().unwrap_or(Types::ANY);
        (all.fold(first, Types::or), value)
    }

    /// Says when a dictionary that is known certainly lacks a key.
    fn key(&mut self, value: &Types, key: &str, at: Range<usize>) {
        let may_have = |t: &Type| match t {
            Type::Dict(Some(keys)) => keys.iter().any(|known| known == key),
            _ => true,
        };
        if value.never(may_have) {
            let all = value.known().iter().filter_map(|t| match t {
                Type::Dict(keys) => keys.as_deref(),
                _ => None,
            });
            let all: Vec<&str> = all.flatten().map(String::as_str).collect();
            self.say(messages::no_key(key, &all, at));
        }
    }

    /// Says when no possible type has the attribute.
    fn field(&mut self, value: &Types, name: &str, at: Range<usize>) {
        let has = |t: &Type| t.attributes().is_none_or(|all| all.contains(&name));
        if !name.starts_with("__") && value.never(has) {
            let all = value.known().iter().filter_map(Type::attributes).flatten();
            let meant = crate::suggest::nearest(name, all.copied());
            let fields = match value.known() {
                [one @ (Type::Record | Type::StreamRecord)] => one.attributes(),
                _ => None,
            };
            let found = messages::no_field(&value.to_string(), name, meant, fields, at);
            self.say(found);
        }
    }
}
