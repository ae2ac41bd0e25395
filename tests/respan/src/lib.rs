//! A macro whose tokens stand in no file, as those of macros that build code from text.

use proc_macro::TokenStream;

/// Gives `tokens` back, all with the place of the macro itself.
#[proc_macro]
pub fn respan(tokens: TokenStream) -> TokenStream {
    let text = tokens.to_string();
    text.parse()
        .unwrap_or_else(|error| panic!("the tokens do not parse again: {error}"))
}
