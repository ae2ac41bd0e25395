//! A plan as a value that stands in the program.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use redgrease_core::gear::{Action, Argument, Code, Plan, Text};
use syn::Path;

pub(super) fn static_plan(
    plan: &Plan,
    file: &str,
    shared: &[Path],
    private: &TokenStream,
) -> TokenStream {
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
    let shared = super::shared(shared);
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

pub(super) fn static_code(code: &Code) -> TokenStream {
    static_text(&code.text, code.line)
}

pub(super) fn static_text(text: &str, line: u32) -> TokenStream {
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
