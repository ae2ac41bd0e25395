//! Scripts: the Python text that goes to the server, and the way back from its line numbers.
//!
//! A script needs nothing but what RedisGears 1.2 gives every script: the helpers that a text
//! uses are written into it. Results are encoded to `bytes` on the server, so that nothing is lost
//! on the way (see [`Encoding`](crate::spec::Encoding)).

mod gear;
mod writer;

use std::fmt::Write as _;

use crate::helpers::Helpers;
use crate::origin::Origin;
use crate::spec::{Arity, CommandSpec, Decode, EventSpec, Function, Value};
use crate::table::{self, Reader};
use writer::{HASH, Hash, Writer, quote};

pub use gear::{gear_script, gears_script};

/// A script for the server.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::{Plan, Reader};
/// use redgrease::script::gear_script;
/// use redgrease::spec::Encoding;
///
/// let plan = Plan::new(Reader::Keys);
/// let script = gear_script(&plan, Encoding::Pickle);
/// assert!(script.text().contains("GearsBuilder('KeysReader')"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    text: String,
    lines: Vec<Lines>,
    hash: String,
}

/// Lines of the script that stand in a file of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lines {
    first: usize,
    count: usize,
    file: String,
    line: u32,
}

impl Script {
    /// The Python text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A hash of what the script does: without comments, so that moving a function in its file
    /// does not change it. Descriptions of registrations end with it.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The place in the program of a line of the script, from 1.
    pub fn place(&self, line: usize) -> Option<(&str, u32)> {
        let lines = self
            .lines
            .iter()
            .find(|l| (l.first..l.first + l.count).contains(&line))?;
        Some((&lines.file, lines.line + (line - lines.first) as u32))
    }

    /// An error text of the server with the script's lines named by the program's.
    ///
    /// ```
    /// # use redgrease_core::facade as redgrease;
    /// # use redgrease::gear::{Plan, Reader};
    /// # use redgrease::script::gear_script;
    /// # use redgrease::spec::Encoding;
    /// let script = gear_script(&Plan::new(Reader::Keys), Encoding::Pickle);
    /// let error = "['Traceback…', '  File \"<string>\", line 999, in f\\n']";
    /// assert_eq!(script.map_traceback(error), error);
    /// ```
    pub fn map_traceback(&self, error: &str) -> String {
        const MARK: &str = "\"<string>\", line ";
        const SYNTAX: &str = "(<string>, line ";
        if let Some((before, after)) = error.split_once(SYNTAX)
            && let Some((number, rest)) = after.split_once(')')
            && let Some((file, line)) = number.parse().ok().and_then(|n| self.place(n))
        {
            // What Python's compiler says of a text, in its own way.
            return format!("{before}({file}, line {line}){rest}");
        }
        let mut out = String::with_capacity(error.len());
        let mut rest = error;
        while let Some(at) = rest.find(MARK) {
            let (before, after) = rest.split_at(at);
            let number = &after[MARK.len()..];
            let digits = number
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(number.len());
            let place = number[..digits].parse().ok().and_then(|n| self.place(n));
            out.push_str(before);
            match place {
                Some((file, line)) => {
                    let _ = write!(out, "\"{file}\", line {line}");
                }
                None => out.push_str(&after[..MARK.len() + digits]),
            }
            rest = &number[digits..];
        }
        out.push_str(rest);
        out
    }
}

/// The Python text of what the engine offers scripts as the module `redgrease`: all that a generated script could have
/// written in. It needs the names of the server among its globals, and defines `redgrease`, an object with all of it.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// assert!(redgrease::script::module_text().contains("def hgetall(name):"));
/// ```
pub fn module_text() -> String {
    let mut helpers = Helpers::default();
    let names = [
        "redgrease",
        "redgrease.*",
        "cmd",
        "utils.*",
        "Record",
        "Refused",
        "StreamRecord",
    ];
    helpers.uses(names, []);
    helpers.text()
}

/// The script that registers a command.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::script::command_script;
/// use redgrease::CommandSpec;
///
/// fn show(spec: &CommandSpec) {
///     println!("{}", command_script(spec).text());
/// }
/// ```
pub fn command_script(spec: &CommandSpec) -> Script {
    let mut writer = Writer::new();
    let function = &spec.function;
    writer.helpers.need("arguments");
    writer.function(function);
    writer.subject(&format!("{}()", function.name));
    let parameters: Vec<String> = function
        .params
        .iter()
        .map(|param| {
            let (decode, how) = decoder(param.decode);
            let (arity, how) = match param.arity {
                Arity::Required => ("required", how.to_owned()),
                Arity::Optional => ("optional", format!("{how}, optional")),
                Arity::Variadic => ("variadic", format!("{how}, any number")),
            };
            writer.helpers.need(&format!("decode_{decode}"));
            format!(
                "({}, {}, _rg_{decode}, '{arity}')",
                quote(param.name),
                quote(&how)
            )
        })
        .collect();
    writer.line(&format!("_rg_parameters = [{}]", parameters.join(", ")));
    writer.line("def _rg_call(record):");
    let hooked = spec.is_hook();
    let signature = function.signature();
    let given = if hooked {
        // Those who send the command know nothing of signatures.
        "record[1:]".to_owned()
    } else {
        writer.helpers.need("signed");
        let (mark, signature) = (quote(&mark(&signature)), quote(&signature));
        format!("_rg_signed(record[1:], {mark}, {signature})")
    };
    writer.line(&format!(
        "    return {name}(*_rg_arguments('{name}()', _rg_parameters, {given}))",
        name = function.name
    ));
    let on_registered = spec.on_registered.as_ref().map(|f| writer.on_registered(f));
    writer.requirements(spec.requirements);
    let mut arguments: Vec<String> = Vec::new();
    if !hooked {
        arguments.push(format!("trigger={}", quote(spec.trigger)));
    }
    arguments.push(format!("mode={}", quote(spec.mode.as_str())));
    arguments.push(format!("inorder={}", python_bool(spec.inorder)));
    arguments.extend(
        spec.arguments
            .iter()
            .map(|(name, value)| argument(name, *value)),
    );
    arguments.extend(on_registered);
    arguments.push("convertToStr=False".to_owned());
    // A hooked command answers clients who know nothing of Rust: its result goes out as it is.
    let mut steps = vec!["map(_rg_call)".to_owned()];
    if !hooked {
        steps.push(writer.encoding(function.result));
    }
    let place = place_of(function);
    let origin = Origin {
        name: spec.name,
        package: spec.package,
        place: &place,
        signature: (!hooked).then_some(&signature),
    };
    writer.finish_registered("CommandReader", &origin, &steps, &arguments)
}

/// File and line of a function.
fn place_of(function: &Function) -> String {
    format!("{}:{}", function.file, function.line)
}

/// What a typed caller sends before the arguments: a hash of the signature that it was built for.
pub(crate) fn mark(signature: &str) -> String {
    let mut hash = Hash::default();
    hash.add(signature);
    format!("{MARK}{}", &hash.finish()[8..])
}

/// What the mark of a typed caller begins with.
const MARK: &str = "~sig:";

/// The script that registers a function for events of keys or of streams.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::script::event_script;
/// use redgrease::spec::EventSpec;
///
/// fn show(spec: &EventSpec) {
///     println!("{}", event_script(spec).text());
/// }
/// ```
pub fn event_script(spec: &EventSpec) -> Script {
    let mut writer = Writer::new();
    let function = &spec.function;
    let record = if spec.reader == Reader::Stream {
        "StreamRecord"
    } else {
        "Record"
    };
    writer.helpers.need(record);
    writer.function(function);
    let on_registered = spec.on_registered.as_ref().map(|f| writer.on_registered(f));
    writer.requirements(spec.requirements);
    let mut arguments: Vec<String> = spec
        .arguments
        .iter()
        .map(|(name, value)| argument(name, *value))
        .collect();
    arguments.push(format!("mode={}", quote(spec.mode.as_str())));
    arguments.extend(on_registered);
    arguments.push("convertToStr=False".to_owned());
    let steps = [format!(
        "foreach(lambda record: {}({record}(**record)))",
        function.name
    )];
    let reader = table::entry(spec.reader).name;
    let place = place_of(function);
    let origin = Origin {
        name: spec.name,
        package: spec.package,
        place: &place,
        signature: None,
    };
    writer.finish_registered(reader, &origin, &steps, &arguments)
}

fn argument(name: &str, value: Value) -> String {
    let value = match value {
        Value::Text(text) => quote(text),
        Value::Int(number) => number.to_string(),
        Value::Bool(value) => python_bool(value).to_owned(),
        Value::Texts(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| quote(text)).collect();
            format!("[{}]", texts.join(", "))
        }
    };
    format!("{name}={value}")
}

fn decoder(decode: Decode) -> (&'static str, &'static str) {
    match decode {
        Decode::Str => ("text", "a text"),
        Decode::Bytes => ("bytes", "bytes"),
        Decode::Int => ("int", "an integer"),
        Decode::Float => ("float", "a number"),
        Decode::Bool => ("bool", "true or false"),
        Decode::Json => ("json", "JSON"),
    }
}

fn python_bool(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}
