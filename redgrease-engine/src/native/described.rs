//! What a worker says of the operations of a plan and of their functions.

use redgrease_core::native::{Constant, Described, Wanted};

use super::needs_python::NeedsPython;
use super::{builder, values};
use crate::plan::{Kind, Mapping};
use crate::record::value::Value;

/// An operation.
pub(super) struct Operation {
    pub(super) kind: Kind,
    pub(super) hint: Option<String>,
    function: Option<Function>,
}

/// The function of an operation.
enum Function {
    /// One of the script, and those that it may call.
    Script(Vec<Described>),
    /// One of the builder, as it stands in its text; line 0 is in no traceback.
    Builder {
        line: u32,
        calls: Option<Box<Function>>,
        zero: Option<Value>,
        cells: Vec<(String, Constant)>,
        /// Whether it calls with the value of a record, instead of the record.
        of_value: bool,
    },
}

/// What is called for an operation.
#[derive(Clone, Default)]
pub(super) struct Callee {
    pub(super) wanted: Wanted,
    /// Whether the function is the builder's own.
    pub(super) is_builders: bool,
    /// The lines of the builder's functions that call it, the innermost first.
    pub(super) around: Vec<u32>,
    /// What an accumulation begins with where it has nothing that is true.
    pub(super) zero: Option<Value>,
    /// Whether it takes the value of a record, instead of the record.
    pub(super) of_value: bool,
}

impl Operation {
    /// The operations of a plan; nothing when the description is broken.
    pub(super) fn all(description: &Value, natives: &Value) -> Option<Vec<Self>> {
        let functions = natives.get("functions")?.items()?;
        let operations = description.get("ops")?.items()?;
        let both = operations.iter().zip(functions);
        both.map(|(one, function)| {
            let parts = one.items()?;
            let hint = parts.get(1)?.as_text();
            let numbers = parts.get(2)?.items()?.iter();
            let numbers: Vec<i64> = numbers.filter_map(Value::as_int).collect();
            Some(Self {
                kind: Kind::parse(&parts.first()?.as_text()?, hint.as_deref(), &numbers)?,
                hint,
                function: match function {
                    Value::None => None,
                    other => Some(Function::parse(other)?),
                },
            })
        })
        .collect()
    }

    /// Whether it sends records to other shards.
    pub(super) fn is_exchange(&self) -> bool {
        matches!(self.kind, Kind::Collect | Kind::Repartition)
    }

    /// Whether it gathers a set, which is empty at first.
    pub(super) fn begins_with_set(&self) -> bool {
        self.hint.as_deref() == Some("add")
    }

    /// Whether its function has to be called: some hints mean the operation without it.
    pub(super) fn needs_function(&self) -> bool {
        match (self.kind, self.hint.as_deref()) {
            (Kind::Map(Mapping::Text), _) => false,
            (Kind::Accumulate(_), Some("count" | "total" | "append" | "extend" | "join")) => false,
            (Kind::AccumulateByKey, Some("count" | "sum")) => false,
            (Kind::ExtractKey, Some("identity" | "key")) => false,
            (kind, _) => matches!(
                kind,
                Kind::Map(_)
                    | Kind::Filter
                    | Kind::ForEach
                    | Kind::FlatMap
                    | Kind::Accumulate(_)
                    | Kind::AccumulateByKey
                    | Kind::ExtractKey
                    | Kind::Reduce
            ),
        }
    }

    /// What is called for it.
    ///
    /// # Errors
    /// Why nothing can be.
    pub(super) fn callee(&self) -> Result<Callee, NeedsPython> {
        let unknown = || NeedsPython::OtherFunction(self.kind.name());
        let mut callee = Callee::default();
        let mut function = self.function.as_ref().ok_or_else(unknown)?;
        loop {
            match function {
                Function::Script(functions) => {
                    callee.wanted.functions = functions.clone();
                    return Ok(callee);
                }
                Function::Builder {
                    line,
                    calls: Some(inner),
                    zero,
                    of_value,
                    ..
                } => {
                    callee.of_value |= *of_value;
                    if *line > 0 {
                        callee.around.insert(0, *line);
                    }
                    if builder::BEGIN_WITH_ZERO.contains(line) {
                        if self.begins_with_set() {
                            function = inner;
                            continue;
                        }
                        let known = zero
                            .as_ref()
                            .filter(|zero| values::native(zero, false).is_some());
                        callee.zero = Some(known.cloned().ok_or_else(unknown)?);
                    } else if !builder::CALL.contains(line) {
                        return Err(unknown());
                    }
                    function = inner;
                }
                Function::Builder { line, cells, .. } => {
                    let within = callee.around.first().copied();
                    callee.wanted.functions =
                        vec![builder::described(*line, within, cells).ok_or_else(unknown)?];
                    callee.is_builders = true;
                    return Ok(callee);
                }
            }
        }
    }
}

impl Function {
    fn parse(value: &Value) -> Option<Self> {
        if value.items().is_some() {
            return Described::from_worker(&values::native(value, false)?).map(Self::Script);
        }
        let cells = match value.get("cells")? {
            Value::Dict(pairs) => pairs
                .iter()
                .map(|(name, value)| {
                    Some((
                        name.as_text()?,
                        Constant::of(&values::native(value, false)?)?,
                    ))
                })
                .collect::<Option<_>>()?,
            _ => return None,
        };
        Some(Self::Builder {
            line: u32::try_from(value.get("line")?.as_int()?).ok()?,
            calls: match value.get("calls") {
                None => None,
                // Without a description it can be called by nobody here.
                Some(Value::None) => return None,
                Some(inner) => Some(Box::new(Self::parse(inner)?)),
            },
            zero: value.get("zero").cloned(),
            cells,
            of_value: value.flag("of_value"),
        })
    }
}
