//! Calls of the script's own functions.

use std::ops::Range;

use crate::native::compile::glue::{Decoding, is_record};
use crate::native::compile::{Refusal, Scope, Version};
use crate::native::program::Start;
use crate::native::tree::{DecodedCall, Expr as Made, FunctionCall, Slot};
use crate::python::ast;

impl<'s> Scope<'_, 's> {
    pub(in crate::native::compile) fn own(
        &mut self,
        number: usize,
        call: &'s ast::ExprCall,
        at: &Range<usize>,
    ) -> Result<Made, Refusal> {
        let described = &self.compiler.described[number];
        let names = described.parameters.clone();
        let rest = described.rest;
        let plain = names.len() - usize::from(rest);
        let without_default = plain.saturating_sub(described.defaults.len());
        let defaults = described.defaults.clone();
        if let Some(Decoding {
            decoders,
            arguments,
        }) = self.decoded(call, at)?
        {
            if decoders.len() != names.len() {
                return Err(Refusal::new("too few arguments", "", at.clone()));
            }
            let (function, happens) = self
                .compiler
                .function(Version::new(number, false), at.clone())?;
            if happens {
                self.happens();
            }
            return Ok(Made::Decoded(Box::new(DecodedCall {
                function,
                decoders,
                arguments,
            })));
        }
        let mut given: Vec<Option<Made>> = Vec::new();
        given.resize_with(names.len(), || None);
        let mut order = Vec::new();
        if !rest && call.args.len() > names.len() {
            return Err(Refusal::new(
                "too many arguments",
                &described.name,
                at.clone(),
            ));
        }
        for (place, argument) in call.args.iter().take(plain).enumerate() {
            given[place] = Some(self.expression(argument)?);
            order.push(place);
        }
        if rest {
            let more = call.args.get(plain..).unwrap_or_default();
            given[plain] = Some(Made::Tuple(self.all(more)?));
            order.push(plain);
        }
        for keyword in &call.keywords {
            let place = keyword
                .arg
                .as_deref()
                .and_then(|name| names.iter().position(|one| one == name))
                .filter(|place| given[*place].is_none());
            let Some(place) = place else {
                return Err(Refusal::new("an argument by name", "", at.clone()));
            };
            given[place] = Some(self.expression(&keyword.value)?);
            order.push(place);
        }
        for (place, one) in given.iter_mut().enumerate() {
            if one.is_none() {
                let default = place
                    .checked_sub(without_default)
                    .and_then(|at| defaults.get(at))
                    .ok_or_else(|| Refusal::new("too few arguments", "", at.clone()))?;
                *one = Some(Made::Constant(default.clone()));
                order.push(place);
            }
        }
        let mut version = Version::new(number, self.state.effect);
        for (place, one) in given.iter().enumerate().take(64) {
            if one.as_ref().is_some_and(is_record) {
                version.records |= 1 << place;
            }
        }
        if number >= self.compiler.methods {
            // Most of what methods of `cmd` take is not given: what that does not send is left out.
            let known = given
                .iter()
                .enumerate()
                .filter_map(|(place, one)| match one {
                    Some(Made::Constant(value)) => {
                        Some((Slot::try_from(place).ok()?, value.clone()))
                    }
                    _ => None,
                });
            self.compiler.constants = known.collect();
            let starts = given.iter().enumerate().filter_map(|(place, one)| {
                Some((Slot::try_from(place).ok()?, Start::of(one.as_ref()?)))
            });
            self.compiler.starts = starts.collect();
            version.call = self.compiler.codes.len() + 1;
        }
        let (code, happens) = self.compiler.function(version, at.clone())?;
        if happens {
            self.happens();
        }
        Ok(Made::Call(Box::new(FunctionCall {
            function: code,
            arguments: given.into_iter().flatten().collect(),
            order,
        })))
    }
}
