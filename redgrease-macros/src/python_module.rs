//! `python_module!`: Python that several functions share. Each name of it becomes a constant, so that
//! rustc knows which there are.

use proc_macro2::{Group, Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use redgrease_core::python::{CheckedModule, check_shared};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, LitStr, Token, Visibility};

use crate::attrs::Macro;
use crate::header::Header;
use crate::report::Report;
use crate::{expand, function, messages, print};

/// `pub mod name { Python }` or `pub mod name = "file.py";`.
struct Module {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    text: Text,
}

enum Text {
    Written(Group),
    File(LitStr),
}

impl Module {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        input.parse::<Token![mod]>()?;
        let name = input.parse()?;
        let text = if input.parse::<Option<Token![=]>>()?.is_some() {
            let file = input.parse()?;
            input.parse::<Option<Token![;]>>()?;
            Text::File(file)
        } else {
            Text::Written(input.parse()?)
        };
        Ok(Self {
            attributes,
            visibility,
            name,
            text,
        })
    }
}

/// The modules for the input of `python_module!`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut report = Report::default();
    let header = Header::read_of(Macro::Module, input, &mut report);
    let modules = |input: ParseStream<'_>| {
        let mut modules = vec![Module::parse(input)?];
        while !input.is_empty() {
            modules.push(Module::parse(input)?);
        }
        Ok(modules)
    };
    let modules = match modules.parse2(header.rest.clone()) {
        Ok(modules) => modules,
        Err(error) => {
            if !header.broken {
                report.error(error.span(), messages::MODULE_FORM);
            }
            return report.into_tokens();
        }
    };
    let items: Vec<TokenStream> = modules
        .iter()
        .map(|module| items(module, &header, &mut report))
        .collect();
    let report = report.into_tokens();
    let tokens = quote!(#report #(#items)*);
    print::tokens(&tokens);
    tokens
}

fn items(module: &Module, header: &Header, report: &mut Report) -> TokenStream {
    let mut tracked = None;
    let body = match &module.text {
        Text::Written(group) => function::python_body(
            (group.span(), group.span_open()),
            group.stream(),
            module.name.span(),
            report,
        ),
        Text::File(file) => {
            let body = function::file_body(file, report);
            tracked = body.is_some().then(|| {
                quote!(
                    const _: &[u8] = ::core::include_bytes!(#file);
                )
            });
            body
        }
    };
    let checked = body.as_ref().map(|body| {
        let (checked, findings) = check_shared(&body.source, header.arguments.python);
        report.findings(body, &findings);
        checked
    });
    let (attributes, visibility, name) = (&module.attributes, &module.visibility, &module.name);
    let private = expand::private(&header.arguments.krate);
    let spec = quote!(#private::spec);
    let none = CheckedModule::default();
    let CheckedModule {
        text,
        line,
        names,
        imports,
        foreign,
        uses,
        cmd_methods,
    } = checked.as_ref().unwrap_or(&none);
    let file = body.as_ref().map_or("", |body| body.source.file());
    // Two modules may import the same.
    let names_of_text = names.iter().map(|(name, _)| name);
    let all = names_of_text.filter(|name| !imports.contains(name));
    let whole = format_ident!("__MODULE", span = Span::mixed_site());
    // rustc warns where a function uses a name and requires nothing
    let kind = warning(foreign, &spec);
    let (ty, kind) = match &kind {
        Some((name, items)) => (quote!(#name), Some(items)),
        None => (quote!(#spec::Shared), None),
    };
    let wrapped = kind.is_some();
    let constants = names.iter().filter_map(|(python, range)| {
        let name = rust_name(python)?;
        let place = body
            .as_ref()
            .map_or_else(Span::call_site, |body| body.locate(range).0);
        let name = identifier(&name, place);
        let value = quote!(#spec::Shared { name: #python, module: #whole });
        let value = match wrapped {
            true => quote!(#ty(#value)),
            false => value,
        };
        let about = format!("`{python}` of the Python text, for `uses = […]`.");
        Some(quote_spanned! {place=>
            #[doc = #about]
            #[allow(non_upper_case_globals, dead_code, unreachable_pub)]
            pub const #name: #ty = #value;
        })
    });
    quote! {
        #(#attributes)*
        #[allow(non_snake_case)]
        #visibility mod #name {
            const #whole: &#spec::SharedModule = &#spec::SharedModule {
                text: #text,
                file: #file,
                line: #line,
                names: &[#(#all),*],
                uses: &[#(#uses),*],
                cmd_methods: &[#(#cmd_methods),*],
            };
            #kind
            #(#constants)*
            #tracked
        }
    }
}

/// The type of the names of a module that imports from packages, and what it is called: rustc warns where
/// a function uses one and requires nothing.
fn warning(foreign: &[String], spec: &TokenStream) -> Option<(Ident, TokenStream)> {
    let notes: Vec<String> = foreign
        .iter()
        .map(|name| messages::in_full(&redgrease_core::messages::not_required(name, 0..0)))
        .collect();
    if notes.is_empty() {
        return None;
    }
    let notes = notes.join("\n");
    let name = format_ident!("__Names", span = Span::mixed_site());
    let items = quote! {
        #[doc(hidden)]
        #[derive(Clone, Copy, Debug)]
        #[allow(unreachable_pub, dead_code)]
        pub struct #name(#spec::Shared);

        #[doc(hidden)]
        #[allow(non_snake_case, unreachable_pub, dead_code, missing_docs)]
        impl #name {
            pub const fn shared(self) -> #spec::Shared {
                self.0
            }

            #[deprecated(note = #notes)]
            pub const fn RG0205(self) -> #spec::Shared {
                self.0
            }
        }
    };
    Some((name, items))
}

/// The name in Rust of a name in Python: as it is, with `r#` before a keyword; None when there is none.
fn rust_name(python: &str) -> Option<String> {
    if syn::parse_str::<Ident>(python).is_ok() {
        return Some(python.to_owned());
    }
    let raw = format!("r#{python}");
    syn::parse_str::<Ident>(&raw).is_ok().then_some(raw)
}

/// A name at its place.
fn identifier(name: &str, place: Span) -> Ident {
    let span = Span::call_site().located_at(place);
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, span),
        None => Ident::new(name, span),
    }
}
