//! The Rust code that the macros write. Nothing can fail here.
//!
//! All paths are absolute, names of the expansion are invisible to the user's code, and what
//! depends on the user's types names the trait in a path with the type's place
//! (`<T as Arg>::push`), so that rustc reports an unsupported type once and on the type.

mod registration;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use redgrease_core::gear::{Action, Argument, Code, Plan, Reader, Text};
use syn::Path;
use syn::spanned::Spanned;

use crate::capture::Capture;
use crate::command::Command;
use crate::function::Item;
use crate::gear::Gear;
use crate::messages;
use crate::py::{self, Py};
use crate::report::Report;
use crate::types::{Parameter, Shape, error_type, python_name, without_lifetimes};
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
    let registration = registration::command(command);
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
    let (attributes, visibility, signature) = (&item.attributes, &item.visibility, &item.signature);
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
    let value = &command.signature.reply.value;
    let args = hidden("args");
    let parameters = command.signature.parameters.iter().filter(|p| p.named);
    let pushes = parameters.map(|parameter| {
        let (name, ty) = (&parameter.name, without_lifetimes(&parameter.ty));
        quote_spanned!(parameter.ty.span()=> <#ty as #private::Arg>::push(&#name, &mut #args);)
    });
    let mutable = (!command.signature.parameters.is_empty()).then(|| quote!(mut));
    let start = quote! {
        let #mutable #args = #private::Args::new();
        #(#pushes)*
    };
    let decode = decoder(command, &private);
    let state = hidden("STATE");
    let declare = quote!(static #state: #private::CommandState = #private::CommandState::new(););
    let (output, body) = match &command.arguments.on {
        None => (
            quote!(#private::Call<#value>),
            quote! {
                #declare
                #private::Call::new(&#name::SPEC, &#state, #args, #decode)
            },
        ),
        Some(on) => {
            let (call, wait) = match asyncness {
                Some(_) => (quote!(call_on_async), Some(quote!(.await))),
                None => (quote!(call_on), None),
            };
            let on = quote_spanned!(on.span()=> &#on);
            let mut result = quote! {
                #private::#call(#on, &#name::SPEC, &#state, #args, #decode)#wait
            };
            if let Some(written) = &command.signature.reply.written {
                // The user's `Result` may have another error type.
                let error = error_type(written);
                let span = error.map_or_else(|| written.span(), Spanned::span);
                let error = error.map_or_else(|| quote!(_), ToTokens::to_token_stream);
                let convert = quote_spanned!(span=> <#error as #private::UserError>::of);
                let (value, failure) = (hidden("value"), hidden("error"));
                result = quote! {
                    match #result {
                        ::core::result::Result::Ok(#value) => ::core::result::Result::Ok(#value),
                        ::core::result::Result::Err(#failure) => {
                            ::core::result::Result::Err(#convert(#failure))
                        }
                    }
                };
            }
            let output = match &command.signature.reply.written {
                Some(written) => written.to_token_stream(),
                None => quote!(#private::Result<#value>),
            };
            (output, quote!(#declare #result))
        }
    };
    let place = name.span();
    let head = at(quote!(#visibility #asyncness #fn_token), place);
    let body = at(quote!({ #start #body }), place);
    // What has errors may not use all of its parameters, which is nobody's mistake.
    let quiet = has_errors.then(|| quote!(#[allow(unused_variables, unused_mut)]));
    quote! {
        #quiet
        #(#attributes)*
        #head #name #generics (#inputs) -> #output #clause #body
    }
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
    let reader = format_ident!("{}", reader_type(gear.plan.reader));
    let end = match (&gear.plan.action, &gear.result) {
        (Some(Action::Run(_)), Some(ty)) => quote!(RunAs<#ty>),
        (Some(Action::Run(_)), None) => quote!(Run),
        (Some(_), _) => quote!(Register),
        (None, _) => quote!(Open),
    };
    let uses = &gear.uses;
    let shared = shared_names(uses, "", &private);
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
            let shared = &arguments.uses;
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
    let names = shared_names(&arguments.uses, "", &private);
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

/// The check that the names of shared Python can stand in one script.
fn shared_names(uses: &[Path], function: &str, private: &TokenStream) -> Option<TokenStream> {
    let first = uses.first()?;
    let words = uses.iter().filter_map(|path| path.segments.last());
    let words = words.map(|last| python_name(&last.ident));
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

fn reader_type(reader: Reader) -> &'static str {
    match reader {
        Reader::KeysOnly => "KeysOnlyReader",
        Reader::Stream => "StreamReader",
        Reader::Python => "PythonReader",
        Reader::ShardsId => "ShardsIDReader",
        Reader::Command => "CommandReader",
        _ => "KeysReader",
    }
}

fn static_plan(plan: &Plan, file: &str, shared: &[Path], private: &TokenStream) -> TokenStream {
    let function = quote!(#private::gear::function);
    let prelude = plan.prelude.iter().map(static_code);
    let reader_arguments = static_arguments(&plan.reader_arguments);
    let steps = plan.steps.iter().map(|step| {
        let operation = format_ident!("{}", format!("{:?}", step.operation));
        let arguments = static_arguments(&step.arguments);
        quote!((#private::gear::Operation::#operation, #arguments))
    });
    let action = match &plan.action {
        None => quote!(Open),
        Some(Action::Register(arguments)) => {
            let arguments = static_arguments(arguments);
            quote!(Register(#arguments))
        }
        Some(Action::Run(arguments)) => {
            let arguments = static_arguments(arguments);
            quote!(Run(#arguments))
        }
        Some(_) => quote!(Open),
    };
    let requirements = texts(&plan.requirements);
    let uses = texts(&plan.uses);
    let methods = texts(&plan.cmd_methods);
    quote! {
        #function::StaticPlan {
            file: #file,
            prelude: &[#(#prelude),*],
            reader_arguments: #reader_arguments,
            steps: &[#(#steps),*],
            action: #function::StaticAction::#action,
            requirements: #requirements,
            uses: #uses,
            cmd_methods: #methods,
            shared: &[#(#shared),*],
        }
    }
}

fn texts(texts: &[Text]) -> TokenStream {
    let texts = texts.iter().map(|text| Literal::string(text));
    quote!(&[#(#texts),*])
}

fn static_code(code: &Code) -> TokenStream {
    static_text(&code.text, code.line)
}

fn static_text(text: &str, line: u32) -> TokenStream {
    let line = Literal::u32_unsuffixed(line);
    quote!((#text, #line))
}

fn static_arguments(arguments: &[Argument]) -> TokenStream {
    let arguments = arguments.iter().map(|argument| {
        let keyword = match &argument.keyword {
            Some(keyword) => quote!(::core::option::Option::Some(#keyword)),
            None => quote!(::core::option::Option::None),
        };
        let (value, function) = (static_code(&argument.value), argument.function);
        quote!((#keyword, #value, #function))
    });
    quote!(&[#(#arguments),*])
}
