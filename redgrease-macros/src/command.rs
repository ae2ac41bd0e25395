//! `#[command]`: from a function with a Python body to a function that runs in Redis.

use proc_macro2::TokenStream;

use crate::attrs::{self, Arguments, Macro, Trigger};
use crate::function::{self, Item, Python};
use crate::report::Report;
use crate::types::{Signature, python_name};
use crate::{conditions, expand, known, messages, print};
use redgrease_core::native::promise;

/// What `#[command]` found out.
pub(crate) struct Command {
    pub(crate) arguments: Arguments,
    pub(crate) item: Item,
    pub(crate) signature: Signature,
    pub(crate) python: Python,
    pub(crate) on_registered: Option<Python>,
}

/// The items for `#[command(arguments)] item`.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = match Item::read(item, Macro::Command.name()) {
        Ok(item) => item,
        Err(tokens) => return tokens,
    };
    if let Some(both) = conditions::split(Macro::Command, &arguments, &item) {
        return both;
    }
    let mut report = Report::default();
    let command = read(arguments, item, &mut report);
    let tokens = if function::is_misplaced(&command.item, &mut report) {
        expand::method(&command.item, report)
    } else {
        expand::command(&command, report)
    };
    print::tokens(&tokens);
    tokens
}

fn read(arguments: TokenStream, mut item: Item, report: &mut Report) -> Command {
    let mut arguments = attrs::parse(arguments, Macro::Command, report);
    let signature = Signature::read(&item.signature, report);
    function::check_name(&item, report);
    if let (Some(word), None) = (&item.signature.asyncness, &arguments.on) {
        report.error(word.span, messages::ASYNC_WITHOUT_ON);
    }
    let body = function::body(&item, &mut arguments, report)
        .filter(|_| function::has_names(signature.names().map(Some)));
    let params = function::parameters(signature.names());
    let on_registered = function::on_registered(&item, &arguments, report);
    let types = known::types(&item.signature, &params, !arguments.requirements.is_empty())
        .known(function::known(&arguments, on_registered.as_ref()))
        .native(arguments.native.then(|| promise(0)));
    let python = function::check(
        body.as_ref(),
        python_name(&item.signature.ident),
        &params,
        &types,
        arguments.python,
        report,
    );
    function::unname(&mut item);
    let command = Command {
        arguments,
        item,
        signature,
        python,
        on_registered,
    };
    if let (Some(body), false) = (&body, report.has_errors()) {
        print::command(&body.source, &command);
    }
    command
}

impl Command {
    /// The name of the trigger.
    pub(crate) fn trigger(&self) -> String {
        match &self.arguments.trigger {
            Some(Trigger::Named(name)) => name.value(),
            Some(Trigger::Unique) => self.unique(),
            None => self.python.name.clone(),
        }
    }

    /// A name that no other function has, and that stays the same while the source stays.
    fn unique(&self) -> String {
        let name = &self.item.signature.ident;
        let place = name.span().start();
        let package = std::env::var("CARGO_PKG_NAME").unwrap_or_default();
        let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
        let whole = format!(
            "{package} {version} {} {}:{}\n{}",
            self.python.file, place.line, place.column, self.python.def
        );
        format!(
            "{}-{:016x}",
            self.python.name,
            redgrease_core::hash::Fnv1a::of(whole.as_bytes())
        )
    }
}
