//! The script of a gear.

use super::{Script, Writer, quote};
use crate::gear::function::GearFunction;
use crate::gear::function::ends::{Register, Run};
use crate::gear::function::readers::ReaderType;
use crate::gear::{Action, Argument, Code, Plan, Step};
use crate::spec::Encoding;
use crate::table::{self, Kind, Operation, Parameter, Reader};

/// The script that runs or registers a gear; an open one is run. `result` says how each record
/// that comes out of a run is encoded.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::{Plan, Reader};
/// use redgrease::script::gear_script;
/// use redgrease::spec::Encoding;
///
/// let script = gear_script(&Plan::new(Reader::Keys), Encoding::Pickle);
/// assert!(script.text().contains("KeysReader"));
/// ```
pub fn gear_script(plan: &Plan, result: Encoding) -> Script {
    gears_script(std::slice::from_ref(plan), None, result)
}

impl<R: ReaderType> GearFunction<R, Run> {
    /// The text that is sent to the server; each record of the result is encoded as `result` says.
    pub fn script(&self, result: Encoding) -> Script {
        gear_script(self.plan(), result)
    }
}

impl<R: ReaderType> GearFunction<R, Register> {
    /// The text that is sent to the server. What a command answers is what its last step gives,
    /// as for any script: text, bytes, integers and lists of these arrive as they are.
    pub fn script(&self) -> Script {
        gear_script(self.plan(), Encoding::Unit)
    }
}

/// The script of several gears, with the Python before each of them and `after` the last; at most one may run.
///
/// ```
/// # use redgrease_core::facade as redgrease;
/// use redgrease::gear::{Action, Plan, Reader};
/// use redgrease::script::gears_script;
/// use redgrease::spec::Encoding;
///
/// let mut plan = Plan::new(Reader::Keys);
/// plan.action = Some(Action::Register(Vec::new()));
/// let script = gears_script(&[plan.clone(), plan], None, Encoding::Text);
/// assert_eq!(script.text().matches("_rg.register(").count(), 2);
/// ```
pub fn gears_script(plans: &[Plan], after: Option<&Code>, result: Encoding) -> Script {
    let mut writer = Writer::new();
    for plan in plans {
        writer.helpers.uses(
            plan.uses.iter().map(AsRef::as_ref),
            plan.cmd_methods.iter().map(AsRef::as_ref),
        );
        for requirement in &plan.requirements {
            writer.requirements(&[requirement]);
        }
        gear(&mut writer, plan, result);
    }
    if let Some(code) = after {
        writer.code(code);
    }
    writer.finish()
}

fn gear(writer: &mut Writer, plan: &Plan, result: Encoding) {
    writer.shared(&plan.shared);
    for capture in &plan.captures {
        writer.line(&format!("{} = {}", capture.name, capture.literal));
    }
    for code in &plan.prelude {
        writer.code(code);
    }
    let entry = table::entry(plan.reader);
    let registers = matches!(plan.action, Some(Action::Register(_)));
    builder(writer, plan, registers);
    for step in &plan.steps {
        self::step(writer, plan.reader, step);
    }
    let (name, parameters, arguments) = match &plan.action {
        Some(Action::Register(arguments)) => ("register", entry.register, &arguments[..]),
        Some(Action::Run(arguments)) => ("run", entry.run, &arguments[..]),
        None => ("run", entry.run, &[][..]),
    };
    let arguments = Bound::new(parameters.unwrap_or(&[]), arguments);
    if arguments.text("convertToStr") == Some("True") {
        writer.line("_rg.map(lambda record: str(record))");
    }
    // What a registered gear answers goes to clients who know nothing of Rust.
    if name == "run" {
        writer.subject("the gear");
        let encode = writer.record_encoding(result);
        writer.line(&format!("_rg.{encode}"));
    }
    action(writer, name, &arguments);
}

/// The line that makes the native builder.
fn builder(writer: &mut Writer, plan: &Plan, registers: bool) {
    let entry = table::entry(plan.reader);
    let mut parameters = entry.parameters.to_vec();
    // What GearsBuilder calls the pattern.
    parameters.push(Parameter {
        name: "defaultArg",
        kind: Kind::Any,
        required: false,
        positional: false,
        asynchronous: false,
    });
    let arguments = Bound::new(&parameters, &plan.reader_arguments);
    let mut parts = vec![quote(entry.name)];
    let pattern = arguments
        .get("default_key_pattern")
        .or_else(|| arguments.get("defaultArg"));
    let mut place = None;
    if let Some(pattern) = pattern {
        parts.push(format!("defaultArg={}", pattern.value.text));
        place = Some(&pattern.value);
    }
    if let Some(description) = arguments.get("desc") {
        parts.push(format!("desc={}", description.value.text));
        place = place.or(Some(&description.value));
    } else if registers {
        parts.push(format!("desc='redgrease {} {}'", entry.name, super::HASH));
        writer.described(&format!("_rg = GearsBuilder({})", parts.join(", ")));
        return;
    }
    let line = format!("_rg = GearsBuilder({})", parts.join(", "));
    match place {
        Some(code) => writer.placed(&line, &code.file, code.line),
        None => writer.line(&line),
    }
}

fn action(writer: &mut Writer, name: &str, arguments: &Bound<'_>) {
    let mut parts = Vec::new();
    let mut place = None;
    for (parameter, argument) in arguments.given() {
        if matches!(parameter.name, "convertToStr" | "requirements") {
            continue;
        }
        let value = match parameter.kind {
            Kind::Callback(_) | Kind::Generator => callable(writer, argument),
            _ => argument.value.text.to_string(),
        };
        place = place.or(Some(&argument.value));
        parts.push(format!("{}={value}", parameter.name));
    }
    parts.push("convertToStr=False".to_owned());
    let line = format!("_rg.{name}({})", parts.join(", "));
    match place {
        Some(code) => writer.placed(&line, &code.file, code.line),
        None => writer.line(&line),
    }
}

/// Arguments by the names of their parameters.
struct Bound<'a> {
    parameters: &'a [Parameter],
    arguments: Vec<Option<&'a Argument>>,
}

impl<'a> Bound<'a> {
    fn new(parameters: &'a [Parameter], arguments: &'a [Argument]) -> Self {
        let keywords: Vec<Option<&str>> = arguments.iter().map(|a| a.keyword.as_deref()).collect();
        let (bound, _) = table::bind(parameters, &keywords);
        Self {
            parameters,
            arguments: bound
                .into_iter()
                .map(|index| index.map(|i| &arguments[i]))
                .collect(),
        }
    }

    /// The argument of a parameter; `None` written out is no argument.
    fn get(&self, name: &str) -> Option<&'a Argument> {
        self.argument(name).filter(|a| a.value.text != "None")
    }

    fn argument(&self, name: &str) -> Option<&'a Argument> {
        let slot = self.parameters.iter().position(|p| p.name == name)?;
        self.arguments[slot]
    }

    /// The text of an argument for which `None` is a value as any other.
    fn written(&self, name: &str) -> Option<&'a str> {
        self.argument(name).map(|a| a.value.text.as_ref())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name).map(|a| a.value.text.as_ref())
    }

    fn given(&self) -> impl Iterator<Item = (&'a Parameter, &'a Argument)> {
        self.parameters
            .iter()
            .zip(&self.arguments)
            .filter_map(|(p, a)| Some((p, (*a)?)))
            .filter(|(_, a)| a.value.text != "None")
    }
}

/// A callback as the server takes it: a real Python function.
fn callable(writer: &mut Writer, argument: &Argument) -> String {
    let text = &argument.value.text;
    if argument.function {
        return text.to_string();
    }
    writer.helpers.need("function");
    format!("_rg_function({text})")
}

fn step(writer: &mut Writer, reader: Reader, step: &Step) {
    let entry = table::operation_entry(step.operation);
    let arguments = Bound::new(entry.parameters, &step.arguments);
    let mut call = Call {
        writer,
        arguments: &arguments,
    };
    let line = match step.operation {
        Operation::Map => format!("map({})", call.callback("op", IDENTITY)),
        Operation::FlatMap => format!("flatmap({})", call.callback("op", IDENTITY)),
        Operation::ForEach => format!("foreach({})", call.callback("op", IDENTITY)),
        Operation::Filter => format!("filter({})", call.callback("op", IDENTITY)),
        Operation::Accumulate => format!("accumulate({})", call.callback("op", APPEND)),
        Operation::LocalGroupBy => format!("localgroupby({})", call.grouping(APPEND_BY)),
        Operation::GroupBy => format!("groupby({})", call.grouping(APPEND_BY)),
        Operation::BatchGroupBy => format!("batchgroupby({})", call.grouping(LENGTH)),
        Operation::Limit => {
            let length = arguments.text("length").unwrap_or("0");
            format!(
                "limit({length}, {})",
                arguments.text("start").unwrap_or("0")
            )
        }
        Operation::Collect => "collect()".to_owned(),
        Operation::Distinct => "distinct()".to_owned(),
        Operation::Count => "count()".to_owned(),
        Operation::Repartition => format!("repartition({})", call.callback("extractor", HASH_OF)),
        Operation::Aggregate => format!("aggregate({})", call.aggregation("aggregate")),
        Operation::AggregateBy => {
            let extractor = call.callback("extractor", HASH_OF);
            format!(
                "aggregateby({extractor}, {})",
                call.aggregation("aggregate_by")
            )
        }
        Operation::Sort => format!("sort({})", arguments.text("reverse").unwrap_or("True")),
        Operation::CountBy => format!("countby({})", call.callback("extractor", TEXT)),
        Operation::Avg => format!("avg({})", call.callback("extractor", NUMBER)),
        Operation::Values => format!("map({})", call.sugar("lambda record: record.get('value')")),
        Operation::Keys => format!("map({})", call.sugar("lambda record: record['key']")),
        Operation::Records => {
            let class = if reader == Reader::Stream {
                "StreamRecord"
            } else {
                "Record"
            };
            call.writer.helpers.need(class);
            let map = format!("lambda record: {class}(**record)");
            format!("map({})", call.sugar(&map))
        }
        Operation::Args => {
            let end = match arguments.text("max_count") {
                None | Some("0") => String::new(),
                Some(count) => format!("1 + ({count} or len(record))"),
            };
            format!("map(lambda record: record[1:{end}])")
        }
        Operation::Apply => {
            let function = call.callback("fun", IDENTITY);
            if function.starts_with("_rg_function(") || !is_name(&function) {
                let name = call.writer.name("_rg_applied");
                call.writer
                    .placed_or_line(&format!("{name} = {function}"), arguments.get("fun"));
                format!("map(lambda record: {name}(*record[1:]))")
            } else {
                format!("map(lambda record: {function}(*record[1:]))")
            }
        }
    };
    let place = step.arguments.first();
    writer.placed_or_line(&format!("_rg.{line}"), place);
}

impl Writer {
    /// A line with the place of `argument`, if it has one.
    fn placed_or_line(&mut self, line: &str, argument: Option<&Argument>) {
        match argument {
            Some(argument) => self.placed(line, &argument.value.file, argument.value.line),
            None => self.line(line),
        }
    }
}

/// A default callback: its text and the helper that it needs.
type Default = (&'static str, &'static str);

const IDENTITY: Default = ("lambda record: record", "");
const APPEND: Default = ("_rg_append", "append");
const APPEND_BY: Default = ("_rg_append_by", "append_by");
const LENGTH: Default = ("lambda key, records: len(records)", "");
const HASH_OF: Default = ("_rg_hash", "hash");
const TEXT: Default = ("lambda record: str(record)", "");
const NUMBER: Default = ("_rg_number", "number");

/// The step that is written.
struct Call<'a> {
    writer: &'a mut Writer,
    arguments: &'a Bound<'a>,
}

impl Call<'_> {
    fn callback(&mut self, name: &str, default: Default) -> String {
        match self.arguments.get(name) {
            Some(argument) => callable(self.writer, argument),
            None => {
                self.writer.helpers.need(default.1);
                default.0.to_owned()
            }
        }
    }

    fn grouping(&mut self, reducer: Default) -> String {
        let extractor = self.callback("extractor", HASH_OF);
        format!("{extractor}, {}", self.callback("reducer", reducer))
    }

    /// `zero, seqOp, combOp`; what is not given depends on `zero`.
    fn aggregation(&mut self, helper: &str) -> String {
        let zero = self.arguments.written("zero").unwrap_or("[]");
        let mut parts = vec![zero.to_owned()];
        for name in ["seqOp", "combOp"] {
            match self.arguments.get(name) {
                Some(argument) => parts.push(callable(self.writer, argument)),
                None => parts.push("None".to_owned()),
            }
        }
        if parts[1..].iter().any(|part| part == "None") {
            self.writer.helpers.need(helper);
            format!("*_rg_{helper}({})", parts.join(", "))
        } else {
            parts.join(", ")
        }
    }

    /// Writes the filter of `values(type=…, event=…)` and gives back the map.
    fn sugar(&mut self, map: &str) -> String {
        let wanted: Vec<String> = self
            .arguments
            .given()
            .map(|(parameter, argument)| format!("{}={}", parameter.name, argument.value.text))
            .collect();
        if !wanted.is_empty() {
            self.writer.helpers.need("dict_filter");
            let first = self.arguments.given().next().map(|(_, a)| a);
            self.writer.placed_or_line(
                &format!("_rg.filter(_rg_dict_filter({}))", wanted.join(", ")),
                first,
            );
        }
        map.to_owned()
    }
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || c == '_')
}
