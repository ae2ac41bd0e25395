//! The type that has the name of a function: its specification and how to register it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use redgrease_core::spec::{Mode, Replace};
use syn::Path;
use syn::spanned::Spanned;

use super::{at, constant, private};
use crate::attrs::{Arguments, Macro};
use crate::command::Command;
use crate::event::Event;
use crate::function::{Item, Python};
use crate::report::Report;
use crate::types::{python_name, without_lifetimes};
use crate::value;

/// What the type of the same name as the function needs to know.
struct Registration<'a> {
    item: &'a Item,
    krate: &'a Path,
    /// The attributes of the type.
    attributes: TokenStream,
    /// The type and the value of `SPEC`.
    spec: (TokenStream, TokenStream),
    /// The variant of `Item` that lists take it as.
    variant: TokenStream,
    /// The functions that make the script and that register.
    script: TokenStream,
    register: TokenStream,
    register_async: TokenStream,
    /// Further associated functions.
    more: TokenStream,
}

/// The type that all methods belong to, which no other function can have: a second function of the
/// same name is one error then, and not one for each of them.
pub(super) fn own_type(name: &Ident) -> Ident {
    let place = name.span().start();
    format_ident!(
        "__{}_{}_{}",
        python_name(name),
        place.line,
        place.column,
        span = Span::call_site()
    )
}

/// The type of the same name as the function.
fn registration(registration: &Registration<'_>) -> TokenStream {
    let private = private(registration.krate);
    let visibility = &registration.item.visibility;
    let name = &registration.item.signature.ident;
    let conditions = registration.item.conditions();
    let Registration {
        attributes,
        spec: (spec_type, spec),
        variant,
        script,
        register,
        register_async,
        more,
        ..
    } = registration;
    let unique = own_type(name);
    let alias = at(quote!(#visibility type #name = #unique;), name.span());
    quote! {
        #attributes
        #[allow(non_camel_case_types, dead_code)]
        #alias

        #[doc(hidden)]
        #[allow(non_camel_case_types, dead_code)]
        #[derive(::core::fmt::Debug)]
        #(#conditions)*
        #visibility struct #unique {}

        #[allow(dead_code)]
        #(#conditions)*
        impl #unique {
            /// What the server gets to know about the function.
            pub const SPEC: #private::spec::#spec_type = #spec;

            /// The Python script that registers the function.
            pub fn script() -> #private::script::Script {
                #private::script::#script(&Self::SPEC)
            }

            /// Registers the function on the server of `con`.
            ///
            /// # Errors
            ///
            /// When something else has its name and is not to be replaced, when Python refuses
            /// the code, or when the connection fails.
            pub fn register<C: #private::ConnectionLike>(
                con: &mut C,
            ) -> #private::Result<#private::Registered> {
                #private::#register(&Self::SPEC, con)
            }

            #private::if_tokio! {
                /// Registers the function on the server of the asynchronous connection `con`.
                ///
                /// # Errors
                ///
                /// As `register`.
                pub async fn register_async<C: #private::AsyncConnectionLike + ::core::marker::Send>(
                    con: &mut C,
                ) -> #private::Result<#private::Registered> {
                    #private::#register_async(&Self::SPEC, con).await
                }
            }

            #more
        }

        #[automatically_derived]
        #(#conditions)*
        impl #private::Registrable for #unique {
            const ITEM: #private::Item = #private::Item::#variant(&Self::SPEC);
        }
    }
}

/// The type for a command.
pub(super) fn command(command: &Command, call: &TokenStream) -> TokenStream {
    let private = private(&command.arguments.krate);
    let name = python_name(&command.item.signature.ident);
    let what =
        format!("The server's side of [`{name}()`](fn@{name}): its code and its registration.");
    let conditions = command.item.conditions();
    registration(&Registration {
        item: &command.item,
        krate: &command.arguments.krate,
        attributes: quote!(#[doc = #what] #(#conditions)*),
        spec: (quote!(CommandSpec), command_spec(command, &private)),
        variant: quote!(Command),
        script: quote!(command_script),
        register: quote!(register),
        register_async: quote!(register_async),
        more: call.clone(),
    })
}

/// The type for a function that runs at events.
pub(crate) fn event(event: &Event, report: Report) -> TokenStream {
    let private = private(&event.arguments.krate);
    let attributes = &event.item.attributes;
    let registration = registration(&Registration {
        item: &event.item,
        krate: &event.arguments.krate,
        attributes: quote!(#(#attributes)*),
        spec: (quote!(EventSpec), event_spec(event, &private)),
        variant: quote!(Event),
        script: quote!(event_script),
        register: quote!(register_event),
        register_async: quote!(register_event_async),
        more: TokenStream::new(),
    });
    let of = match event.of {
        Macro::StreamReader => quote!(StreamEvent),
        _ => quote!(KeyEvent),
    };
    let conditions = event.item.conditions();
    let record = event.record().map(|ty| {
        quote_spanned! {ty.span()=>
            #(#conditions)*
            const _: () = <#ty as #private::record::#of>::IS_RECORD;
        }
    });
    let shared = assert_shared(&event.arguments, &event.python.name, &event.item);
    let tracked = tracked(&event.arguments);
    let report = report.into_tokens();
    quote!(#report #registration #record #shared #tracked)
}

/// The check of `uses`.
pub(super) fn assert_shared(
    arguments: &Arguments,
    function: &str,
    item: &Item,
) -> Option<TokenStream> {
    let packages = !arguments.requirements.is_empty();
    let private = private(&arguments.krate);
    let names = super::shared_names(&arguments.uses.paths, function, packages, &private)?;
    let conditions = item.conditions();
    Some(quote!(#(#conditions)* #names))
}

/// Makes Cargo build again when the file with the Python text changes.
pub(super) fn tracked(arguments: &Arguments) -> Option<TokenStream> {
    let file = arguments.file.as_ref()?;
    Some(quote!(
        const _: &[u8] = ::core::include_bytes!(#file);
    ))
}

fn event_spec(event: &Event, private: &TokenStream) -> TokenStream {
    let spec = quote!(#private::spec);
    let arguments = &event.arguments;
    let function = python_function(
        arguments,
        &event.python,
        &quote!(&[]),
        &quote!(#spec::Encoding::Unit),
        &spec,
    );
    let reader = match event.of {
        Macro::StreamReader => quote!(Stream),
        _ => quote!(Keys),
    };
    let mode = mode(arguments.mode);
    let others = others(arguments, &spec);
    let on_registered = on_registered(arguments, event.on_registered.as_ref(), &spec);
    let requirements = &arguments.requirements;
    let name = match &arguments.name {
        Some(name) => name.to_token_stream(),
        None => path(&event.item.signature.ident),
    };
    let package = package();
    let replace = replace(arguments.replace);
    quote! {
        #spec::EventSpec {
            name: #name,
            package: #package,
            function: #function,
            reader: #private::gear::Reader::#reader,
            arguments: #others,
            mode: #spec::Mode::#mode,
            on_registered: #on_registered,
            requirements: &[#(#requirements),*],
            replace: #spec::Replace::#replace,
        }
    }
}

/// The path of a function in Rust.
fn path(name: &Ident) -> TokenStream {
    let last = format!("::{}", python_name(name));
    quote!(::core::concat!(::core::module_path!(), #last))
}

/// Name and version of the package that is built; nothing when cargo does not tell.
fn package() -> String {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let package = variable("CARGO_PKG_NAME") + " " + &variable("CARGO_PKG_VERSION");
    package.trim().to_owned()
}

fn replace(replace: Replace) -> TokenStream {
    match replace {
        Replace::Keep => quote!(Keep),
        Replace::Replace => quote!(Replace),
        _ => quote!(Refuse),
    }
}

fn command_spec(command: &Command, private: &TokenStream) -> TokenStream {
    let spec = quote!(#private::spec);
    let arguments = &command.arguments;
    let parameters = command.signature.parameters.iter().filter(|p| p.named);
    let params = parameters.map(|parameter| {
        let name = python_name(&parameter.name);
        let decode = constant(parameter, private, "DECODE");
        let arity = constant(parameter, private, "ARITY");
        quote!(#spec::Param { name: #name, decode: #decode, arity: #arity })
    });
    let params = quote!(&[#(#params),*]);
    let reply = &command.signature.reply;
    let value = without_lifetimes(&reply.value);
    let encoding = quote_spanned!(reply.span=> <#value as #private::FromReply>::ENCODING);
    let function = python_function(arguments, &command.python, &params, &encoding, &spec);
    let trigger = command.trigger();
    let mode = mode(arguments.mode);
    let inorder = arguments.inorder;
    let others = others(arguments, &spec);
    let on_registered = on_registered(arguments, command.on_registered.as_ref(), &spec);
    let requirements = &arguments.requirements;
    let replace = replace(arguments.replace);
    let deadline = match arguments.deadline {
        Some(time) => quote!(::core::option::Option::Some(
            ::core::time::Duration::from_millis(#time)
        )),
        None => quote!(::core::option::Option::None),
    };
    let is_hook = arguments.others.iter().any(|(name, _)| *name == "hook");
    let name = match is_hook {
        true => path(&command.item.signature.ident),
        false => trigger.to_token_stream(),
    };
    let package = package();
    quote! {
        #spec::CommandSpec {
            name: #name,
            package: #package,
            function: #function,
            trigger: #trigger,
            mode: #spec::Mode::#mode,
            inorder: #inorder,
            arguments: #others,
            on_registered: #on_registered,
            requirements: &[#(#requirements),*],
            replace: #spec::Replace::#replace,
            deadline: #deadline,
        }
    }
}

fn python_function(
    arguments: &Arguments,
    python: &Python,
    params: &TokenStream,
    result: &TokenStream,
    spec: &TokenStream,
) -> TokenStream {
    let Python {
        name,
        def,
        line,
        uses,
        cmd_methods,
        file,
        ..
    } = python;
    let shared = super::shared(&arguments.uses.paths);
    let target = arguments.python.to_string();
    quote! {
        #spec::Function {
            name: #name,
            def: #def,
            params: #params,
            result: #result,
            uses: &[#(#uses),*],
            cmd_methods: &[#(#cmd_methods),*],
            shared: &[#(#shared),*],
            python: #target,
            file: #file,
            line: #line,
        }
    }
}

fn on_registered(
    arguments: &Arguments,
    python: Option<&Python>,
    spec: &TokenStream,
) -> TokenStream {
    match python {
        Some(python) => {
            let result = quote!(#spec::Encoding::Unit);
            let function = python_function(arguments, python, &quote!(&[]), &result, spec);
            quote!(::core::option::Option::Some(#function))
        }
        None => quote!(::core::option::Option::None),
    }
}

fn others(arguments: &Arguments, spec: &TokenStream) -> TokenStream {
    let others = arguments.others.iter().filter_map(|(name, value)| {
        let value = value::constant(value)?;
        Some(quote!((#name, #spec::Value::#value)))
    });
    quote!(&[#(#others),*])
}

fn mode(mode: Mode) -> TokenStream {
    match mode {
        Mode::Async => quote!(Async),
        Mode::Sync => quote!(Sync),
        _ => quote!(AsyncLocal),
    }
}
