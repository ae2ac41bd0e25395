//! Calls of what the server gives to functions.

use std::ops::Range;
use std::sync::Arc;

use crate::native::compile::{Refusal, Scope};
use crate::native::host::Service;
use crate::native::program::{Sent, Start};
use crate::native::tree::{Argument, Constant, Expr as Made};
use crate::python::ast::{self, Expr};

impl<'s> Scope<'_, 's> {
    pub(super) fn service(
        &mut self,
        name: &str,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        let Some(row) = Self::service_row(name) else {
            return Err(Refusal::new(
                "a function of the server that is not in the table",
                name,
                at.clone(),
            ));
        };
        let mut arguments = Vec::new();
        let mut service = row.service;
        for argument in &call.args {
            arguments.push(match argument {
                Expr::Starred(e) => {
                    if row.service != Service::Execute && row.service != Service::CallNext {
                        return Err(Refusal::new("`*` in this call", name, at.clone()));
                    }
                    if self.is_only_source(&e.value) {
                        return Err(Refusal::new("`*` before an iteration", name, at.clone()));
                    }
                    self.may_give_back("after an effect, `*` in a call", "", at.clone())?;
                    Argument::Many(self.source(&e.value)?)
                }
                value => Argument::One(self.expression(value)?),
            });
        }
        for keyword in &call.keywords {
            let is_log = matches!(row.service, Service::Log | Service::LogAny);
            if is_log && keyword.arg.as_deref() == Some("level") && arguments.len() == 1 {
                arguments.push(Argument::One(self.expression(&keyword.value)?));
            } else {
                return Err(Refusal::new("an argument by name", name, at.clone()));
            }
        }
        let fits = match row.service {
            Service::Execute | Service::Read | Service::CallNext => true,
            Service::Log | Service::LogAny | Service::ConfigOr => matches!(arguments.len(), 1 | 2),
            Service::Hashtag | Service::Hashtag3 | Service::Command => arguments.is_empty(),
            Service::Config | Service::Override => arguments.len() == 1,
        };
        if !fits {
            return Err(Refusal::new(
                "this number of arguments for",
                name,
                at.clone(),
            ));
        }
        if matches!(row.service, Service::Execute | Service::CallNext) {
            let sent = match (row.service, arguments.as_slice()) {
                (
                    Service::Execute,
                    [
                        Argument::One(Made::Constant(Constant::Str(name))),
                        rest @ ..,
                    ],
                ) => Sent {
                    name: Some(Arc::clone(name)),
                    first: rest
                        .first()
                        .map_or_else(Start::unknown, |first| self.start_of(first)),
                },
                _ => Sent::any(),
            };
            if let Some(name) = sent.name.as_deref() {
                service = self.executes(name);
            }
            self.compiler.sent.push(sent);
        }
        // Arguments are sent as text.
        self.shows(at.clone())?;
        if row.replies {
            self.sees_replies();
        }
        if row.has_effect && service != Service::Read {
            self.happens();
        }
        Ok(Made::Service(service, arguments))
    }
}
