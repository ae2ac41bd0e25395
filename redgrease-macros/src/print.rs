//! `REDGREASE_PRINT=source|plan|script|tokens` shows on the build's error output what a macro
//! made of its input.

use proc_macro2::TokenStream;
use redgrease_core::gear::Plan;
use redgrease_core::script::{command_script, gear_script};
use redgrease_core::source::Source;
use redgrease_core::spec::{Arity, CommandSpec, Decode, Encoding, Function, Param};
use syn::Type;

use crate::command::Command;
use crate::types::{self, Shape};

/// What to show; nothing unless the variable asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Source,
    Plan,
    Script,
    Tokens,
}

fn wanted() -> Option<Stage> {
    match std::env::var("REDGREASE_PRINT").ok()?.as_str() {
        "source" => Some(Stage::Source),
        "plan" => Some(Stage::Plan),
        "script" => Some(Stage::Script),
        "tokens" => Some(Stage::Tokens),
        _ => None,
    }
}

fn show(place: &str, text: &str) {
    eprintln!("# {place}\n{}\n", text.trim_end());
}

fn place(source: &Source) -> String {
    format!("{}:{}", source.file(), source.line())
}

/// Shows an expansion.
pub(crate) fn tokens(tokens: &TokenStream) {
    if wanted() == Some(Stage::Tokens) {
        show("tokens", &tokens.to_string());
    }
}

/// Shows a gear.
pub(crate) fn gear(source: &Source, plan: &Plan) {
    match wanted() {
        Some(Stage::Source) => show(&place(source), source.text()),
        Some(Stage::Plan) => show(&place(source), &format!("{plan:#?}")),
        Some(Stage::Script) => show(&place(source), gear_script(plan, Encoding::Pickle).text()),
        Some(Stage::Tokens) | None => {}
    }
}

/// Shows a command.
pub(crate) fn command(source: &Source, command: &Command) {
    match wanted() {
        Some(Stage::Source) => show(&place(source), source.text()),
        Some(Stage::Plan) => show(&place(source), &format!("{:#?}", spec(command))),
        Some(Stage::Script) => show(&place(source), command_script(&spec(command)).text()),
        Some(Stage::Tokens) | None => {}
    }
}

/// The command as it will be, as far as its text tells: what an alias stands for is only known
/// to rustc, and shown as text here.
fn spec(command: &Command) -> CommandSpec {
    let params = command.signature.parameters.iter().map(|parameter| Param {
        name: constant(types::python_name(&parameter.name)),
        decode: decode(&parameter.ty),
        arity: match parameter.shape {
            Shape::Optional => Arity::Optional,
            Shape::Variadic => Arity::Variadic,
            Shape::Single | Shape::Unknown => Arity::Required,
        },
    });
    let arguments = &command.arguments;
    CommandSpec {
        function: Function {
            name: constant(types::python_name(&command.item.signature.ident)),
            def: constant(command.function.def.clone()),
            params: Vec::leak(params.collect()),
            result: syn::parse2(command.signature.reply.value.clone())
                .map_or(Encoding::Pickle, |ty| encoding(&ty)),
            uses: constants(&command.function.uses),
            cmd_methods: constants(&command.function.cmd_methods),
            file: constant(command.file.clone()),
            line: command.function.line,
        },
        trigger: constant(command.trigger()),
        mode: arguments.mode,
        inorder: arguments.inorder,
        arguments: &[],
        on_registered: None,
        requirements: constants(arguments.requirements.iter().map(syn::LitStr::value)),
        replace: arguments.replace,
    }
}

/// A build ends before what is left behind here could matter.
fn constant(text: String) -> &'static str {
    String::leak(text)
}

fn constants<T: ToString>(texts: impl IntoIterator<Item = T>) -> &'static [&'static str] {
    let texts = texts.into_iter().map(|text| constant(text.to_string()));
    Vec::leak(texts.collect())
}

fn decode(ty: &Type) -> Decode {
    match types::name(types::innermost(ty)).as_str() {
        "u8" if types::is_bytes(ty) => Decode::Bytes,
        "bool" => Decode::Bool,
        "f32" | "f64" => Decode::Float,
        name if types::is_integer(name) => Decode::Int,
        _ => Decode::Str,
    }
}

fn encoding(ty: &Type) -> Encoding {
    if types::is_bytes(ty) {
        return Encoding::Bytes;
    }
    match (types::name(ty).as_str(), types::first_type(ty)) {
        ("Option", Some(inner)) => Encoding::Optional(Box::leak(Box::new(encoding(inner)))),
        ("String", _) => Encoding::Text,
        ("bool", _) => Encoding::Bool,
        ("f32" | "f64", _) => Encoding::Float,
        ("()", _) => Encoding::Unit,
        ("Json", _) => Encoding::Json,
        (name, _) if types::is_integer(name) => Encoding::Int,
        _ => Encoding::Pickle,
    }
}
