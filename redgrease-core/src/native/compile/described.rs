//! Live functions, as a worker describes them.

use crate::native::shape::Shape;
use crate::native::tree::Constant;
use crate::native::value::Value;

/// What a global name stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A builtin of Python.
    Builtin(String),
    /// A function of the server: `execute`, `log`, `redgrease.log`, …
    Server(String),
    /// A function of the script: its number among those described.
    Function(usize),
    /// A value that cannot change.
    Constant(Constant),
}

/// A live function, as a worker describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Described {
    /// Its name; `<lambda>` for those without.
    pub name: String,
    /// The line on which it begins, from 1.
    pub line: u32,
    /// Line and column (in bytes, from 0) of the first thing in its body, where Python knows that.
    pub inner: Option<(u32, u32)>,
    /// The names of its parameters.
    pub parameters: Vec<String>,
    /// The values of the last parameters that have one.
    pub defaults: Vec<Constant>,
    /// What its global names stand for.
    pub names: Vec<(String, Meaning)>,
    /// The values of names from functions around it.
    pub cells: Vec<(String, Constant)>,
    /// Whether the last parameter takes all arguments that are left.
    pub rest: bool,
}

impl Described {
    /// Functions as a worker describes them: a list of dictionaries. Nothing when it is not such a list.
    #[must_use]
    pub fn from_worker(value: &Value) -> Option<Vec<Self>> {
        let Shape::List(items) = value.shape() else {
            return None;
        };
        items.iter().map(Self::one).collect()
    }

    fn one(value: &Value) -> Option<Self> {
        let Shape::Dict(pairs) = value.shape() else {
            return None;
        };
        let get = |wanted: &str| {
            pairs.iter().find_map(|(key, value)| match key.shape() {
                Shape::Str(key) if *key == *wanted => Some(value.shape()),
                _ => None,
            })
        };
        let named = |wanted: &str| match get(wanted)? {
            Shape::Dict(pairs) => pairs
                .into_iter()
                .map(|(key, value)| Some((text(&key)?, value)))
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        let (Shape::Str(name), Shape::Int(line)) = (get("name")?, get("line")?) else {
            return None;
        };
        let inner = match get("inner")? {
            Shape::Tuple(place) => Some((number(place.first()?)?, number(place.get(1)?)?)),
            _ => None,
        };
        let (Shape::Tuple(parameters), Shape::Tuple(defaults)) =
            (get("parameters")?, get("defaults")?)
        else {
            return None;
        };
        Some(Self {
            name: name.to_string(),
            line: u32::try_from(line).ok()?,
            inner,
            parameters: parameters.iter().map(text).collect::<Option<_>>()?,
            defaults: defaults.iter().map(Constant::of).collect::<Option<_>>()?,
            names: named("names")?
                .into_iter()
                .map(|(name, value)| Some((name, Meaning::from_worker(&value)?)))
                .collect::<Option<_>>()?,
            cells: named("cells")?
                .into_iter()
                .map(|(name, value)| Some((name, Constant::of(&value)?)))
                .collect::<Option<_>>()?,
            rest: false,
        })
    }
}

impl Meaning {
    fn from_worker(value: &Value) -> Option<Self> {
        let Shape::Tuple(parts) = value.shape() else {
            return None;
        };
        let what = parts.get(1)?;
        Some(match text(parts.first()?)?.as_str() {
            "builtin" => Self::Builtin(text(what)?),
            "server" => Self::Server(text(what)?),
            "function" => Self::Function(number(what)? as usize),
            "value" => Self::Constant(Constant::of(what)?),
            _ => return None,
        })
    }
}

fn text(value: &Value) -> Option<String> {
    match value.shape() {
        Shape::Str(text) => Some(text.to_string()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<u32> {
    match value.shape() {
        Shape::Int(number) => u32::try_from(number).ok(),
        _ => None,
    }
}
