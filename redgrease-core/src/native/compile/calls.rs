//! Calls.

mod builtin;
mod method;
mod own;
mod service;

use std::ops::Range;

use super::scope::Named;
use super::{Meaning, Refusal, Scope};
use crate::native::tree::Expr as Made;
use crate::python::ast::{self, Expr};
use crate::python::range;
pub(super) use builtin::type_name;

impl<'s> Scope<'_, 's> {
    pub(super) fn called(
        &mut self,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        match &*call.func {
            Expr::Attribute(attribute) => self.method(call, attribute, at),
            Expr::Name(name) => {
                if let Some(record) = self.record(&name.id, call, at)? {
                    return Ok(record);
                }
                if let Named::Unknown = self.named(&name.id) {
                    return Err(Refusal::new(
                        "a name that is not known",
                        &name.id,
                        at.clone(),
                    ));
                }
                match self.global(&name.id, &range(name))? {
                    Meaning::Builtin(builtin) => self.builtin_call(builtin, call, at),
                    Meaning::Server(service) => self.service(service, call, at),
                    Meaning::Function(number) => self.own(*number, call, at),
                    Meaning::Constant(_) => Err(Refusal::new(
                        "a call of what is no function",
                        &name.id,
                        at.clone(),
                    )),
                }
            }
            _ => Err(Refusal::new("a call of what is no name", "", at.clone())),
        }
    }

    /// Positional arguments and nothing else.
    fn plain<'a>(call: &'a ast::ExprCall, at: &Range<usize>) -> Result<&'a [Expr], Refusal> {
        if let Some(keyword) = call.keywords.first() {
            let name = keyword.arg.as_deref().unwrap_or("**");
            return Err(Refusal::new("an argument by name", name, at.clone()));
        }
        Ok(&call.args)
    }
}
