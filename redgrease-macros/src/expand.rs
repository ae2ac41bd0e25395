//! The Rust code that the macros write. Nothing can fail here.
//!
//! All paths are absolute, names of the expansion are invisible to the user's code, and what
//! depends on the user's types names the trait in a path with the type's place
//! (`<T as Arg>::push`), so that rustc reports an unsupported type once and on the type.

mod plan;
mod registration;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use redgrease_core::gear::Action;
use redgrease_core::table::entry;
use syn::spanned::Spanned;
use syn::{FnArg, Path};

use crate::capture::Capture;
use crate::command::Command;
use crate::function::Item;
use crate::gear::Gear;
use crate::messages;
use crate::place;
use crate::py::{self, Py};
use crate::report::Report;
use crate::types::{Parameter, Shape, error_type, python_name, without_lifetimes};
use plan::{static_code, static_plan, static_text};
pub(crate) use registration::event;

/// The hidden module of the facade that expansions name.
pub(crate) fn private(krate: &Path) -> TokenStream {
    quote!(#krate::__private)
}

/// A name of the expansion that the user's code cannot see.
fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The tokens with another place. rustc says once that a name is there twice, although it is a type
/// and a function, when both stand in the same place.
fn at(tokens: impl ToTokens, place: Span) -> TokenStream {
    let trees = tokens.into_token_stream().into_iter();
    trees
        .map(|mut tree| {
            tree.set_span(tree.span().located_at(place));
            tree
        })
        .collect()
}

/// The items for a command: the function, and the type of the same name with its registration.
pub(crate) fn command(command: &Command, report: Report) -> TokenStream {
    let function = function(command, report.has_errors());
    let call = call(command, report.has_errors());
    let registration = registration::command(command, &call);
    let order = order_of_aliases(command, report.has_errors());
    let shared =
        registration::assert_shared(&command.arguments, &command.python.name, &command.item);
    let tracked = registration::tracked(&command.arguments);
    let report = report.into_tokens();
    quote! {
        #report
        #registration
        #function
        #order
        #shared
        #tracked
    }
}

/// What takes the place of a method: only itself, because no type can stand beside it.
pub(crate) fn method(item: &Item, report: Report) -> TokenStream {
    let report = report.into_tokens();
    let (attributes, visibility) = (&item.attributes, &item.visibility);
    let mut signature = item.signature.clone();
    if place::is_outside(Span::call_site()) {
        // rustc would have to complain of its `self`, too
        let inputs = signature.inputs.into_iter();
        signature.inputs = inputs
            .filter(|one| matches!(one, FnArg::Typed(_)))
            .collect();
    }
    quote! {
        #report
        #[allow(unused_variables)]
        #(#attributes)*
        #visibility #signature {
            ::core::panic!("this function has errors")
        }
    }
}

fn function(command: &Command, has_errors: bool) -> TokenStream {
    let private = private(&command.arguments.krate);
    let attributes = &command.item.attributes;
    let visibility = &command.item.visibility;
    let signature = &command.item.signature;
    let name = &signature.ident;
    let (asyncness, fn_token, generics) = (
        &signature.asyncness,
        &signature.fn_token,
        &signature.generics,
    );
    let (inputs, clause) = (&signature.inputs, &signature.generics.where_clause);
    let reply = &command.signature.reply;
    let names = command.signature.parameters.iter().map(|p| &p.name);
    let own_type = registration::own_type(name);
    let call = quote!(#own_type::call(#(#names),*));
    let output = match (&command.arguments.on, &reply.written) {
        (None, _) => call_type(command, &private),
        (Some(_), Some(written)) => written.to_token_stream(),
        (Some(_), None) => {
            let value = &reply.value;
            quote!(#private::Result<#value>)
        }
    };
    let body = match &command.arguments.on {
        _ if has_errors => quote!(::core::panic!("this function has errors")),
        None => call,
        Some(on) => {
            let (through, wait) = match asyncness {
                Some(_) => (quote!(through_async), Some(quote!(.await))),
                None => (quote!(through), None),
            };
            let on = quote_spanned!(on.span()=> &#on);
            let result = quote!(#call.plain().#through(#on)#wait);
            match &reply.written {
                None => result,
                Some(written) => {
                    let convert = user_error(written, &private);
                    let (value, failure) = (hidden("value"), hidden("error"));
                    quote! {
                        match #result {
                            ::core::result::Result::Ok(#value) => ::core::result::Result::Ok(#value),
                            ::core::result::Result::Err(#failure) => {
                                ::core::result::Result::Err(#convert(#failure))
                            }
                        }
                    }
                }
            }
        }
    };
    let place = name.span();
    let head = at(quote!(#visibility #asyncness #fn_token), place);
    let body = at(quote!({ #body }), place);
    // What has errors may not use all of its parameters, which is nobody's mistake.
    let quiet = has_errors.then(|| quote!(#[allow(unused_variables, unused_mut)]));
    quote! {
        #quiet
        #(#attributes)*
        #head #name #generics (#inputs) -> #output #clause #body
    }
}

/// The associated function that makes a call which is not sent yet.
fn call(command: &Command, has_errors: bool) -> TokenStream {
    let private = private(&command.arguments.krate);
    let visibility = &command.item.visibility;
    let signature = &command.item.signature;
    let (inputs, generics) = (&signature.inputs, &signature.generics);
    let clause = &generics.where_clause;
    let args = hidden("args");
    let parameters = command.signature.parameters.iter().filter(|p| p.named);
    let pushes = parameters.map(|parameter| {
        let (name, ty) = (&parameter.name, without_lifetimes(&parameter.ty));
        quote_spanned!(parameter.ty.span()=> <#ty as #private::Arg>::push(&#name, &mut #args);)
    });
    let mutable = (!command.signature.parameters.is_empty()).then(|| quote!(mut));
    let decode = decoder(command, &private);
    let state = hidden("STATE");
    let output = call_type(command, &private);
    // With `on`, the function itself makes the user's error.
    let error = match (&command.arguments.on, &command.signature.reply.written) {
        (None, Some(written)) => {
            let convert = user_error(written, &private);
            Some(quote!(let _ = #convert;))
        }
        _ => None,
    };
    let name = python_name(&signature.ident);
    let what = format!(
        "A call of [`{name}()`](fn@{name}) that is not sent yet: for a deadline of its own, another \
         connection, a test."
    );
    let quiet = has_errors.then(|| quote!(#[allow(unused_variables, unused_mut)]));
    quote! {
        #[doc = #what]
        #[allow(clippy::too_many_arguments)]
        #quiet
        #visibility fn call #generics (#inputs) -> #output #clause {
            static #state: #private::CommandState = #private::CommandState::new();
            #error
            let #mutable #args = #private::Args::new();
            #(#pushes)*
            #private::Call::new(&Self::SPEC, &#state, #args, #decode)
        }
    }
}

/// The type of a call: what it gives, and the error that the user wrote.
fn call_type(command: &Command, private: &TokenStream) -> TokenStream {
    let reply = &command.signature.reply;
    let value = &reply.value;
    match &reply.written {
        None => quote!(#private::Call<#value>),
        Some(written) => match error_type(written) {
            Some(error) => quote!(#private::Call<#value, #error>),
            // An alias, whose error type only rustc knows.
            None => quote!(#private::Call<#value, <#written as #private::Fallible>::Error>),
        },
    }
}

/// The function that makes the error of the user's `Result` from the library's.
fn user_error(written: &syn::Type, private: &TokenStream) -> TokenStream {
    let error = error_type(written);
    let span = error.map_or_else(|| written.span(), Spanned::span);
    let error = match error {
        Some(error) => without_lifetimes(error),
        None => quote!(<#written as #private::Fallible>::Error),
    };
    quote_spanned!(span=> <#error as #private::UserError>::of)
}

/// The function that makes the Rust value of what the server sends.
fn decoder(command: &Command, private: &TokenStream) -> TokenStream {
    let reply = &command.signature.reply;
    let value = without_lifetimes(&reply.value);
    quote_spanned!(reply.span=> <#value as #private::FromReply>::from_records)
}

/// `<T as Arg>::NAME` for the type of a parameter.
fn constant(parameter: &Parameter, private: &TokenStream, name: &str) -> TokenStream {
    let ty = without_lifetimes(&parameter.ty);
    let name = format_ident!("{name}");
    quote_spanned!(parameter.ty.span()=> <#ty as #private::Arg>::#name)
}

/// Checks on the order of parameters whose types only rustc can see through.
fn order_of_aliases(command: &Command, has_errors: bool) -> TokenStream {
    let parameters = &command.signature.parameters;
    let Some((last, before)) = parameters.split_last() else {
        return TokenStream::new();
    };
    if has_errors {
        return TokenStream::new();
    }
    let private = private(&command.arguments.krate);
    let conditions = command.item.conditions();
    let is = |parameter: &Parameter, arity: &str| {
        let value = constant(parameter, &private, "ARITY");
        let arity = format_ident!("{arity}");
        quote_spanned!(parameter.ty.span()=> ::core::matches!(#value, #private::spec::Arity::#arity))
    };
    let assertion = |parameter: &Parameter, wrong: TokenStream, message: messages::Message| {
        let text = message.to_string();
        quote_spanned! {parameter.ty.span()=>
            #(#conditions)*
            const _: () = ::core::assert!(!(#wrong), #text);
        }
    };
    let mut checks = TokenStream::new();
    for parameter in before {
        if parameter.shape == Shape::Unknown {
            let wrong = is(parameter, "Variadic");
            checks.extend(assertion(
                parameter,
                wrong,
                messages::VARIADIC_NOT_LAST.into(),
            ));
        }
        let may_be = |parameter: &Parameter, shape| {
            parameter.shape == shape || parameter.shape == Shape::Unknown
        };
        let known = parameter.shape != Shape::Unknown && last.shape != Shape::Unknown;
        if !known && may_be(parameter, Shape::Optional) && may_be(last, Shape::Variadic) {
            let (optional, variadic) = (is(parameter, "Optional"), is(last, "Variadic"));
            let wrong = quote!(#optional && #variadic);
            checks.extend(assertion(
                parameter,
                wrong,
                messages::OPTION_BEFORE_VARIADIC.into(),
            ));
        }
    }
    checks
}

/// The expression for a gear.
pub(crate) fn gear(gear: &Gear, report: Report) -> TokenStream {
    let private = private(&gear.krate);
    let function = quote!(#private::gear::function);
    let plan = static_plan(&gear.plan, &gear.file, &gear.uses, &private);
    let name = hidden("PLAN");
    let reader = format_ident!("{}", entry(gear.plan.reader).name);
    let end = match (&gear.plan.action, &gear.result) {
        (Some(Action::Run(_)), Some(ty)) => quote!(RunAs<#ty>),
        (Some(Action::Run(_)), None) => quote!(Run),
        (Some(_), _) => quote!(Register),
        (None, _) => quote!(Open),
    };
    let uses = &gear.uses;
    let shared = shared_names(uses, "", true, &private);
    let result = gear.result.as_ref().map(|ty| {
        let ty = without_lifetimes(ty);
        quote_spanned! {ty.span()=>
            const _: #private::spec::Encoding = <#ty as #private::FromResults>::RECORD;
        }
    });
    let captures = captures(&gear.captures, report.has_errors(), &private);
    let report = report.into_tokens();
    quote! {
        {
            #report
            #result
            #shared
            const #name: #function::StaticPlan = #plan;
            #name.gear::<#function::readers::#reader, #function::ends::#end>(#captures)
        }
    }
}

/// The expression for a callback.
pub(crate) fn py(py: &Py, report: Report) -> TokenStream {
    let arguments = &py.header.arguments;
    let private = private(&arguments.krate);
    let build = quote!(#private::gear::build);
    let name = hidden("CALLBACK");
    let arity = py::arity(py.checked.as_ref()).map(|can| {
        let answer = if can { "Yes" } else { "No" };
        let answer = format_ident!("{answer}");
        quote!(#build::#answer)
    });
    let callback = match &py.checked {
        Some(checked) => {
            let prelude = match &checked.prelude {
                Some(code) => {
                    let code = static_text(&py::indented(code), code.line);
                    quote!(::core::option::Option::Some(#code))
                }
                None => quote!(::core::option::Option::None),
            };
            let (file, code) = (&py.file, static_code(&checked.code));
            let (function, requirements) = (checked.function, &arguments.requirements);
            let (uses, methods) = (&checked.uses, &checked.cmd_methods);
            let shared = shared(&arguments.uses.paths);
            quote! {
                #build::StaticCallback {
                    file: #file,
                    prelude: #prelude,
                    code: #code,
                    function: #function,
                    requirements: &[#(#requirements),*],
                    uses: &[#(#uses),*],
                    cmd_methods: &[#(#methods),*],
                    shared: &[#(#shared),*],
                }
            }
        }
        None => quote!(#build::StaticCallback::EMPTY),
    };
    let names = shared_names(&arguments.uses.paths, "", true, &private);
    let captures = captures(&py.captures, report.has_errors(), &private);
    let report = report.into_tokens();
    quote! {
        {
            #report
            #names
            const #name: #build::StaticCallback = #callback;
            #name.callback::<#(#arity),*>(#captures)
        }
    }
}

/// The names of shared Python as values.
fn shared(uses: &[Path]) -> Vec<TokenStream> {
    let value = |path: &Path| quote_spanned!(path.span()=> #path.shared());
    uses.iter().map(value).collect()
}

/// The check that the names of shared Python can stand in one script, and that what they import is there:
/// `packages` says whether any may be.
fn shared_names(
    uses: &[Path],
    function: &str,
    packages: bool,
    private: &TokenStream,
) -> Option<TokenStream> {
    let first = uses.first()?;
    let words = uses.iter().filter_map(|path| path.segments.last());
    let words = words.map(|last| python_name(&last.ident));
    let uses = match packages {
        true => shared(uses),
        false => {
            let value = |path: &Path| {
                let method = Ident::new("RG0205", path.span().resolved_at(Span::mixed_site()));
                quote_spanned!(path.span()=> #path.#method())
            };
            uses.iter().map(value).collect()
        }
    };
    Some(quote_spanned! {first.span()=>
        const _: () = #private::assert_shared(#function, &[#(#words),*], &[#(#uses),*]);
    })
}

/// The captured values; after an error rustc need not look at them, too.
fn captures(captures: &[Capture], has_errors: bool, private: &TokenStream) -> TokenStream {
    if captures.is_empty() || has_errors {
        return quote!(::std::vec::Vec::new());
    }
    let values = captures.iter().map(|capture| {
        let (name, value) = (&capture.name, &capture.value);
        quote_spanned!(capture.span=> #private::literal::capture(#name, &(#value)))
    });
    quote!(::std::vec![#(#values),*])
}
