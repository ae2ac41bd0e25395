//! Functions of events and commands as Rust functions with an attribute.

use redgrease_core::gear::script_parts::{Constant, Event, Function, Part, PartKind};
use redgrease_core::literal::to_python;
use redgrease_core::python::{PyVersion, RustType};
use redgrease_core::table;

use super::program::{has_word, needed, words};
use super::rust::{comment, is_name, raw};

/// A function with an attribute.
pub(super) struct Item {
    /// Its name in Python and in Rust.
    pub(super) name: String,
    pub(super) text: String,
}

/// The signature, and what stands before the body.
struct Head {
    attribute: &'static str,
    parameter: String,
    result: &'static str,
    first: Option<String>,
}

/// A function with an attribute, if it does as one what it did in the script.
pub(super) fn item(event: &Event, parts: &[Part], python: PyVersion) -> Option<Item> {
    let (part, function) = parts.iter().find_map(|part| match &part.kind {
        PartKind::Function(function) if function.name == event.function => Some((part, function)),
        _ => None,
    })?;
    let parameter = function.parameter.as_ref()?;
    let head = head(event, function, parameter)?;
    let body = &function.body;
    let needs_functions = parts
        .iter()
        .any(|part| matches!(&part.kind, PartKind::Function(other) if has_word(body, &other.name)));
    // `global` means another text here, and a generator another kind of function
    let is_more = ["yield", "global", "nonlocal"]
        .iter()
        .any(|word| has_word(body, word));
    if needs_functions || is_more || !is_name(parameter) || !is_name(&function.name) {
        return None;
    }
    let arguments = arguments(event)?;
    let needed = needed(body, parts);
    // lines of a text must not be moved to the right, nor a parameter be given another meaning
    let hides = |part: &&Part| {
        (part.text.contains('\n') && !matches!(part.kind, PartKind::Import(_)))
            || matches!(&part.kind, PartKind::Constant(name) if name == parameter)
            || matches!(&part.kind, PartKind::Import(names) if names.iter().any(|(name, _)| name == parameter))
    };
    if needed.iter().any(hides) {
        return None;
    }
    let indent = body.len() - body.trim_start_matches([' ', '\t']).len();
    let blanks = &body[..indent];
    let mut lines = String::new();
    let mut line = |text: &str| lines.push_str(&format!("{blanks}{text}\n"));
    for part in &needed {
        match &part.kind {
            PartKind::Import(names) => {
                let used = names.iter().filter(|(name, _)| has_word(body, name));
                used.for_each(|(_, import)| line(import));
            }
            _ => line(&part.text),
        }
    }
    if let Some(first) = head.first {
        line(&first);
    }
    let text = format!(
        "{}#[{}({arguments}, python = \"{python}\")]\nfn {}({}){} {{\n    {}\n}}\n",
        comment(&part.above),
        head.attribute,
        function.name,
        head.parameter,
        head.result,
        raw(&format!("\n{lines}{body}\n"))
    );
    Some(Item {
        name: function.name.clone(),
        text,
    })
}

fn head(event: &Event, function: &Function, parameter: &str) -> Option<Head> {
    let attribute = match event.reader.as_str() {
        "KeysReader" => "keys_reader",
        "StreamReader" => "stream_reader",
        // answers of other types would be other texts
        "CommandReader" if event.operation == "map" => {
            let result = match function.result.as_ref()? {
                RustType::Text => " -> String",
                RustType::Int => " -> i64",
                RustType::Float => " -> f64",
                _ => return None,
            };
            let Some((_, Constant::Text(trigger))) =
                event.arguments.iter().find(|(name, _)| name == "trigger")
            else {
                return None;
            };
            return Some(Head {
                attribute: "command",
                parameter: format!("{parameter}: &[&str]"),
                result,
                // the server gives the name along
                first: Some(format!(
                    "{parameter} = [{}] + {parameter}",
                    to_python(trigger)
                )),
            });
        }
        _ => return None,
    };
    // both kinds of records know `record["…"]`, and nothing else
    let body = &function.body;
    let is_subscript =
        |(end, word): (usize, &str)| word != parameter || body[end..].starts_with('[');
    let kind = if attribute == "keys_reader" {
        "Record"
    } else {
        "StreamRecord"
    };
    words(body).all(is_subscript).then(|| Head {
        attribute,
        parameter: format!("{parameter}: {kind}"),
        result: "",
        first: None,
    })
}

/// The arguments of the attribute, in Rust's spelling; `None` when one has none.
fn arguments(event: &Event) -> Option<String> {
    let reader = table::reader(&event.reader)?;
    let mut out = Vec::new();
    for (name, value) in &event.arguments {
        let parameter = reader.attribute().find(|known| known.name == name)?;
        // Rust writes texts as Rust reads them
        let value = match value {
            Constant::Text(text) if name == "trigger" && *text == event.function => continue,
            Constant::Text(text) => format!("{text:?}"),
            Constant::Number(number) => number.to_string(),
            Constant::Truth(truth) => truth.to_string(),
            Constant::Texts(texts) => format!("{texts:?}"),
            _ => return None,
        };
        out.push(format!("{} = {value}", parameter.rust_name()));
    }
    // the attributes have another default than `register`
    if !event.arguments.iter().any(|(name, _)| name == "mode") {
        out.push("mode = \"async\"".to_string());
    }
    Some(out.join(", "))
}
