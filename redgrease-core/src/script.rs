//! Scripts: the Python text that goes to the server, and the way back from its line numbers.
//!
//! A script needs nothing but what RedisGears 1.2 gives every script: the helpers that a text
//! uses are written into it. Results are encoded to `bytes` on the server, so that nothing is lost
//! on the way (see [`Encoding`]).

mod gear;

use std::fmt::Write as _;

use crate::gear::Code;
use crate::hash::Fnv1a;
use crate::helpers::Helpers;
use crate::origin::Origin;
use crate::spec::{
    Arity, CommandSpec, Decode, Encoding, EventSpec, Function, Shared, SharedModule, Value,
};
use crate::table::{self, Reader};

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

/// A text as a Python literal in ASCII.
fn quote(text: &str) -> String {
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            ' '..='~' => out.push(c),
            c if (c as u32) < 0x100 => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c if (c as u32) < 0x1_0000 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => {
                let _ = write!(out, "\\U{:08x}", c as u32);
            }
        }
    }
    out.push('\'');
    out
}

/// A text that grows by lines and knows where they came from.
#[derive(Debug, Default)]
struct Writer {
    text: String,
    lines: Vec<Lines>,
    helpers: Helpers,
    modules: Vec<&'static SharedModule>,
    hash: Hash,
    /// Where the hash goes into the text, for each gear.
    hash_at: Vec<usize>,
    /// Names that are taken by earlier gears of the script.
    taken: usize,
}

/// What stands in a description until the hash is known; as long as the hash is.
const HASH: &str = "0123456789abcdef";

impl Writer {
    fn new() -> Self {
        Self::default()
    }

    /// A line that has no place in the program.
    fn line(&mut self, line: &str) {
        self.hash.add(line);
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Lines of the program, the first at `line` of `file`, after a comment that says so.
    fn placed(&mut self, text: &str, file: &str, line: u32) {
        if file.is_empty() || line == 0 {
            self.line(text.trim_end_matches('\n'));
            return;
        }
        let file = file.replace(['\n', '\r'], " ");
        let _ = writeln!(self.text, "# {file}:{line}");
        let text = text.trim_end_matches('\n');
        self.lines.push(Lines {
            first: self.text.matches('\n').count() + 1,
            count: text.matches('\n').count() + 1,
            file,
            line,
        });
        self.line(text);
    }

    fn code(&mut self, code: &Code) {
        self.placed(&code.text, &code.file, code.line);
    }

    /// Shared Python, each text of it once.
    fn shared(&mut self, shared: &[Shared]) {
        for Shared { module, .. } in shared {
            if self.modules.contains(module) {
                continue;
            }
            self.modules.push(module);
            self.helpers.uses(
                module.uses.iter().copied(),
                module.cmd_methods.iter().copied(),
            );
            self.placed(module.text, module.file, module.line);
        }
    }

    fn function(&mut self, function: &Function) {
        self.shared(function.shared);
        self.helpers.uses(
            function.uses.iter().copied(),
            function.cmd_methods.iter().copied(),
        );
        self.placed(function.def, function.file, function.line.saturating_sub(1));
    }

    fn on_registered(&mut self, function: &Function) -> String {
        self.function(function);
        format!("onRegistered={}", function.name)
    }

    /// Requirements travel beside the script, but a change of them is a change.
    fn requirements(&mut self, requirements: &[&str]) {
        for requirement in requirements {
            self.hash.add(requirement);
        }
    }

    /// Whose result it is that cannot be encoded.
    fn subject(&mut self, subject: &str) {
        self.line(&format!("_rg_subject = {}", quote(subject)));
    }

    /// The step that encodes the result of a call.
    fn encoding(&mut self, encoding: Encoding) -> String {
        if encoding == Encoding::Unit {
            return "flatmap(lambda value: [])".to_owned();
        }
        self.encoder(encoding);
        if matches!(encoding, Encoding::Optional(_)) {
            "flatmap(lambda value: [] if value is None else [_rg_encode(value)])".to_owned()
        } else {
            "map(_rg_encode)".to_owned()
        }
    }

    /// The step that encodes the records of a gear. They are counted, so `None` is one, as a pickle.
    fn record_encoding(&mut self, encoding: Encoding) -> String {
        if !matches!(encoding, Encoding::Optional(_)) {
            return self.encoding(encoding);
        }
        self.encoder(encoding);
        r"map(lambda value: b'\x80\x04N.' if value is None else _rg_encode(value))".to_owned()
    }

    /// Asks for the function `_rg_encode`.
    fn encoder(&mut self, encoding: Encoding) {
        let mut inner = encoding;
        while let Encoding::Optional(next) = inner {
            inner = *next;
        }
        let helper = match inner {
            Encoding::Unit | Encoding::Mark => "mark",
            Encoding::Text => "text",
            Encoding::Bytes => "bytes",
            Encoding::Int => "int",
            Encoding::Float => "float",
            Encoding::Bool => "bool",
            Encoding::Pickle => "pickle",
            Encoding::Json | Encoding::Optional(_) => "json",
        };
        self.helpers.need(&format!("encode_{helper}"));
    }

    fn finish_registered(
        mut self,
        reader: &str,
        origin: &Origin<'_>,
        steps: &[String],
        arguments: &[String],
    ) -> Script {
        // Where the function stands and which build it is of changes nothing of what it does.
        self.hash.add(&format!("{reader} {}", origin.name));
        let description = quote(&format!("{origin} {HASH}"));
        let line = format!("_rg = GearsBuilder('{reader}', desc={description})\n");
        let at = line.rfind(HASH).map(|at| self.text.len() + at);
        self.hash_at.extend(at);
        self.text.push_str(&line);
        for step in steps {
            self.line(&format!("_rg.{step}"));
        }
        self.line(&format!("_rg.register({})", arguments.join(", ")));
        self.finish()
    }

    /// A global name of its own for each gear that wants one.
    fn name(&mut self, name: &str) -> String {
        self.taken += 1;
        match self.taken {
            1 => name.to_owned(),
            number => format!("{name}{number}"),
        }
    }

    /// A line whose last [`HASH`] will be the hash of the script.
    fn described(&mut self, line: &str) {
        let at = line.rfind(HASH).map(|at| self.text.len() + at);
        self.hash_at.extend(at);
        self.line(line);
    }

    /// Puts the helpers before the text.
    fn finish(mut self) -> Script {
        let helpers = self.helpers.text();
        self.hash.add(&helpers);
        let hash = self.hash.finish();
        let head = format!("# redgrease {}\n{helpers}", env!("CARGO_PKG_VERSION"));
        let shift = head.matches('\n').count();
        for lines in &mut self.lines {
            lines.first += shift;
        }
        for at in self.hash_at {
            self.text.replace_range(at..at + HASH.len(), &hash);
        }
        Script {
            text: head + &self.text,
            lines: self.lines,
            hash,
        }
    }
}

/// Enough to see that two scripts differ.
#[derive(Debug, Default)]
struct Hash(Fnv1a);

impl Hash {
    fn add(&mut self, text: &str) {
        self.0 = self.0.add(text.as_bytes()).add(&[0xff]);
    }

    fn finish(&self) -> String {
        format!("{:016x}", self.0.value())
    }
}
