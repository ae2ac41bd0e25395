//! `REDGREASE_PRINT=source|plan|script|tokens` shows on the build's error output what a macro
//! made of its input.

use proc_macro2::TokenStream;
use redgrease_core::gear::{Plan, Reader};
use redgrease_core::script::{command_script, event_script, gear_script};
use redgrease_core::source::Source;
use redgrease_core::spec::{
    Arity, CommandSpec, Decode, Encoding, EventSpec, Function, Param, Value,
};
use syn::Type;

use crate::attrs::Arguments;
use crate::command::Command;
use crate::event::Event;
use crate::function::Python;
use crate::types::{self, Shape};
use crate::value;

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

/// Shows a function that runs at events.
pub(crate) fn event(source: &Source, event: &Event) {
    match wanted() {
        Some(Stage::Source) => show(&place(source), source.text()),
        Some(Stage::Plan) => show(&place(source), &format!("{:#?}", event_spec(event))),
        Some(Stage::Script) => show(&place(source), event_script(&event_spec(event)).text()),
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
    let result = syn::parse2(command.signature.reply.value.clone());
    CommandSpec {
        name: constant(command.trigger()),
        package: "",
        function: function(
            &command.python,
            Vec::leak(params.collect()),
            result.map_or(Encoding::Pickle, |ty| encoding(&ty)),
        ),
        trigger: constant(command.trigger()),
        mode: arguments.mode,
        inorder: arguments.inorder,
        arguments: others(arguments),
        on_registered: on_registered(command.on_registered.as_ref()),
        requirements: constants(arguments.requirements.iter().map(syn::LitStr::value)),
        replace: arguments.replace,
        deadline: arguments.deadline.map(std::time::Duration::from_millis),
    }
}

fn event_spec(event: &Event) -> EventSpec {
    let arguments = &event.arguments;
    let name = arguments.name.as_ref();
    EventSpec {
        name: constant(name.map_or_else(|| event.python.name.clone(), syn::LitStr::value)),
        package: "",
        replace: arguments.replace,
        function: function(&event.python, &[], Encoding::Unit),
        reader: event.of.reader().unwrap_or(Reader::Keys),
        arguments: others(arguments),
        mode: arguments.mode,
        on_registered: on_registered(event.on_registered.as_ref()),
        requirements: constants(arguments.requirements.iter().map(syn::LitStr::value)),
    }
}

fn function(python: &Python, params: &'static [Param], result: Encoding) -> Function {
    Function {
        name: constant(python.name.clone()),
        def: constant(python.def.clone()),
        params,
        result,
        uses: constants(&python.uses),
        cmd_methods: constants(&python.cmd_methods),
        shared: &[],
        python: "",
        file: constant(python.file.clone()),
        line: python.line,
    }
}

fn on_registered(python: Option<&Python>) -> Option<Function> {
    python.map(|python| function(python, &[], Encoding::Unit))
}

fn others(arguments: &Arguments) -> &'static [(&'static str, Value)] {
    let others = arguments.others.iter();
    Vec::leak(
        others
            .filter_map(|(name, value)| Some((*name, value::known(value)?)))
            .collect(),
    )
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
        "Json" => Decode::Json,
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
