//! Errors and warnings of one invocation, collected and written as Rust code that makes rustc
//! show them at the right tokens.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use redgrease_core::diag::Diagnostic;
use redgrease_core::messages as core;

use crate::body::{Body, Lost};
use crate::comment;
use crate::messages::{self, Message};

/// The sink: everything is pushed here and shown at once.
#[derive(Default)]
pub(crate) struct Report {
    tokens: TokenStream,
    /// Left out as long as there are errors, which often cause them.
    warnings: TokenStream,
    errors: bool,
    /// The names in `uses`.
    uses: Vec<String>,
}

impl Report {
    pub(crate) fn has_errors(&self) -> bool {
        self.errors
    }

    /// There is an error that rustc reports by itself.
    pub(crate) fn told_by_rustc(&mut self) {
        self.errors = true;
    }

    /// An error at `span`.
    pub(crate) fn error(&mut self, span: Span, message: impl Into<Message>) {
        self.error_between(span, span, message);
    }

    /// An error under everything from the token `first` to the token `last`.
    pub(crate) fn error_between(&mut self, first: Span, last: Span, message: impl Into<Message>) {
        self.compile_error(first, last, &message.into().to_string());
    }

    /// An error under all of `tokens`.
    pub(crate) fn error_at(&mut self, tokens: impl quote::ToTokens, message: impl Into<Message>) {
        let (first, last) = ends(tokens);
        self.error_between(first, last, message);
    }

    /// Why the text of some Python cannot be had. A tool that knows no positions, such as
    /// rust-analyzer, is told nothing; but should a compiler ever be that tool, the program must
    /// not be built with Python that nobody has seen.
    pub(crate) fn lost(&mut self, span: Span, why: Lost) {
        match why {
            Lost::Made => self.error(span, messages::BODY_MADE),
            Lost::NoPositions => {
                let text = Message::from(messages::BODY_MADE).to_string();
                self.tokens.extend(quote_spanned! {span=>
                    const _: () = ::core::panic!("{}", #text);
                });
            }
        }
    }

    /// Tells which names come from `uses`, where they may be misspelt.
    pub(crate) fn uses(&mut self, names: Vec<String>) {
        self.uses = names;
    }

    /// What syn has to say about Rust code it cannot read.
    pub(crate) fn syntax(&mut self, error: &syn::Error) {
        self.errors = true;
        self.tokens.extend(error.to_compile_error());
    }

    /// Findings of the core about the text of `body`.
    pub(crate) fn findings(&mut self, body: &Body, findings: &[Diagnostic]) {
        for finding in comment::once(&body.source, findings) {
            self.finding(body, finding);
        }
    }

    /// A finding of the core about the text of `body`.
    pub(crate) fn finding(&mut self, body: &Body, finding: &Diagnostic) {
        let mut finding = finding.clone();
        let comment = comment::before(&body.source, &finding);
        if let Some(comment) = &comment {
            finding.range = comment.clone();
            finding.help = Some(messages::RUST_COMMENT.to_owned());
        }
        if let Some(help) = finding
            .help
            .as_mut()
            .filter(|_| finding.code == core::UNDEFINED)
        {
            messages::misspelt_in_uses(help, &self.uses);
        }
        let snippet = match body.literal() {
            Some(literal) => Some(literal.snippet(&finding)),
            // A comment of Rust has no token that rustc could point at.
            None => comment.map(|_| finding.snippet(&body.source)),
        };
        self.show(body.locate(&finding.range), snippet, &finding);
    }

    /// A finding of the core about what `tokens` say.
    pub(crate) fn finding_at(&mut self, tokens: impl quote::ToTokens, finding: &Diagnostic) {
        self.show(ends(tokens), None, finding);
    }

    fn show(&mut self, (first, last): (Span, Span), snippet: Option<String>, finding: &Diagnostic) {
        let mut text = format!("{} [{}]", finding.message, finding.code);
        if let Some(snippet) = snippet {
            text.push('\n');
            text.push_str(snippet.trim_end());
        } else if let Some(label) = &finding.label {
            text.push_str(&format!("\n= note: {label}"));
        }
        if let Some(help) = &finding.help {
            text.push_str(&format!("\n= help: {}", help.replace('\n', "\n        ")));
        }
        if finding.is_error() {
            self.compile_error(first, last, &text);
        } else {
            self.warning(first, finding.code.as_str(), &text);
        }
    }

    /// rustc underlines from the first token of the macro's path to the last of its brackets.
    fn compile_error(&mut self, first: Span, last: Span, text: &str) {
        self.errors = true;
        let path = quote_spanned!(first=> ::core::compile_error!);
        let message = quote_spanned!(last=> { #text });
        self.tokens.extend(quote!(#path #message));
    }

    /// The only warning that stable Rust lets a macro give is the use of something deprecated.
    fn warning(&mut self, span: Span, code: &str, text: &str) {
        let name = Ident::new(code, span.resolved_at(Span::mixed_site()));
        self.warnings.extend(quote! {
            const _: () = {
                #[deprecated(note = #text)]
                const #name: () = ();
                #name
            };
        });
    }

    /// Items that make rustc show everything.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        if !self.errors {
            self.tokens.extend(self.warnings);
        }
        self.tokens
    }
}

/// The places of the first and the last token.
fn ends(tokens: impl quote::ToTokens) -> (Span, Span) {
    let mut spans = tokens.into_token_stream().into_iter();
    let first = spans
        .next()
        .map_or_else(Span::call_site, |tree| tree.span());
    let last = spans.last().map_or(first, |tree| tree.span());
    (first, last)
}
