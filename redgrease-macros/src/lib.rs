//! The macros of redgrease. Programs use them through the `redgrease` crate.
//!
//! The road of an invocation, one module each: `attrs` reads the arguments, `body` finds the
//! Python text and knows the token behind each of its bytes, `redgrease_core` checks the text,
//! `command`, `event` and `gear` put the pieces together, `expand` writes the Rust code and `report` the errors.

use proc_macro::TokenStream;

mod attrs;
mod body;
mod capture;
mod command;
mod comment;
mod conditions;
mod event;
mod expand;
mod function;
mod gear;
mod header;
mod known;
mod literal;
mod messages;
mod module_file;
mod place;
mod print;
mod py;
mod python_module;
mod registrations;
mod report;
mod scan;
mod splice;
#[cfg(test)]
mod tests;
mod tokens;
mod types;
mod value;

#[doc = include_str!("../docs/command.md")]
#[proc_macro_attribute]
pub fn command(arguments: TokenStream, item: TokenStream) -> TokenStream {
    command::expand(arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/keys_reader.md")]
#[proc_macro_attribute]
pub fn keys_reader(arguments: TokenStream, item: TokenStream) -> TokenStream {
    event::expand(attrs::Macro::KeysReader, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/stream_reader.md")]
#[proc_macro_attribute]
pub fn stream_reader(arguments: TokenStream, item: TokenStream) -> TokenStream {
    event::expand(attrs::Macro::StreamReader, arguments.into(), item.into()).into()
}

#[doc = include_str!("../docs/gear.md")]
#[proc_macro]
pub fn gear(input: TokenStream) -> TokenStream {
    gear::expand(&input.into()).into()
}

#[doc = include_str!("../docs/py.md")]
#[proc_macro]
pub fn py(input: TokenStream) -> TokenStream {
    py::expand(input.into()).into()
}

#[doc = include_str!("../docs/python_module.md")]
#[proc_macro]
pub fn python_module(input: TokenStream) -> TokenStream {
    python_module::expand(input.into()).into()
}

#[doc = include_str!("../docs/python.md")]
#[proc_macro]
pub fn python(_: TokenStream) -> TokenStream {
    let mut report = report::Report::default();
    report.error(proc_macro2::Span::call_site(), messages::PYTHON_ALONE);
    report.into_tokens().into()
}

/// What `registrations![…]` of the facade is, after the path of the facade. rustc shows the name.
#[doc(hidden)]
#[proc_macro]
pub fn each_function_of_registrations_needs_an_attribute(input: TokenStream) -> TokenStream {
    registrations::expand(input.into()).into()
}

/// The bytes of the engine's module file, for the command line tool to carry: `Option<&[u8; N]>`.
#[doc(hidden)]
#[proc_macro]
pub fn engine_module(_: TokenStream) -> TokenStream {
    module_file::expand().into()
}

/// The path of that file when the program was built: `Option<&str>`.
#[doc(hidden)]
#[proc_macro]
pub fn engine_module_path(_: TokenStream) -> TokenStream {
    module_file::expand_path().into()
}
