//! `#[keys_reader]` and `#[stream_reader]`: from a function with a Python body to a function that
//! Redis calls when keys change or entries arrive.

use proc_macro2::TokenStream;
use syn::{FnArg, Pat, ReturnType};

use crate::attrs::{self, Arguments, Macro};
use crate::function::{self, Item, Python};
use crate::report::Report;
use crate::types::{check_parameter, check_qualifiers, python_name};
use crate::{conditions, expand, known, messages, print};
use redgrease_core::native::promise;

/// What the attribute found out.
pub(crate) struct Event {
    pub(crate) of: Macro,
    pub(crate) arguments: Arguments,
    pub(crate) item: Item,
    pub(crate) python: Python,
    pub(crate) on_registered: Option<Python>,
}

/// The items for the attribute `of` before `item`.
pub(crate) fn expand(of: Macro, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = match Item::read(item, of.name()) {
        Ok(item) => item,
        Err(tokens) => return tokens,
    };
    if let Some(both) = conditions::split(of, &arguments, &item) {
        return both;
    }
    let mut report = Report::default();
    let event = read(of, arguments, item, &mut report);
    let tokens = if function::is_misplaced(&event.item, &mut report) {
        expand::method(&event.item, report)
    } else {
        expand::event(&event, report)
    };
    print::tokens(&tokens);
    tokens
}

fn read(of: Macro, arguments: TokenStream, item: Item, report: &mut Report) -> Event {
    let mut arguments = attrs::parse(arguments, of, report);
    let params = parameters(&item, report);
    function::check_name(&item, report);
    let body = function::body(&item, &mut arguments, report)
        .filter(|_| function::has_names(item.signature.inputs.iter().map(name)));
    let function = python_name(&item.signature.ident);
    let on_registered = function::on_registered(&item, &arguments, report);
    let types = known::types(&item.signature, &params, !arguments.requirements.is_empty())
        .known(function::known(&arguments, on_registered.as_ref()))
        // Its only parameter is the record.
        .native(arguments.native.then(|| promise(1)));
    let python = function::check(
        body.as_ref(),
        function,
        &params,
        &types,
        arguments.python,
        report,
    );
    let event = Event {
        of,
        arguments,
        item,
        python,
        on_registered,
    };
    if let (Some(body), false) = (&body, report.has_errors()) {
        print::event(&body.source, &event);
    }
    event
}

/// The name of the record.
fn parameters<'i>(item: &'i Item, report: &mut Report) -> Vec<&'i syn::Ident> {
    let signature = &item.signature;
    check_qualifiers(signature, report);
    if let Some(word) = &signature.asyncness {
        report.error(word.span, messages::ASYNC_EVENT);
    }
    if let ReturnType::Type(_, ty) = &signature.output {
        report.error_at(ty, messages::EVENT_RESULT);
    }
    if let Some(receiver) = signature.receiver() {
        report.error_at(receiver, messages::RECEIVER);
    }
    let names: Vec<&syn::Ident> = signature.inputs.iter().filter_map(name).collect();
    let count = signature.inputs.len() - usize::from(signature.receiver().is_some());
    let (&[name], 1) = (names.as_slice(), count) else {
        if signature.receiver().is_some() && count == 0 {
            // it has no parameters because it has a `self`
        } else if signature.inputs.is_empty() {
            report.error(signature.ident.span(), messages::EVENT_PARAMETERS);
        } else {
            report.error_at(&signature.inputs, messages::EVENT_PARAMETERS);
        }
        return function::parameters(names.into_iter());
    };
    check_parameter(name, report);
    function::parameters(std::iter::once(name))
}

/// The name of a parameter that is a plain one.
fn name(input: &FnArg) -> Option<&syn::Ident> {
    match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(&name.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}

impl Event {
    /// The type that the user wrote for the record.
    pub(crate) fn record(&self) -> Option<&syn::Type> {
        match self.item.signature.inputs.first()? {
            FnArg::Typed(typed) => Some(&typed.ty),
            FnArg::Receiver(_) => None,
        }
    }
}
