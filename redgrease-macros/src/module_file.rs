//! The engine's module file, which cargo has built as one of the engine's two forms.
//!
//! A program that depends on the engine is linked with its rlib. The shared object that servers
//! load comes from the same run of the compiler, under the same name in the same directory, so the
//! `--extern` option of this compiler run says where it is. Stable cargo has no other way to hand it
//! over; when it has one (artifact dependencies), this module can go.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::quote;

const OPTION: &str = "redgrease_engine=";

/// `Some(bytes)`, or `None` when no shared object was built: while only checking, and for targets
/// without shared objects.
pub(crate) fn expand() -> TokenStream {
    let file = rlib(std::env::args()).and_then(|rlib| beside(&rlib));
    match file.as_deref().and_then(Path::to_str) {
        Some(file) => quote! { ::core::option::Option::Some(::core::include_bytes!(#file)) },
        None => quote! { ::core::option::Option::None },
    }
}

/// `Some(path)` of the file, or `None`, as [`expand`].
pub(crate) fn expand_path() -> TokenStream {
    let file = rlib(std::env::args()).and_then(|rlib| beside(&rlib));
    match file.as_deref().and_then(Path::to_str) {
        Some(file) => quote! { ::core::option::Option::Some(#file) },
        None => quote! { ::core::option::Option::None },
    }
}

/// The engine's rlib in the arguments of a compiler.
fn rlib(arguments: impl Iterator<Item = String>) -> Option<PathBuf> {
    // `--extern name=path` in two arguments, or with `=` in one
    arguments
        .filter_map(|argument| {
            let value = argument.strip_prefix("--extern=").unwrap_or(&argument);
            value.strip_prefix(OPTION).map(PathBuf::from)
        })
        .find(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rlib")
        })
}

/// The shared object of the same name.
fn beside(rlib: &Path) -> Option<PathBuf> {
    ["so", "dylib"]
        .into_iter()
        .map(|extension| rlib.with_extension(extension))
        .find(|file| file.is_file())
        .and_then(|file| std::path::absolute(file).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<PathBuf> {
        rlib(line.split(' ').map(str::to_string))
    }

    #[test]
    fn the_option_names_the_rlib() {
        let rlib = Some(PathBuf::from("/t/libredgrease_engine-0a.rlib"));
        for line in [
            "rustc --extern redis=/t/r.rlib --extern redgrease_engine=/t/libredgrease_engine-0a.rlib",
            "rustc --extern=redgrease_engine=/t/libredgrease_engine-0a.rlib --test",
        ] {
            assert_eq!(found(line), rlib, "{line}");
        }
        assert_eq!(found("rustc --extern redgrease_engine=/t/x.rmeta"), None);
        assert_eq!(found("rustc --extern redis=/t/r.rlib"), None);
    }

    #[test]
    fn the_module_stands_beside_the_rlib() {
        let dir = tempfile::tempdir().unwrap();
        let rlib = dir.path().join("libredgrease_engine-0a.rlib");
        assert_eq!(beside(&rlib), None);
        let module = dir.path().join("libredgrease_engine-0a.so");
        std::fs::write(&module, "").unwrap();
        assert_eq!(beside(&rlib), Some(module));
    }
}
