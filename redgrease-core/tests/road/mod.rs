//! The whole road of a text, from source to script, for texts that nobody would write.

use redgrease_core::diag::Diagnostic;
use redgrease_core::gear::callback::{CallbackInput, check_callback};
use redgrease_core::gear::check::{GearInput, check_gear, check_script};
use redgrease_core::gear::requirement;
use redgrease_core::python::{FunctionInput, PyVersion, check_function};
use redgrease_core::script::gear_script;
use redgrease_core::source::{Form, Source};
use redgrease_core::spec::Encoding;

/// Takes `text` along; `choice` says how it stands in its file, and for which Python it is.
pub(crate) fn take(text: &str, choice: u8) {
    let form = match choice % 3 {
        0 => Form::Text,
        1 => Form::Tokens,
        _ => Form::File,
    };
    let source = Source::new(text.to_owned())
        .at("src/main.rs", 3, u32::from(choice % 13))
        .form(form);
    let python = PyVersion::new(3, 7 + choice % 6);
    let (_, said) = check_function(&FunctionInput {
        source: &source,
        name: "f",
        params: &["url"],
        python,
    });
    look_at(&source, &said);
    let (plan, said) = check_gear(&GearInput {
        source: &source,
        captures: &["x"],
        python,
    });
    look_at(&source, &said);
    if let Some(plan) = plan {
        assert!(!gear_script(&plan, Encoding::Json).text().is_empty());
    }
    let (_, said) = check_callback(&CallbackInput {
        source: &source,
        captures: &[],
        python,
    });
    look_at(&source, &said);
    look_at(&source, &check_script(&source, python));
    if let Err(error) = requirement::check(text) {
        assert!(text.get(error.range).is_some());
    }
}

fn look_at(source: &Source, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let text = source.text();
        let range = diagnostic.range.clone();
        assert!(
            text.get(range.clone()).is_some(),
            "{} at {range:?} of {text:?}",
            diagnostic.code
        );
        assert!(!diagnostic.render(source).is_empty());
    }
}
